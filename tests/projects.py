"""Homes: small folders of sources for tests, written where the test says."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]

PREFIXES = """
@base <https://w3id.org/oib/id/> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix oib: <https://w3id.org/oib/ontology#> .
@prefix oibv: <https://w3id.org/oib/vocab#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

CLAIM = """
<claim/innovation-without-borders/p13-90>
    a oib:Claim ;
    oib:claimSubject <person/sun-youshun> ;
    oib:claimPredicate oib:holdsPost ;
    oib:claimObject <post/mit-professor> ;
    oib:isAssertedBy <person/innovation-without-borders-author> ;
    oib:isReportedIn <document/innovation-without-borders> ;
    oib:hasHedge oibv:hedge-none ;
    oib:hasRank oibv:rank-normal ;
    oib:hasEvidence <evidence/innovation-without-borders/p13-02> ;
    oib:curatedBy <organization/oib> ;
    oib:curatedOn "2026-11-23"^^xsd:date .
"""


def copy_home(target):
    """Copy the four folders of the project, for a test to spoil."""
    for folder in ("ontology", "shapes", "instances", "queries"):
        shutil.copytree(ROOT / folder, target / folder)
    return target


def home_with_query(folder, kind, text):
    """Write a home whose only source is one query of pages: ``towns`` in ``queries/<kind>``."""
    shutil.rmtree(folder / "queries", ignore_errors=True)
    (folder / "queries" / kind).mkdir(parents=True)
    (folder / "queries" / kind / "towns.rq").write_text(text, "utf-8")
    return folder


def submission(folder, body, name="submission.ttl"):
    """Write a file as a curator gets it."""
    path = folder / name
    path.write_text(PREFIXES + body, "utf-8")
    return path


def without(body, *lines):
    """Return a body less the lines that hold a word."""
    return "\n".join(line for line in body.splitlines() if not any(word in line for word in lines))
