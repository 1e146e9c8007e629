"""The commands ``check``, ``tidy`` and ``rule``; each returns the exit status."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from oib import turtle
from oib.errors import BadInput, BadTurtle, OibError, TooCostly
from oib.namespaces import ID, OIBS
from oib.project import sources
from oib.rule_messages import message_in_words
from oib.terminal import printable
from oib.validation import fixes, inputs, isolation
from oib.validation.checker import Checker
from oib.validation.formats import FORMATS, failure_as_json, text
from oib.validation.home_index import HomeIndex
from oib.validation.isolation import CheckLimits
from oib.validation.report import FileEffect, Finding, Place, Report
from oib.validation.rules import Rule, load_rules
from oib.validation.storage import replace_text
from oib.validation.submission import Effect

_CLEAN: Final = 0
_FINDINGS: Final = 1
_UNREADABLE: Final = 2


def check(home: Path, arguments: Namespace, progress: Callable[[str], None]) -> int:
    """Check files, or the home, and print the report.

    Returns 0 when nothing blocks, 1 for findings that block, 2 when a file could not be read.
    """
    language = _language(arguments)
    try:
        files = _Files(inputs.expand(arguments.files), arguments.stdin_filename)
        report = _report(home, files, arguments, progress)
    except OibError as error:
        if arguments.format == "json":
            _write(arguments, failure_as_json(str(error)))
        raise
    if arguments.fix:
        return _fix(files, report, arguments)
    if arguments.format == "text":
        said = text(report, language, quiet=arguments.quiet, statistics=arguments.statistics)
    else:
        said = FORMATS[arguments.format](report, language)
    _write(arguments, said)
    return _UNREADABLE if not report.readable else _CLEAN if report.clean else _FINDINGS


class _Files:
    """The files on the command line, each read when it is needed; standard input at once."""

    def __init__(self, names: list[str], standard_input_name: str) -> None:
        self._standard_input_name = standard_input_name
        self._content = (
            inputs.read(inputs.STANDARD_INPUT) if inputs.STANDARD_INPUT in names else b""
        )
        self._names = names

    @property
    def paths(self) -> list[str]:
        """The paths under which the files are reported."""
        standard_input = self._standard_input_name
        return [standard_input if name == inputs.STANDARD_INPUT else name for name in self._names]

    def read(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of each file.

        Raises:
            BadInput: one cannot be read.
        """
        for name, path in zip(self._names, self.paths, strict=True):
            yield path, self._content if name == inputs.STANDARD_INPUT else inputs.read(name)


def _report(
    home: Path, files: _Files, arguments: Namespace, progress: Callable[[str], None]
) -> Report:
    """Check in a child process; files of others with limits, the home itself without.

    The home is what this user keeps and serves, of any size; a limit on it holds when it is given.
    """

    limits = None
    if files.paths or arguments.timeout or arguments.memory:
        usual = CheckLimits()
        seconds = arguments.timeout or usual.seconds
        limits = CheckLimits(seconds, arguments.memory or usual.memory_mib)

    def prepare() -> Callable[[], Report]:
        contents = list(files.read())
        checker = Checker(home)
        if not contents and limits is None:
            return checker.check_home
        checker.warm_up([content for _, content in contents] if contents else None)
        if not contents:
            return checker.check_home
        effects = checker.decide_effects(files.paths, _effect(arguments))
        return lambda: checker.check_with_effects(contents, effects)

    try:
        return isolation.run(prepare, limits, progress if sys.stderr.isatty() else None)
    except TooCostly as error:
        rule = load_rules(HomeIndex.read_shapes(home))[OIBS + "FIL-13"]
        return _stopped(rule, files.paths or [str(home)], str(error))


def _effect(arguments: Namespace) -> str | None:
    if arguments.adds:
        return str(Effect.ADDS)
    if arguments.removes:
        return str(Effect.REMOVES)
    if arguments.replaces is not None:
        named = arguments.replaces
        return f"{Effect.REPLACES}:{named}" if named else str(Effect.REPLACES)
    return None


def _stopped(rule: Rule, paths: list[str], reason: str) -> Report:
    """Return the report on files whose check was stopped."""
    findings = [
        Finding(
            Place(path),
            rule.identifier,
            rule.severity,
            value=reason,
            message=rule.format_message("", reason, ""),
            rule_iri=OIBS + rule.identifier,
        )
        for path in paths
    ]
    effects = [FileEffect(path, "unreadable") for path in paths]
    return Report(tuple(effects), tuple(findings), readable=False)


