"""What a file may speak of: things of ours and declared terms, without blank nodes.

SHACL looks at nodes that its targets match; what no target matches would pass unseen. So every
statement of a file is looked at here first, and those that are not to reach the data (blank nodes,
things of others, definitions of terms) are kept away from SHACL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from oib.namespaces import BASE, ID, OIB, OIBS, PREFIXES
from oib.turtle import Document
from oib.turtle.lexer import find_directive_names
from oib.validation.home_index import HomeIndex, namespace_of
from oib.validation.problems import Problem
from oib.validation.shape_graph import TYPE, Term, iri_of

_THING: Final = re.compile(re.escape(ID) + r"[a-z]+/.")
#: A directive in its usual form, but for its ``@``, and what may be the beginning of any.
_DIRECTIVE: Final = re.compile(
    r"(?i)(?:prefix[ \t]+(?P<prefix>[\w-]*):|base)[ \t]*<(?P<iri>[^<>\\\s]*)>"
)
_DIRECTIVE_NAME: Final = re.compile(r"(?i)(?<=@)(?:prefix|base)|\b(?:prefix|base)\s")
#: Longer names than this are no slips of the pen, and comparing them takes long.
_LONGEST_COMPARED: Final = 200
_NIL: Final = NamedNode(PREFIXES["rdf"] + "nil")  # the collection without members
_CLAIM_PARTS: Final = {
    OIB + name for name in ("claimSubject", "claimPredicate", "claimObject", "claimValue")
}


@dataclass
class Boundaries:
    """What the look at one file brought.

    Attributes:
        problems: what is wrong with it as a file.
        accepted: the triples that may reach the data.
        withheld: subject and predicate of the statements that may not.
        reused: claims whose IRI was in use; what SHACL says of the mixture is of no use.
        refused: named subjects of statements that may not.
        strange: the namespaces that are reported; their terms are not reported one by one.
        meant: the namespaces that were meant instead; nobody misses their terms.
    """

    problems: list[Problem] = field(default_factory=list)
    accepted: list[Triple] = field(default_factory=list)
    withheld: set[tuple[object, object]] = field(default_factory=set)
    reused: set[object] = field(default_factory=set)
    refused: set[Term] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)
    meant: set[str] = field(default_factory=set)

    @cached_property
    def subjects(self) -> frozenset[Term]:
        """The things of which the accepted triples state something."""
        return frozenset(triple.subject for triple in self.accepted)


def inspect(document: Document, home: HomeIndex) -> Boundaries:
    """Look at every statement of a file."""
    found = Boundaries()
    if not document.triples:
        found.problems.append(Problem(OIBS + "FIL-01", anchor="file", document=document))
        return found
    usual = _has_usual_directives(document.text)
    wrong = BASE if _has_wrong_base(document, home) else ""
    if not usual:
        wrong = wrong or _misspelled_base(document)
    if wrong:
        found.problems.append(_namespace_problem(document, wrong, ID))
        found.strange = {BASE, wrong}
        found.refused.update(
            triple.subject for triple in document.triples if isinstance(triple.subject, NamedNode)
        )
        return found
    strange = {} if usual else _misdeclared_prefixes(document)
    strange |= _strange_namespaces(document, home)
    found.strange = set(strange) | {namespace_of(f"{namespace}x") for namespace in strange}
    found.meant = set(strange.values()) - {""}
    for namespace, meant in strange.items():
        found.problems.append(_namespace_problem(document, namespace, meant))
    reported: set[object] = set()
    for triple in document.triples:
        problem = _refusal(triple, document)
        if problem is None:
            found.accepted.append(triple)
            continue
        found.withheld.add((triple.subject, triple.predicate))
        if isinstance(triple.subject, NamedNode):
            found.refused.add(triple.subject)
        # Of blank nodes the first is shown, for those of the parser have no places.
        place = problem.focus if problem.anchor == "subject" else problem.rule
        if place not in reported and not _is_in(problem.focus, strange):
            reported.add(place)
            found.problems.append(problem)
    return found


def _has_wrong_base(document: Document, home: HomeIndex) -> bool:
    """Return whether things lie at the base of everything, in place of that of things."""
    names = map(iri_of, {triple.subject for triple in document.triples})
    return any(
        name.removeprefix(BASE).partition("/")[0] in home.kinds
        for name in names
        if name.startswith(BASE)
    )


def _has_usual_directives(text: str) -> bool:
    """Return whether all prefixes and bases of a text are certainly those that the home knows.

    The syntax tree of a large file takes more time and memory than all the rest of its check, and
    most files need none.
    """
    known = {*PREFIXES.values(), ID}
    found = (
        _DIRECTIVE.match(text, at)
        for at in find_directive_names(text)
        if _DIRECTIVE_NAME.match(text, at)
    )
    return all(
        match is not None
        and match["iri"] in known
        and PREFIXES.get(match["prefix"] or "", match["iri"]) == match["iri"]
        for match in found
    )


def _misspelled_base(document: Document) -> str:
    """Return the base of a file that is nearly that of things, empty if there is none."""
    for directive in document.tree.directives:
        base = directive.value
        if directive.prefix is None and base != ID and _bare(base) in (_bare(ID), _bare(BASE)):
            return base
    return ""


def _misdeclared_prefixes(document: Document) -> dict[str, str]:
    """Return what the usual prefixes are declared as, where that is nearly their namespace."""
    return {
        directive.value: PREFIXES[directive.prefix]
        for directive in document.tree.directives
        if directive.prefix in PREFIXES
        and directive.value not in PREFIXES.values()
        and _nearest_namespace(directive.value, [PREFIXES[directive.prefix]])
    }


def _refusal(triple: Triple, document: Document) -> Problem | None:
    """Return why a statement may not reach the data, None if it may."""
    subject, value = triple.subject, triple.object
    if isinstance(subject, BlankNode):
        return Problem(OIBS + "FIL-02", value=subject, anchor="object", document=document)
    if isinstance(value, BlankNode) or value == _NIL:
        return Problem(OIBS + "FIL-02", value=value, anchor="object", document=document)
    assert isinstance(subject, NamedNode)
    if _THING.match(subject.value):
        return None
    terms = _is_term(subject.value)
    known = any(subject.value.startswith(space) for space in PREFIXES.values())
    rule = "FIL-04" if terms or known else "FIL-03"
    return Problem(OIBS + rule, focus=subject, anchor="subject", document=document)


def _is_term(iri: str) -> bool:
    """Return whether an IRI lies where ontology, vocabulary and shapes have theirs."""
    return iri.startswith(BASE) and not iri.startswith(ID)


def _is_in(term: object, namespaces: Iterable[str]) -> bool:
    return isinstance(term, NamedNode) and namespace_of(term.value) in namespaces


def _strange_namespaces(document: Document, home: HomeIndex) -> dict[str, str]:
    """Return the unknown namespaces of predicates, classes and terms, with those most like them."""
    used: dict[str, None] = {}
    for triple in document.triples:
        predicate, value = triple.predicate.value, triple.object
        used[predicate] = None
        if isinstance(value, NamedNode):
            iri = value.value
            if predicate == TYPE.value or _is_term(iri):
                used[iri] = None
    known = home.namespaces | set(PREFIXES.values())
    found = {}
    for iri in used:
        namespace = namespace_of(iri)
        if namespace not in known:
            found[namespace] = _nearest_namespace(namespace, known)
    return found


def _nearest_namespace(namespace: str, known: Iterable[str]) -> str:
    """Return the known namespace that was most likely meant, empty if none is near."""
    bare = _bare(namespace)
    candidates = sorted(known)
    for candidate in candidates:
        if _bare(candidate) == bare:
            return candidate
    if len(bare) > _LONGEST_COMPARED:
        return ""
    best = max(candidates, key=lambda each: SequenceMatcher(None, bare, _bare(each)).ratio())
    return best if SequenceMatcher(None, bare, _bare(best)).ratio() > 0.85 else ""


def _bare(namespace: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", namespace).rstrip("#/").lower()


def _namespace_problem(document: Document, namespace: str, meant: str) -> Problem:
    return Problem(
        OIBS + "FIL-08",
        value=NamedNode(namespace),
        anchor="directive",
        document=document,
        detail=f"<{namespace}>",
        suggestion=meant,
        replacement=f"<{meant}>" if meant else "",
    )


def undeclared(document: Document, boundaries: Boundaries, home: HomeIndex) -> Iterator[Problem]:
    """Yield the predicates and classes of a file that the home does not declare."""
    reported: set[object] = set()
    for triple in boundaries.accepted:
        predicate = triple.predicate
        unknown = predicate.value not in home.properties
        place = triple.subject, predicate
        if unknown and not _is_in(predicate, boundaries.strange) and place not in reported:
            reported.add(place)
            yield Problem(
                OIBS + "FIL-05",
                focus=triple.subject,
                path=predicate,
                value=triple.object,
                anchor="verb",
                document=document,
            )
        if predicate == TYPE and isinstance(triple.object, NamedNode):
            name = triple.object.value
            if name not in home.classes and not _is_in(triple.object, boundaries.strange):
                yield Problem(
                    OIBS + "FIL-06",
                    focus=triple.subject,
                    path=predicate,
                    value=triple.object,
                    document=document,
                )


def reused_claims(document: Document, boundaries: Boundaries, home: HomeIndex) -> Iterator[Problem]:
    """Yield the claims of an adding file whose IRI names another claim of the home already."""
    for triple in boundaries.accepted:
        if triple.predicate.value not in _CLAIM_PARTS or triple.subject in boundaries.reused:
            continue
        there = [
            known
            for known in home.triples_of(home.places.get(triple.subject, ()))
            if known.subject == triple.subject and known.predicate == triple.predicate
        ]
        if there and all(known.object != triple.object for known in there):
            boundaries.reused.add(triple.subject)
            yield Problem(
                OIBS + "FIL-09",
                focus=triple.subject,
                path=triple.predicate,
                value=there[0].object,
                anchor="subject",
                document=document,
                suggestion=_next_number(iri_of(triple.subject), home, document),
            )


def _next_number(claim: str, home: HomeIndex, document: Document) -> str:
    """Return the first free number of the unit of a claim."""
    unit = claim.rpartition("-")[0]
    taken = set(home.things) | {
        triple.subject.value for triple in document.triples if isinstance(triple.subject, NamedNode)
    }
    for number in range(1, 100):
        if f"{unit}-{number:02}" not in taken:
            return f"{unit}-{number:02}"
    return ""


def nearest_terms(
    iri: str, kind: str, home: HomeIndex, things: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the declared terms or described things most like an IRI, none if none is near.

    Args:
        iri: what is not known.
        kind: ``property``, ``class`` or ``thing``.
        home: the declared terms.
        things: the things that are described, in the home or in the files.

    Returns:
        One, or all that are as near as each other.
    """
    if iri.startswith(ID):
        pool = list(things)
        folder = iri[: iri.rfind("/") + 1]
        same = [each for each in pool if each.startswith(folder)]
        return _closest(iri, same, folder) or _closest(iri, pool, ID)
    namespace = namespace_of(iri)
    terms = (
        home.properties if kind == "property" else home.classes if kind == "class" else home.terms
    )
    same = [term for term in terms if term.startswith(namespace)]
    if near := _closest(iri, same, namespace):
        return near
    longer = [term for term in same if term.startswith(iri)]
    short = len(iri) - len(namespace) < _SHORTEST_ABBREVIATION
    return () if short or len(longer) != 1 else (longer[0],)


