"""The files of a new document: its description with digests, and claim files to fill in."""

import datetime
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oib import turtle
from oib.documents.units import Unit
from oib.errors import BadInput
from oib.namespaces import ID, PREFIXES
from oib.validation.passages import digest

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_COVERAGE = "row\tunit\tclaims\tstatement\tspeaker\thedge\tsince\tomitted\n"
_HEAD = """\
# What unit {label} of the document states, claim by claim. Take the marks # away below, fill in
# the claim, and copy it for the next; the locator points at the whole unit, and oib locate gives
# that of a passage. Delete the file if nothing is claimed.

"""
_CLAIM = """\
# <claim/{slug}/{label}-01> a oib:Claim ;
#     oib:claimSubject <organization/…> ;
#     oib:claimPredicate oib:… ;
#     oib:claimObject <organization/…> ;
#     oib:curatedBy <organization/oib> ;
#     oib:curatedOn "{today}"^^xsd:date ;
#     oib:hasEvidence <evidence/{slug}/{label}-01> ;
#     oib:hasHedge oibv:hedge-none ;
#     oib:hasRank oibv:rank-normal ;
#     oib:isAssertedBy <organization/{publisher}> ;
#     oib:isReportedIn <document/{slug}> .
"""


@dataclass(frozen=True)
class Description:
    """What is stated of a new document by hand.

    ``slug`` and ``publisher`` are the last parts of IRIs, ``language`` a BCP 47 tag, ``published``
    an EDTF date, ``kind`` the end of a concept such as ``news`` of ``oibv:document-news``.
    ``publisher_name`` is given where the publisher is new.
    """

    slug: str
    publisher: str
    language: str
    title: str = ""
    publisher_name: str = ""
    url: str = ""
    published: str = ""
    kind: str = "news"
    whole: bool = True


def locator(slug: str, label: str, number: int, start: int, passage: str) -> str:
    """Return the Turtle of the locator of a passage that starts at an offset in its unit."""
    return (
        f"<evidence/{slug}/{label}-{number:02}> a oib:EvidenceLocator ;\n"
        f"    oib:endCharacter {start + len(passage)} ;\n"
        f"    oib:inDocument <document/{slug}> ;\n"
        f"    oib:inUnit <document/{slug}#{label}> ;\n"
        f'    oib:passageDigest "{digest(passage)}" ;\n'
        f"    oib:startCharacter {start} .\n"
    )


def write_files(home: Path, description: Description, units: Sequence[Unit]) -> list[Path]:
    """Write the files of a new document, all or none, and return their paths.

    These are its description, one claim file a unit with a claim to fill in, the publisher where it
    is new, and, in a checkout of the project, its coverage table.

    Raises:
        BadInput: something stated is malformed or missing, or one of the files exists.
    """
    _validate(home, description)
    files = _files(home, description, units)
    taken = [path for path in files if path.exists()]
    if taken:
        raise BadInput(
            f"{taken[0].relative_to(home)} exists; choose another --slug, or, if it is the same"
            " document, hold your copy against it with oib evidence"
        )
    written: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            half = path.with_name(f".{path.name}.{os.getpid()}")
            half.write_text(text, "utf-8", newline="")
            half.rename(path)
            written.append(path)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise BadInput(f"{error.filename} cannot be written: {error.strerror}") from error
    return written


def _validate(home: Path, description: Description) -> None:
    for flag, value in (("--slug", description.slug), ("--publisher", description.publisher)):
        if not _SLUG.fullmatch(value) or len(value) > 60:
            raise BadInput(
                f"{flag} {value!r} is no slug: lower-case ASCII letters and digits with single"
                " hyphens, at most 60, such as nanjing-base-approval"
            )
    if not _LANGUAGE.fullmatch(description.language):
        raise BadInput(
            f"--language {description.language!r} is no language tag; write en, zh-Hans, zh-Hant, …"
        )
    publisher = home / "instances" / "organization" / f"{description.publisher}.ttl"
    if not publisher.is_file() and not description.publisher_name:
        raise BadInput(
            f"no publisher organization/{description.publisher} is described; mend the slug, or"
            " give --publisher-name as the document prints it"
        )


def _files(home: Path, description: Description, units: Sequence[Unit]) -> dict[Path, str]:
    slug, instances = description.slug, home / "instances"
    files = {instances / "document" / f"{slug}.ttl": _document(description, units)}
    for unit in units:
        files[instances / "claim" / slug / f"{unit.label}.ttl"] = _claims(description, unit)
    publisher = instances / "organization" / f"{description.publisher}.ttl"
    if not publisher.is_file():
        name = _text(description.publisher_name, description.language)
        body = (
            f"<organization/{publisher.stem}> a oib:Organization ;\n    skos:prefLabel {name} .\n"
        )
        files[publisher] = _turtle(body)
    tables = home / "tests" / "documents"
    if tables.is_dir():
        files[tables / slug / "coverage.tsv"] = _COVERAGE
    return files


def _document(description: Description, units: Sequence[Unit]) -> str:
    iri = f"document/{description.slug}"
    title = description.title or next((u.text for u in units if u.label == "t1"), "")
    if not title:
        raise BadInput("the text does not begin with a title; give it with --title")
    name = _text(title, description.language)
    labels = ", ".join(f"<{iri}#{unit.label}>" for unit in units)
    lines = [
        f"<{iri}> a oib:Document",
        f"skos:prefLabel {name}",
        f"dcterms:title {name}",
        f"dcterms:language {_text(description.language)}",
        f"dcterms:publisher <organization/{description.publisher}>",
        f"oib:hasDocumentKind oibv:document-{description.kind}",
        f"oib:hasReadingExtent oibv:reading-{'whole' if description.whole else 'part'}",
        f"oib:hasUnit {labels}",
    ]
    if description.url:
        lines.append(f"schema:url <{description.url}>")
    if description.published:
        lines.append(f"oib:publishedOn {_text(description.published)}^^edtf:EDTF")
    parts = [" ;\n    ".join(lines) + " .\n"]
    parts += [
        f"<{iri}#{unit.label}> a oib:DocumentUnit ;\n"
        f"    oib:characterCount {len(unit.text)} ;\n"
        f'    oib:unitDigest "{digest(unit.text)}" ;\n'
        f'    oib:unitLabel "{unit.label}" .\n'
        for unit in units
    ]
    return _turtle("\n".join(parts))


def _claims(description: Description, unit: Unit) -> str:
    claim = _CLAIM.format(
        slug=description.slug,
        label=unit.label,
        publisher=description.publisher,
        today=datetime.date.today().isoformat(),
    )
    evidence = locator(description.slug, unit.label, 1, 0, unit.text)
    commented = "".join(f"# {line}\n" for line in evidence.splitlines())
    head = _HEAD.format(label=unit.label)
    base, *prefixes = _prefixes("edtf: oib: oibv: xsd:").splitlines(keepends=True)
    marked = "".join(f"# {line}" for line in prefixes)
    return f"{head}{base}\n{marked}#\n{claim}#\n{commented}"


def _turtle(body: str) -> str:
    return turtle.tidy(_prefixes(body) + "\n" + body, "the new file")


def _prefixes(body: str) -> str:
    used = [name for name in sorted(PREFIXES) if re.search(rf"\b{name}:", body)]
    return f"@base <{ID}> .\n" + "".join(f"@prefix {n}: <{PREFIXES[n]}> .\n" for n in used)


def _text(value: str, language: str = "") -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' + (f"@{language}" if language else "")
