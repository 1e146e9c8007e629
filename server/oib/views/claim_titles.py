"""The titles of claims: what each states, in words of both languages."""

from collections.abc import Iterable, Mapping
from typing import Final

from oib.engine.base import Queryable
from oib.engine.statements import StatementIndex, Term, fetch_properties
from oib.namespaces import ID, OIB

#: What the IRIs of claims begin with.
CLAIM: Final = ID + "claim/"

Names = Mapping[str, Mapping[str, str]]
_PARTS: Final = tuple(OIB + name for name in ("claimSubject", "claimPredicate"))
_VALUES: Final = tuple(OIB + name for name in ("claimObject", "claimValue"))
_COUNTED: Final = OIB + "isCountOf"
_BRACKETS: Final = {"en": (" (", ")"), "zh-Hans": ("\uff08", "\uff09")}


def fetch_titles(engine: Queryable, iris: Iterable[str], known: Names) -> dict[str, dict[str, str]]:
    """Return the title of each claim by language: subject, property and value by their names.

    Two queries, or none without claims.

    Args:
        engine: answers the queries.
        iris: of claims; others are left out.
        known: names that need not be fetched, by IRI and language tag.
    """
    claims = {iri for iri in iris if iri.startswith(CLAIM)}
    if not claims:
        return {}
    statements = fetch_properties(engine, claims, (*_PARTS, *_VALUES, _COUNTED))
    mentioned = {
        value.text
        for claim in statements
        for _, value in statements.predicate_objects(claim)
        if value.is_iri
    }
    names = {**fetch_properties(engine, mentioned - known.keys()).all_names(), **known}
    return {claim: title for claim in claims if (title := _title(statements, claim, names))}


def title(terms: Iterable[Term], names: Names, counted: Iterable[Term] = ()) -> dict[str, str]:
    """Return the words of a statement by language.

    Args:
        terms: its subject, property and value.
        names: of its terms, by IRI and language tag.
        counted: of what the value is the number, for brackets after it.
    """
    parts, kinds = list(terms), list(counted)
    words = {}
    for tag, (opening, closing) in _BRACKETS.items():
        text = " ".join(_word(term, tag, names) for term in parts)
        inside = ", ".join(_word(term, tag, names) for term in kinds)
        words[tag] = f"{text}{opening}{inside}{closing}" if inside else text
    return words


def _title(statements: StatementIndex, claim: str, names: Names) -> dict[str, str]:
    terms = [value for part in _PARTS for value in statements.objects(claim, part)[:1]]
    values = [value for part in _VALUES for value in statements.objects(claim, part)]
    counted = statements.objects(claim, _COUNTED)
    return title((*terms, *values[:1]), names, counted) if len(terms) == len(_PARTS) else {}


def _word(term: Term, tag: str, names: Names) -> str:
    texts = names.get(term.text, {}) if term.is_iri else {}
    lowered = {name.lower().partition("-t-")[0]: text for name, text in texts.items()}
    text = lowered.get(tag.lower()) or next(iter(texts.values()), "")
    return text or term.text.rpartition("/")[2].rpartition("#")[2]
