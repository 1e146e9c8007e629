"""A report as SARIF 2.1.0 (OASIS standard), which code hosts and editors show at the lines."""

import json
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from oib import __version__
from oib.validation.formats.text import message_of
from oib.validation.report import Finding, Place, Report

_LEVELS: Final = {"Violation": "error", "Warning": "warning", "Info": "note"}


def sarif(report: Report, language: str = "en") -> str:
    """Return the report as one SARIF log; columns are in code points."""
    rules = {finding.rule: finding for finding in report.findings}
    names = sorted(rules)
    run = {
        "tool": {
            "driver": {
                "name": "oib",
                "version": __version__,
                "informationUri": "https://w3id.org/oib/shapes",
                "rules": [_rule(rules[name], language) for name in names],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": report.readable}],
        "results": [
            _result(finding, names.index(finding.rule), language) for finding in report.findings
        ],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _rule(finding: Finding, language: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": finding.rule,
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }
    if finding.rule_iri:
        rule["helpUri"] = finding.rule_iri
    return rule


def _result(finding: Finding, index: int, language: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": message_of(finding, language)},
        "partialFingerprints": {"oibFinding/v1": finding.fingerprint},
    }
    if finding.place.path:
        result["locations"] = [_location(finding.place, finding.focus)]
    if finding.related:
        result["relatedLocations"] = [
            {
                **_location(related.place),
                "message": {"text": related.message.get(language) or related.message["en"]},
            }
            for related in finding.related
        ]
    if finding.fix:
        fix = finding.fix
        result["fixes"] = [
            {
                "description": {"text": fix.description.get(language) or fix.description["en"]},
                "artifactChanges": [
                    {
                        "artifactLocation": {"uri": _uri(fix.path)},
                        "replacements": [
                            {
                                "deletedRegion": {
                                    "charOffset": fix.start,
                                    "charLength": fix.end - fix.start,
                                },
                                "insertedContent": {"text": fix.replacement},
                            }
                        ],
                    }
                ],
            }
        ]
    return result


def _location(place: Place, focus: str = "") -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.path)}}
    if place.line:
        physical["region"] = {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        }
    location: dict[str, Any] = {"physicalLocation": physical}
    if focus:
        location["logicalLocations"] = [{"fullyQualifiedName": focus}]
    return location


def _uri(path: str) -> str:
    """Return a path as a URI reference, relative where the path is."""
    return quote(PurePath(path).as_posix())
