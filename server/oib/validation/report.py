"""Findings of a check, and the report that holds them."""

from dataclasses import dataclass, field

#: Severities as SHACL names them, gravest first. Only a violation blocks.
SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong or worth a look.

    ``line`` and ``column`` count from 1 and are 0 where no place is known; ``message`` holds the
    sentence by language tag (``en``, ``zh-Hans``).
    """

    path: str
    line: int
    column: int
    rule: str
    severity: str
    focus: str = ""
    value: str = ""
    message: dict[str, str] = field(default_factory=dict, compare=False, hash=False)

    @property
    def blocks(self) -> bool:
        """Whether a file with this finding must not go in."""
        return self.severity == SEVERITIES[0]


@dataclass(frozen=True)
class Report:
    """What a check found in which files; ``readable`` is false when one of them does not parse."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    readable: bool = True

    @property
    def clean(self) -> bool:
        """Whether nothing blocks."""
        return not any(finding.blocks for finding in self.findings)

    def count(self, severity: str) -> int:
        """Return how many findings have the severity."""
        return sum(finding.severity == severity for finding in self.findings)
