"""Turn the results of SHACL into problems: one for each cause, with what was most likely meant.

An engine reports each constraint by itself, so one slip of the pen can come out as three results:
the misspelled field, the field that is missing, and what no longer follows from it. Here the
results that only follow from another problem are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, NamedNode

from oib.namespaces import BASE, ID, OIB, OIBS
from oib.validation.boundaries import Boundaries, nearest_terms
from oib.validation.home_index import HomeIndex, namespace_of
from oib.validation.problems import Problem
from oib.validation.rules import Rule
from oib.validation.shacl import Result
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
KIND: Final = tuple(
    name + "ConstraintComponent" for name in ("Class", "Datatype", "In", "NodeKind")
)
NO_KIND: Final = (_NOT_DESCRIBED, OIBS + "GRF-04")
#: Components that set a value against others.
COMPARISONS: Final = tuple(
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
        problems = [self.problem(result) for result in kept]
        reported = {(each.focus, each.path) for each in problems}
        problems += [
            self._with_suggestion(each)
            for each in known
            if each.rule not in _UNDECLARED or (each.focus, each.path) not in reported
        ]
        problems = _without_followers(problems, kept)
        return list(dict.fromkeys(problems))

    def problem(self, result: Result) -> Problem:
        """Return the problem that a result stands for, with what was most likely meant."""
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
        if each.value is not None and (each.component in KIND or each.rule in NO_KIND)
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
        if of_value and each.component in COMPARISONS and each.rule not in NO_KIND:
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
