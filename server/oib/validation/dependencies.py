"""Which focus nodes a change of the data can affect, found over what the constraints read.

A result for a focus node can only change if a triple changed that the constraint reads for it. Each
triple pattern of each constraint is therefore followed from the changed triples back to ``$this``,
through the patterns that must hold with it; filters are ignored, so that the answer may hold too
many nodes, and never too few. Removed triples are followed as if they still stood. A constraint
whose patterns cannot be followed is named, and the caller looks at all its focus nodes.

The patterns are those of the group graph patterns of SPARQL 1.1, section 18.2, without GRAPH,
SERVICE and negated property sets. Those of a nested SELECT are followed like others, for any of
them can change the groups that it counts.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, QuerySolutions, Store, Triple

from oib.namespaces import PREFIXES
from oib.validation.constraints import Constraint
from oib.validation.shape_graph import Term

#: Named graphs of the store while a change is looked at: all its triples, and those taken away.
CHANGED: Final = NamedNode("urn:x-oib:changed")
REMOVED: Final = NamedNode("urn:x-oib:removed")

_THIS: Final = "?this"
_TOKEN: Final = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<iri><[^<>"{}|^`\\\s]*>)
    |(?P<variable>[?$][A-Za-z_]\w*)
    |(?P<name>[A-Za-z][\w.-]*?:(?:[\w-](?:[\w.-]*[\w-])?)?)
    |(?P<word>[A-Za-z]+|[0-9.]+)
    |(?P<sign>\^\^|&&|\|\||[<>!=]=|.)""",
    re.VERBOSE | re.DOTALL,
)


class Unfollowable(Exception):
    """The text of a constraint has something that is not followed."""


@dataclass(frozen=True)
class _Path:
    """A property path: an operator and its operands, or one IRI or variable."""

    operator: str
    operands: tuple[_Path, ...] = ()
    term: str = ""

    def __str__(self) -> str:
        inner = [str(each) for each in self.operands]
        match self.operator:
            case "term":
                return self.term
            case "^":
                return f"(^{inner[0]})"
            case "/" | "|":
                return f"({self.operator.join(inner)})"
        return f"({inner[0]}{self.operator})"


@dataclass(frozen=True)
class TriplePattern:
    """A triple pattern, with a property path as its predicate."""

    subject: str
    path: _Path
    object: str

    def __str__(self) -> str:
        return f"{self.subject} {self.path} {self.object} ."

    @property
    def variables(self) -> set[str]:
        """The variables in it, with their question mark."""
        parts = (self.subject, self.object, self.path.term)
        return {part for part in parts if part.startswith("?")}


@dataclass
class PatternGroup:
    """A group: its own patterns, its unions, and the groups that need not hold with it."""

    patterns: list[TriplePattern] = field(default_factory=list)
    unions: list[list[PatternGroup]] = field(default_factory=list)
    optional: list[PatternGroup] = field(default_factory=list)


@dataclass(frozen=True)
class _Step:
    """How a change of one predicate leads to focus nodes; any predicate when it is empty.

    Attributes:
        predicate: the predicate of the changed triples.
        changed: their pattern, as subject, predicate and object.
        joined: the patterns that lead from them to ``?this``; None when a change can affect any
            focus node.
    """

    predicate: str
    changed: tuple[str, str, str]
    joined: str | None

    def query(self, triples: Iterable[Triple]) -> str:
        """Return the query for the focus nodes that some changed triples lead to; empty if none.

        The triples stand in the query, for a store that finds them in a graph cannot know that they
        are few, and would read all that they are joined with.
        """
        names = sorted({part for part in self.changed if part.startswith("?")})
        rows: dict[str, None] = {}
        for triple in triples:
            found: dict[str, str] = {}
            terms = (triple.subject, triple.predicate, triple.object)
            for part, term in zip(self.changed, map(str, terms), strict=True):
                if part.startswith("?") and found.setdefault(part, term) == term:
                    continue
                if part != term:
                    break
            else:
                rows["(" + " ".join(found[name] for name in names) + ")"] = None
        if not rows:
            return ""
        values = f"VALUES ({' '.join(names)}) {{ {' '.join(rows)} }}"
        return f"SELECT DISTINCT ?this WHERE {{ {values} {self.joined} }}"

    def query_of_graph(self) -> str:
        """Return the query for the focus nodes that the graph ``CHANGED`` leads to."""
        pattern = f"GRAPH {CHANGED} {{ {' '.join(self.changed)} }}"
        return f"SELECT DISTINCT ?this WHERE {{ {pattern} {self.joined} }}"

    def has_literal(self) -> bool:
        """Return whether the pattern has a literal, which can be written in several ways."""
        return any(part[0] not in "?<" for part in self.changed)


