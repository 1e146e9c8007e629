"""FollowTheMoney export: entities and claims as the entities and intervals of that model.

One JSON object a line, ``id``, ``schema`` and ``properties``, as tools of FollowTheMoney 4 read
it. A claim becomes an interval between two entities. The model has no place for a hedge, so that
stands in ``status``, and who vouches in ``publisher``: an interval without its status says more
than its claim.
"""

import json
import re
from collections import defaultdict
from typing import Final

from pyoxigraph import Store

from oib.engine.stores import select
from oib.namespaces import ID, OIB

#: Our classes and their schemata, the narrowest first.
_SCHEMATA: Final = {
    "Company": "Company",
    "GovernmentBody": "PublicBody",
    "Organization": "Organization",
    "Person": "Person",
    "Post": "Position",
    "Event": "Event",
    "Place": "Address",
    "Programme": "Project",
    "Document": "Document",
}
#: Predicates with an interval of their own: its schema, and where subject and object go.
_INTERVALS: Final = {
    "holdsPost": ("Occupancy", "holder", "post"),
    "isMemberOf": ("Membership", "member", "organization"),
    "isAcquiredBy": ("Ownership", "asset", "owner"),
    "hasInvestmentIn": ("Ownership", "owner", "asset"),
}
_LINK: Final = ("UnknownLink", "subject", "object")
_ENTITIES: Final = """
SELECT DISTINCT ?node ?property ?value WHERE {
  ?node a ?kind ; ?property ?value
  FILTER(STRSTARTS(STR(?node), STR(id:)))
  FILTER(?property IN (rdf:type, skos:prefLabel, skos:altLabel, oib:translatedName, foaf:name,
      schema:url, schema:sameAs, oib:isPostIn, oib:publishedOn, oib:publisherName))
  FILTER NOT EXISTS { ?node owl:deprecated true }
}"""
_CLAIMS: Final = """
SELECT ?claim ?subject ?predicate ?object ?label ?hedge ?speaker ?document ?date WHERE {
  ?claim a oib:Claim ; oib:claimSubject ?subject ; oib:claimPredicate ?predicate ;
      oib:claimObject ?object ; oib:hasHedge/oib:englishLabel ?hedge ;
      oib:isAssertedBy/oib:englishLabel ?speaker ; oib:isReportedIn ?document ;
      oib:hasRank/oib:yieldsDirectTriple true .
  ?predicate oib:englishLabel ?label .
  OPTIONAL { ?claim oib:validTime|oib:asOf ?date }
}"""
#: Identifiers of registers that the model has properties for.
_REGISTERS: Final = {"http://www.wikidata.org/entity/": "wikidataId"}


def followthemoney(store: Store) -> bytes:
    """Return entities and claims in FollowTheMoney, one JSON object a line, sorted by id.

    Of the claims those stand that tie one entity to another and that the curators stand by. The
    store holds the derived graphs of labels and links beside the sources.
    """
    entities = _entities(store)
    intervals = _intervals(store, set(entities))
    lines = [
        json.dumps(each, ensure_ascii=False, sort_keys=True)
        for each in sorted((*entities.values(), *intervals), key=lambda each: str(each["id"]))
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _entities(store: Store) -> dict[str, dict[str, object]]:
    values: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for node, prop, value in select(store, _ENTITIES):
        values[node.value][re.split("[#/]", prop.value)[-1]].add(value.value)
    found: dict[str, dict[str, object]] = {}
    for iri, of in values.items():
        classes = {name.removeprefix(OIB) for name in of["type"]}
        schema = next((_SCHEMATA[name] for name in _SCHEMATA if name in classes), None)
        if schema is None:
            continue
        names = of["prefLabel"] | of["name"]
        properties = {
            "name": names,
            "alias": (of["altLabel"] | of["translatedName"]) - names,
            "sourceUrl": of["url"] or {iri},
            "keywords": {name for name in classes if name not in ("Agent", schema)},
        }
        if schema == "Address":
            properties["full"] = names
        if schema == "Position":
            properties["organization"] = {_identifier(body) for body in of["isPostIn"]}
        if schema == "Document":
            properties["title"] = names
            properties["publishedAt"] = {day for text in of["publishedOn"] if (day := _date(text))}
            properties["publisher"] = of["publisherName"]
        for entry in of["sameAs"]:
            for start, name in _REGISTERS.items():
                if entry.startswith(start):
                    properties[name] = {entry.removeprefix(start)}
        found[iri] = _proxy(_identifier(iri), schema, properties)
    return found


def _intervals(store: Store, known: set[str]) -> list[dict[str, object]]:
    found: dict[str, tuple[str, defaultdict[str, set[str]]]] = {}
    for row in select(store, _CLAIMS):
        subject, thing = row["subject"].value, row["object"].value
        if subject not in known or thing not in known:
            continue
        name = row["predicate"].value.removeprefix(OIB)
        schema, start, end = _INTERVALS.get(name, _LINK)
        properties = found.setdefault(row["claim"].value, (schema, defaultdict(set)))[1]
        properties[start].add(_identifier(subject))
        properties[end].add(_identifier(thing))
        properties["role"].add(row["label"].value)
        properties["status"].add(row["hedge"].value)
        properties["publisher"].add(row["speaker"].value)
        properties["publisherUrl"].add(row["document"].value)
        properties["recordId"].add(_identifier(row["claim"].value))
        properties["sourceUrl"].add(row["claim"].value)
        if row["date"] is not None and (day := _date(row["date"].value)):
            properties["date"].add(day)
    # Who holds a post does so in the terms of the model, which needs no name for it.
    return [
        _proxy(_identifier(iri), schema, {
            name: texts for name, texts in properties.items()
            if name != "role" or schema in ("UnknownLink", "Ownership", "Membership")
        })
        for iri, (schema, properties) in found.items()
    ]  # fmt: skip


def _proxy(identifier: str, schema: str, properties: dict[str, set[str]]) -> dict[str, object]:
    kept = {name: sorted(texts) for name, texts in properties.items() if texts}
    return {"id": identifier, "schema": schema, "properties": kept}


def _identifier(iri: str) -> str:
    return iri.removeprefix(ID).replace("/", ".")


def _date(text: str) -> str | None:
    """Return a plain date of year, month and day, as far as they are known; else None."""
    return text if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) else None
