"""A report as JUnit XML, as Jenkins and most other systems of continuous integration read it."""

from collections import defaultdict
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from oib.validation.formats.text import message_of
from oib.validation.report import Finding, Report


def junit(report: Report, language: str = "en") -> str:
    """Return one test suite a file, with a test case for each finding, or one that passed."""
    by_file: dict[str, list[Finding]] = {file.path: [] for file in report.files}
    found = defaultdict(list, by_file)
    for finding in report.findings:
        found[finding.place.path].append(finding)
    root = Element("testsuites")
    for path, findings in found.items():
        failures = sum(finding.blocks for finding in findings)
        suite = SubElement(
            root,
            "testsuite",
            name=path or "oib",
            tests=str(max(1, len(findings))),
            failures=str(failures),
            errors="0",
        )
        if not findings:
            SubElement(suite, "testcase", classname=path, name="nothing found")
        for finding in findings:
            _case(suite, path, finding, language)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _case(suite: Element, path: str, finding: Finding, language: str) -> None:
    place = f":{finding.line}:{finding.column}" if finding.line else ""
    name = f"{finding.rule} {finding.focus}".strip()
    case = SubElement(suite, "testcase", classname=path, name=name)
    said = f"{path}{place}: {message_of(finding, language)}"
    if finding.blocks:
        SubElement(case, "failure", message=said, type=finding.rule).text = said
    else:
        SubElement(case, "system-out").text = f"{finding.severity}: {said}"
