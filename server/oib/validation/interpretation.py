"""Turn the results of SHACL into problems: one for each cause, with what was most likely meant.

An engine reports each constraint by itself, so one slip of the pen can come out as three results:
the misspelled field, the field that is missing, and what no longer follows from it. Here the
results that only follow from another problem are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from oib.namespaces import BASE, ID, OIB, OIBS
from oib.validation.boundaries import Boundaries, nearest_terms
from oib.validation.dependencies import Dependencies
from oib.validation.home_index import HomeIndex, namespace_of
from oib.validation.problems import Problem
from oib.validation.rules import Rule
from oib.validation.shacl import Result, Validator
from oib.validation.shape_graph import TYPE, Term, iri_of

_NOT_DESCRIBED: Final = OIBS + "GRF-01"
_UNDECLARED: Final = (OIBS + "FIL-05", OIBS + "FIL-06")
#: A file may not describe these: what then is missing is reported already.
_REFUSED: Final = (OIBS + "FIL-03", OIBS + "FIL-04")
_UNKNOWN_CLASS: Final = (OIBS + "FIL-06", OIBS + "SUB-04")
#: What has fields or a name, and no class; that it is described nowhere would be wrong.
_NO_CLASS: Final = tuple(
    OIBS + name for name in ("ASM-01", "CLM-01", "EVD-01", "IDL-01", "IRI-04", "UNT-01")
)
#: The components, and the rules, that refuse a value for what it is.
_KIND: Final = tuple(
    name + "ConstraintComponent" for name in ("Class", "Datatype", "In", "NodeKind")
)
_NO_KIND: Final = (_NOT_DESCRIBED, OIBS + "GRF-04")
#: Components that set a value against others.
_COMPARISONS: Final = tuple(
    name + "ConstraintComponent" for name in ("LessThan", "LessThanOrEquals", "SPARQL")
)
#: For a rule, the rules that say more of the same value where both find it at fault.
_SAID_BY: Final = {
    OIBS + "AGT-01": (OIBS + "ORG-01", OIBS + "PER-01"),
    OIBS + "DOC-15": (OIBS + "DOC-02",),
    OIBS + "TXT-03": (OIBS + "TXT-02",),
    OIBS + "LEX-06": (OIBS + "IDL-06",),
    OIBS + "LEX-09": (OIBS + "LBL-06",),
}
#: Components that a thing as a whole breaks when nothing names it, or too little does.
_LACKING: Final = ("MinCountConstraintComponent", "SPARQLConstraintComponent")
#: So many guesses at what a refused value was to be are tried; each takes some milliseconds.
_MOST_GUESSES: Final = 100
#: The slot of a claim in which a thing stands, for that in which it cannot.
_SLOT_OF_THINGS: Final = {OIB + "claimValue": NamedNode(OIB + "claimObject")}
#: What refuses a value whatever else is stated, and so may be the cause of other results.
_OF_VALUE: Final = (*_KIND, "PatternConstraintComponent")
_OF_VALUE_RULES: Final = (*_NO_KIND, OIBS + "EVD-12")
#: Components that read more than the values that they report.
_DEPENDENT: Final = (*_COMPARISONS, "EqualsConstraintComponent")
_SPELLING: Final = OIBS + "LEX-08"
_LEXICAL: Final = tuple(OIBS + f"LEX-0{number}" for number in range(1, 6))


@dataclass(frozen=True)
class Interpreter:
    """Reads results with the eyes of a curator.

    Attributes:
        home: the data, for what is declared and described.
        rules: the rules by IRI.
        described: the things that the data describe together with the files.
    """

    home: HomeIndex
    rules: Mapping[str, Rule]
    described: frozenset[Term]

    @cached_property
    def _things(self) -> list[str]:
        return [iri for node in self.described if (iri := iri_of(node)).startswith(ID)]

    @cached_property
    def _nearest(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {}

    def problems(
        self, results: Iterable[Result], files: Iterable[Boundaries], known: Iterable[Problem]
    ) -> list[Problem]:
        """Return all problems: those known from the files themselves, and those of the results."""
        files = list(files)
        withheld = {pair for file in files for pair in file.withheld}
        reused = {node for file in files for node in file.reused}
        strange = {space for file in files for space in file.strange}
        meant = {space for file in files for space in file.meant}
        results = list(results)
        unknown = {
            (result.focus, result.path)
            for result in results
            if result.value is not None and _namespace(result.value) in strange
        }
        known = list(known)
        refused = {each.focus for each in known if each.rule in _REFUSED}
        lexical = {(each.focus, each.value) for each in known if each.rule in _LEXICAL}
        kept = [
            result
            for result in results
            if result.focus not in reused
            and (result.focus, result.value) not in lexical
            and result.value not in refused
            and (result.path is None or namespace_of(result.path.value) not in strange)
            and (result.value is None or _namespace(result.value) not in strange)
            and not (
                result.value in (None, result.focus) and (result.focus, result.path) in unknown
            )
            and not (_is_missing(result.component) and _namespace(result.path) in meant)
            and not any((result.focus, predicate) in withheld for predicate in result.predicates)
        ]
        problems = [self._problem(result) for result in kept]
        reported = {(each.focus, each.path) for each in problems}
        problems += [
            self._with_suggestion(each)
            for each in known
            if each.rule not in _UNDECLARED or (each.focus, each.path) not in reported
        ]
        problems = _without_followers(problems, kept)
        return list(dict.fromkeys(problems))

    def without_consequences(
        self,
        problems: list[Problem],
        store: Store,
        validator: Validator,
        files_of: Callable[[Term], Collection[str]],
    ) -> list[Problem]:
        """Leave out what would be gone if each misspelled term were what was most likely meant.

        Left out is also what is found only because of a value that is refused anyway, at the thing
        that has it or at another.

        Args:
            problems: those of the default graph of the store.
            store: written while this runs, and as before when it returns.
            validator: looks again at the things that have other problems.
            files_of: returns the files that state something of a thing.
        """
        slips = {each for each in problems if each.suggestion}
        others = [each for each in problems if each.component and each not in slips]
        nodes = {each.focus for each in others if each.focus is not None}
        wrong = {quad: right for slip in slips for quad, right in _corrections(slip, store)}
        right = [quad for quad in wrong.values() if quad not in store]
        if nodes and wrong:
            left = self._causes_with(store, validator, nodes, wrong, right)
            problems = [
                each
                for each in problems
                if each in slips or not each.component or _cause(each) in left
            ]
        problems = self._without_dependents(problems, store, validator)
        return self._without_unnamed(problems, store, validator, files_of)

    def _without_unnamed(
        self,
        problems: list[Problem],
        store: Store,
        validator: Validator,
        files_of: Callable[[Term], Collection[str]],
    ) -> list[Problem]:
        """Leave out what a thing lacks only because a refused value stands where it belongs.

        A claim that cites a text in place of the source that its file describes leaves the source
        with nothing that names it. Such a thing is put in the place of the refused value: if both
        problems are gone then and no other comes, they are one mistake. Of each refused value one
        thing was meant, of the same file: what is wrong elsewhere was somebody else's mistake.
        """
        lacking: dict[NamedNode, list[Problem]] = defaultdict(list)
        refusals: dict[Quad, list[Problem]] = defaultdict(list)
        for each in problems:
            of_whole = each.path is None and each.value in (None, each.focus)
            if isinstance(each.focus, NamedNode) and of_whole and each.component in _LACKING:
                lacking[each.focus].append(each)
            elif each.path and each.value and not of_whole and each.severity == "Violation":
                for quad in _statements(each, store):
                    refusals[quad].append(each)
        things, wrongs = sorted(lacking, key=str), dict.fromkeys(sorted(refusals, key=str))
        by_file: dict[str, list[Quad]] = defaultdict(list)
        for quad in wrongs:
            for name in files_of(quad.subject):
                by_file[name].append(quad)
        gone: set[Problem] = set()
        rejected: set[tuple[NamedNode, Quad]] = set()
        guesses = _MOST_GUESSES

        def is_cured(thing: NamedNode, quad: Quad) -> bool:
            nonlocal guesses
            if thing == quad.subject or (thing, quad) in rejected or not guesses:
                return False
            guesses -= 1
            rules = {each.rule for each in lacking[thing]}
            right = {_with_object(quad, thing)}
            left = self._causes_with(store, validator, {thing}, {quad}, right, rules)
            if all(_cause(each) in left for each in lacking[thing]):
                rejected.add((thing, quad))
            return (thing, quad) not in rejected

        while True:
            meant: dict[Quad, NamedNode] = {}
            for thing in things:
                if not guesses:
                    break
                near = dict.fromkeys(quad for name in files_of(thing) for quad in by_file[name])
                free = (quad for quad in near if quad in wrongs and quad not in meant)
                if found := next((quad for quad in free if is_cured(thing, quad)), None):
                    meant[found] = thing
            if not meant:
                break
            nodes = {*meant.values(), *(quad.subject for quad in meant)}
            rights = {_with_object(quad, thing) for quad, thing in meant.items()}
            before = self._causes_with(store, validator, nodes, (), ())
            left = self._causes_with(
                store, validator, nodes, meant, {each for each in rights if each not in store}
            )
            come = {focus for _, focus, _, _ in left - before}
            for quad, thing in meant.items():
                stays = any(_cause(each) in left for each in refusals[quad])
                if stays or come & {thing, quad.subject}:
                    rejected.add((thing, quad))
                else:
                    gone |= {each for each in lacking[thing] if _cause(each) not in left}
                    things.remove(thing)
                    del wrongs[quad]
        return [each for each in problems if each not in gone]

    def _without_dependents(
        self, problems: list[Problem], store: Store, validator: Validator
    ) -> list[Problem]:
        """Leave out what is found only because of a value that another problem refuses."""
        refusals = {each for each in problems if _refuses_value(each)}
        refused = {quad for each in refusals for quad in _statements(each, store)}
        dependent = [
            each for each in problems if each.component in _DEPENDENT and each not in refusals
        ]
        if not refused or not dependent:
            return problems
        nodes = {each.focus for each in dependent if each.focus is not None}
        left = self._causes_with(store, validator, nodes, refused, ())
        triples = [quad.triple for quad in refused]
        # Without the value, what is to be equal to it has nothing to be equal to; so of these it
        # counts whether the value is read at all.
        equal = {each.rule for each in dependent if each.component.startswith("Equals")}
        reached = {
            rule: Dependencies(
                each for each in validator.compiled.constraints if each.rule == rule
            ).affected(store, triples)
            for rule in equal
        }
        gone = {
            each
            for each in dependent
            if each.focus in reached.get(each.rule, ()) or _cause(each) not in left
        }
        return [each for each in problems if each not in gone]

    def _causes_with(
        self,
        store: Store,
        validator: Validator,
        nodes: Collection[Term],
        removed: Collection[Quad],
        added: Collection[Quad],
        rules: Collection[str] | None = None,
    ) -> set[_Cause]:
        """Return what is found at some things after a change, which is then taken back.

        With ``rules``, only what these compiled rules find.
        """
        for quad in removed:
            store.remove(quad)
        store.extend(added)
        try:
            results = validator.validate(store, nodes, rules).results
        finally:
            for quad in added:
                store.remove(quad)
            store.extend(removed)
        return {_cause(self._problem(result)) for result in results}

    def _problem(self, result: Result) -> Problem:
        rule, component = result.rule, result.component
        if (
            component == "ClassConstraintComponent"
            and isinstance(result.value, NamedNode)
            and result.value not in self.described
        ):
            rule = _NOT_DESCRIBED
        known = self.rules.get(rule)
        missing = _is_missing(component)
        problem = Problem(
            rule,
            focus=result.focus,
            path=result.path,
            value=result.value,
            severity=result.severity,
            component=component,
            text=result.text,
            near=result.causes + (() if missing else result.predicates),
        )
        if result.value == result.focus and result.path is None:
            return replace(problem, anchor="subject")
        if result.path is not None and known is not None and known.names_verb:
            problem = replace(problem, anchor="verb")
        return self._with_suggestion(problem)

    def _with_suggestion(self, problem: Problem) -> Problem:
        """Add the term that was most likely meant, where one is not known."""
        if problem.suggestion:
            return problem
        path, value = problem.path, problem.value
        if problem.anchor == "verb":
            if path is None or path.value in self.home.properties:
                return problem
            return self._with_nearest(problem, path.value, "property")
        if not isinstance(value, NamedNode) or not value.value.startswith(BASE):
            return problem
        if value in self.described or value.value in self.home.terms:
            return problem
        claimed = path is not None and path.value == OIB + "claimPredicate"
        kind = "class" if path == TYPE else "property" if claimed else "thing"
        return self._with_nearest(problem, value.value, kind)

    def _with_nearest(self, problem: Problem, iri: str, kind: str) -> Problem:
        if (iri, kind) not in self._nearest:
            self._nearest[iri, kind] = nearest_terms(iri, kind, self.home, self._things)
        near = self._nearest[iri, kind]
        if not near:
            return problem
        return replace(problem, suggestion=near[0], alternatives=near[1:])


def _corrections(slip: Problem, store: Store) -> Iterator[tuple[Quad, Quad]]:
    """Yield the statements with a misspelled term, each with what it was most likely to be."""
    if not isinstance(slip.focus, NamedNode) or slip.path is None:
        return
    meant = NamedNode(slip.suggestion)
    value = None if slip.anchor == "verb" else slip.value
    for quad in store.quads_for_pattern(slip.focus, slip.path, value, DefaultGraph()):
        if slip.anchor == "verb":
            yield quad, Quad(quad.subject, meant, quad.object)
        elif slip.anchor == "object":
            yield quad, Quad(quad.subject, quad.predicate, meant)


def _refuses_value(problem: Problem) -> bool:
    """Return whether a problem refuses a value for what it is."""
    if problem.path is None or problem.value is None or problem.value == problem.focus:
        return False
    return problem.component in _OF_VALUE or problem.rule in _OF_VALUE_RULES


def _statements(problem: Problem, store: Store) -> Iterator[Quad]:
    """Yield the statement whose value a problem shows, if there is one."""
    if isinstance(problem.focus, NamedNode):
        path, value = problem.path, problem.value
        yield from store.quads_for_pattern(problem.focus, path, value, DefaultGraph())


def _with_object(quad: Quad, thing: NamedNode) -> Quad:
    """Return a statement with a thing as its object, in the slot of a claim for things."""
    predicate = _SLOT_OF_THINGS.get(quad.predicate.value, quad.predicate)
    return Quad(quad.subject, predicate, thing)


_Cause = tuple[str, Term | None, NamedNode | None, Term | None]


def _cause(problem: Problem) -> _Cause:
    return (problem.rule, problem.focus, problem.path, problem.value)


def _is_missing(component: str) -> bool:
    """Return whether a constraint component asks for a value that is not there."""
    return component.startswith(("MinCount", "HasValue"))


def _namespace(term: Term | None) -> str:
    """Return the namespace of an IRI, or that of the datatype of a literal."""
    if isinstance(term, Literal):
        return namespace_of(term.datatype.value)
    return namespace_of(iri_of(term))


def _without_followers(problems: list[Problem], results: list[Result]) -> list[Problem]:
    """Leave out what only follows from another problem with the same thing."""
    starts = {
        (result.rule, str(result.focus)): result.predicates + result.compared
        for result in results
        if result.path is None and result.predicates
    }
    compared = {(result.rule, result.focus): result.compared for result in results}
    reported: dict[Term | None, set[str]] = defaultdict(set)
    meant: dict[Term | None, set[str]] = defaultdict(set)
    for each in problems:
        if each.path is not None:
            reported[each.focus].add(each.path.value)
        if each.suggestion and each.anchor == "verb":
            meant[each.focus].add(each.suggestion)
    shown = {(each.rule, each.focus, each.value) for each in problems}
    classless = {each.focus for each in problems if each.rule in (*_UNKNOWN_CLASS, *_NO_CLASS)}
    stored = {each.replacement for each in problems if each.rule == _SPELLING}
    as_stored = {
        (each.focus, each.path, str(each.value))
        for each in problems
        if each.severity == "Violation" and each.value is not None and str(each.value) in stored
    }
    rules = {each.rule for each in problems}
    elsewhere = {
        rule: {(each.focus, each.value) for each in problems if each.rule != rule}
        for rule in rules
        if any(each.rule == rule and each.component.startswith("Equals") for each in problems)
    }
    misspelled: dict[tuple[Term | None, NamedNode | None, Term | None], str] = {}
    for each in problems:
        if each.suggestion:
            key = (each.focus, each.path, each.value)
            misspelled[key] = min(misspelled.get(key, each.rule), each.rule)
    no_kind = {
        (each.focus, each.path, value)
        for each in problems
        if each.value is not None and (each.component in _KIND or each.rule in _NO_KIND)
        for value in (each.value, each.focus)  # a rule that shows no value shows the thing
    }
    found = []
    for each in problems:
        if each.value in classless and each.value != each.focus and each.anchor != "verb":
            continue  # of what class the value is, nobody can tell
        if any((rule, each.focus, each.value) in shown for rule in _SAID_BY.get(each.rule, ())):
            continue
        if each.rule == _SPELLING and (each.focus, each.path, each.replacement) in as_stored:
            continue  # however it is spelt, it is no such value
        if each.component.startswith("Equals") and (each.focus, each.value) in elsewhere[each.rule]:
            continue  # the value is no good for more than one reason
        if misspelled.get((each.focus, each.path, each.value), each.rule) != each.rule:
            continue  # of a term that is not known, one rule is enough
        of_value = (each.focus, each.path, each.value) in no_kind
        if of_value and each.component in _COMPARISONS and each.rule not in _NO_KIND:
            continue  # a value of the wrong kind, nothing can be compared with
        if each.focus is not None and any(
            (each.focus, other, each.focus) in no_kind
            for other in compared.get((each.rule, each.focus), ())
        ):
            continue
        missing = each.component == "MinCountConstraintComponent"
        if missing and each.path is not None and each.path.value in meant[each.focus]:
            continue  # the field is there, misspelled
        names = {node.value for node in starts.get((each.rule, str(each.focus)), ())}
        too_many = each.component == "MaxCountConstraintComponent"
        if each.path is None and not too_many and names & reported[each.focus]:
            continue  # the first step of its path is at fault already
        found.append(each)
    return found