class Dependencies:
    """What the constraints of some shapes read, ready to be held against changes."""

    def __init__(self, constraints: Iterable[Constraint]) -> None:
        steps: dict[_Step, None] = {}
        self._unfollowed: dict[str, set[str]] = {}
        for constraint in constraints:
            try:
                found = list(_steps(parse_patterns(constraint.reads)))
            except Unfollowable:
                self._unfollowed.setdefault(constraint.rule, set()).add("")
                continue
            for step in found:
                if step.joined is not None:
                    steps[step] = None
                else:
                    self._unfollowed.setdefault(constraint.rule, set()).add(step.predicate)
        self._steps = tuple(steps)

    def unfollowed(self, predicates: set[str]) -> frozenset[str]:
        """Return the rules of which nobody can tell what a change of some predicates affects."""
        read = self._unfollowed.items()
        return frozenset(rule for rule, names in read if "" in names or names & predicates)

    def affected(self, store: Store, changed: Collection[Triple]) -> set[Term]:
        """Return the focus nodes that changed triples can affect.

        Args:
            store: the data after the change, and the graphs ``CHANGED`` and ``REMOVED``.
            changed: the triples of the graph ``CHANGED``.
        """
        by_predicate: dict[str, list[Triple]] = {"": list(changed)}
        for triple in changed:
            by_predicate.setdefault(triple.predicate.value, []).append(triple)
        # A query can name no blank node of the data.
        unnamed = any(isinstance(t, BlankNode) for each in changed for t in _nodes(each))
        found: set[Term] = set()
        for step in self._steps:
            triples = by_predicate.get(step.predicate)
            if not triples:
                continue
            in_graph = unnamed or step.has_literal()
            query = step.query_of_graph() if in_graph else step.query(triples)
            if query:
                rows = store.query(query, default_graph=[DefaultGraph(), REMOVED])
                assert isinstance(rows, QuerySolutions)
                found.update(row["this"] for row in rows)
        return found


def _nodes(triple: Triple) -> tuple[Term, Term]:
    return triple.subject, triple.object


def _steps(group: PatternGroup) -> Iterator[_Step]:
    for pattern, others in _in_context(group, [[]]):
        for choice in others:
            for before, term, after, inverse in _occurrences(pattern.path):
                yield _step(pattern, before, term, after, inverse, choice)


def _in_context(
    group: PatternGroup, outer: list[list[TriplePattern]]
) -> Iterator[tuple[TriplePattern, list[list[TriplePattern]]]]:
    """Yield each pattern of a group with the sets of patterns of which one must hold with it."""
    choices = [
        [*above, *group.patterns, *itertools.chain.from_iterable(branch)]
        for above in outer
        for branch in itertools.product(*(_branches(union) for union in group.unions))
    ]
    for pattern in group.patterns:
        yield pattern, choices
    for inner in group.optional:
        yield from _in_context(inner, choices)
    for union in group.unions:
        others = [each for each in group.unions if each is not union]
        above = [
            [*up, *group.patterns, *itertools.chain.from_iterable(branch)]
            for up in outer
            for branch in itertools.product(*(_branches(each) for each in others))
        ]
        for inner in union:
            yield from _in_context(inner, above)


def _branches(union: list[PatternGroup]) -> list[list[TriplePattern]]:
    """Return the sets of patterns of which one must hold for a union to hold."""
    return [
        [*group.patterns, *itertools.chain.from_iterable(branch)]
        for group in union
        for branch in itertools.product(*(_branches(inner) for inner in group.unions))
    ]


