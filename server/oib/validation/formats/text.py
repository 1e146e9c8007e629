"""A report as compilers write it: what each file does, the findings with their lines, a summary."""

import unicodedata
from collections import Counter

from oib.terminal import printable
from oib.validation.report import SEVERITIES, FileEffect, Finding, Report

#: Severities in the words that compilers and editors use.
LEVELS = {"Violation": "error", "Warning": "warning", "Info": "info"}
#: So many columns of a source line are shown.
_WIDTH = 120


def text(
    report: Report, language: str = "en", *, quiet: bool = False, statistics: bool = False
) -> str:
    """Return a report for people.

    Args:
        report: what was found.
        language: ``en`` or ``zh-Hans``.
        quiet: nothing but the lines of findings that block.
        statistics: the number of findings of each rule, in place of the findings.
    """
    shown = [finding for finding in report.findings if finding.blocks or not quiet]
    if quiet:
        return printable("\n".join(_line(finding, language) for finding in shown))
    head = [line for line in map(_effect, report.files) if line]
    if report.full_run:
        head.append(f"looked at everything for {', '.join(report.full_run)}")
    lines = _statistics(shown) if statistics else [_finding(each, language) for each in shown]
    if statistics and report.unmatched:
        lines.append(f"shapes that match nothing: {', '.join(report.unmatched)}")
    return printable("\n".join([*head, *lines, summary(report)]))


def summary(report: Report) -> str:
    """Return the last line: how many files, and how many findings of each severity."""
    counts = ", ".join(
        _plural(report.count(severity), LEVELS[severity])
        for severity in SEVERITIES
        if report.count(severity)
    )
    return f"{_plural(len(report.files), 'file')} checked: {counts or 'nothing found'}"


def message_of(finding: Finding, language: str) -> str:
    """Return the sentence of a finding, in English where there is none in the language."""
    return finding.message.get(language) or finding.message.get("en", "")


def _effect(file: FileEffect) -> str:
    if file.effect in ("checked", "unreadable"):
        return ""
    counts = [
        f"{number} {word}"
        for number, word in (
            (file.added, "new"),
            (file.changed, "changed"),
            (file.removed, "removed"),
            (file.kept, "kept"),
        )
        if number
    ]
    what = f"{file.effect} {file.target}" if file.effect == "replaces" else file.effect
    return f"{file.path} {what}: {', '.join(counts) or 'nothing'}"


def _line(finding: Finding, language: str) -> str:
    place = finding.place
    where = f":{place.line}:{place.column}" if place.line else ""
    level = LEVELS[finding.severity]
    return f"{place.path}{where}: {level}[{finding.rule}] {message_of(finding, language)}"


def _finding(finding: Finding, language: str) -> str:
    lines = [_line(finding, language)]
    place = finding.place
    if place.source:
        end = place.end_column if place.end_line == place.line else len(place.source) + 1
        start = max(0, place.column - 1 - _WIDTH // 2) if place.column > _WIDTH else 0
        shown = place.source[start : start + _WIDTH]
        width = max(1, min(end, start + len(shown) + 1) - place.column)
        before = "".join(
            "\t" if c == "\t" else "\u3000" if _is_wide(c) else " "
            for c in shown[: place.column - 1 - start]
        )
        marked = shown[place.column - 1 - start : place.column - 1 - start + width]
        marks = "".join("\uff3e" if _is_wide(c) else "^" for c in marked) or "^"
        lines += [f"    {shown}", f"    {before}{marks}"]
    for related in finding.related:
        what = related.message.get(language) or related.message.get("en", "")
        lines.append(f"  {related.place.path}:{related.place.line}:{related.place.column}: {what}")
    if finding.fix:
        said = finding.fix.description.get(language) or finding.fix.description.get("en", "")
        lines.append(f"  fix: {said}")
    return "\n".join(lines)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def _statistics(findings: list[Finding]) -> list[str]:
    counts = Counter((finding.rule, finding.severity) for finding in findings)
    return [
        f"{number:6}  {rule}  {LEVELS[severity]}"
        for (rule, severity), number in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
