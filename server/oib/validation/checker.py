"""Check Turtle files, or a whole home, against the rules.

The verdict on a file is that of the home as it would be with it: what the rules say of everything
that the file speaks of, and whatever is new elsewhere because of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from oib import turtle
from oib.errors import BadTurtle
from oib.namespaces import ID, OIBS, PREFIXES
from oib.turtle import Document
from oib.validation import boundaries
from oib.validation.boundaries import Boundaries
from oib.validation.consequences import ChangeableData, without_consequences
from oib.validation.dependencies import CHANGED, REMOVED, Dependencies
from oib.validation.home_index import HomeIndex
from oib.validation.interpretation import Interpreter
from oib.validation.lexical import find_errors, load_language_data
from oib.validation.locate import Locator
from oib.validation.problems import Anchor, Problem
from oib.validation.report import EVERY_RULE, FileEffect, Finding, Report
from oib.validation.rules import escape, load_rules
from oib.validation.shacl import Validation, Validator
from oib.validation.shape_graph import TYPE, Term, iri_of
from oib.validation.shared_names import concerns_names, known_pairs
from oib.validation.submission import Effect, Submission, decide_effect
from oib.validation.syntax import syntax_findings

__all__ = ["Checker", "Finding", "Report", "check"]

#: A change of more triples than this, or of more than this part of the data, is not followed: what
#: each of its triples affects takes longer to find than to look at everything.
_MANY: Final = 500
_LARGE_PART: Final = 0.5
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

    def warm_up(self, contents: Iterable[bytes] | None = None) -> None:
        """Load what a check reads from files only when it needs it, so that it can do without.

        Args:
            contents: the files that will be checked, and nothing else, if they are known.
        """
        load_language_data(contents)
        self.home.warm_up()
        self.validator.warm_up()

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
            for name, content in self.home.unreadable.items()
            for finding in syntax_findings(content, str(self.home.path(name)), self.rules)
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
        kept_away = self._kept_away(seen)
        for triple in kept_away:
            self.home.store.remove(_quad(triple))
        try:
            validation = self.validator.validate(self.home.store)
            described = _described(self.home.store)
            interpreter = Interpreter(self.home, self.rules, described)
            problems = interpreter.problems(validation.results, seen, problems)
            data = ChangeableData(self.home.store, self.validator, interpreter.problem)
            problems = without_consequences(problems, data, self._files_of)
        finally:
            self.home.store.extend(map(_quad, kept_away))
        things = {t.subject for found in seen for t in found.accepted}
        problems += _unmatched(things - (validation.matched & described), problems)
        shared = list(self.home.names.shared(self.home.store))
        problems = [*_without_shared_labels(problems, shared), *shared]
        problems += self._lost()
        locator = Locator((), self.home, self.rules)
        return Report(
            tuple(effects),
            tuple(sorted({*errors, *locator.findings(problems)})),
            readable=not errors,
            unmatched=self._idle_shapes(validation),
        )

    def _files_of(self, node: Term) -> Collection[str]:
        return self.home.places.get(node, ())

    def _kept_away(self, seen: Iterable[Boundaries]) -> set[Triple]:
        """Return the statements of the home that may not reach SHACL, as those of other files."""
        accepted = {triple for found in seen for triple in found.accepted}
        stated = {triple for triples in self.home.files.values() for triple in triples}
        return stated - accepted - self.home.fixed

    def _lost(self) -> Iterator[Problem]:
        """Yield the released things that no file describes any more."""
        for name in self.home.issued:
            node = NamedNode(ID + name)
            unreadable = boundaries.file_of(node.value) in self.home.unreadable
            if node not in self.home.places and not unreadable:
                register = self.home.register
                yield Problem(OIBS + "FIL-11", focus=node, anchor="entry", document=register)

    def _idle_shapes(self, validation: Validation) -> tuple[str, ...]:
        """Return the names of the shapes that match nothing in the home."""
        return tuple(
            str(getattr(shape, "value", shape)).removeprefix(OIBS)
            for shape, key in self.validator.compiled.compiled.items()
            if not validation.focus_nodes[key]
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
        problems, full = self._validate(seen, added, removed)
        documents = [submission.document for submission in self.submissions]
        locator = Locator(documents, self.home, self.checker.rules)
        findings = {*self.errors, *locator.findings(problems)}
        for submission, found in zip(self.submissions, seen, strict=True):
            self.effects.append(self._effect(submission, found, added, removed))
        order = {each.path: at for at, each in enumerate(self.effects)}
        return Report(
            tuple(self.effects),
            tuple(sorted(findings, key=lambda each: (order.get(each.place.path, -1), each))),
            readable=not self.errors,
            full_run=full,
        )

    def _look_at_file(self, submission: Submission, borders: Boundaries) -> None:
        document = submission.document
        self.problems += borders.problems
        if submission.effect is Effect.REMOVES:
            if borders.accepted and not any(_quad(t) in self.home.store for t in borders.accepted):
                self.problems.append(Problem(OIBS + "FIL-14", anchor="file", document=document))
            return
        self.problems += boundaries.undeclared(document, borders, self.home)
        if submission.effect is Effect.ADDS:
            self.problems += boundaries.reused_claims(document, borders, self.home)
            if document.triples and all(_quad(t) in self.home.store for t in document.triples):
                self.problems.append(Problem(OIBS + "FIL-12", anchor="file", document=document))
        if submission.target is not None:
            self.problems += boundaries.misplaced(document, borders, submission.target)
        self.problems += _lexical_problems(borders.accepted, document)

    def _changes(self, seen: list[Boundaries]) -> tuple[Set[Triple], Set[Triple]]:
        """Return the triples that the home would gain and lose.

        Those that it would gain are in the order of the files: a store that gets them in another
        keeps apart in memory what is asked for together.
        """
        new: dict[Triple, None] = {}
        taken: set[Triple] = set()
        replaced: set[str] = set()
        for submission, found in zip(self.submissions, seen, strict=True):
            if submission.effect is Effect.REMOVES:
                taken.update(found.accepted)
            else:
                new.update(dict.fromkeys(found.accepted))
            if submission.effect is Effect.REPLACES and submission.target in self.home.files:
                replaced.add(submission.target)
        store = self.home.store
        old = {
            triple
            for triple in set(self.home.triples_of(replaced)) - new.keys()
            if not self._stands_elsewhere(triple, replaced)
        }
        # What a file removes is removed wherever it stands.
        gone = (old | taken) - new.keys() - self.home.fixed
        removed = {triple for triple in gone if _quad(triple) in store}
        subjects = self.home.subjects  # of what no file describes yet, every statement is new
        added = dict.fromkeys(
            triple for triple in new if triple.subject not in subjects or _quad(triple) not in store
        )
        return added.keys(), removed

    def _stands_elsewhere(self, triple: Triple, replaced: set[str]) -> bool:
        names = [name for name in self.home.places.get(triple.subject, ()) if name not in replaced]
        return any(triple in self.home.files[name] for name in names)

    def _validate(
        self, seen: list[Boundaries], added: Set[Triple], removed: Set[Triple]
    ) -> tuple[list[Problem], tuple[str, ...]]:
        """Validate the home as it would be.

        Returns the problems of what the files speak of and those that are new elsewhere, and the
        rules of which every focus node was looked at because nobody can tell which ones a change
        affects.
        """
        staying = [
            found
            for submission, found in zip(self.submissions, seen, strict=True)
            if submission.effect is not Effect.REMOVES
        ]
        things: set[Term] = set().union(*(found.subjects for found in staying))
        own = things.union(*(found.refused for found in staying))
        changed = {triple.subject for triples in (added, removed) for triple in triples}
        store, validator = self.home.store, self.checker.validator
        pairs = known_pairs(store)
        self.home.change(added, removed)
        try:
            if len(added) + len(removed) > min(_MANY, len(store) * _LARGE_PART):
                near, unfollowed = own | set(self.home.places), frozenset({EVERY_RULE})
                validation = validator.validate(store)
                results = list(validation.results)
            else:
                near = own | self._affected(added, removed)
                validation = validator.validate(store, near)
                results = list(validation.results)
                predicates = {triple.predicate.value for triple in added | removed}
                unfollowed = self.checker.dependencies.unfollowed(predicates)
            if unfollowed - {EVERY_RULE}:
                every = validator.validate(store, None, unfollowed)
                results += [each for each in every.results if each.focus not in near]
            known = [*self.problems, *self._lost(seen, removed)]
            described = _described(store)
            interpreter = Interpreter(self.home, self.checker.rules, described)
            problems = interpreter.problems(results, seen, known)
            data = ChangeableData(store, validator, interpreter.problem)
            problems = without_consequences(problems, data, lambda node: self._files_of(node, seen))
            looked_at = validation.matched & described
            unseen = {node for node in near - looked_at if self._stands(node)}
            renamed = changed.union(own, *(pairs ^ known_pairs(store)))
            named = concerns_names(store, itertools.chain(added, removed), renamed)
            shared = list(self.home.names.shared(store, renamed)) if named else []
        finally:
            self.home.change_back_when_needed(added, removed)
        elsewhere = {each.focus for each in problems if each.focus is not None} - own
        elsewhere |= unseen - own
        if elsewhere:
            store = self.home.store
            before = validator.validate(store, elsewhere)
            described = _described(store)
            unseen -= elsewhere - (before.matched & described)
            interpreter = Interpreter(self.home, self.checker.rules, described)
            stood = set(map(_key, interpreter.problems(before.results, (), ())))
            problems = [each for each in problems if each.focus in own or _key(each) not in stood]
        problems += _unmatched(unseen & (things | elsewhere), problems)
        stood = set()
        if named:
            store = self.home.store  # which is taken back with its names
            stood = set(map(_key, self.home.names.shared(store, renamed)))
        problems = _without_shared_labels(problems, shared)
        problems += [each for each in shared if each.focus in things or _key(each) not in stood]
        full = {rule.removeprefix(OIBS) for rule in unfollowed | validator.left_to_pyshacl}
        return problems, tuple(sorted(full))

    def _files_of(self, node: Term, seen: list[Boundaries]) -> Collection[str]:
        """Return the files that would state something of a thing after the change."""
        files = set(self.home.places.get(node, ()))
        for submission, found in zip(self.submissions, seen, strict=True):
            name = submission.target or submission.document.path
            if submission.effect is Effect.REPLACES:
                files.discard(name)
            if submission.effect is not Effect.REMOVES and node in found.subjects:
                files.add(name)
        return files

    def _stands(self, node: Term) -> bool:
        """Return whether a file of the home as it is now states something of a thing."""
        if not iri_of(node).startswith(ID):
            return False
        stated = self.home.store.quads_for_pattern(node, None, None, DefaultGraph())  # type: ignore[arg-type]
        return next(iter(stated), None) is not None

    def _lost(self, seen: Iterable[Boundaries], removed: Set[Triple]) -> Iterator[Problem]:
        """Yield the released things of which, after the change, nothing would be left."""
        for node in {triple.subject for triple in removed}:
            issued = iri_of(node).removeprefix(ID) in self.home.issued
            if not issued or self._stands(node):
                continue
            for submission, found in zip(self.submissions, seen, strict=True):
                named = any(triple.subject == node for triple in found.accepted)
                if named or submission.target in self.home.places.get(node, ()):
                    anchor: Anchor = "subject" if named else "file"
                    document = submission.document
                    yield Problem(OIBS + "FIL-11", focus=node, anchor=anchor, document=document)
                    break

    def _affected(self, added: Set[Triple], removed: Set[Triple]) -> set[Term]:
        store = self.home.store
        changed = added | removed
        store.extend(Quad(t.subject, t.predicate, t.object, CHANGED) for t in changed)
        store.extend(Quad(t.subject, t.predicate, t.object, REMOVED) for t in removed)
        try:
            found = self.checker.dependencies.affected(store, changed)
        finally:
            store.remove_graph(CHANGED)
            store.remove_graph(REMOVED)
        found |= {triple.subject for triple in changed}
        found |= {t.object for t in changed if isinstance(t.object, NamedNode)}
        return {node for node in found if isinstance(node, NamedNode)}

    def _effect(
        self, submission: Submission, borders: Boundaries, added: Set[Triple], removed: Set[Triple]
    ) -> FileEffect:
        """Count the things that a file adds, changes, removes and leaves as they are."""
        gained = {triple.subject for triple in added}
        lost = {triple.subject for triple in removed}
        own = borders.subjects
        before = (
            {t.subject for t in self.home.files[submission.target]}
            if submission.effect is Effect.REPLACES and submission.target in self.home.files
            else {node for node in own if node in self.home.places}
        )
        gone = before - own if submission.effect is Effect.REPLACES else set()
        if submission.effect is Effect.REMOVES:
            # A statement that the data do not have takes nothing away.
            gone = {node for node in before & lost if not self._outlasts(node, removed)}
        touched = (gained | lost) & own
        return FileEffect(
            submission.document.path,
            str(submission.effect),
            submission.target or "",
            added=0 if submission.effect is Effect.REMOVES else len(own - before),
            changed=len(touched & before - gone),
            removed=len(gone),
            kept=len((own & before) - touched - gone),
        )

    def _outlasts(self, node: Term, removed: Set[Triple]) -> bool:
        """Return whether something is still stated of a node after triples were removed."""
        found = self.home.store.quads_for_pattern(node, None, None, DefaultGraph())  # type: ignore[arg-type]
        return any(quad.triple not in removed for quad in found)


def _described(store: Store) -> frozenset[Term]:
    """Return everything that has a class, or was retired."""
    found = {quad.subject for quad in store.quads_for_pattern(None, TYPE, None, DefaultGraph())}
    retired = store.quads_for_pattern(None, _DEPRECATED, None, DefaultGraph())
    return frozenset(found | {quad.subject for quad in retired})


def _unmatched(nodes: Iterable[Term], problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield the things without a class, or whose class no shape looks at.

    Shapes for whatever has some property do not count: they look at that property alone. What has
    a problem that explains it is left out.
    """
    problems = list(problems)
    # That a thing stands in the wrong file says nothing of its class.
    explained = {problem.focus for problem in problems if problem.rule != OIBS + "FIL-10"}
    strange = any(problem.rule == OIBS + "FIL-08" for problem in problems)
    for node in nodes:
        if node not in explained and not strange:
            yield Problem(OIBS + "FIL-07", focus=node, anchor="subject")


def _without_shared_labels(problems: list[Problem], shared: list[Problem]) -> list[Problem]:
    """Leave out that a label is that of another thing where its name is told to be so anyway."""
    told = {(each.focus, each.value) for each in shared}
    return [
        each
        for each in problems
        if each.rule != OIBS + "LBL-09" or (each.focus, each.value) not in told
    ]


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


def _key(problem: Problem) -> tuple[str, str, str, str, str]:
    terms = (problem.focus, problem.path, problem.value)
    return (problem.rule, *map(str, terms), problem.detail)  # type: ignore[return-value]


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)