def _step(
    pattern: TriplePattern,
    before: _Path | None,
    term: str,
    after: _Path | None,
    inverse: bool,
    others: list[TriplePattern],
) -> _Step:
    start = pattern.subject if before is None else "?changed0__"
    end = pattern.object if after is None else "?changed1__"
    changed = (end, term, start) if inverse else (start, term, end)
    joined = [TriplePattern(pattern.subject, before, start)] if before else []
    joined += [TriplePattern(end, after, pattern.object)] if after else []
    known = {each for each in changed if each.startswith("?")}
    waiting = [each for each in others if each is not pattern]
    for each in joined:
        known |= each.variables
    uses = Counter(name for each in (*others, *joined) for name in each.variables)
    # Only what hangs together with the change and with $this says anything about either. Engines
    # keep this order where they see no difference, so the patterns that lead to few nodes come
    # first: what is said of a node that is known; what shares a variable that few patterns have;
    # and what is joined as in a chain, for two things with the same value of the same property
    # often have no more in common than a class.
    while near := [each for each in waiting if each.variables & known]:
        following = min(near, key=lambda each: _cost(each, known, uses, [pattern, *joined]))
        waiting.remove(following)
        joined.append(following)
        known |= following.variables
    predicate = "" if term.startswith("?") else term[1:-1]
    if _THIS not in known:
        return _Step(predicate, changed, None)
    return _Step(predicate, changed, " ".join(map(str, joined)))


def _cost(
    pattern: TriplePattern, known: set[str], uses: Mapping[str, int], joined: list[TriplePattern]
) -> tuple[bool, int, bool]:
    """Return how many nodes a pattern leads to from variables that are known; few come first."""
    alike = any(
        each.object == pattern.object and str(each.path) == str(pattern.path) for each in joined
    )
    return pattern.subject not in known, min(uses[v] for v in pattern.variables & known), alike


def _occurrences(path: _Path) -> Iterator[tuple[_Path | None, str, _Path | None, bool]]:
    """Yield each predicate of a path with the path before it, that after it, and its direction."""
    match path.operator:
        case "term":
            yield None, path.term, None, False
        case "^":
            for before, term, after, inverse in _occurrences(path.operands[0]):
                yield _inverse(after), term, _inverse(before), not inverse
        case "|":
            for each in path.operands:
                yield from _occurrences(each)
        case "/":
            for at, each in enumerate(path.operands):
                for before, term, after, inverse in _occurrences(each):
                    yield (
                        _sequence(*path.operands[:at], before),
                        term,
                        _sequence(after, *path.operands[at + 1 :]),
                        inverse,
                    )
        case _:
            again = _Path("*", path.operands)
            for before, term, after, inverse in _occurrences(path.operands[0]):
                yield _sequence(again, before), term, _sequence(after, again), inverse


def _inverse(path: _Path | None) -> _Path | None:
    return path and _Path("^", (path,))


def _sequence(*paths: _Path | None) -> _Path | None:
    some = tuple(path for path in paths if path)
    return _Path("/", some) if len(some) > 1 else some[0] if some else None


def _with_own_names(group: PatternGroup, shared: set[str], suffix: str) -> PatternGroup:
    """Return a group in which all variables but some have names of their own."""

    def name(term: str) -> str:
        return term + suffix if term.startswith("?") and term not in shared else term

    def path(old: _Path) -> _Path:
        return _Path(old.operator, tuple(map(path, old.operands)), name(old.term))

    def inside(old: PatternGroup) -> PatternGroup:
        return PatternGroup(
            [TriplePattern(name(p.subject), path(p.path), name(p.object)) for p in old.patterns],
            [list(map(inside, union)) for union in old.unions],
            list(map(inside, old.optional)),
        )

    return inside(group)


def parse_patterns(text: str) -> PatternGroup:
    """Return the triple patterns of a SELECT query, or of the inside of a group.

    Raises:
        Unfollowable: it has something that is not followed.
    """
    return _Parser(text).parse()


