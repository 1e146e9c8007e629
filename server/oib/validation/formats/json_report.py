"""A report as JSON; ``report.schema.json`` beside this file says what is in it."""

import json
from pathlib import Path
from typing import Any, Final

from oib.validation.report import SEVERITIES, Finding, Fix, Place, Report

#: The version of the schema: a new major number when something is taken away or changes meaning.
SCHEMA_VERSION: Final = "1.0"
#: The JSON Schema of a report; a server publishes it under the address in its ``$id``.
SCHEMA: Final = Path(__file__).with_name("report.schema.json")


def as_json(report: Report, language: str = "en") -> str:
    """Return the report as one JSON object; messages stand in every language."""
    return json.dumps(_body(report), ensure_ascii=False, indent=2)


def failure_as_json(reason: str) -> str:
    """Return one line of JSON for a check that could not begin, of the same schema.

    Args:
        reason: why, such as a file that is not there.
    """
    body = {**_body(Report((), (), readable=False)), "error": reason}
    return json.dumps(body, ensure_ascii=False)


def _body(report: Report) -> dict[str, Any]:
    return {
        "version": SCHEMA_VERSION,
        "clean": report.clean,
        "readable": report.readable,
        "counts": {name: report.count(name) for name in SEVERITIES},
        "files": [
            {
                "path": file.path,
                "effect": file.effect,
                "target": file.target or None,
                "added": file.added,
                "changed": file.changed,
                "removed": file.removed,
                "kept": file.kept,
            }
            for file in report.files
        ],
        "fullRun": list(report.full_run),
        "unmatchedShapes": list(report.unmatched),
        "findings": [_finding(finding) for finding in report.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        **_place(finding.place),
        "rule": finding.rule,
        "ruleIri": finding.rule_iri or None,
        "severity": finding.severity,
        "focus": finding.focus or None,
        "property": finding.path or None,
        "value": finding.value or None,
        "message": finding.message,
        "fix": _fix(finding.fix) if finding.fix else None,
        "related": [
            {**_place(related.place), "message": related.message} for related in finding.related
        ],
        "fingerprint": finding.fingerprint,
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.line or None,
        "column": place.column or None,
        "endLine": place.end_line or None,
        "endColumn": place.end_column or None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "path": fix.path,
        "start": fix.start,
        "end": fix.end,
        "replacement": fix.replacement,
        "description": fix.description,
    }
