"""Check Turtle files, or a whole home, against the rules.

The verdict on a file is that of the home as it would be with it: what the rules say of everything
that the file speaks of, and whatever is new elsewhere because of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from oib import turtle
from oib.errors import BadTurtle
from oib.namespaces import ID, OIBS, PREFIXES
from oib.turtle import Document
from oib.validation import boundaries
from oib.validation.boundaries import Boundaries
from oib.validation.dependencies import CHANGED, REMOVED, Dependencies
from oib.validation.home_index import HomeIndex
from oib.validation.interpretation import Interpreter
from oib.validation.lexical import find_errors
from oib.validation.locate import Locator
from oib.validation.problems import Problem
from oib.validation.report import FileEffect, Finding, Report
from oib.validation.rules import escape, load_rules
from oib.validation.shacl import Result, Validation, Validator
from oib.validation.shape_graph import TYPE, Term
from oib.validation.shared_names import shared_names
from oib.validation.submission import Effect, Submission, decide_effect
from oib.validation.syntax import syntax_findings

__all__ = ["Checker", "Finding", "Report", "check"]

_DEPRECATED: Final = NamedNode(PREFIXES["owl"] + "deprecated")


def check(home: Path, paths: Sequence[Path] = (), effect: str | None = None) -> Report:
    """Check files against the rules of a home, together with its data; see ``Checker``.

    Without paths, the home itself is checked.

    Raises:
        BadInput: a file cannot be opened, or the home's own ontology or shapes cannot be read.
    """
    checker = Checker(home)
    if not paths:
        return checker.check_home()
    return checker.check_texts(
        [(str(path), turtle.read_bytes(path)) for path in paths], effect=effect
    )


class Checker:
    """The rules and the data of a home, loaded once and ready to check any number of files.

    Checks from several threads wait for each other.

    Raises:
        BadInput: the home's ontology or shapes cannot be read.
    """

    def __init__(self, home: Path) -> None:
        self.home = HomeIndex(home)
        self.rules = load_rules(self.home.shapes)
        self.validator = Validator(self.home.shapes)
        self.dependencies = Dependencies(self.validator.compiled.constraints)
        self._lock = Lock()

    def warm_up(self) -> None:
        """Load what a check reads from files only when it needs it, so that it can do without."""
        literals = (Literal("x", language="en"), Literal("汉", language="zh-Hans"))
        list(find_errors(Triple(_DEPRECATED, _DEPRECATED, each) for each in literals))
        if self.validator.compiled.rest:
            import pyshacl  # noqa: F401

    def check_home(self) -> Report:
        """Check the home as it stands: every file against the rules, and all of them together."""
        with self._lock:
            return self._check_home()

    def check_texts(
        self, files: Sequence[tuple[str, bytes | str]], effect: str | None = None
    ) -> Report:
        """Check files together, as if they came in at once.

        Args:
            files: for each its path, which says what it is to replace, and its content.
            effect: ``adds``, ``removes``, ``replaces`` or ``replaces:FILE`` for all of them; by
                default it follows from each path, see ``submission.decide_effect``.

        Raises:
            BadInput: the effect fits no file of the home.
        """
        effects = self.decide_effects([path for path, _ in files], effect)
        return self.check_with_effects(files, effects)

    def decide_effects(
        self, paths: Sequence[str], effect: str | None = None
    ) -> list[tuple[Effect, str | None]]:
        """Return what each file does, and to which file of the home; see ``decide_effect``."""
        known = self.home.files.keys() | self.home.unreadable.keys()
        return [decide_effect(path, self.home.home, known, effect) for path in paths]

    def check_with_effects(
        self,
        files: Sequence[tuple[str, bytes | str]],
        effects: Sequence[tuple[Effect, str | None]],
    ) -> Report:
        """Check files whose effects are decided; this needs no file system any more."""
        with self._lock:
            return _Check(self, files, effects).report()

    def _check_home(self) -> Report:
        errors = [
            finding
            for name in self.home.unreadable
            for finding in syntax_findings(
                self.home.path(name).read_bytes(), str(self.home.path(name)), self.rules
            )
        ]
        problems: list[Problem] = []
        effects: list[FileEffect] = []
        seen: list[Boundaries] = []
        for name, triples in self.home.files.items():
            path = str(self.home.path(name))
            document = Document(path, "", ID, triples)
            looked_at = boundaries.inspect(document, self.home)
            found = [*looked_at.problems, *boundaries.misplaced(document, looked_at, name)]
            found += boundaries.undeclared(document, looked_at, self.home)
            found += _lexical_problems(triples, document)
            if found:
                document = self.home.document(name)
                problems += [replace(each, document=document) for each in found]
            seen.append(looked_at)
            effects.append(FileEffect(path, "checked", name))
        validation = self.validator.validate(self.home.store)
        described = _described(self.home.store)
        interpreter = Interpreter(self.home, self.rules, described)
        problems = interpreter.problems(validation.results, seen, problems)
        matched = frozenset().union(*validation.focus_nodes.values())
        things = {t.subject for found in seen for t in found.accepted}
        problems += _unmatched(things - matched, problems)
        problems += shared_names(self.home.triples_of(self.home.files))
        locator = Locator((), self.home, self.rules)
        return Report(
            tuple(effects),
            tuple(sorted({*errors, *map(locator.finding, problems)})),
            readable=not errors,
            unmatched=self._idle_shapes(validation),
        )

    def _idle_shapes(self, validation: Validation) -> tuple[str, ...]:
        """Return the names of the shapes that match nothing in the home."""
        shapes = zip(self.validator.compiled.compiled, validation.focus_nodes.values(), strict=True)
        return tuple(
            str(getattr(shape, "value", shape)).removeprefix(OIBS)
            for shape, nodes in shapes
            if not nodes
        )


class _Check:
    """One check of some files."""

    def __init__(
        self,
        checker: Checker,
        files: Sequence[tuple[str, bytes | str]],
        effects: Sequence[tuple[Effect, str | None]],
    ) -> None:
        self.checker, self.home = checker, checker.home
        self.errors: list[Finding] = []
        self.submissions: list[Submission] = []
        self.effects: list[FileEffect] = []
        self.problems: list[Problem] = []
        for (path, content), (effect, target) in zip(files, effects, strict=True):
            self._read(path, content, effect, target)

    def _read(self, path: str, content: bytes | str, effect: Effect, target: str | None) -> None:
        try:
            text = turtle.decode(content, path) if isinstance(content, bytes) else content
            document = turtle.parse(text, path, base=ID)
        except BadTurtle as error:
            self.effects.append(FileEffect(path, "unreadable", target or ""))
            self.errors += syntax_findings(content, path, self.checker.rules, error)
        else:
            self.submissions.append(Submission(document, effect, target))

    def report(self) -> Report:
        """Carry the check out."""
        seen = [boundaries.inspect(each.document, self.home) for each in self.submissions]
        for submission, found in zip(self.submissions, seen, strict=True):
            self._look_at_file(submission, found)
        added, removed = self._changes(seen)
        results, described, matched, full = self._validate(added, removed)
        interpreter = Interpreter(self.home, self.checker.rules, described)
        problems = interpreter.problems(results, seen, self.problems)
        things: set[Term] = {
            triple.subject
            for submission, found in zip(self.submissions, seen, strict=True)
            if submission.effect is not Effect.REMOVES
            for triple in found.accepted
        }
        problems += _unmatched(things - matched, problems)
        problems += self._shared_names(things, added, removed)
        documents = [submission.document for submission in self.submissions]
        locator = Locator(documents, self.home, self.checker.rules)
        findings = {*self.errors, *map(locator.finding, problems)}
        for submission, found in zip(self.submissions, seen, strict=True):
            self.effects.append(self._effect(submission, found, added, removed))
        order = {each.path: at for at, each in enumerate(self.effects)}
        return Report(
            tuple(self.effects),
            tuple(sorted(findings, key=lambda each: (order.get(each.place.path, -1), each))),
            readable=not self.errors,
            full_run=full,
        )

    def _shared_names(
        self, things: set[Term], added: set[Triple], removed: set[Triple]
    ) -> Iterator[Problem]:
        """Yield the names that things of the files share with others."""
        data = (t for t in self.home.triples_of(self.home.files) if t not in removed)
        yield from shared_names(chain(data, added), things)

    def _look_at_file(self, submission: Submission, borders: Boundaries) -> None:
        document = submission.document
        self.problems += borders.problems
        if submission.effect is Effect.REMOVES:
            return
        self.problems += boundaries.undeclared(document, borders, self.home)
        if submission.effect is Effect.ADDS:
            self.problems += boundaries.reused_claims(document, borders, self.home)
        if submission.target is not None:
            self.problems += boundaries.misplaced(document, borders, submission.target)
        self.problems += _lexical_problems(borders.accepted, document)

    def _changes(self, seen: list[Boundaries]) -> tuple[set[Triple], set[Triple]]:
        """Return the triples that the home would gain and lose."""
        new: set[Triple] = set()
        old: set[Triple] = set()
        replaced: set[str] = set()
        for submission, found in zip(self.submissions, seen, strict=True):
            if submission.effect is Effect.REMOVES:
                old.update(found.accepted)
            else:
                new.update(found.accepted)
            if submission.effect is Effect.REPLACES and submission.target in self.home.files:
                replaced.add(submission.target)
        old.update(self.home.triples_of(replaced))
        store = self.home.store
        removed = {
            triple
            for triple in old - new - self.home.fixed
            if _quad(triple) in store and not self._stands_elsewhere(triple, replaced)
        }
        return {triple for triple in new if _quad(triple) not in store}, removed

    def _stands_elsewhere(self, triple: Triple, replaced: set[str]) -> bool:
        names = [name for name in self.home.places.get(triple.subject, ()) if name not in replaced]
        if not names or not replaced:
            return False  # what a file removes is removed wherever it stands
        return triple in set(self.home.triples_of(names))

    def _validate(
        self, added: set[Triple], removed: set[Triple]
    ) -> tuple[list[Result], frozenset[Term], frozenset[Term], tuple[str, ...]]:
        """Validate the home as it would be.

        Returns the results on what the files speak of and those that are new elsewhere, the things
        that are then described, the focus nodes, and the rules of which every focus node was looked
        at because nobody can tell which ones a change affects.
        """
        store, validator = self.home.store, self.checker.validator
        own: set[Term] = {
            triple.subject
            for submission in self.submissions
            if submission.effect is not Effect.REMOVES
            for triple in submission.document.triples
            if isinstance(triple.subject, NamedNode)
        }
        self._change(added, removed)
        try:
            near = own | self._affected(added, removed)
            validation = validator.validate(store, near)
            results = list(validation.results)
            predicates = {triple.predicate.value for triple in added | removed}
            unfollowed = self.checker.dependencies.unfollowed(predicates)
            if unfollowed:
                every = validator.validate(store, None, unfollowed)
                results += [each for each in every.results if each.focus not in near]
            described = _described(store)
        finally:
            self._change(removed, added)
        elsewhere = {result.focus for result in results} - own
        if elsewhere:
            rules = {result.rule for result in results if result.focus in elsewhere}
            before = {_key(each) for each in validator.validate(store, elsewhere, rules).results}
            results = [each for each in results if each.focus in own or _key(each) not in before]
        full = {rule.removeprefix(OIBS) for rule in unfollowed | validator.left_to_pyshacl}
        matched: frozenset[Term] = frozenset().union(*validation.focus_nodes.values())
        return results, described, matched, tuple(sorted(full))

    def _affected(self, added: set[Triple], removed: set[Triple]) -> set[Term]:
        store = self.home.store
        changed = added | removed
        store.extend(Quad(t.subject, t.predicate, t.object, CHANGED) for t in changed)
        store.extend(Quad(t.subject, t.predicate, t.object, REMOVED) for t in removed)
        try:
            predicates = {triple.predicate.value for triple in changed}
            found = self.checker.dependencies.affected(store, predicates)
        finally:
            store.remove_graph(CHANGED)
            store.remove_graph(REMOVED)
        found |= {triple.subject for triple in changed}
        found |= {t.object for t in changed if isinstance(t.object, NamedNode)}
        return {node for node in found if isinstance(node, NamedNode)}

    def _change(self, added: set[Triple], removed: set[Triple]) -> None:
        store = self.home.store
        for triple in removed:
            store.remove(_quad(triple))
        store.extend(map(_quad, added))

    def _effect(
        self, submission: Submission, borders: Boundaries, added: set[Triple], removed: set[Triple]
    ) -> FileEffect:
        """Count the things that a file adds, changes, removes and leaves as they are."""
        gained = {triple.subject for triple in added}
        lost = {triple.subject for triple in removed}
        own = {triple.subject for triple in borders.accepted}
        before = (
            {t.subject for t in self.home.files[submission.target]}
            if submission.effect is Effect.REPLACES and submission.target in self.home.files
            else {node for node in own if node in self.home.places}
        )
        gone = before - own if submission.effect is Effect.REPLACES else set()
        if submission.effect is Effect.REMOVES:
            gone = {node for node in own if node in before}
        touched = (gained | lost) & own
        return FileEffect(
            submission.document.path,
            str(submission.effect),
            submission.target or "",
            added=len(own - before),
            changed=len(touched & before - gone),
            removed=len(gone),
            kept=len((own & before) - touched - gone),
        )


def _described(store: Store) -> frozenset[Term]:
    """Return everything that has a class, or was retired."""
    found = {quad.subject for quad in store.quads_for_pattern(None, TYPE, None, DefaultGraph())}
    retired = store.quads_for_pattern(None, _DEPRECATED, None, DefaultGraph())
    return frozenset(found | {quad.subject for quad in retired})


def _unmatched(nodes: Iterable[Term], problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the things that no shape looks at, but for those with a problem that explains it."""
    explained = {problem.focus for problem in problems}
    strange = any(problem.rule == OIBS + "FIL-08" for problem in problems)
    for node in nodes:
        if node not in explained and not strange:
            yield Problem(OIBS + "FIL-07", focus=node, anchor="subject")


def _lexical_problems(triples: Iterable[Triple], document: Document) -> Iterator[Problem]:
    for error in find_errors(triples):
        triple = error.triple
        new = "" if error.replacement is None else str(error.replacement)
        yield Problem(
            OIBS + error.rule,
            focus=triple.subject,
            path=triple.predicate,
            value=triple.object,
            document=document,
            detail=escape(error.detail),
            replacement=new,
        )


def _key(result: Result) -> tuple[str, str, str, str, str]:
    return (
        result.rule,
        str(result.focus),
        str(result.path),
        str(result.value),
        result.component,
    )


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)
