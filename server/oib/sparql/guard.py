"""The guard: decides from the text of a query whether it may run, and what kind of query it is."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple, NoReturn, cast, get_args

from oib.errors import BadQuery, Forbidden, OibError, TooLarge
from oib.sparql import bounded_shape
from oib.sparql.diagnosis import undeclared
from oib.sparql.lexer import Form, Token, locate, tokenize, tokenize_all_ways, unescape

#: The longest query text that is read, in characters.
MAX_QUERY_LENGTH: Final = 2**18

#: A text of so many characters is parsed within some milliseconds, whatever it holds, so that it
#: may be parsed where others wait, such as on an event loop. Beyond, the time is linear, too: at
#: worst a second for the longest text, a hundredth of that for texts that people write.
MAX_INLINE_LENGTH: Final = 2**11

_FORMS = frozenset(get_args(Form))
_UPDATES = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH", "USING")
)

# A text without these has nothing to refuse, and only its prologue is cut into tokens. They are
# looked for one by one, which is quicker than one expression for all; ``WITHOUT`` is no WITH.
_SUSPECTS = ("SERVICE", "FROM", "\\", *sorted(_UPDATES))
_SUSPECT = re.compile(rf"SERVICE|FROM|\\|(?<![^\W_])(?:{'|'.join(sorted(_UPDATES))})(?![^\W_])")
_GAP = r"(?:[ \t\r\n]++|#[^\r\n]*+)*+"
_SPACE = re.compile(_GAP)
_GROUP = re.compile(_GAP + r"\{")
_PROLOGUE = re.compile(
    rf"(?:{_GAP}(?:PREFIX{_GAP}[^\s:#<]*+:|BASE){_GAP}<[^<>\s]*+>)*+{_GAP}"
    rf"(?P<form>{'|'.join(sorted(_FORMS))})(?![\w:.])"
)
# Comments, IRIs and strings, in a text without backslashes.
_OPAQUE = re.compile(
    r"""#[^\r\n]*+|<[^<>"{}|^`\\\x00-\x20]*+>|\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\r\n]*+"|'[^'\r\n]*+'""",
    re.DOTALL,
)
# Looked for in strings and IRIs, too: ``?a<?b&&RAND()>?c`` holds an IRI to the standard, and none
# to engines whose grammar has no lexer; to them a keyword needs no blank before it, either.
_VOLATILE_CALL = re.compile(rf"[?$]\w++|(?P<call>(?:NOW|RAND|UUID|BNODE){_GAP}\()")


class ParsedQuery(NamedTuple):
    """A query that the guard has let pass, and what its text says about it.

    Attributes:
        text: the query, without a byte order mark.
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        prologue: the text before the form: PREFIX and BASE declarations, and comments.
        has_dataset: FROM or FROM NAMED choose the graphs.
        from_graphs: what follows each FROM, as it is written: an IRI or a prefixed name.
        from_named_graphs: what follows each FROM NAMED, likewise.
        names_graphs: GRAPH or a dataset clause occurs, so that the union alone does not answer.
        is_volatile: text and data do not settle the answer: it calls NOW, RAND, UUID, STRUUID or
            BNODE, or constructs blank nodes. Such an answer has no entity tag and is not cached. A
            text that holds such a call in a string or an IRI counts likewise, unless it has the
            bounded shape.
        bounded_shape: the parts of a text that ``bounded_shape.match`` knows, None for others.
    """

    text: str
    form: Form
    prologue: str
    has_dataset: bool = False
    from_graphs: tuple[str, ...] = ()
    from_named_graphs: tuple[str, ...] = ()
    names_graphs: bool = False
    is_volatile: bool = False
    bounded_shape: re.Match[str] | None = None


def parse(text: str) -> ParsedQuery:
    """Return what a SPARQL text says about itself, or refuse it.

    The whole text is cut into tokens only if it may hold something that is refused or that has to
    be known: syntax is the engine's to check. The time is linear in the length of the text.

    Raises:
        Forbidden: the text is an update or calls a SERVICE.
        BadQuery: the text holds no query form, a string that is not closed, or a name that
            engines read in different ways.
        TooLarge: the text is longer than MAX_QUERY_LENGTH characters.
    """
    if len(text) > MAX_QUERY_LENGTH:
        raise TooLarge(
            f"a query may have {MAX_QUERY_LENGTH:,} characters, this one has {len(text):,}"
        )
    outcome = _parse_or_refuse(text)
    if isinstance(outcome, ParsedQuery):
        return outcome
    raise outcome.with_traceback(None)


@lru_cache(maxsize=32)  # a web page asks for the form, then the engine makes sure: one text, twice
def _parse_or_refuse(text: str) -> ParsedQuery | OibError:
    """Return what a text says, or the reason for which it is refused."""
    try:
        return _parse(text)
    except OibError as error:
        return error.with_traceback(None)


def _parse(text: str) -> ParsedQuery:
    text = text.removeprefix("\ufeff")
    if shape := bounded_shape.match(text):  # which has nothing to refuse or to know
        form: Form = "ASK" if shape["ask"] else "SELECT"
        return ParsedQuery(text, form, text[: shape.end("prologue")], bounded_shape=shape)
    upper = text.upper()
    # The offsets below are those of the text only if no letter has become two.
    if len(upper) == len(text) and not _is_suspect(upper) and (match := _PROLOGUE.match(upper)):
        return _summarize(text, upper, match)
    return _parse_tokens(text)


def _is_suspect(upper: str) -> bool:
    for word in _SUSPECTS:  # a loop, for a generator would take twice as long
        if word in upper:
            return _SUSPECT.search(upper) is not None
    return False


