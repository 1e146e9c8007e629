"""What most likely went wrong at a place where a text is not Turtle, and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import Final

from oib.namespaces import ID, PREFIXES

_UNDECLARED: Final = re.compile(r"The prefix ([^\s:]*): has not been declared")
#: Prefixes that other people use for namespaces that have another one here.
_ALIASES: Final = {
    "dc": "dcterms",
    "dct": "dcterms",
    "sdo": "schema",
    "schemaorg": "schema",
}
_QUOTES: Final = "“”„‟‘’‚‛«»‹›「」『』＂＇"
_PUNCTUATION: Final = {
    "；": ";",
    "，": ",",
    "、": ",",
    "。": ".",
    "．": ".",
    "：": ":",
    "（": "(",
    "）": ")",
    "［": "[",
    "］": "]",
    "【": "[",
    "】": "]",
    "〈": "<",
    "〉": ">",
    "《": "<",
    "》": ">",
    "＜": "<",
    "＞": ">",
    "＠": "@",
    "＃": "#",
    "＾": "^",
}
_MERGE: Final = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: |$)", re.MULTILINE)
_DOTTED_PREFIX: Final = re.compile(r"^\s*(?:prefix|base)\s[^\n]*>\s*\.\s*$", re.IGNORECASE)
_HINTS: Final = {
    "No scheme found": f"a relative IRI needs a line such as @base <{ID}> . above it",
    "A dot is expected": "or, before this place, a semicolon or a comma",
    "Unexpected end of file": "what begins here is nowhere closed",
    "Unexpected end": "the last statement has no dot",
    "Line jumps are not allowed": 'a text of several lines stands between """ and """',
    "Invalid IRI code point ' '": "an IRI holds no blanks; write a hyphen, or %20",
}


def find_hint(text: str, reason: str, offset: int) -> str:
    """Return how to mend an error, empty if nothing is known.

    Args:
        text: the whole text.
        reason: what the parser says.
        offset: where it stopped, in code points.
    """
    start = text[:2000].lstrip("\ufeff \t\r\n")
    if start[:1] == "{" or (start[:1] == "[" and "{" in start[:20]):
        return "this is JSON, perhaps JSON-LD; oib reads Turtle, so save it as Turtle"
    if start.startswith(("<?xml", "<rdf:RDF", "<!DOCTYPE", "<html")):
        return "this is XML, perhaps RDF/XML; oib reads Turtle, so save it as Turtle"
    if _MERGE.search(text):
        return "a mark of a merge conflict is left in the file; keep one of the two versions"
    if undeclared := _UNDECLARED.search(reason):
        return _declaration(undeclared[1])
    return _character_hint(text, offset) or next(
        (hint for sign, hint in _HINTS.items() if sign in reason), ""
    )


def _character_hint(text: str, offset: int) -> str:
    """Return a hint for a character that only looks like a sign of Turtle."""
    before = re.search(r"[^ \t\r\n]*[ \t\r\n]*$", text[max(0, offset - 200) : offset])
    after = re.match(r"[^ \t\r\n]*", text[offset : offset + 200])
    near = (before[0] if before else "") + (after[0] if after else "")
    line_start = text.rfind("\n", 0, offset) + 1
    line = text[line_start : text.find("\n", offset) if "\n" in text[offset:] else len(text)]
    if _DOTTED_PREFIX.match(line) or _DOTTED_PREFIX.match(_line_before(text, line_start)):
        return "PREFIX has no dot behind it; write @prefix at the front, or leave the dot out"
    for character in near:
        if character in _QUOTES:
            return f'{character} is a typographic mark; texts stand between straight quotes "…"'
        if character in _PUNCTUATION:
            return f"{character} is full-width; write {_PUNCTUATION[character]}"
        if character.isspace() and character not in " \t\r\n":
            name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
            return f"here stands a {name} (U+{ord(character):04X}); write a plain blank"
        if unicodedata.category(character) == "Cf":
            return f"here stands an invisible character (U+{ord(character):04X}); delete it"
    return ""


def _line_before(text: str, line_start: int) -> str:
    start = text.rfind("\n", 0, max(0, line_start - 1)) + 1
    return text[start:line_start]


def _declaration(prefix: str) -> str:
    """Return the line that declares a prefix of the project, or of the one most like it."""
    known = _ALIASES.get(prefix, prefix)
    if known in PREFIXES:
        return f"add the line @prefix {prefix}: <{PREFIXES[known]}> ."
    near = get_close_matches(prefix, PREFIXES, n=1)
    return f"did you mean {near[0]}: ?" if near else f"add a line @prefix {prefix}: <…> ."