def _fix(files: _Files, report: Report, arguments: Namespace) -> int:
    """Print the fixes as a diff, or apply them with ``--write``."""
    applied = 0
    for path, content in files.read():
        findings = [each for each in report.findings if each.fix and each.fix.path == path]
        if not findings:
            continue
        before = turtle.decode(content, path)
        after = fixes.apply_fixes(before, findings)
        print(fixes.diff(before, after, path), end="")
        applied += len(findings)
        if arguments.write and Path(path).is_file():
            replace_text(Path(path), after)
    left = sum(finding.blocks and not finding.fix for finding in report.findings)
    sentences = _FIXED[_language(arguments)]
    done, remaining = sentences[0 if arguments.write else 1], sentences[2]
    print(done.format(applied), remaining.format(left), sep="", file=sys.stderr)
    return _UNREADABLE if not report.readable else _CLEAN if report.clean else _FINDINGS


#: What was applied, what could be, and what remains.
_FIXED: Final = {
    "en": (
        "Fixes applied: {}; check again, for they may uncover more. ",
        "Fixes possible: {}; --write applies them. ",
        "Errors left to you: {}.",
    ),
    "zh-Hans": (
        "已应用修改：{}；请再次检查，因为其后可能另有问题。",
        "可应用修改：{}；用 --write 应用。",
        "须自行修正的错误：{}。",
    ),
}


def _language(arguments: Namespace) -> str:
    return "zh-Hans" if arguments.lang == "zh" else str(arguments.lang)


def _write(arguments: Namespace, report: str) -> None:
    if arguments.output_file:
        try:
            arguments.output_file.write_text(report + "\n", "utf-8")
        except OSError as error:
            raise BadInput(
                f"{arguments.output_file} cannot be written: {error.strerror}"
            ) from error
    elif report:
        print(report)


def rule(home: Path, arguments: Namespace) -> int:
    """Print one rule, or the list of all rules.

    Raises:
        BadInput: there is no such rule.
    """
    language = _language(arguments)
    rules = {each.identifier: each for each in load_rules(HomeIndex.read_shapes(home)).values()}
    if arguments.rule is None:
        for name, each in sorted(rules.items()):
            print(f"{name}  {each.severity:9}  {each.name.get(language, '')}")
        return _CLEAN
    found = rules.get(arguments.rule.upper())
    if found is None:
        raise BadInput(f"there is no rule {arguments.rule}; oib rule lists them all")
    print(f"{found.identifier}  {found.name.get(language, '')}  ({found.severity})")
    print(f"<{OIBS}{found.identifier}>")
    print()
    print(message_in_words(found.message.get(language, ""), language))
    if found.comment.get(language):
        print(f"\n{found.comment[language]}")
    return _CLEAN


def tidy(home: Path, arguments: Namespace) -> int:
    """Write files in canonical form, or report which are not in it; go on after a bad file.

    Returns 1 when a file is not in canonical form and ``--check`` is given, 2 when one is not
    Turtle or cannot be written.
    """
    folders = ("ontology", "shapes", "instances")
    names = inputs.expand(arguments.files) or [
        str(path) for folder in folders for path in sources(home, folder, ".ttl")
    ]
    untidy, failed = 0, 0
    for name in names:
        try:
            untidy += _tidy_file(name, arguments.check)
        except BadInput as error:
            failed += 1
            hint = f"; oib check {name} shows all that is wrong" * isinstance(error, BadTurtle)
            print(printable(f"oib: {error}{hint}"), file=sys.stderr)
    done = "not tidy" if arguments.check else "tidied"
    errors = f", {failed} could not be read or written" if failed else ""
    print(f"{len(names)} files, {untidy} {done}{errors}")
    return _UNREADABLE if failed else _FINDINGS if untidy and arguments.check else _CLEAN


def _tidy_file(name: str, only_check: bool) -> bool:
    path = Path(name)
    before = turtle.read_text(path)
    after = _tidied(before, name)
    if after == before:
        return False
    if not only_check:
        replace_text(path, after)
    print(f"{name}: {'not tidy; run oib tidy' if only_check else 'tidied'}")
    return True


def _tidied(text_: str, name: str) -> str:
    """Return a text in canonical form; relative IRIs without a base are things of ours."""
    try:
        return turtle.tidy(text_, name)
    except BadTurtle:
        # Resolved against the base of things it may be Turtle; and a file that oib check accepts
        # must not be refused here. The base is written down, so that others read it, too.
        with_base = f"@base <{ID}> .\n{text_}"
        try:
            return turtle.tidy(with_base, name)
        except BadTurtle:
            return turtle.tidy(text_, name)