class _Parser:
    """Parses what a constraint reads: a SELECT query, or the inside of a group."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = [
            (match.lastgroup, match[0]) for match in _TOKEN.finditer(text) if match.lastgroup
        ]
        self.at = 0
        self.prefixes = dict(PREFIXES)
        self.nested = 0

    @property
    def next(self) -> str:
        """The token that comes next, upper-case if it is a word; empty at the end."""
        if self.at >= len(self.tokens):
            return ""
        kind, text = self.tokens[self.at]
        return text.upper() if kind == "word" and text != "a" else text

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1] if self.at <= len(self.tokens) else ""

    def expect(self, text: str) -> None:
        if self.next != text:
            raise Unfollowable(f"{text} expected, {self.next} found")
        self.take()

    def parse(self) -> PatternGroup:
        while self.next == "PREFIX":
            self.take()
            prefix = self.take()[:-1]
            self.prefixes[prefix] = self.take()[1:-1]
        if self.next == "SELECT":
            return self.select()[1]
        return self.group_inside(end="")

    def select(self) -> tuple[set[str], PatternGroup]:
        """Return the variables that a SELECT hands out, and what it reads."""
        names = set()
        depth, before = 0, ""
        while self.next and self.next != "{":
            kind, text = self.tokens[self.at]
            depth += (text == "(") - (text == ")")
            if kind == "variable" and (depth == 0 or before == "AS"):
                names.add("?" + text[1:])
            before = self.next
            self.take()
        group = self.group()
        while self.next and self.next != "}":  # GROUP BY, HAVING
            self.take()
        return names, group

    def group(self) -> PatternGroup:
        self.expect("{")
        group = self.group_inside(end="}")
        self.expect("}")
        return group

    def group_inside(self, end: str) -> PatternGroup:
        group = PatternGroup()
        while self.next != end:
            match self.next:
                case "":
                    raise Unfollowable("unexpected end")
                case ".":
                    self.take()
                case "OPTIONAL" | "MINUS":
                    self.take()
                    group.optional.append(self.group())
                case "FILTER" | "BIND":
                    self.take()
                    group.optional += self.expression()
                case "{":
                    group.unions.append(self.union())
                case "SELECT":
                    self.nested += 1
                    names, inner = self.select()
                    return _with_own_names(inner, names, f"_{self.nested}")
                case "GRAPH" | "SERVICE" | "VALUES":
                    raise Unfollowable(self.next)
                case _:
                    group.patterns += self.triples()
        return group

    def union(self) -> list[PatternGroup]:
        groups = [self.group()]
        while self.next == "UNION":
            self.take()
            groups.append(self.group())
        return groups

    def expression(self) -> list[PatternGroup]:
        """Step over an expression; return the groups of its EXISTS and NOT EXISTS."""
        found: list[PatternGroup] = []
        depth = 0
        while True:
            if self.next == "EXISTS":
                self.take()
                found.append(self.group())
            elif not self.next:
                raise Unfollowable("unexpected end")
            else:
                token = self.take()
                depth += (token == "(") - (token == ")")
            if depth == 0 and self.next not in ("(", "EXISTS") and not self._is_name_before():
                return found

    def _is_name_before(self) -> bool:
        """Return whether the token taken last needs more: NOT, or the name of a function."""
        return self.tokens[self.at - 1][1].upper() == "NOT" or self.next == "("

    def triples(self) -> Iterator[TriplePattern]:
        subject = self.term()
        while True:
            path = self.path()
            yield TriplePattern(subject, path, self.term())
            while self.next == ",":
                self.take()
                yield TriplePattern(subject, path, self.term())
            while self.next == ";":
                self.take()
            if self.next in (".", "}", "", "OPTIONAL", "FILTER", "BIND", "MINUS", "{"):
                return
            if self.tokens[self.at - 1][1] != ";":
                return

    def term(self) -> str:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        self.at += 1
        if kind == "variable":
            return "?" + text[1:]
        if kind == "iri":
            return text
        if kind == "name":
            return self.iri(text)
        if text in ("true", "false") or (kind == "word" and text[0].isdigit()):
            return text
        if kind == "string":
            if self.next == "^^":
                self.take()
                return f"{text}^^{self.term()}"
            if self.next == "@":
                raise Unfollowable("a language tag")
            return text
        raise Unfollowable(f"{text or 'the end'} where a term is expected")

    def iri(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        if prefix not in self.prefixes:
            raise Unfollowable(f"prefix {prefix}")
        return f"<{self.prefixes[prefix]}{local}>"

    def path(self) -> _Path:
        parts = [self.path_sequence()]
        while self.next == "|":
            self.take()
            parts.append(self.path_sequence())
        return _Path("|", tuple(parts)) if len(parts) > 1 else parts[0]

    def path_sequence(self) -> _Path:
        parts = [self.path_element()]
        while self.next == "/":
            self.take()
            parts.append(self.path_element())
        return _Path("/", tuple(parts)) if len(parts) > 1 else parts[0]

    def path_element(self) -> _Path:
        if self.next == "^":
            self.take()
            return _Path("^", (self.path_element(),))
        if self.next == "(":
            self.take()
            path = self.path()
            self.expect(")")
        elif self.next == "a":
            self.take()
            path = _Path("term", term=f"<{PREFIXES['rdf']}type>")
        else:
            path = _Path("term", term=self.term())
        if self.next in ("*", "+", "?"):
            return _Path(self.take(), (path,))
        return path
