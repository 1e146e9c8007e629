"""Verify locators and digests against a reader's own copy of the source."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import QuerySolutions, Store

from oib.errors import NotFound
from oib.namespaces import ID
from oib.validation.copies import read_copy
from oib.validation.passages import digest, find, normalize

_UNITS = """
PREFIX oib: <https://w3id.org/oib/ontology#>
SELECT ?unit ?length ?digest WHERE {
  VALUES ?document { <%s> }
  ?document oib:hasUnit ?unit .
  ?unit oib:unitDigest ?digest ; oib:characterCount ?length .
}
"""
_PASSAGES = """
PREFIX oib: <https://w3id.org/oib/ontology#>
SELECT ?evidence ?unit ?start ?end ?digest
  (GROUP_CONCAT(STR(?record); separator=" ") AS ?records)
WHERE {
  VALUES ?document { <%s> }
  ?evidence oib:inDocument ?document ; oib:inUnit ?unit ; oib:passageDigest ?digest ;
      oib:startCharacter ?start ; oib:endCharacter ?end .
  OPTIONAL { ?record oib:hasEvidence ?evidence }
} GROUP BY ?evidence ?unit ?start ?end ?digest
"""


@dataclass(frozen=True)
class Passage:
    """What became of one locator.

    ``state`` is ``verified`` (found where the locator says), ``moved`` (its unit differs in the
    copy, but the passage is there) or ``missing``. ``records`` are the claims and assessments
    that rest on it.
    """

    evidence: str
    unit: str
    state: str
    records: tuple[str, ...]

    def __str__(self) -> str:
        records = ", ".join(record.removeprefix(ID) for record in self.records)
        return f"{self.state}: {self.evidence.removeprefix(ID)} ({records or 'no record'})"


def verify(store: Store, document: Path, slug: str, encoding: str = "utf-8") -> list[Passage]:
    """Look up every passage that the data locate in a document.

    Args:
        store: the data.
        document: the reader's copy in any layout: text, HTML or PDF.
        slug: which document it is, as in ``id/document/<slug>``.
        encoding: of a copy that is plain text.

    Raises:
        BadInput: the copy cannot be read.
        NotFound: the data locate nothing in that document.
    """
    text = normalize(read_copy(document, encoding))
    iri = f"{ID}document/{slug}"
    starts = {
        unit: find(text, int(length), wanted) for unit, length, wanted in _rows(store, _UNITS % iri)
    }
    passages = [
        _look_up(text, starts.get(unit), evidence, unit, (int(start), int(end), wanted), records)
        for evidence, unit, start, end, wanted, records in _rows(store, _PASSAGES % iri)
    ]
    if not passages:
        raise NotFound(f"the data locate no passage in {iri}; give --slug as in id/document/<slug>")
    return sorted(passages, key=lambda passage: passage.evidence)


def summary(passages: list[Passage]) -> str:
    """Return one line that counts the passages by state."""
    counts = Counter(passage.state for passage in passages)
    parts = [f"{counts[s]} {s}" for s in ("verified", "moved", "missing") if counts[s]]
    return f"{len(passages)} passages: {', '.join(parts)}"


def _look_up(
    text: str,
    unit_start: int | None,
    evidence: str,
    unit: str,
    place: tuple[int, int, str],
    records: str,
) -> Passage:
    start, end, wanted = place
    if unit_start is not None:
        found = digest(text[unit_start + start : unit_start + end]) == wanted
        state = "verified" if found else "missing"
    else:
        state = "missing" if find(text, end - start, wanted) is None else "moved"
    return Passage(evidence, unit, state, tuple(sorted(records.split())))


def _rows(store: Store, query: str) -> Iterator[tuple[str, ...]]:
    solutions = store.query(query, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    for row in solutions:
        yield tuple(str(getattr(term, "value", "")) for term in row)
