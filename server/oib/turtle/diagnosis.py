"""What most likely went wrong at a place where a text is not Turtle, and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import Final, NamedTuple

from oib.namespaces import ID, PREFIXES
from oib.turtle.lexer import match_token

UNDECLARED: Final = re.compile(r"The prefix ([^\s:]*): has not been declared")
#: A directive that declares a prefix, well-formed or not.
DECLARATION: Final = re.compile(r"^[ \t]*@?prefix\s+([^\s:<]*)", re.IGNORECASE | re.MULTILINE)
#: The first line of a merge conflict as git leaves it, and its last.
CONFLICT: Final = re.compile(r"^<{7}(?: |$)", re.MULTILINE)
_CONFLICT_END: Final = re.compile(r"^>{7}(?: [^\r\n]*)?$", re.MULTILINE)
_CONFLICT_LINE: Final = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
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
_ANY_QUOTE: Final = f"[{_QUOTES}]"
_LOOK_ALIKE: Final = re.escape("".join(_PUNCTUATION))
#: What stands at a place where no terminal begins, up to where the next one may.
_MALFORMED: Final = re.compile(
    rf"""
      [^\S \t\r\n]+                       # blanks that are no white space of Turtle
    | ["']{{3}} [^\r\n]* | ["'][^\r\n]*  # a string that nothing closes
    | < [^>\r\n]* >?                      # an IRI with characters that it cannot have
    | {_ANY_QUOTE} [^"'{_QUOTES}\r\n]* {_ANY_QUOTE} (?: @[\w-]+ )?
    | \\ (?: u[0-9A-Fa-f]{{0,4}} | U[0-9A-Fa-f]{{0,8}} | [^\r\n] )
    | [{_LOOK_ALIKE}]
    | [^\s;,.()\[\]"'<{_LOOK_ALIKE}]+ (?: \.+ [^\s;,.()\[\]"'<{_LOOK_ALIKE}]+ )*
    | [^\r\n]
    """,
    re.VERBOSE,
)
#: A text between typographic marks, with its language tag.
_QUOTED: Final = re.compile(
    r"[“„‟”«»「『＂‘‚‛’‹›＇]([^\"\\\r\n]*)[”“‟»«」』＂’‘‛›‹＇](@[A-Za-z]+(?:-[A-Za-z0-9]+)*)?"
)
_BARE_IRI: Final = re.compile(r"https?://[^\s<>\"{}|\\^`;,]*[^\s<>\"{}|\\^`;,.]")
_YEAR_DIGITS: Final = 4
_DATE: Final = re.compile(r"\b[0-9]{4}(?:-[0-9]{1,2}){1,2}")
_NODE: Final = r"<[^<>\s]*>|[\w-]*:[\w-]+(?:\.[\w-]+)*"
#: A separator with the one node that stands between it and an error.
_SEPARATED: Final = re.compile(rf"([,;])[ \t\r\n]*({_NODE})[ \t\r\n]+\Z")
_CLASS_VERB: Final = re.compile(r"a[ \t\r\n]")
#: What can be no verb: a literal, and a node behind which no other comes.
_LAST_VALUE: Final = re.compile(rf"[\"'0-9+-]|(?:true|false)\b|(?:{_NODE})[ \t\r\n]*[;,.]")
_WORD: Final = re.compile(r"[^ \t\r\n]*")
_WORD_BEFORE: Final = re.compile(r"[^ \t\r\n]*[ \t\r\n]*\Z")
_DOTTED_PREFIX: Final = re.compile(r"^\s*(?:prefix|base)\s[^\n]*>\s*\.\s*$", re.IGNORECASE)
_HINTS: Final = {
    "No scheme found": f"a relative IRI needs a line such as @base <{ID}> . above it",
    "A dot is expected": "or, before this place, a semicolon or a comma",
    "Unexpected end of file": "what begins here is nowhere closed",
    "Unexpected end": "the last statement has no dot",
    "Line jumps are not allowed": 'a text of several lines stands between """ and """',
    "Invalid IRI code point ' '": "an IRI holds no blanks; write a hyphen, or %20",
    "Unexpected escape character": r"a backslash in a text is written \\",
    "keyword should be followed by a prefix": "a colon stands behind the prefix",
    "followed by a prefix and its value": "an IRI stands between < and >, and a dot at the end",
}
# What stands before an error and what stands there, and what that comes from.
_AROUND: Final = (
    (
        r"[0-9]{4}",
        r"-[0-9]",
        'a date stands between quotes, with its type: "…"^^edtf:EDTF or ^^xsd:date',
    ),
    (r"[\"']@\w+(?:-\w+)*", r"_", "a language tag has hyphens, such as @zh-Hans"),
    (r"[\"']", r"\^(?!\^)", "a type stands behind two signs: ^^xsd:date"),
    (r"\"[^\"\n]*\"", r"[^\W\d_]", 'a quotation mark within a text is written \\"'),
    (r"'[^'\n]*'", r"[^\W\d_]", "an apostrophe within a text needs \" around the text, or \\'"),
    (r"", r"(?:TRUE|FALSE|True|False)\b", "true and false are written in small letters"),
    (r"", r"GRAPH\b|[^\s{]+[ \t\r\n]*\{", "this is TriG; a file of Turtle has no named graphs"),
    (r"", r"(?!@)[^\W\d_][\w-]*(?=[\s.;,])", "a name has a prefix in front, such as oib:"),
)


def find_hint(text: str, reason: str, offset: int) -> str:
    """Return how to mend an error, empty if nothing is known.

    Args:
        text: the whole text.
        reason: what the parser says.
        offset: where it stopped, in code points.
    """
    if foreign := other_format(text):
        return foreign
    line = text[text.rfind("\n", 0, offset) + 1 : _line_end(text, offset)]
    if _CONFLICT_LINE.match(line):
        return "a mark of a merge conflict is left in the file; keep one of the two versions"
    if _BARE_IRI.match(text, offset):
        return "an IRI stands between < and >"
    if undeclared := UNDECLARED.search(reason):
        return _declaration(undeclared[1], text[offset:])
    return (
        _character_hint(text, offset)
        or _separator_hint(text, offset)
        or next((hint for sign, hint in _HINTS.items() if sign in reason), "")
        or _hint_around(text, offset)
    )


def other_format(text: str) -> str:
    """Return what to do with a text in another format that is often taken for Turtle."""
    start = text[:2000].lstrip("\ufeff \t\r\n")
    if start[:1] == "{" or (start[:1] == "[" and "{" in start[:20]):
        return "this is JSON, perhaps JSON-LD; oib reads Turtle, so save it as Turtle"
    if start.startswith(("<?xml", "<rdf:RDF", "<!DOCTYPE", "<html")):
        return "this is XML, perhaps RDF/XML; oib reads Turtle, so save it as Turtle"
    return ""


def missing_declaration(reason: str) -> str:
    """Return the line to add at the top where a reason asks for one, else nothing."""
    line = reason.partition("add the line ")[2]
    return f"{line}\n" if line.startswith("@prefix ") else ""


class Extent(NamedTuple):
    """The stretch of a text that is at fault, and what mends it if that is certain."""

    start: int
    end: int
    replacement: str | None = None


def find_extent(text: str, offset: int) -> Extent:
    """Return what is to be marked for an error at an offset.

    That is the token there, up to its end on the line if it is not well-formed; a character just
    before it that only looks like a sign of Turtle; or a whole merge conflict.
    """
    line_start = text.rfind("\n", 0, offset) + 1
    if CONFLICT.match(text, line_start):
        conflict_end = _CONFLICT_END.search(text, line_start)
        return Extent(
            line_start, conflict_end.end() if conflict_end else _line_end(text, line_start)
        )
    if bare := _BARE_IRI.match(text, offset):
        return Extent(offset, bare.end(), f"<{bare[0]}>")
    if offset >= _YEAR_DIGITS and (date := _DATE.match(text, offset - _YEAR_DIGITS)):
        return Extent(*date.span())
    end = max(offset + 1, _token_end(text, offset))
    if quoted := _QUOTED.fullmatch(text, offset, end):
        return Extent(offset, end, f'"{quoted[1]}"{quoted[2] or ""}')
    at = _find_look_alike(text, offset)
    if at is None or text[at] in _QUOTES:
        return Extent(offset, end)
    return Extent(at, at + 1, _PUNCTUATION.get(text[at], " " if text[at].isspace() else ""))


def _token_end(text: str, offset: int) -> int:
    """Return where the terminal that begins at an offset ends, or what stands in its place."""
    kind, end = match_token(text, offset) or ("space", offset)
    if kind in ("space", "comment"):
        return offset
    malformed = _MALFORMED.match(text, offset) if kind in ("other", "word") else None
    return malformed.end() if malformed else end


def _hint_around(text: str, offset: int) -> str:
    line_start = text.rfind("\n", 0, offset) + 1
    before, after = text[max(line_start, offset - 200) : offset], text[offset : offset + 200]
    for preceding, following, hint in _AROUND:
        if re.search(rf"(?:{preceding})$", before) and re.match(following, after):
            return hint
    return ""


def _separator_hint(text: str, offset: int) -> str:
    """Return a hint for a comma or semicolon behind which something else than its kind begins.

    Behind a semicolon comes a verb, so ``; <x> a`` begins a subject; behind a comma comes a value,
    so in ``, ex:verb "text"`` a verb stands there.
    """
    found = _SEPARATED.search(text, max(0, offset - 300), offset)
    if found is None:
        return ""
    if found[1] == ";" and _CLASS_VERB.match(text, offset):
        return f"a dot, not a semicolon, stands before the next subject, {found[2]}"
    if found[1] == "," and _LAST_VALUE.match(text, offset):
        return f"a semicolon, not a comma, stands before the next property, {found[2]}"
    return ""


def _character_hint(text: str, offset: int) -> str:
    """Return a hint for a character that only looks like a sign of Turtle."""
    line_start = text.rfind("\n", 0, offset) + 1
    line = text[line_start : _line_end(text, offset)]
    if _DOTTED_PREFIX.match(line) or _DOTTED_PREFIX.match(_line_before(text, line_start)):
        return "PREFIX has no dot behind it; write @prefix at the front, or leave the dot out"
    at = _find_look_alike(text, offset)
    if at is None:
        return ""
    character = text[at]
    if character in _QUOTES:
        return f'{character} is a typographic mark; texts stand between straight quotes "…"'
    if character in _PUNCTUATION:
        return f"{character} is full-width; write {_PUNCTUATION[character]}"
    if character.isspace():
        name = unicodedata.name(character, "control character").lower()
        return f"here stands U+{ord(character):04X} ({name}); write a plain blank"
    return f"here stands an invisible character (U+{ord(character):04X}); delete it"


def _find_look_alike(text: str, offset: int) -> int | None:
    """Return where a character stands that only looks like a sign of Turtle.

    It is looked for in the word at the offset and in the one before, for names may hold most such
    characters, so that a parser stops behind them only; but not within texts.
    """
    before = _WORD_BEFORE.search(text, max(0, offset - 200), offset)
    after = _WORD.match(text, offset, min(len(text), offset + 200))
    stretches = (
        (before.start() if before else offset, offset),
        (offset, after.end() if after else offset),
    )
    for start, end in stretches:
        for at in range(start, end):
            character = text[at]
            if character in "\"'":
                break
            if character in _QUOTES or character in _PUNCTUATION:
                return at
            if character.isspace() and character not in " \t\r\n":
                return at
            if unicodedata.category(character) == "Cf":
                return at
    return None


def _line_before(text: str, line_start: int) -> str:
    start = text.rfind("\n", 0, max(0, line_start - 1)) + 1
    return text[start:line_start]


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _declaration(prefix: str, below: str) -> str:
    """Return the line that declares a prefix of the project, or of the one most like it.

    ``below`` is the text from the place on where the prefix is used.
    """
    known = _ALIASES.get(prefix, prefix)
    if any(match[1] == prefix for match in DECLARATION.finditer(below)):
        return "it is declared further down; move that line to the top"
    if known in PREFIXES:
        return f"add the line @prefix {prefix}: <{PREFIXES[known]}> ."
    near = get_close_matches(prefix, PREFIXES, n=1)
    return f"did you mean {near[0]}: ?" if near else f"add a line @prefix {prefix}: <…> ."
