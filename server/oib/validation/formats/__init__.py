"""Output formats of a report, by the names that ``--format`` takes."""

from collections.abc import Callable, Mapping

from oib.validation.formats.github import github
from oib.validation.formats.json_report import SCHEMA, as_json, failure_as_json
from oib.validation.formats.junit import junit
from oib.validation.formats.sarif import sarif
from oib.validation.formats.text import text
from oib.validation.formats.validation_report import validation_report
from oib.validation.report import Report

__all__ = [
    "FORMATS",
    "SCHEMA",
    "as_json",
    "failure_as_json",
    "github",
    "junit",
    "sarif",
    "text",
    "validation_report",
]

#: The formats by name; each takes a report and the language of its messages.
FORMATS: Mapping[str, Callable[[Report, str], str]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
    "junit": junit,
    "turtle": validation_report,
}
