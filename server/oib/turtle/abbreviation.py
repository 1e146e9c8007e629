"""Abbreviation: the one way in which an IRI or a literal is written in canonical Turtle."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from oib.namespaces import PREFIXES
from oib.turtle.lexer import PLAIN_LOCAL
from oib.turtle.prefixes import resolve
from oib.turtle.syntax_tree import LANG_STRING, XSD, Directive, Literal

#: Lexical forms that Turtle reads as a literal of the datatype without any quotes.
_BARE: Final = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_NAMED: Final = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_CONTROLS: Final = {"\t": r"\t", "\b": r"\b", "\r": r"\r", "\f": r"\f"}


class Abbreviator:
    """The prefixes and the base of one text, and which of them were used.

    A namespace of the project bears the project's prefix, any other the prefix of the text; a
    prefix that means two things keeps the first. The text's base stays unless there are several;
    ``base`` stands in for it and is not written.
    """

    def __init__(self, directives: Iterable[Directive], base: str | None) -> None:
        self.prefixes: dict[str, str] = {}
        self.used: set[str] = set()
        directives = list(directives)
        bases = {each.value for each in directives if each.prefix is None}
        self.own_base = bases.pop() if len(bases) == 1 else None
        self.base = self.own_base or base
        spaces = [(each.prefix, each.value) for each in directives if each.prefix is not None]
        for _, namespace in spaces:
            if namespace in _NAMED:
                self.prefixes[_NAMED[namespace]] = namespace
        for prefix, namespace in spaces:
            if namespace not in self.prefixes.values():
                self.prefixes.setdefault(prefix, namespace)
        self._longest = sorted(self.prefixes.items(), key=lambda pair: (-len(pair[1]), pair))

    def iri(self, value: str) -> str:
        """Return an IRI with the prefix that shortens it most, else relative, else in full.

        A name that would need a backslash is not used: the IRI in brackets reads better.
        """
        for prefix, namespace in self._longest:
            local = value.removeprefix(namespace)
            if local != value and PLAIN_LOCAL.fullmatch(local):
                self.used.add(prefix)
                return f"{prefix}:{local}"
        if self.base is not None:
            whole = self.base.partition("#")[0]
            for start in (whole, whole[: whole.rfind("/") + 1]):
                if value.startswith(start) and self._means(value.removeprefix(start), value):
                    return f"<{value.removeprefix(start)}>"
        return f"<{value}>"

    def lines(self) -> list[str]:
        """Return the directives that what was written so far needs, the base first."""
        based = [f"@base <{self.own_base}> ."] if self.own_base else []
        return based + [f"@prefix {name}: <{self.prefixes[name]}> ." for name in sorted(self.used)]

    def line(self, directive: Directive) -> str:
        """Return the line that a directive of the text becomes, if it is needed."""
        if directive.prefix is None:
            return f"@base <{directive.value}> ."
        for prefix, namespace in self.prefixes.items():
            if namespace == directive.value:
                return f"@prefix {prefix}: <{namespace}> ."
        return ""

    def literal(self, value: Literal) -> str:
        """Return a literal: bare where Turtle allows it, in long quotes if it has several lines.

        The lexical form stays as it is. What cannot be seen, such as a zero-width space, is
        written as an escape.
        """
        bare = _BARE.get(value.datatype)
        if bare and bare.fullmatch(value.lexical):
            return value.lexical
        text = "".join(map(_visible, value.lexical))
        if "\n" in text:
            text = text.replace('"""', r"\"\"\"")
            text = f'"""{text[:-1]}\\""""' if text.endswith('"') else f'"""{text}"""'
        else:
            text = '"' + text.replace('"', r"\"") + '"'
        if value.datatype == LANG_STRING:
            return f"{text}@{value.language}"
        return text if value.datatype == XSD + "string" else f"{text}^^{self.iri(value.datatype)}"

    def _means(self, reference: str, value: str) -> bool:
        try:
            return resolve(reference, self.base) == value
        except SyntaxError:
            return False


def _visible(character: str) -> str:
    """Return a character as it stands between quotes, save the quotes themselves."""
    if character == "\\":
        return r"\\"
    if character in " \n" or unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp", "Zs"):
        return character
    code = ord(character)
    return _CONTROLS.get(character) or (f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}")
