"""Answers of the reconciliation service as JSON of the Reconciliation API, 0.2 and 1.0-draft."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from oib.engine.statements import Term
from oib.namespaces import ID, OIB, PREFIXES
from oib.reconciliation.collection import SchemaTerm
from oib.reconciliation.index import IndexedEntity
from oib.reconciliation.matching import FEATURES
from oib.reconciliation.model import Candidate
from oib.reconciliation.request_parser import BATCH_SIZE, ExtensionRequest
from oib.reconciliation.service import (
    STATEMENTS,
    Extension,
    ReconciliationService,
    Value,
    term_identifier,
    text_in,
)

#: The versions of the API, each with its own address.
VERSIONS: Final = ("0.2", "1.0-draft")
#: Width and height of a preview, in pixels.
PREVIEW_SIZE: Final = (430, 300)

_INTEGER: Final = frozenset(PREFIXES["xsd"] + name for name in ("integer", "nonNegativeInteger"))
_DECIMAL: Final = frozenset(PREFIXES["xsd"] + name for name in ("decimal", "double", "float"))
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MORE_FEATURES: Final = {
    "identifier": ("The query is its identifier", "查询即其标识符"),
    "conditions_met": ("Share of the conditions that it meets", "所满足条件的占比"),
}
_SETTINGS: Final = (
    (
        "limit",
        "number",
        ("Limit", "数量上限"),
        ("Values of a row, 0 for all", "每行的值数，0 为全部"),
    ),
    (
        "statements",
        "select",
        ("Statements", "陈述"),
        (
            "What documents state in their own voice, or every claim with its hedge",
            "文献自身口吻的陈述，或所有主张及其保留程度",
        ),
    ),
)


def manifest_02(
    title: str, url: str, base: str, service: ReconciliationService, language: str
) -> dict[str, Any]:
    """Return the manifest of version 0.2.

    Args:
        title: of the data set.
        url: address of the service, absolute.
        base: address of the site, absolute, with a slash at the end.
        service: for the default types.
        language: of the labels.
    """
    suggest = {
        kind: {"service_url": url, "service_path": f"/suggest/{kind}"}
        for kind in ("entity", "property", "type")
    }
    suggest["entity"]["flyout_service_path"] = "/flyout?id=${id}"
    return {
        "versions": ["0.2"],
        "name": title,
        "identifierSpace": ID,
        "schemaSpace": OIB,
        "documentation": url,
        "view": {"url": f"{base}id/{{{{id}}}}"},
        "defaultTypes": [_type(term, language) for term in service.default_types()],
        "suggest": suggest,
        "preview": {
            "url": f"{url}/preview?id={{{{id}}}}",
            "width": PREVIEW_SIZE[0],
            "height": PREVIEW_SIZE[1],
        },
        "extend": {
            "propose_properties": {"service_url": url, "service_path": "/extend/propose"},
            "property_settings": [
                _setting("name", "label", "help_text", *setting, language) for setting in _SETTINGS
            ],
        },
    }


def manifest_10(
    title: str, url: str, base: str, service: ReconciliationService, language: str
) -> dict[str, Any]:
    """Return the manifest of version 1.0-draft; arguments as for version 0.2."""
    return {
        "versions": ["1.0-draft"],
        "name": title,
        "lang": language,
        "dir": "ltr",
        "documentation": f"{base}reconcile",
        "batchSize": BATCH_SIZE,
        "standardizedScore": True,
        "view": {"url": f"{base}id/{{id}}"},
        "defaultTypes": [
            {**_type(term, language), "lang": language} for term in service.default_types()
        ],
        "suggest": {"entity": True, "property": True, "type": True},
        "preview": {"width": PREVIEW_SIZE[0], "height": PREVIEW_SIZE[1]},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [
                _setting("id", "name", "helpText", *setting, language) for setting in _SETTINGS
            ],
        },
    }


def results_02(
    batch: Mapping[str, Sequence[Candidate]], service: ReconciliationService, language: str
) -> dict[str, Any]:
    """Return the results of a batch of version 0.2."""
    return {
        key: {"result": [_candidate(each, service, language, False) for each in candidates]}
        for key, candidates in batch.items()
    }


def results_10(
    batch: Iterable[tuple[Sequence[Candidate], str]], service: ReconciliationService
) -> dict[str, Any]:
    """Return the results of a batch of version 1.0-draft: candidates, and the language of each."""
    return {
        "results": [
            {"candidates": [_candidate(each, service, language, True) for each in candidates]}
            for candidates, language in batch
        ]
    }


def entities(
    suggested: Iterable[IndexedEntity], service: ReconciliationService, language: str, is_10: bool
) -> dict[str, Any]:
    """Return suggested things."""
    return {
        "result": [
            {
                "id": entity.identifier,
                "name": entity.label(language)[0],
                "description": _description(entity, service, language),
                "notable": _types(entity, service, language, is_10)[:1],
                **_lang(language, is_10),
            }
            for entity in suggested
        ]
    }


def types(
    suggested: Iterable[SchemaTerm], service: ReconciliationService, language: str, is_10: bool
) -> dict[str, Any]:
    """Return suggested classes, each with those directly above it."""
    return {
        "result": [
            {
                **_term(term, language),
                "broader": [
                    {"id": term_identifier(iri), "name": service.term_name(iri, language)}
                    for iri in term.broader
                ],
                **_lang(language, is_10),
            }
            for term in suggested
        ]
    }


def properties(suggested: Iterable[SchemaTerm], language: str, is_10: bool) -> dict[str, Any]:
    """Return suggested properties."""
    return {"result": [{**_term(term, language), **_lang(language, is_10)} for term in suggested]}


def proposal(
    proposed: Iterable[SchemaTerm], kind: str, limit: int, language: str, is_10: bool
) -> dict[str, Any]:
    """Return the properties proposed for a class."""
    listed = [
        {"id": term_identifier(term.iri), "name": text_in(term.labels, language)}
        for term in proposed
    ]
    return {
        "type": kind,
        "limit": limit,
        "properties": [{**each, **_lang(language, is_10)} for each in listed],
    }


def extension_02(extension: Extension, wanted: ExtensionRequest, language: str) -> dict[str, Any]:
    """Return the values of properties in the form of version 0.2: rows by identifier."""
    rows = {
        identifier: {
            term_identifier(term.iri): _cut(values, limit, language, False)
            for term, values, limit in zip(extension.properties, row, wanted.limits, strict=True)
        }
        for identifier, row in extension.rows
    }
    return {"meta": _meta(extension, language, False), "rows": rows}


def extension_10(extension: Extension, wanted: ExtensionRequest, language: str) -> dict[str, Any]:
    """Return the values of properties in the form of version 1.0-draft: a list of rows."""
    rows = [
        {
            "id": identifier,
            "properties": [
                {"id": term_identifier(term.iri), "values": _cut(values, limit, language, True)}
                for term, values, limit in zip(
                    extension.properties, row, wanted.limits, strict=True
                )
            ],
        }
        for identifier, row in extension.rows
    ]
    return {"meta": _meta(extension, language, True), "rows": rows}


def _candidate(
    candidate: Candidate, service: ReconciliationService, language: str, is_10: bool
) -> dict[str, Any]:
    entity = candidate.entity
    return {
        "id": entity.identifier,
        "name": entity.label(language)[0],
        "description": _description(entity, service, language),
        "score": round(max(0.0, min(100.0, candidate.score)), 2),
        "match": candidate.is_match,
        "features": [
            _feature(name, value, language, is_10) for name, value in candidate.features.items()
        ],
        "type": _types(entity, service, language, is_10),
        **_lang(language, is_10),
    }


def _feature(name: str, value: float | bool, language: str, is_10: bool) -> dict[str, Any]:
    shown = round(value, 1) if isinstance(value, float) else value
    feature: dict[str, Any] = {"id": name, "value": shown}
    if is_10:
        labels = FEATURES.get(name) or _MORE_FEATURES.get(name)
        local = name.removeprefix("property_")
        texts = labels or (f"It has the value of {local}", f"其 {local} 的值相符")
        feature["name"] = texts[1 if language.startswith("zh") else 0]
    return feature


def _description(entity: IndexedEntity, service: ReconciliationService, language: str) -> str:
    """Return other names of a thing, which tell it from its namesakes."""
    shown = entity.label(language)[0]
    others = [name.text for name in service.names_of(entity) if name.text != shown]
    return " · ".join(others[:4])


def _types(
    entity: IndexedEntity, service: ReconciliationService, language: str, is_10: bool
) -> list[dict[str, Any]]:
    return [{**_type(term, language), **_lang(language, is_10)} for term in service.types(entity)]


def _type(term: SchemaTerm, language: str) -> dict[str, Any]:
    return {"id": term_identifier(term.iri), "name": text_in(term.labels, language)}


def _term(term: SchemaTerm, language: str) -> dict[str, Any]:
    found = _type(term, language)
    if definition := text_in(term.definitions, language):
        found["description"] = definition
    return found


def _meta(extension: Extension, language: str, is_10: bool) -> list[dict[str, Any]]:
    return [{**_type(term, language), **_lang(language, is_10)} for term in extension.properties]


def _cut(values: Sequence[Value], limit: int, language: str, is_10: bool) -> list[dict[str, Any]]:
    return [_value(each, language, is_10) for each in (values[:limit] if limit else values)]


def _value(value: Value, language: str, is_10: bool) -> dict[str, Any]:
    term = value.term
    if term.is_iri:
        found = {"id": _value_identifier(term), "name": value.label or _value_identifier(term)}
        if value.note:
            found["description"] = value.note
        return {**found, **(_lang(language, is_10) if value.label else {})}
    if term.datatype in _INTEGER and term.text.lstrip("+-").isdigit():
        return {"int": int(term.text)}
    if term.datatype in _DECIMAL:
        try:
            return {"float": float(term.text)}
        except ValueError:
            return {"str": term.text}
    if _DATE.fullmatch(term.text):
        return {"date": f"{term.text}T00:00:00"}
    return {"str": term.text, **(_lang(term.language, is_10) if term.language else {})}


def _value_identifier(term: Term) -> str:
    return term.text.removeprefix(ID)


def _lang(language: str, is_10: bool) -> dict[str, str]:
    return {"lang": language} if is_10 else {}


def _setting(
    id_member: str,
    name_member: str,
    help_member: str,
    identifier: str,
    kind: str,
    label: tuple[str, str],
    text: tuple[str, str],
    language: str,
) -> dict[str, Any]:
    place = 1 if language.startswith("zh") else 0
    found: dict[str, Any] = {
        id_member: identifier,
        name_member: label[place],
        help_member: text[place],
        "type": kind,
        "default": 0 if kind == "number" else STATEMENTS[0],
    }
    if kind == "select":
        found["choices"] = [{"name": each, "value": each} for each in STATEMENTS]
    return found
