"""A report as ``sh:ValidationReport`` (SHACL, section 3.6) with the place of each result.

SHACL has no terms for places in files; ours are ``oib:file``, ``oib:line``, ``oib:column``,
``oib:endLine`` and ``oib:endColumn``, which count as those of ``report.Place``. Where the standard
requires what a finding lacks, a blank node stands for a focus node that has no IRI, and the rule
itself for the constraint component of a rule that no SHACL engine evaluates.
"""

from pyoxigraph import Literal, NamedNode

from oib.namespaces import OIB, OIBS, PREFIXES
from oib.validation.report import Finding, Report

_SH = PREFIXES["sh"]


def validation_report(report: Report, language: str = "en") -> str:
    """Return the report as Turtle; messages stand in every language."""
    results = "".join(map(_result, report.findings))
    conforms = "true" if not report.findings and report.readable else "false"
    lines = [
        f"@prefix oib: <{OIB}> .",
        f"@prefix sh: <{_SH}> .",
        "",
        f"[] a sh:ValidationReport ;\n    sh:conforms {conforms}{results} .",
    ]
    return "\n".join(lines)


def _result(finding: Finding) -> str:
    place = finding.place
    rule = finding.rule_iri or OIBS + finding.rule
    properties = ["a sh:ValidationResult", f"sh:resultSeverity sh:{finding.severity}"]
    focus, path, value = (*finding.identity, "", "", "")[:3]  # as N-Triples write them
    properties.append(f"sh:focusNode {'[]' if not focus or focus.startswith('_:') else focus}")
    if path:
        properties.append(f"sh:resultPath {path}")
    if value and not value.startswith("_:"):
        properties.append(f"sh:value {value}")
    component = NamedNode(_iri_of_component(finding.component)) if finding.component else None
    properties.append(f"sh:sourceConstraintComponent {component or NamedNode(rule)}")
    properties.append(f"sh:sourceShape {NamedNode(rule)}")
    properties += [
        f"sh:resultMessage {Literal(text)}@{tag}"  # pyoxigraph would write zh-hans
        for tag, text in sorted(finding.message.items())
    ]
    if place.path:
        properties.append(f"oib:file {Literal(place.path)}")
    if place.line:
        properties += [
            f"oib:line {place.line}",
            f"oib:column {place.column}",
            f"oib:endLine {place.end_line}",
            f"oib:endColumn {place.end_column}",
        ]
    properties.append(f"oib:fingerprint {Literal(finding.fingerprint)}")
    inner = " ;\n        ".join(properties)
    return f" ;\n    sh:result [\n        {inner} ;\n    ]"


def _iri_of_component(name: str) -> str:
    """Return the IRI of a constraint component; those of SHACL itself go by their local name."""
    return name if ":" in name else _SH + name
