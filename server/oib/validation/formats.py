"""Output formats of a report."""

import json
from collections.abc import Callable, Mapping

from oib.validation.report import SEVERITIES, Finding, Report

_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "info"}


def text(report: Report, language: str = "en") -> str:
    """Return one line a finding, as compilers and editors write it, then a summary."""
    lines = [_line(finding, language) for finding in sorted(report.findings)]
    counts = ", ".join(
        f"{report.count(severity)} {_LEVELS[severity]}{'' if report.count(severity) == 1 else 's'}"
        for severity in SEVERITIES
        if report.count(severity)
    )
    files = f"{len(report.files)} file{'' if len(report.files) == 1 else 's'}"
    return "\n".join([*lines, f"{files} checked: {counts or 'nothing found'}"])


def as_json(report: Report, language: str = "en") -> str:
    """Return the report as one JSON object; messages stand in every language."""
    findings = [
        {
            "path": finding.path,
            "line": finding.line or None,
            "column": finding.column or None,
            "rule": finding.rule,
            "severity": finding.severity,
            "focus": finding.focus or None,
            "value": finding.value or None,
            "message": finding.message,
        }
        for finding in sorted(report.findings)
    ]
    body = {"clean": report.clean, "files": report.files, "findings": findings}
    return json.dumps(body, ensure_ascii=False, indent=2)


#: The forms by name, as ``--format`` gives it.
FORMATS: Mapping[str, Callable[[Report, str], str]] = {"text": text, "json": as_json}


def _line(finding: Finding, language: str) -> str:
    place = f":{finding.line}:{finding.column}" if finding.line else ""
    message = finding.message.get(language) or finding.message.get("en", "")
    return f"{finding.path}{place}: {_LEVELS[finding.severity]}[{finding.rule}] {message}"
