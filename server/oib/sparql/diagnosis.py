"""Error messages: from what the engine reports about a query to what its author can mend.

The engine reports the farthest place that its grammar reached, and some of what it would have
accepted there. The mistakes that people make most often are looked for in the tokens instead.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from oib.errors import BadQuery
from oib.sparql.lexer import Token, locate, tokenize

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_EXPECTED = re.compile(r'expected ("[^"]{1,3}")')
_CUSTOM_FUNCTION = re.compile(r"The custom function (<[^>]*>) is not supported")
_BROKEN_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^<>\r\n]*>")
_AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
#: The functions of SPARQL 1.1 Query Language, section 17.4, and those that version 1.2 adds.
FUNCTIONS: Final = _AGGREGATES | frozenset(
    (
        *("BOUND", "IF", "COALESCE", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL"),
        *("ISNUMERIC", "STR", "LANG", "DATATYPE", "IRI", "URI", "BNODE", "STRDT", "STRLANG"),
        *("UUID", "STRUUID", "STRLEN", "SUBSTR", "UCASE", "LCASE", "STRSTARTS", "STRENDS"),
        *("CONTAINS", "STRBEFORE", "STRAFTER", "ENCODE_FOR_URI", "CONCAT", "LANGMATCHES"),
        *("REGEX", "REPLACE", "ABS", "ROUND", "CEIL", "FLOOR", "RAND", "NOW", "YEAR", "MONTH"),
        *("DAY", "HOURS", "MINUTES", "SECONDS", "TIMEZONE", "TZ", "MD5", "SHA1", "SHA256"),
        *("SHA384", "SHA512", "LANGDIR", "HASLANG", "HASLANGDIR", "STRLANGDIR", "ISTRIPLE"),
        *("TRIPLE", "SUBJECT", "PREDICATE", "OBJECT", "ADJUST"),
    )
)
# How many arguments a function takes, at least and at most; no entry for any number.
_ARGUMENTS = {
    **dict.fromkeys(("NOW", "RAND", "UUID", "STRUUID"), (0, 0)),
    **dict.fromkeys(
        (
            *("BOUND", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC", "STR", "LANG"),
            *("DATATYPE", "IRI", "URI", "STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI", "ABS"),
            *("ROUND", "CEIL", "FLOOR", "YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "SECONDS"),
            *("TIMEZONE", "TZ", "MD5", "SHA1", "SHA256", "SHA384", "SHA512", "COUNT", "SUM"),
            *("MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"),
        ),
        (1, 1),
    ),
    **dict.fromkeys(
        (
            *("STRDT", "STRLANG", "STRSTARTS", "STRENDS", "CONTAINS", "STRBEFORE", "STRAFTER"),
            *("LANGMATCHES", "SAMETERM"),
        ),
        (2, 2),
    ),
    "IF": (3, 3),
    "SUBSTR": (2, 3),
    "REGEX": (2, 3),
    "REPLACE": (3, 4),
    "BNODE": (0, 1),
}
# Words that may stand before a bracket and are no functions.
_BEFORE_BRACKETS = frozenset(
    (
        *("SELECT", "DISTINCT", "REDUCED", "FILTER", "BIND", "IN", "VALUES", "BY", "HAVING"),
        *("ASC", "DESC", "AS", "A", "EXISTS", "NOT", "WHERE", "TRUE", "FALSE", "UNDEF"),
    )
)
_STRAIGHT = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "，": ",", "；": ";", "。": "."}
_STRAIGHT |= {"（": "(", "）": ")", "｛": "{", "｝": "}", "：": ":", "？": "?", "\xa0": " "}


def explain(text: str, message: str) -> BadQuery:
    """Return the error for a query that the engine cannot parse.

    Args:
        text: the query.
        message: what the engine says, such as ``error at 1:24: expected one of …``.
    """
    place = _PLACE.fullmatch(message)
    if not place:
        return BadQuery(message)
    analysis = _Analysis(text, _offset(text, int(place[1]), int(place[2])), place[3])
    for check in _CHECKS:
        if (found := check(analysis)) is not None:
            return found
    return analysis.unexpected()


def explain_evaluation(message: str) -> BadQuery:
    """Return the error for a query that parses but has no answer."""
    if function := _CUSTOM_FUNCTION.search(message):
        return BadQuery(
            f"there is no function {function[1]} here; the functions of SPARQL 1.1 "
            "and the casts to the types of XML Schema are offered"
        )
    return BadQuery(f"this query has no answer: {message}")


class _Analysis:
    """A query that does not parse: its tokens, and what the engine reports."""

    def __init__(self, text: str, offset: int, report: str) -> None:
        self.text, self.offset, self.report = text, offset, report
        self.tokens = list(tokenize(text))
        self.words = [token.text.upper() for token in self.tokens]

    def error(self, reason: str, at: Token | int) -> BadQuery:
        position = at if isinstance(at, int) else at.start
        return BadQuery(reason, *locate(self.text, position))

    def unexpected(self) -> BadQuery:
        token = next((each for each in self.tokens if each.end > self.offset), None)
        if token is None and self.words and self.words[-1] in ("}", ")"):
            token = self.tokens[-1]
        if token is None:
            return self.error("the query ends too early", len(self.text))
        shown = token.text if len(token.text) <= 40 else token.text[:40] + "…"
        expected = _EXPECTED.fullmatch(self.report.strip())
        hint = f"; expected {expected[1]}" if expected else ""
        return self.error(f"syntax error at or before {shown}{hint}", token)

    def header(self) -> range:
        """Return which tokens stand between the first SELECT and what follows its variables."""
        start = self.words.index("SELECT") + 1 if "SELECT" in self.words else len(self.words)
        ends = ("{", "WHERE", "FROM")
        end = next((at for at in range(start, len(self.words)) if self.words[at] in ends), start)
        return range(start, end)

    def at_top(self, part: range) -> Iterator[int]:
        """Yield which tokens of a part stand outside of brackets."""
        depth = 0
        for at in part:
            depth += {"(": 1, ")": -1}.get(self.words[at], 0)
            if depth == 0 and self.words[at] != ")":
                yield at

    def variables(self, part: Sequence[int]) -> list[Token]:
        return [self.tokens[at] for at in part if self.tokens[at].kind == "variable"]

    def new_variables(self, part: range) -> list[int]:
        """Return which tokens of a part are variables after AS."""
        return [
            at
            for at in part
            if at and self.tokens[at].kind == "variable" and self.words[at - 1] == "AS"
        ]


def _undeclared_prefix(query: _Analysis) -> BadQuery | None:
    declared = set()
    for at, token in enumerate(query.tokens):
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if at and query.words[at - 1] == "PREFIX":
                declared.add(prefix)
            elif prefix != "_" and prefix not in declared:
                return undeclared(token)
        elif token.kind == "word" and at and query.words[at - 1] == "PREFIX":
            return query.error(f"a prefix ends in a colon: PREFIX {token.text}: <…>", token)
    return None


def undeclared(name: Token) -> BadQuery:
    """Return the error for a prefixed name whose prefix no PREFIX declares."""
    prefix = name.text.partition(":")[0]
    place = locate(name.source, name.start)
    return BadQuery(f"prefix {prefix}: is not declared; add PREFIX {prefix}: <…>", *place)


def _unclosed_string(query: _Analysis) -> BadQuery | None:
    end = query.tokens[-1].end if query.tokens else 0
    rest = query.text[end:].lstrip(" \t\r\n")
    if rest.startswith(('"', "'")):
        return query.error("the string that starts here is not closed", len(query.text) - len(rest))
    return None


def _odd_character(query: _Analysis) -> BadQuery | None:
    for token in query.tokens:
        if token.kind == "other" and not token.text.isascii():
            straight = _STRAIGHT.get(token.text)
            hint = f"; write {straight}" if straight and straight.strip() else ""
            if straight == " ":
                hint = "; write a plain space"
            shown = token.text if token.text.isprintable() else ""
            name = f"{shown} (U+{ord(token.text):04X})".strip()
            return query.error(f"the character {name} has no meaning in SPARQL{hint}", token)
    return None


def _broken_iri(query: _Analysis) -> BadQuery | None:
    for token in query.tokens:
        if token.text == "<" and (iri := _BROKEN_IRI.match(query.text, token.start)):
            return query.error(
                f'{iri[0]} is no IRI: it holds a space or one of " {{ }} | ^ ` \\; '
                "encode that with a percent sign, such as %20",
                token,
            )
    return None


def _reported(query: _Analysis) -> BadQuery | None:
    """Return what the rules about variables say, which the engine checks at the end of a query."""
    report, header = query.report, query.header()
    new = query.new_variables(header)
    if "Duplicated variable name in SELECT" in report:
        seen = set[str]()
        for token in query.variables([*query.at_top(header), *new]):
            if token.text[1:] in seen:
                return query.error(f"SELECT names {token.text} twice", token)
            seen.add(token.text[1:])
    if "SELECT * is not authorized with GROUP BY" in report:
        place = header.start if header else 0
        return query.error(
            "SELECT * does not go with GROUP BY; name the variables", query.tokens[place]
        )
    if "variable that is unbound" in report:
        return _not_grouped(query, header)
    if "overrides an existing variable" in report:
        for at in new:
            name = query.tokens[at].text[1:]
            if any(
                token.text[1:] == name
                for index, token in enumerate(query.tokens)
                if token.kind == "variable" and index != at
            ):
                reason = f"?{name} is bound already; AS needs a new variable"
                return query.error(reason, query.tokens[at])
    return None


def _not_grouped(query: _Analysis, header: range) -> BadQuery | None:
    grouped = set[str]()
    for at, word in enumerate(query.words[:-1]):
        if word == "GROUP" and query.words[at + 1] == "BY":
            ends = ("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "}")
            stop = next(
                (end for end in range(at, len(query.words)) if query.words[end] in ends),
                len(query.words),
            )
            part = range(at, stop)
            grouped |= {each.text[1:] for each in query.variables(list(query.at_top(part)))}
            grouped |= {query.tokens[each].text[1:] for each in query.new_variables(part)}
    for token in query.variables(list(query.at_top(header))):
        name = token.text[1:]
        if name not in grouped:
            return query.error(
                f"?{name} is neither grouped nor aggregated; "
                f"add it to GROUP BY, or write (SAMPLE(?{name}) AS ?one)",
                token,
            )
    if header:
        return query.error(
            "SELECT uses a variable that is neither grouped nor aggregated",
            query.tokens[header.start],
        )
    return None


def _bound_twice(query: _Analysis) -> BadQuery | None:
    """Find a BIND to a variable that its group has bound before."""
    groups = [set[str]()]
    for at, token in enumerate(query.tokens):
        if token.text == "{":
            groups.append(set())
        elif token.text == "}" and len(groups) > 1:
            larger, smaller = sorted((groups.pop(), groups.pop()), key=len, reverse=True)
            larger |= smaller
            groups.append(larger)
        elif token.kind == "variable":
            name = token.text[1:]
            if name in groups[-1] and query.words[at - 1] == "AS" and len(groups) > 1:
                return query.error(f"?{name} is bound already; BIND needs a new variable", token)
            groups[-1].add(name)
    return None


def _header_habits(query: _Analysis) -> BadQuery | None:
    """Find what other query languages allow between SELECT and WHERE."""
    header = query.header()
    for at in query.at_top(header):
        word = query.words[at]
        if word == ",":
            return query.error("no comma between variables; write SELECT ?a ?b", query.tokens[at])
        if word in _AGGREGATES:
            reason = f"an aggregate needs a name and brackets: ({word}(…) AS ?name)"
            return query.error(reason, query.tokens[at])
    return None


def _unknown_function(query: _Analysis) -> BadQuery | None:
    known = FUNCTIONS | _BEFORE_BRACKETS
    for at, token in enumerate(query.tokens[:-1]):
        if token.kind == "word" and query.words[at + 1] == "(" and query.words[at] not in known:
            return query.error(f"{token.text} is no function of SPARQL 1.1", token)
    return None


def _wrong_order(query: _Analysis) -> BadQuery | None:
    wrong_before = {"ORDER": ("LIMIT", "OFFSET"), "GROUP": ("ORDER", "LIMIT", "OFFSET", "HAVING")}
    modifiers = list[str]()  # since the last brace
    for at, word in enumerate(query.words[:-1]):
        if word in ("{", "}"):
            modifiers.clear()
        elif word in ("LIMIT", "OFFSET", "HAVING") or query.words[at + 1] == "BY":
            for before in wrong_before.get(word, ()):
                if before in modifiers:
                    return query.error(f"{word} BY stands before {before}", query.tokens[at])
            modifiers.append(word)
    return None


def _brackets(query: _Analysis) -> BadQuery | None:
    pairs = {"}": "{", ")": "(", "]": "["}
    open_ones = list[Token]()
    for token in query.tokens:
        if token.kind != "other":
            continue
        if token.text in pairs.values():
            open_ones.append(token)
        elif token.text in pairs:
            if not open_ones:
                return query.error(f"{token.text} closes nothing", token)
            opened = open_ones.pop()
            if opened.text != pairs[token.text]:
                line, column = locate(query.text, opened.start)
                reason = (
                    f"{token.text} does not close the {opened.text} of line {line}, column {column}"
                )
                return query.error(reason, token)
    if open_ones:
        return query.error(f"this {open_ones[-1].text} is not closed", open_ones[-1])
    return None


def _arguments(query: _Analysis) -> BadQuery | None:
    """Find a call with too few or too many arguments."""
    calls = list[list[int]]()  # where the name stands, and how many arguments there are so far
    for at, word in enumerate(query.words):
        if word == "(":
            calls.append([at - 1, int(query.words[at + 1 : at + 2] != [")"])])
        elif word == "," and calls:
            calls[-1][1] += 1
        elif word == ")" and calls:
            name, number = calls.pop()
            least, most = (
                _ARGUMENTS.get(query.words[name], (0, number)) if name >= 0 else (0, number)
            )
            if not least <= number <= most:
                wanted = f"{least}" if least == most else f"{least} to {most}"
                plural = "" if most == 1 else "s"
                reason = f"{query.tokens[name].text} takes {wanted} argument{plural}, not {number}"
                return query.error(reason, query.tokens[name])
    return None


def _reused_label(query: _Analysis) -> BadQuery | None:
    if "unreported" not in query.report:
        return None
    before = [token for token in query.tokens if token.start < query.offset]
    label = next((token for token in reversed(before) if token.text.startswith("_:")), None)
    if label is None:
        return None
    return query.error(
        f"the label {label.text} occurs in two groups; use a variable in its place", label
    )


_CHECKS: Final[tuple[Callable[[_Analysis], BadQuery | None], ...]] = (
    _broken_iri,
    _undeclared_prefix,
    _unclosed_string,
    _odd_character,
    _reported,
    _header_habits,
    _brackets,
    _unknown_function,
    _arguments,
    _wrong_order,
    _reused_label,
    _bound_twice,
)


def _offset(text: str, line: int, column: int) -> int:
    """Return the position of a line and a column, which count from 1."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1