def _closest(iri: str, candidates: list[str], start: str) -> tuple[str, ...]:
    if len(iri) > _LONGEST_COMPARED:
        return ()
    names = {each.removeprefix(start): each for each in sorted(candidates)}
    name = iri.removeprefix(start)
    for each, whole in names.items():
        if each.lower() == name.lower() and each != name:
            return (whole,)
    names.pop(name, None)
    likeness = {each: _likeness(each, name) for each in names}
    best = max(likeness.values(), default=0.0)
    return tuple(
        names[each]
        for each, ratio in likeness.items()
        # Another number is another passage or claim, never the same one misspelled.
        if 0 < ratio == best and _DIGITS.sub("", each) != _DIGITS.sub("", name)
    )


@lru_cache(maxsize=1 << 17)  # a file names an unknown thing many times, and to compare takes long
def _likeness(known: str, name: str) -> float:
    """Return how much of two names is the same, by difflib; 0 if less than ``_NEAR``."""
    most = 2 * min(len(known), len(name)) / (len(known) + len(name))
    if most < _NEAR:
        return 0.0
    matcher = SequenceMatcher(None, known, name)
    if matcher.quick_ratio() < _NEAR:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= _NEAR else 0.0


#: How much of a name has to be the same, by difflib, for it to be taken for a slip of the pen.
_NEAR: Final = 0.8
#: So many characters has a name of which another term is taken to be the long form.
_SHORTEST_ABBREVIATION: Final = 6
_DIGITS: Final = re.compile(r"[0-9]+")


def misplaced(document: Document, boundaries: Boundaries, target: str) -> Iterator[Problem]:
    """Yield the subjects of a file that do not belong at its place below ``instances/``."""
    for subject in dict.fromkeys(triple.subject for triple in boundaries.accepted):
        assert isinstance(subject, NamedNode)
        place = file_of(subject.value)
        if place != target:
            yield Problem(
                OIBS + "FIL-10",
                focus=subject,
                anchor="subject",
                document=document,
                detail=f"instances/{place}",
            )


def file_of(iri: str) -> str:
    """Return the file below ``instances/`` in which a thing is described.

    Claims, assessments and evidence of a unit lie together with its claims.
    """
    local = iri.removeprefix(ID).partition("#")[0]
    kind, _, rest = local.partition("/")
    if kind in ("claim", "assessment", "evidence"):
        return f"claim/{rest.rpartition('-')[0]}.ttl"
    return f"{local}.ttl"
