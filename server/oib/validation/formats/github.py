"""A report as workflow commands of GitHub Actions, which become annotations of a pull request."""

from oib.validation.formats.text import message_of, summary
from oib.validation.report import Finding, Report

_COMMANDS = {"Violation": "error", "Warning": "warning", "Info": "notice"}


def github(report: Report, language: str = "en") -> str:
    """Return one workflow command a finding, then the summary as plain text."""
    return "\n".join(
        [*(_command(each, language) for each in report.findings), summary(report, language)]
    )


def _command(finding: Finding, language: str) -> str:
    place = finding.place
    properties = {"file": place.path}
    if place.line:
        properties |= {"line": str(place.line), "endLine": str(place.end_line)}
    if place.line and place.line == place.end_line:  # columns count only within one line
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = finding.rule
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {said}::{_data(message_of(finding, language))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