def _summarize(text: str, upper: str, prologue: re.Match[str]) -> ParsedQuery:
    """Return what a text says in which nothing can be refused."""
    form = cast(Form, prologue["form"])
    names_graphs = "GRAPH" in upper and "GRAPH" in _OPAQUE.sub(" ", upper)
    start = prologue.start("form")
    return ParsedQuery(
        text,
        form,
        text[:start],
        names_graphs=names_graphs,
        is_volatile=_calls_volatile(upper) or _constructs_blank_nodes(form, text, start),
    )


def _calls_volatile(upper: str) -> bool:
    """Return whether a text in capitals may call a function whose value it does not settle."""
    if not any(name in upper for name in ("NOW", "RAND", "UUID", "BNODE")):
        return False
    return any(match["call"] for match in _VOLATILE_CALL.finditer(upper))


def _constructs_blank_nodes(form: Form, text: str, start: int) -> bool:
    if form != "CONSTRUCT":
        return False
    template = text[start : text.find("}", start)]
    return any(mark in template for mark in ("[", "(", "_:"))


class _Reader:
    """Collects what the tokens of a text say, the standard's first; refuses what may not run."""

    def __init__(self) -> None:
        self.form: Token | None = None
        self.words = set[str]()
        self.graphs: dict[str, list[str]] = {"FROM": [], "NAMED": []}
        self.prefixes = set[str]()
        self.has_lookalikes = False  # names whose prefix starts as FROM or NAMED do
        self._previous: Token | None = None
        self._is_first = True  # among the ways to cut the text: the standard's

    def read(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if self._previous and token.start < self._previous.end:
                self._is_first, self._previous = False, None  # here another way begins
            if token.kind == "word":
                self._word(token)
            elif token.kind == "name":
                self._name(token)
            elif self._is_first:
                self._graph(token)
            self._previous = token

    def _word(self, token: Token) -> None:
        upper = token.text.upper()
        if upper in self.words:
            return
        for word in upper.split(".") if "." in upper else (upper,):
            if word in _UPDATES:
                _refuse(token, f"{word} changes data, and this endpoint only answers queries")
            if "SERVICE" in word:
                _refuse(
                    token, "SERVICE is not offered here; ask that endpoint and join the answers"
                )
            if word in _FORMS and self.form is None:
                self.form = token
            self.words.add(word)

    def _name(self, token: Token) -> None:
        prefix, _, local = token.text.partition(":")
        if self._keyword_before(token) == "PREFIX":
            self.prefixes.add(prefix)
            return
        # Some grammars want no space after a keyword (``SERVICEex:a {}``) and end a local name at
        # its second dot (``ex:a.b.SERVICE``).
        upper = prefix.upper()
        if "." in local and any("SERVICE" in part for part in local.upper().split(".", 2)[2:]):
            _refuse(token, "some engines read this name as SERVICE; write it in angle brackets")
        if "SERVICE" in upper and _GROUP.match(token.source, token.end):
            clause = self._keyword_before(token)
            if prefix not in self.prefixes or clause not in ("GRAPH", "FROM", "NAMED"):
                _refuse(token, "some engines read this name as SERVICE; choose another prefix")
        if self._is_first:
            if upper.startswith(("FROM", "NAMED")):
                if prefix not in self.prefixes:
                    raise undeclared(token)
                self.has_lookalikes = True
            self._graph(token)

    def _graph(self, token: Token) -> None:
        clause = self._keyword_before(token)
        if clause in self.graphs:
            self.graphs[clause].append(token.text)

    def _keyword_before(self, token: Token) -> str:
        """Return the keyword before a token, in capitals; empty if there is none."""
        previous = self._previous
        if previous is None or previous.kind != "word":
            return ""
        is_adjacent = _SPACE.fullmatch(token.source, previous.end, token.start)
        return previous.text.upper() if is_adjacent else ""


def _check_header(text: str) -> None:
    """Refuse a name like ``FROMex:a`` where some grammars see a FROM without a space after it.

    That is between the form, with what it selects or constructs, and the first group.
    """
    depth, groups, form, previous = 0, 0, "", ""
    for token in tokenize(text):
        upper = token.text.upper()
        if upper in ("(", "{", ")", "}"):
            depth += 1 if upper in ("(", "{") else -1
            groups += upper == "{"
        if upper == "WHERE" or (form and groups > (form == "CONSTRUCT")):
            return
        if token.kind == "word" and not form and upper in _FORMS:
            form = upper
        elif (
            token.kind == "name"
            and depth == 0
            and form not in ("", "DESCRIBE")
            and upper.startswith(("FROM", "NAMED"))
            and previous not in ("FROM", "NAMED")
        ):
            place = locate(text, token.start)
            raise BadQuery("write a space after FROM, or choose another prefix", *place)
        previous = upper


def _parse_tokens(text: str) -> ParsedQuery:
    reader = _Reader()
    reader.read(tokenize_all_ways(text))
    if reader.has_lookalikes:
        _check_header(text)
    if reader.form is None:
        raise BadQuery("no query found; start with SELECT, ASK, CONSTRUCT or DESCRIBE")
    form = next(word for word in reader.form.text.upper().split(".") if word in _FORMS)
    has_dataset = "FROM" in reader.words
    start = reader.form.start
    return ParsedQuery(
        text,
        cast(Form, form),
        reader.form.source[:start],
        has_dataset,
        tuple(reader.graphs["FROM"]),
        tuple(reader.graphs["NAMED"]),
        has_dataset or "GRAPH" in reader.words,
        any(_calls_volatile(each.upper()) for each in (text, unescape(text)))
        or _constructs_blank_nodes(cast(Form, form), reader.form.source, start),
    )


def _refuse(token: Token, reason: str) -> NoReturn:
    line, column = locate(token.source, token.start)
    raise Forbidden(f"line {line}, column {column}: {reason}")
