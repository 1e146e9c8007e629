"""What changed between two states of the data: quads removed and added, by thing, as RDF Patch.

A state is given as its lines of N-Quads, sorted, each with its line feed, such as an open file.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from oib.namespaces import GRAPH, ID, ONTOLOGY, QUERIES, SHAPES, VOCAB

#: Graphs that a build computes: what they lose and get follows from changes elsewhere.
_COMPUTED = tuple(
    f"<{GRAPH}{name}".encode()
    for name in ("agreement", "bounds", "inferred", "labels", "links", "meta", "units")
)
_OURS = tuple(iri.encode() for iri in (ID, ONTOLOGY + "#", VOCAB + "#", SHAPES + "#", QUERIES))


@dataclass(frozen=True)
class Changes:
    """The difference of two states: lines of N-Quads without the final dot, sorted."""

    removed: tuple[bytes, ...]
    added: tuple[bytes, ...]

    def of(self, iri: str) -> "Changes":
        """Return the changes of what is stated about a thing, its fragments included."""
        starts = (f"<{iri}>".encode(), f"<{iri}#".encode())
        return Changes(
            tuple(line for line in self.removed if line.startswith(starts)),
            tuple(line for line in self.added if line.startswith(starts)),
        )


def compare(old: Iterable[bytes], new: Iterable[bytes]) -> Changes:
    """Return the difference of two states, which are read side by side."""
    removed, added = list[bytes](), list[bytes]()
    old, new = iter(old), iter(new)
    before, after = next(old, None), next(new, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before < after):
            removed.append(_statement(before or b""))
            before = next(old, None)
        elif before is None or after < before:
            added.append(_statement(after))
            after = next(new, None)
        else:
            before, after = next(old, None), next(new, None)
    return Changes(tuple(removed), tuple(added))


def rdf_patch(changes: Changes, identifier: str, previous: str) -> bytes:
    """Return changes as an RDF Patch, one transaction.

    Labels of blank nodes are those of the data of the two releases. The IRIs are the identifiers of
    the patch and of the one before, or of the state that it changes.
    """
    lines = [b"H id <%s> ." % identifier.encode(), b"H prev <%s> ." % previous.encode(), b"TX ."]
    lines += [b"D %s ." % line for line in changes.removed]
    lines += [b"A %s ." % line for line in changes.added]
    return b"\n".join([*lines, b"TC .", b""])


@dataclass(frozen=True)
class Summary:
    """Which things of ours are new, changed or gone, each a sorted tuple of IRIs."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]


def summarize(changes: Changes, old: Iterable[bytes], new: Iterable[bytes]) -> Summary:
    """Return which things are new, changed and gone; what a build computes does not count.

    Args:
        changes: those between the two states.
        old, new: the states, from their first lines on.
    """
    touched = {
        iri
        for lines in (changes.removed, changes.added)
        for line in lines
        if not line.rpartition(b" ")[2].startswith(_COMPUTED)
        for iri in _ours(line)
    }
    before, after = _subjects(old), _subjects(new)

    def names(iris: Iterable[bytes]) -> tuple[str, ...]:
        return tuple(sorted(iri.decode() for iri in iris))

    return Summary(
        created=names(touched & after - before),
        changed=names(touched & after & before),
        deleted=names(touched & before - after),
    )


#: Summaries by the versions that they are between; None stands for what was before the first.
Summaries = Mapping[tuple[str | None, str], Summary]


def encode_summaries(summaries: Summaries) -> bytes:
    """Return summaries as JSON, for ``decode_summaries``."""
    members = [
        {"old": old, "new": new, **asdict(summary)} for (old, new), summary in summaries.items()
    ]
    return json.dumps(members).encode()


def decode_summaries(content: bytes) -> Summaries:
    """Return the summaries of which ``encode_summaries`` made this."""
    return {
        (members["old"], members["new"]): Summary(
            *(tuple(members[name]) for name in ("created", "changed", "deleted"))
        )
        for members in json.loads(content)
    }


def by_kind(iris: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return IRIs by the kind of what they name: part of their path, or their document."""
    kinds: dict[str, tuple[str, ...]] = {}
    for iri in iris:
        if iri.startswith(ID):
            kind = iri.removeprefix(ID).partition("/")[0]
        else:
            starts = {ONTOLOGY: "ontology", VOCAB: "vocab", SHAPES: "shapes", QUERIES: "queries"}
            kind = next(name for start, name in starts.items() if iri.startswith(start))
        kinds[kind] = (*kinds.get(kind, ()), iri)
    return kinds


def _subjects(lines: Iterable[bytes]) -> set[bytes]:
    return {
        iri
        for line in lines
        if not line.rstrip(b" .\n").rpartition(b" ")[2].startswith(_COMPUTED)
        for iri in _ours(line)
    }


def _ours(line: bytes) -> Iterator[bytes]:
    """Yield the subject of a statement if it is ours, without the fragment of an entity."""
    subject = line.partition(b"> ")[0][1:]
    if line.startswith(b"<") and subject.startswith(_OURS):
        yield subject.partition(b"#")[0] if subject.startswith(ID.encode()) else subject


def _statement(line: bytes) -> bytes:
    return line.rstrip(b"\n").removesuffix(b" .")
