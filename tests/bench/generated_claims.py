"""Files of claims that break no rule, of any size, made like those of the shipped data."""

import shutil
from pathlib import Path

from bench.server_process import ROOT
from oib.namespaces import ID, OIB, PREFIXES

DOCUMENT = "innovation-without-borders"
UNITS = ("p12", "p13")
#: Where the file lies in a home, each unit in one of its own.
NAME = "instances/claim/{document}/{unit}.ttl"
_HEAD = f"""@base <{ID}> .
@prefix oib: <{OIB}> .
@prefix oibv: <{PREFIXES["oibv"]}> .
@prefix xsd: <{PREFIXES["xsd"]}> .
"""
_CLAIM = """
<claim/{document}/{unit}-{number}> a oib:Claim ;
    oib:claimSubject <organization/{subject}> ;
    oib:claimPredicate oib:characterization ;
    oib:claimValue "remark {number}"@en ;
    oib:curatedBy <organization/oib> ;
    oib:curatedOn "2026-11-23"^^xsd:date ;
    oib:hasEvidence <evidence/{document}/{unit}-01> ;
    oib:hasHedge oibv:hedge-evaluation ;
    oib:hasRank oibv:rank-normal ;
    oib:isAssertedBy <person/{document}-author> ;
    oib:isReportedIn <document/{document}> .
"""
_TRIPLES = _CLAIM.count(" ;\n") + 1
#: The numbers of a unit's claims end with 9999, and the shipped ones come first.
_FIRST, _LAST = 1000, 9999


def claims(triples: int) -> dict[str, str]:
    """Return so many triples as Turtle by unit, about the shipped organizations in turn.

    Args:
        triples: at most some 190,000.
    """
    number = triples // _TRIPLES
    files = sorted((ROOT / "instances/organization").glob("*.ttl"))
    subjects = [path.stem for path in files if "owl:deprecated" not in path.read_text("utf-8")]
    texts = {}
    for unit in UNITS:
        here = min(number, _LAST - _FIRST + 1)
        number -= here
        texts[unit] = "".join(
            _CLAIM.format(
                document=DOCUMENT,
                unit=unit,
                number=_FIRST + at,
                subject=subjects[at % len(subjects)],
            )
            for at in range(here)
        )
    return texts


def file_of_claims(triples: int) -> str:
    """Return so many triples as one file to be added."""
    return _HEAD + "".join(claims(triples).values())


def larger_home(home: Path, target: Path, triples: int) -> Path:
    """Copy a home with so many triples more, each in the file of its unit; return the folder."""
    for folder in ("ontology", "shapes", "queries", "instances"):
        shutil.copytree(home / folder, target / folder)
    for unit, text in claims(triples).items():
        path = target / NAME.format(document=DOCUMENT, unit=unit)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    return target
