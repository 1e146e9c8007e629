"""Generate a graph in the shape of our model, from a size and a seed.

About three quarters of the triples are claims with their evidence; the rest are bases, centres,
zones, organizations, persons, programmes, places and sources with labels in English and Chinese.
Few things are spoken of often and most hardly ever, as in real data. Every name is invented.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

from oib.namespaces import EDTF, GRAPH, ID, OIB, OIBV

SIZES: Final = {"10k": 10_000, "1M": 1_000_000, "10M": 10_000_000}
SEED: Final = 20261123

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
# How many of each kind in a thousand triples, and the fewest.
_SHARES = {
    "city": (0.5, 10),
    "zone": (1, 10),
    "base": (1, 20),
    "centre": (1, 20),
    "body": (1, 10),
    "university": (2, 20),
    "company": (3, 20),
    "programme": (1, 10),
    "person": (6, 20),
    "document": (4, 20),
}
_KINDS = {
    "city": ("place", "City", "City", "市"),
    "zone": ("place", "Zone", "Pilot Zone", "试验区"),
    "base": ("organization", "OffshoreBase", "Offshore Base", "离岸基地"),
    "centre": ("organization", "OverseasCentre", "Overseas Centre", "海外中心"),
    "body": ("organization", "UnitedFrontBody", "Liaison Body", "联络机构"),
    "university": ("organization", "University", "University", "大学"),
    "company": ("organization", "Company", "Company", "公司"),
    "programme": ("programme", "Programme", "Programme", "计划"),
    "person": ("person", "Person", "Person", "先生"),
    "document": ("document", "Document", "Gazette", "公报"),
}
_SYLLABLES = (
    *("ar", "bel", "cor", "dun", "esk", "fal", "gor", "hul", "ist", "jor"),
    *("kel", "lun", "mor", "nep", "orl", "pra", "quil", "ras", "tol"),
)
_SIGNS = "岚汀澄渊泓沐霁杳芷蘅琅珩瑾璟墨砚笙筠翎"
_PREDICATES = (
    *("worksWith", "isLocatedIn", "isFoundedBy", "isMemberOf"),
    *("isRunBy", "hasPurpose", "isSponsorOf"),
)
_HEDGES = ("none", "claims", "likely", "possible", "suggests", "implied")
_HEDGE_SHARES = (50, 15, 12, 10, 8, 5)
_ABOUT = ("base", "university", "company", "person", "centre", "body", "programme")
_ABOUT_SHARES = (25, 20, 15, 15, 10, 8, 7)

Triple = tuple[str, str, str]


def write(size: int, quads: Path, triples: Path, seed: int = SEED) -> int:
    """Write at least so many triples, with their graphs and without; return how many.

    Two files of the same data: ours is a dataset with one graph a source file, a peer gets the
    same triples in one graph.
    """
    number = 0
    with quads.open("w", encoding="utf-8") as wide, triples.open("w", encoding="utf-8") as narrow:
        for graph, (subject, predicate, value) in generate(size, seed):
            line = f"<{subject}> <{predicate}> {value}"
            wide.write(f"{line} <{graph}> .\n")
            narrow.write(f"{line} .\n")
            number += 1
    return number


def generate(size: int, seed: int = SEED) -> Iterator[tuple[str, Triple]]:
    """Yield graph and triple, terms in the syntax of N-Quads but for the angles of IRIs."""
    random = Random(seed)
    names = {kind: names_of(kind, size) for kind in _SHARES}
    number = 0
    for kind, paths in names.items():
        for index, path in enumerate(paths):
            for predicate, value in _thing(kind, index, names, random):
                yield GRAPH + path, (ID + path, predicate, value)
                number += 1
    claim = 0
    while number < size:
        source = _skewed_choice(names["document"], random, 1.5)
        unit = f"{source.removeprefix('document/')}/u{claim % 12}"
        for triple in _claim(f"{unit}-{claim}", source, names, random):
            yield f"{GRAPH}claim/{unit}", triple
            number += 1
        claim += 1


def names_of(kind: str, size: int) -> Sequence[str]:
    """Return the paths of all things of a kind, below the base of things."""
    share, fewest = _SHARES[kind]
    folder = _KINDS[kind][0]
    return [f"{folder}/{kind}-{index}" for index in range(max(fewest, int(size / 1000 * share)))]


def _thing(
    kind: str, index: int, names: dict[str, Sequence[str]], random: Random
) -> Iterator[tuple[str, str]]:
    _, type_, english, chinese = _KINDS[kind]
    yield _TYPE, _iri(OIB + type_)
    yield from _labels(f"{_word(random).title()} {english} {index}", chinese, index, random)
    yield from _RELATIONS[kind](index, names, random)


def _labels(english: str, chinese: str, index: int, random: Random) -> Iterator[tuple[str, str]]:
    signs = random.choice(_SIGNS) + random.choice(_SIGNS)
    yield f"{_SKOS}prefLabel", _text(english, "en")
    yield f"{_SKOS}prefLabel", _text(f"{signs}{chinese}{index}", "zh-Hans")
    if random.random() < 0.4:
        yield f"{_SKOS}altLabel", _text(f"{english[:3].upper()}{index}", "en")


def _place(
    index: int, names: dict[str, Sequence[str]], random: Random
) -> Iterator[tuple[str, str]]:
    if index:  # a tree, six below each
        yield f"{OIB}isPartOf", _iri(ID + names["city"][(index - 1) // 6 % len(names["city"])])


def _body(index: int, names: dict[str, Sequence[str]], random: Random) -> Iterator[tuple[str, str]]:
    if index:
        yield f"{OIB}isPartOf", _iri(ID + names["body"][(index - 1) // 6])


def _organization(
    index: int, names: dict[str, Sequence[str]], random: Random
) -> Iterator[tuple[str, str]]:
    yield f"{OIB}isLocatedIn", _iri(ID + _skewed_choice(names["city"], random, 2))
    if random.random() < 0.7:
        yield f"{OIB}isFoundedBy", _iri(ID + _skewed_choice(names["body"], random, 2))
    if random.random() < 0.6:
        yield f"{OIB}launchedOn", _date(random, 1995)
    for _ in range(random.randint(0, 3)):
        kind = random.choice(("university", "company", "base", "centre"))
        yield f"{OIB}worksWith", _iri(ID + _skewed_choice(names[kind], random, 1.5))


def _programme(
    index: int, names: dict[str, Sequence[str]], random: Random
) -> Iterator[tuple[str, str]]:
    yield f"{OIB}isRunBy", _iri(ID + _skewed_choice(names["base"], random, 2))
    if random.random() < 0.6:
        yield f"{OIB}launchedOn", _date(random, 1995)
    if random.random() < 0.5:
        yield f"{OIB}targetProjectCount", _number(random.randint(1, 900))


def _person(
    index: int, names: dict[str, Sequence[str]], random: Random
) -> Iterator[tuple[str, str]]:
    kind = random.choice(("body", "university", "company"))
    yield f"{OIB}isMemberOf", _iri(ID + _skewed_choice(names[kind], random, 1.5))
    if random.random() < 0.3:
        yield f"{OIB}isFoundedBy", _iri(ID + _skewed_choice(names["company"], random, 1))


def _document(
    index: int, names: dict[str, Sequence[str]], random: Random
) -> Iterator[tuple[str, str]]:
    yield f"{OIB}publisherName", _text(f"{_word(random).title()} Daily", "en")
    yield f"{OIB}publishedOn", _date(random, 2005)
    yield f"{OIB}hasYearBasis", _iri(f"{OIBV}year-printed")
    yield f"{OIB}hasDocumentKind", _iri(f"{OIBV}document-cited-item")


_RELATIONS: dict[
    str, Callable[[int, dict[str, Sequence[str]], Random], Iterator[tuple[str, str]]]
] = {
    "city": _place,
    "zone": _place,
    "base": _organization,
    "centre": _organization,
    "body": _body,
    "university": _organization,
    "company": _organization,
    "programme": _programme,
    "person": _person,
    "document": _document,
}


def _claim(
    name: str, source: str, names: dict[str, Sequence[str]], random: Random
) -> Iterator[Triple]:
    claim, evidence = f"{ID}claim/{name}", f"{ID}evidence/{name}"
    about, other = random.choices(_ABOUT, _ABOUT_SHARES, k=2)
    hedge = random.choices(_HEDGES, _HEDGE_SHARES)[0]
    speaker = "person" if random.random() < 0.6 else "university"

    def statement(predicate: str, value: str) -> Triple:
        return claim, OIB + predicate, value

    yield claim, _TYPE, _iri(f"{OIB}Claim")
    yield statement("claimSubject", _iri(ID + _skewed_choice(names[about], random, 2)))
    yield statement("claimPredicate", _iri(OIB + random.choice(_PREDICATES)))
    yield statement("claimObject", _iri(ID + _skewed_choice(names[other], random, 1.5)))
    yield statement("isAssertedBy", _iri(ID + _skewed_choice(names[speaker], random, 2)))
    yield statement("isReportedIn", _iri(ID + source))
    yield statement("citesSource", _iri(ID + random.choice(names["document"])))
    yield statement("hasBacking", _iri(f"{OIBV}backing-sentence"))
    yield statement("hasHedge", _iri(f"{OIBV}hedge-{hedge}"))
    yield statement("hasRank", _iri(f"{OIBV}rank-normal"))
    yield statement("hasEvidence", _iri(evidence))
    yield statement("curatedOn", _date(random, 2015, f"{_XSD}date"))
    if random.random() < 0.5:
        yield statement("validTime", _date(random, 1995))
    if hedge != "none":
        yield statement("hedgeAsNamed", _text(random.choice(_SYLLABLES), "en"))
    yield evidence, _TYPE, _iri(f"{OIB}EvidenceLocator")
    yield evidence, f"{OIB}inDocument", _iri(ID + source)
    start = random.randint(0, 9000)
    yield evidence, f"{OIB}startCharacter", _number(start)
    yield evidence, f"{OIB}endCharacter", _number(start + random.randint(20, 400))


def _skewed_choice(things: Sequence[str], random: Random, skew: float) -> str:
    """Return one of the things, the first of them far more often than the last."""
    return things[int(len(things) * random.random() ** skew)]


def _word(random: Random) -> str:
    return "".join(random.choice(_SYLLABLES) for _ in range(random.randint(2, 3)))


def _iri(iri: str) -> str:
    return f"<{iri}>"


def _text(text: str, language: str) -> str:
    return f'"{text}"@{language}'


def _number(number: int) -> str:
    return f'"{number}"^^<{_XSD}integer>'


def _date(random: Random, first: int, kind: str = EDTF) -> str:
    year, month, day = random.randint(first, 2026), random.randint(1, 12), random.randint(1, 28)
    return f'"{year}-{month:02}-{day:02}"^^<{kind}>'
