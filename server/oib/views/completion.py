"""What an editor of queries completes: the prefixes, the terms of the data, the keywords."""

from dataclasses import dataclass
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import fetch_rows
from oib.namespaces import PREFIXES, shorten

#: Keywords and functions of SPARQL 1.1 that people write most.
KEYWORDS: Final = (
    *("ASK", "BASE", "CONSTRUCT", "DESCRIBE", "PREFIX", "SELECT", "DISTINCT", "REDUCED", "AS"),
    *("FROM", "FROM NAMED", "WHERE", "GRAPH", "OPTIONAL", "UNION", "MINUS", "BIND", "VALUES"),
    *("FILTER", "FILTER EXISTS {  }", "FILTER NOT EXISTS {  }", "UNDEF", "IN", "NOT IN"),
    *("GROUP BY", "HAVING", "ORDER BY", "ASC", "DESC", "LIMIT", "OFFSET"),
    *("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"),
    *("BOUND", "COALESCE", "CONCAT", "CONTAINS", "DATATYPE", "IF", "LANG", "LANGMATCHES", "LCASE"),
    *("REGEX", "REPLACE", "STR", "STRENDS", "STRLEN", "STRSTARTS", "SUBSTR", "UCASE", "YEAR"),
)

_TERMS: Final = f"""
PREFIX owl: <{PREFIXES["owl"]}>
PREFIX skos: <{PREFIXES["skos"]}>
SELECT DISTINCT ?term ?kind WHERE {{
  VALUES (?type ?kind) {{
    (owl:Class "class") (owl:ObjectProperty "property") (owl:DatatypeProperty "property")
    (owl:AnnotationProperty "property") (skos:Concept "constant")
  }}
  ?term a ?type
  FILTER(isIRI(?term))
  FILTER NOT EXISTS {{ ?term owl:deprecated true }}
}} ORDER BY ?term ?kind"""


@dataclass(frozen=True)
class CompletionTerm:
    """A term that can be completed: its IRI, how queries write it, and what it is.

    ``kind`` is class, property or constant.
    """

    iri: str
    name: str
    kind: str


def fetch_terms(engine: Queryable) -> list[CompletionTerm]:
    """Return the classes, properties and concepts of the data that have a prefixed name."""
    found = {
        row["term"].text: CompletionTerm(
            row["term"].text, shorten(row["term"].text), row["kind"].text
        )
        for row in fetch_rows(engine, _TERMS)
    }
    return [term for term in found.values() if not term.name.startswith("<")]
