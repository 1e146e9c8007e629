"""A report as compilers write it: what each file does, the findings with their lines, a summary."""

import unicodedata
from collections import Counter
from typing import Final

from oib.terminal import printable
from oib.validation.report import EVERY_RULE, SEVERITIES, FileEffect, Finding, Report

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
    words = _WORDS.get(language, _WORDS["en"])
    head = [line for line in (_effect(file, words) for file in report.files) if line]
    if report.full_run:
        rules = words["and"].join(report.full_run).replace(EVERY_RULE, words["every rule"])
        head.append(words["full run"].format(rules))
    lines = _statistics(shown) if statistics else [_finding(each, language) for each in shown]
    if statistics and report.unmatched:
        lines.append(words["unmatched"].format(words["and"].join(report.unmatched)))
    return printable("\n".join([*head, *lines, summary(report, language)]))


def summary(report: Report, language: str = "en") -> str:
    """Return the last line: how many files, and how many findings of each severity."""
    words = _WORDS.get(language, _WORDS["en"])
    counts = words["and"].join(
        _count(report.count(severity), words[severity])
        for severity in SEVERITIES
        if report.count(severity)
    )
    return words["checked"].format(
        _count(len(report.files), words["file"]), counts or words["nothing found"]
    )


#: What the text says by itself; nouns as one and as many.
_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "and": ", ",
        "file": "{} file|{} files",
        "checked": "{} checked: {}",
        "nothing found": "nothing found",
        "Violation": "{} error|{} errors",
        "Warning": "{} warning|{} warnings",
        "Info": "{} info|{} infos",
        "adds": "adds",
        "replaces": "replaces",
        "removes": "removes",
        "added": "{} new",
        "changed": "{} changed",
        "removed": "{} removed",
        "kept": "{} kept",
        "nothing": "nothing",
        "effect": "{} {}: {}",
        "full run": "looked at everything for {}",
        "every rule": "every rule",
        "unmatched": "shapes that match nothing: {}",
        "fix": "fix: {}",
    },
    "zh-Hans": {
        "and": "、",
        "file": "{} 个文件",
        "checked": "已检查 {}：{}",
        "nothing found": "未发现问题",
        "Violation": "{} 个错误",
        "Warning": "{} 个警告",
        "Info": "{} 条提示",
        "adds": "添加",
        "replaces": "替换",
        "removes": "移除",
        "added": "新增 {} 项",
        "changed": "更改 {} 项",
        "removed": "移除 {} 项",
        "kept": "保留 {} 项",
        "nothing": "无",
        "effect": "{} {}：{}",
        "full run": "以下规则检查了全部数据：{}",
        "every rule": "所有规则",
        "unmatched": "未匹配任何内容的形状：{}",
        "fix": "修改建议：{}",
    },
}


def _count(number: int, noun: str) -> str:
    one, _, many = noun.partition("|")
    return (one if number == 1 or not many else many).format(number)


def message_of(finding: Finding, language: str) -> str:
    """Return the sentence of a finding, in English where there is none in the language."""
    return finding.message.get(language) or finding.message.get("en", "")


def _effect(file: FileEffect, words: dict[str, str]) -> str:
    if file.effect in ("checked", "unreadable"):
        return ""
    counts = [
        words[name].format(number)
        for name, number in (
            ("added", file.added),
            ("changed", file.changed),
            ("removed", file.removed),
            ("kept", file.kept),
        )
        if number
    ]
    what = words[file.effect]
    if file.effect == "replaces":
        what = f"{what} {file.target}"
    return words["effect"].format(file.path, what, words["and"].join(counts) or words["nothing"])


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
        lines.append("  " + _WORDS.get(language, _WORDS["en"])["fix"].format(said))
    return "\n".join(lines)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def _statistics(findings: list[Finding]) -> list[str]:
    counts = Counter((finding.rule, finding.severity) for finding in findings)
    return [
        f"{number:6}  {rule}  {LEVELS[severity]}"
        for (rule, severity), number in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]
