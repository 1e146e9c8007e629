"""Leave out the problems that are only consequences of others.

What follows from what is not guessed but tried: the data are changed, what is found then is looked
at, and the change is taken back.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from oib.namespaces import OIB, OIBS
from oib.validation.dependencies import Dependencies
from oib.validation.interpretation import COMPARISONS, KIND, NO_KIND
from oib.validation.problems import Problem
from oib.validation.shacl import Result, Validator
from oib.validation.shape_graph import Term

#: Components that a thing as a whole breaks when nothing names it, or too little does.
_LACKING: Final = ("MinCountConstraintComponent", "SPARQLConstraintComponent")
#: So many guesses at what a refused value was to be are tried; each takes some milliseconds.
_MOST_GUESSES: Final = 100
#: The slot of a claim in which a thing stands, for that in which it cannot.
_SLOT_OF_THINGS: Final = {OIB + "claimValue": NamedNode(OIB + "claimObject")}
#: What refuses a value whatever else is stated, and so may be the cause of other results.
_OF_VALUE: Final = (*KIND, "PatternConstraintComponent")
_OF_VALUE_RULES: Final = (*NO_KIND, OIBS + "EVD-12")
#: Components that read more than the values that they report.
_DEPENDENT: Final = (*COMPARISONS, "EqualsConstraintComponent")

#: What makes two problems the same one: rule, thing, property and value.
Cause = tuple[str, Term | None, NamedNode | None, Term | None]

#: Returns the files that state something of a thing.
FilesOf = Callable[[Term], Collection[str]]


@dataclass(frozen=True)
class ChangeableData:
    """Data in which a change can be tried.

    Attributes:
        store: its default graph is changed while a change is tried, and then as before.
        validator: looks again at things.
        problem: returns the problem that a result stands for.
    """

    store: Store
    validator: Validator
    problem: Callable[[Result], Problem]

    def causes(
        self,
        nodes: Collection[Term],
        removed: Collection[Quad] = (),
        added: Iterable[Quad] = (),
        rules: Collection[str] | None = None,
    ) -> set[Cause]:
        """Return what is found at some things with some statements removed and others added.

        Args:
            nodes: the things.
            removed: statements of the store.
            added: statements; those that the store has already stay.
            rules: if given, only what these compiled rules find.
        """
        new = [quad for quad in added if quad not in self.store]
        for quad in removed:
            self.store.remove(quad)
        self.store.extend(new)
        try:
            results = self.validator.validate(self.store, nodes, rules).results
        finally:
            for quad in new:
                self.store.remove(quad)
            self.store.extend(removed)
        return {_cause(self.problem(result)) for result in results}

    def statements(self, problem: Problem) -> Iterator[Quad]:
        """Yield the statements whose value a problem shows."""
        if isinstance(problem.focus, NamedNode):
            path, value = problem.path, problem.value
            yield from self.store.quads_for_pattern(problem.focus, path, value, DefaultGraph())


def without_consequences(
    problems: Sequence[Problem], data: ChangeableData, files_of: FilesOf
) -> list[Problem]:
    """Leave out what would be gone if each misspelled term were what was most likely meant.

    Left out is also what is found only because of a value that is refused anyway, at the thing
    that has it or at another, and what a thing lacks because such a value stands in its place.

    Args:
        problems: those of the default graph of the data.
        data: with the files that are checked.
        files_of: returns the files that state something of a thing.
    """
    left = _without_misspelled(problems, data)
    left = _without_dependent(left, data)
    explained = UnnamedThings(left, data, files_of).explained()
    return [each for each in left if each not in explained]


def _without_misspelled(problems: Sequence[Problem], data: ChangeableData) -> list[Problem]:
    """Leave out what is found only because of a misspelled term."""
    slips = {each for each in problems if each.suggestion}
    others = [each for each in problems if each.component and each not in slips]
    nodes = {each.focus for each in others if each.focus is not None}
    wrong = {quad: right for slip in slips for quad, right in _corrections(slip, data)}
    if not nodes or not wrong:
        return list(problems)
    left = data.causes(nodes, wrong, wrong.values())
    return [
        each for each in problems if each in slips or not each.component or _cause(each) in left
    ]


def _without_dependent(problems: list[Problem], data: ChangeableData) -> list[Problem]:
    """Leave out what is found only because of a value that another problem refuses."""
    refusals = {each for each in problems if _refuses_value(each)}
    refused = {quad for each in refusals for quad in data.statements(each)}
    dependent = [each for each in problems if each.component in _DEPENDENT and each not in refusals]
    if not refused or not dependent:
        return problems
    nodes = {each.focus for each in dependent if each.focus is not None}
    left = data.causes(nodes, refused)
    triples = [quad.triple for quad in refused]
    # Without the value, what is to be equal to it has nothing to be equal to; so of these it
    # counts whether the value is read at all.
    equal = {each.rule for each in dependent if each.component.startswith("Equals")}
    reached = {
        rule: Dependencies(
            each for each in data.validator.compiled.constraints if each.rule == rule
        ).affected(data.store, triples)
        for rule in equal
    }
    gone = {
        each
        for each in dependent
        if each.focus in reached.get(each.rule, ()) or _cause(each) not in left
    }
    return [each for each in problems if each not in gone]


class UnnamedThings:
    """Things that lack something only because a refused value stands where they belong.

    A claim that cites a text in place of the source that its file describes leaves the source with
    nothing that names it. Such a thing is put in the place of the refused value: if both problems
    are gone then and no other comes, they are one mistake. Of each refused value one thing was
    meant, of the same file: what is wrong elsewhere was somebody else's mistake.

    Args:
        problems: those of the default graph of the data.
        data: with the files that are checked.
        files_of: returns the files that state something of a thing.
    """

    def __init__(
        self, problems: Sequence[Problem], data: ChangeableData, files_of: FilesOf
    ) -> None:
        self._data, self._files_of = data, files_of
        self._lacking: dict[NamedNode, list[Problem]] = defaultdict(list)
        self._refusals: dict[Quad, list[Problem]] = defaultdict(list)
        for each in problems:
            of_whole = each.path is None and each.value in (None, each.focus)
            if isinstance(each.focus, NamedNode) and of_whole and each.component in _LACKING:
                self._lacking[each.focus].append(each)
            elif each.path and each.value and not of_whole and each.severity == "Violation":
                for quad in data.statements(each):
                    self._refusals[quad].append(each)
        self._things = sorted(self._lacking, key=str)
        self._wrong = dict.fromkeys(sorted(self._refusals, key=str))
        self._wrong_by_file: dict[str, list[Quad]] = defaultdict(list)
        for quad in self._wrong:
            for name in files_of(quad.subject):
                self._wrong_by_file[name].append(quad)
        self._rejected: set[tuple[NamedNode, Quad]] = set()
        self._guesses = _MOST_GUESSES

    def explained(self) -> set[Problem]:
        """Return what the things lack only because of a refused value; to be called once."""
        found: set[Problem] = set()
        while meant := self._guess():
            found |= self._verify(meant)
        return found

    def _guess(self) -> dict[Quad, NamedNode]:
        """Return for some statements the things that their refused values may have meant."""
        meant: dict[Quad, NamedNode] = {}
        for thing in self._things:
            if not self._guesses:
                break
            near = dict.fromkeys(
                quad for name in self._files_of(thing) for quad in self._wrong_by_file[name]
            )
            free = (quad for quad in near if quad in self._wrong and quad not in meant)
            if found := next((quad for quad in free if self._is_cured(thing, quad)), None):
                meant[found] = thing
        return meant

    def _is_cured(self, thing: NamedNode, quad: Quad) -> bool:
        """Return whether a thing lacks less if a statement has it as its object."""
        if thing == quad.subject or (thing, quad) in self._rejected or not self._guesses:
            return False
        self._guesses -= 1
        lacking = self._lacking[thing]
        rules = {each.rule for each in lacking}
        left = self._data.causes({thing}, {quad}, {_with_object(quad, thing)}, rules)
        if all(_cause(each) in left for each in lacking):
            self._rejected.add((thing, quad))
            return False
        return True

    def _verify(self, meant: Mapping[Quad, NamedNode]) -> set[Problem]:
        """Return what is gone if all values are what they may have meant; reject other guesses."""
        nodes = {*meant.values(), *(quad.subject for quad in meant)}
        rights = {_with_object(quad, thing) for quad, thing in meant.items()}
        before = self._data.causes(nodes)
        left = self._data.causes(nodes, meant, rights)
        come = {focus for _, focus, _, _ in left - before}
        gone: set[Problem] = set()
        for quad, thing in meant.items():
            stays = any(_cause(each) in left for each in self._refusals[quad])
            if stays or come & {thing, quad.subject}:
                self._rejected.add((thing, quad))
            else:
                gone |= {each for each in self._lacking[thing] if _cause(each) not in left}
                self._things.remove(thing)
                del self._wrong[quad]
        return gone


def _corrections(slip: Problem, data: ChangeableData) -> Iterator[tuple[Quad, Quad]]:
    """Yield the statements with a misspelled term, each with what it was most likely to be."""
    if not isinstance(slip.focus, NamedNode) or slip.path is None:
        return
    meant = NamedNode(slip.suggestion)
    value = None if slip.anchor == "verb" else slip.value
    for quad in data.store.quads_for_pattern(slip.focus, slip.path, value, DefaultGraph()):
        if slip.anchor == "verb":
            yield quad, Quad(quad.subject, meant, quad.object)
        elif slip.anchor == "object":
            yield quad, Quad(quad.subject, quad.predicate, meant)


def _refuses_value(problem: Problem) -> bool:
    """Return whether a problem refuses a value for what it is."""
    if problem.path is None or problem.value is None or problem.value == problem.focus:
        return False
    return problem.component in _OF_VALUE or problem.rule in _OF_VALUE_RULES


def _with_object(quad: Quad, thing: NamedNode) -> Quad:
    """Return a statement with a thing as its object, in the slot of a claim for things."""
    predicate = _SLOT_OF_THINGS.get(quad.predicate.value, quad.predicate)
    return Quad(quad.subject, predicate, thing)


def _cause(problem: Problem) -> Cause:
    return (problem.rule, problem.focus, problem.path, problem.value)
