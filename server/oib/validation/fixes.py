"""Apply the fixes of findings to the text of a file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from oib.validation.report import Finding


def apply_fixes(text: str, findings: Iterable[Finding]) -> str:
    """Return a text with the fixes of its findings; of two that overlap, only the first.

    Offsets count from behind a byte order mark, as in reports.
    """
    edits = sorted({finding.fix for finding in findings if finding.fix}, key=lambda fix: fix.start)
    parts: list[str] = []
    at = 0
    for fix in edits:
        if fix.start >= at:
            parts += [text[at : fix.start], fix.replacement]
            at = fix.end
    return "".join([*parts, text[at:]])


def diff(before: str, after: str, path: str) -> str:
    """Return a unified diff of two texts of a file, empty if they are the same."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), path, path
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
