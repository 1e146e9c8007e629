"""Findings of a check, and the report that holds them."""

import hashlib
from dataclasses import dataclass, field

#: Severities as SHACL names them, gravest first. Only a violation blocks.
SEVERITIES = ("Violation", "Warning", "Info")

#: In place of the rules' names, when all of them were looked at with all their focus nodes.
EVERY_RULE = "*"


@dataclass(frozen=True, order=True)
class Place:
    """A stretch of a file; line and column count from 1 and the end lies just behind it.

    Columns are in code points. Lines are 0 where no place in the file is known. ``source`` is the
    text of the first line, with escapes for what would disturb a terminal.
    """

    path: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Fix:
    """A change of one file that mends a finding: the text from ``start`` to ``end`` is replaced.

    Offsets are in code points, from 0. ``description`` says it by language tag.
    """

    path: str
    start: int
    end: int
    replacement: str
    description: dict[str, str] = field(default_factory=dict, compare=False, hash=False)


@dataclass(frozen=True)
class Related:
    """Another place that belongs to a finding, with what it is, by language tag."""

    place: Place
    message: dict[str, str] = field(default_factory=dict, compare=False, hash=False)


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong or worth a look.

    Attributes:
        place: where it is to be mended.
        rule: the id of the rule, such as ``CLM-09``; its IRI is ``rule_iri``.
        severity: ``Violation``, ``Warning`` or ``Info``.
        focus: the thing that the rule looked at, as people write it.
        value: the offending value, likewise.
        path: the property, likewise.
        message: the sentence by language tag (``en``, ``zh-Hans``).
        fix: what a machine can do about it, if that is certain.
        related: other places that belong to it.
        identity: focus, path and value as terms, for the fingerprint.
        component: the SHACL constraint component that found it, empty for rules beyond SHACL.
    """

    place: Place
    rule: str
    severity: str
    focus: str = ""
    value: str = ""
    path: str = ""
    message: dict[str, str] = field(default_factory=dict, compare=False, hash=False)
    rule_iri: str = field(default="", compare=False)
    fix: Fix | None = field(default=None, compare=False, hash=False)
    related: tuple[Related, ...] = field(default=(), compare=False, hash=False)
    identity: tuple[str, ...] = field(default=(), compare=False)
    component: str = field(default="", compare=False)

    @property
    def blocks(self) -> bool:
        """Whether a file with this finding must not go in."""
        return self.severity == SEVERITIES[0]

    @property
    def line(self) -> int:
        """The line of the place."""
        return self.place.line

    @property
    def column(self) -> int:
        """The column of the place."""
        return self.place.column

    @property
    def fingerprint(self) -> str:
        """A name of the finding that stays when lines move: a hash of what is wrong, not where."""
        parts = self.identity or (self.focus, self.path, self.value)
        return hashlib.sha256("\x1f".join((self.rule, *parts)).encode("utf-8")).hexdigest()[:32]


@dataclass(frozen=True)
class FileEffect:
    """What one file does to the data.

    ``effect`` is ``adds``, ``replaces``, ``removes``, ``checked`` (as part of the home) or
    ``unreadable``; ``target`` the file of the home. The numbers count things, claims included.
    """

    path: str
    effect: str
    target: str = ""
    added: int = 0
    changed: int = 0
    removed: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes:
        files: what was checked, and what each file does.
        findings: everything found, by place.
        readable: false when one of the files does not parse.
        full_run: the rules whose every focus node had to be looked at, with none of them on most
            runs, because nobody could tell which ones a change affects; ``EVERY_RULE`` when the
            change is about as large as the data.
        unmatched: the shapes that match nothing; told when a whole home is checked.
    """

    files: tuple[FileEffect, ...]
    findings: tuple[Finding, ...]
    readable: bool = True
    full_run: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing blocks."""
        return self.readable and not any(finding.blocks for finding in self.findings)

    def count(self, severity: str) -> int:
        """Return how many findings have the severity."""
        return sum(finding.severity == severity for finding in self.findings)
