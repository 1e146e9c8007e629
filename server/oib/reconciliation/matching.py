"""Matching: the things that a name may mean, scored, and whether one of them is certain.

A match is certain only if one rule says so and nothing else could be meant:

- ``same``: the query has the letters of a name, or its words in another order;
- ``pinyin``: it is a Chinese name in Latin letters;
- ``spelled``: words differ in one letter, none of them a number, the name of a place, or of a
  person (there, two letters may be swapped);
- ``kind``: what is left out or added only says which kind of thing it is (*base*, *university*), is
  a legal form or a title, or names the place in which the thing lies;
- ``alias``: the words in brackets are another name of the same thing.

What contradicts (another place, another number) is no typing error, whatever the letters.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Indel

from oib.reconciliation import normalization
from oib.reconciliation.alignment import Alignment, align, is_swap
from oib.reconciliation.collection import HIDDEN, PRINTED
from oib.reconciliation.index import (
    MAX_SCORED,
    IndexedEntity,
    IndexedName,
    NameIndex,
    Postings,
)
from oib.reconciliation.index_writer import (
    BAG,
    BARE,
    COMPACT,
    CORE,
    INITIALS,
    MIN_TYPO_LENGTH,
    PINYIN,
    TONED_PINYIN,
    deletion_keys,
)
from oib.reconciliation.model import Candidate, Query
from oib.reconciliation.normalization import LEGAL_FORMS, TITLES

#: The features of a candidate, each with what it says, in English and Chinese.
FEATURES: Final = {
    "name_similarity": ("Similarity of the words of query and name", "查询与名称用词的相似度"),
    "query_words_found": ("Share of the query’s words that the name has", "查询词在名称中的占比"),
    "name_words_found": ("Share of the name’s words that the query has", "名称用词在查询中的占比"),
    "typing_errors": ("Words that differ in one letter", "仅一字之差的词数"),
    "preferred_name": ("The name is a preferred one", "该名称为首选名称"),
    "place_contradicts": ("The query names another place", "查询所指地点不同"),
    "number_contradicts": ("The query has another number", "查询中的数字不同"),
    "namesakes": ("Other things that the query fits as well", "同样符合查询的其他对象数"),
    "type_fits": ("It has a type that the query asks for", "类型符合查询要求"),
}

# What a form of a name is worth, by its kind: see ``collection``.
_TRUST: Final = (1.0, 0.99, 0.97, 0.98, 0.98, 0.97, 0.94)
_MIN_SHARE: Final = 0.5  # of what the best of these has in common with the query
_MAX_WORDS: Final = 60  # of a query; a title has thirty
_MAX_TERMS: Final = 200  # of a query
_MAX_WORD: Final = 40  # letters of a word in which a typing error is looked for
_MAX_FREQUENT: Final = 50  # names that hold a word that is not a rare one
_MIN_SCORE: Final = 30.0
_MIN_WORDS_WITHOUT_PARENT: Final = 4
_OF_TYPO: Final = 0.85  # of the weight of a word, where a letter differs
_OF_INITIAL: Final = 0.3  # where only the first letter is there
_CONTRADICTION: Final = 0.6  # of the score, where place or number differ
_AMBIGUOUS: Final = 0.75  # of the score, where something else could be meant as well
#: The rules by which a candidate is certain.
CERTAIN: Final = frozenset(("same", "pinyin", "spelled", "kind", "alias"))
_BRACKETS: Final = re.compile(r"^(.{2,}?)\s*[(（]([^()（）]+)[)）]$")
_QUOTES: Final = str.maketrans(dict.fromkeys('"“”‘’„«»《》「」『』', " "))
_DIGIT: Final = re.compile(r"\d")
_SURNAME_FIRST: Final = re.compile(r"^([^,，]+)[,，]\s*([^,，]+)$")


@dataclass
class _Text:
    """A query in its normal forms; ``weight`` is that of its words, once it has been needed."""

    text: str
    folded: str
    content: tuple[str, ...]
    compact: str
    toned: str
    is_chinese: bool
    weight: float = 0.0

    @classmethod
    def of(cls, text: str) -> "_Text":
        folded = normalization.fold(text)
        return cls(
            text,
            folded,
            tuple(normalization.content_words(folded)[:_MAX_WORDS]),
            normalization.compact(folded),
            "" if text.isascii() else normalization.toned(text),
            normalization.has_chinese(folded),
        )


def match(index: NameIndex, query: Query) -> list[Candidate]:
    """Return the candidates for the name of a query, the best first; one at most is a match.

    Conditions on properties are not looked at here: see ``constraints``.

    Args:
        index: the names.
        query: its types constrain; its limit is not applied, since conditions come after.
    """
    text = _Text.of(query.name)
    if not text.compact:
        return []
    best: dict[int, Candidate] = {}
    rivals: set[int] = set()
    for name, rule in _by_key(index, text):
        entity = index.entity(name.entity)
        if not _has_type(entity, query):
            continue
        if rule == "bare" or (
            rule == "core" and len(text.content) == 1 and not _fits_kind(text, entity, query)
        ):
            rivals.add(entity.number)
        _keep_best(best, _judge(index, text, entity, name, rule, query))
    if not any(candidate.reason in CERTAIN for candidate in best.values()):
        for candidate in _in_brackets(index, text, query):
            _keep_best(best, candidate)
    if not any(candidate.reason in CERTAIN for candidate in best.values()):
        for name in _similar(index, text):
            entity = index.entity(name.entity)
            if _has_type(entity, query):
                _keep_best(best, _judge(index, text, entity, name, "words", query))
    candidates = [each for each in best.values() if each.score >= _MIN_SCORE]
    return decide(candidates, query, rivals)


def decide(
    candidates: list[Candidate], query: Query, rivals: Collection[int] = ()
) -> list[Candidate]:
    """Mark the one candidate that is certain, if there is one and nothing else could be meant.

    Args:
        candidates: of one query, the best first; they are changed.
        query: its types that are only preferred count here.
        rivals: numbers of things that could as well be meant.
    """
    for candidate in candidates:
        if query.types:
            candidate.features["type_fits"] = has_types(candidate.entity, query)
            if not candidate.features["type_fits"]:
                candidate.score *= _CONTRADICTION
    certain = [
        each for each in candidates if each.reason in CERTAIN and has_types(each.entity, query)
    ]
    others = set(rivals) - {each.entity.number for each in certain}
    namesakes = max(0, len(certain) - 1) + len(others)
    for candidate in candidates:
        candidate.is_match = False
        candidate.features["namesakes"] = namesakes
        if namesakes and certain:  # several are equally likely: the score says so, too
            candidate.score *= _AMBIGUOUS
        candidate.score = round(candidate.score, 2)
    if len(certain) == 1 and not others:
        certain[0].is_match = True
    return sorted(candidates, key=_order)


def has_types(entity: IndexedEntity, query: Query) -> bool:
    """Return whether a thing has one of the types of a query, or all if it needs all."""
    if not query.types:
        return True
    fits = (kind in entity.types for kind in query.types)
    return all(fits) if query.needs_all_types else any(fits)


def _by_key(index: NameIndex, text: _Text) -> list[tuple[IndexedName, str]]:
    """Return the names that have a key of the query, with the rule by which they were found."""
    bag = normalization.bag(list(text.content))
    short = normalization.bag([word for word in text.content if word not in LEGAL_FORMS | TITLES])
    keys = [text.compact, bag, short]
    if text.toned:
        keys.append(text.toned)
    found = []
    rows = index.named_by(keys)
    names = {name.number: name for name in index.names([number for _, _, number in rows])}
    for key, kind, number in rows:
        name = names[number]
        if kind == COMPACT and key == text.compact:
            found.append((name, "same"))
        elif kind == BAG and key == bag:
            if name.compact != text.compact:  # which is the key of another row
                found.append((name, "same" if len(text.content) > 1 else "words"))
        elif kind in (BAG, CORE) and key in (bag, short):
            found.append((name, "core"))
        elif kind == BARE and key == bag:
            found.append((name, "bare"))
        elif (kind == TONED_PINYIN and key == text.toned) or (
            kind == PINYIN and key == text.compact and not text.toned
        ):
            found.append((name, "pinyin"))
        elif kind == INITIALS and key == text.compact:
            found.append((name, "initials"))
    return found


def _in_brackets(index: NameIndex, text: _Text, query: Query) -> Iterable[Candidate | None]:
    """Yield things of which both what stands before the brackets and within them is a name."""
    bare = text.text.translate(_QUOTES).strip()
    parts = _BRACKETS.match(bare)
    if parts is None:
        if bare != text.text.strip():
            yield from _exactly(index, bare, query)
        elif surname_first := _SURNAME_FIRST.match(bare):
            yield from _exactly(index, f"{surname_first[2]} {surname_first[1]}", query)
        return
    outside, inside = _Text.of(parts[1]), _Text.of(parts[2])
    named_inside = {name.entity for name, _ in _by_key(index, inside)}
    letters = normalization.initials(outside.folded, outside.text)
    for name, rule in _by_key(index, outside):
        entity = index.entity(name.entity)
        is_alias = entity.number in named_inside or inside.compact == letters
        if rule in ("same", "pinyin") and is_alias and _has_type(entity, query):
            yield _scored(entity, name, 99.0, "alias", 1.0, 1.0)


def _exactly(index: NameIndex, text: str, query: Query) -> Iterable[Candidate | None]:
    other = _Text.of(text)
    for name, rule in _by_key(index, other):
        entity = index.entity(name.entity)
        if rule in ("same", "pinyin") and _has_type(entity, query):
            yield _judge(index, other, entity, name, rule, query)


def _similar(index: NameIndex, text: _Text) -> list[IndexedName]:
    """Return the names that have most in common with the query, by the weight of their terms."""
    wanted: list[tuple[float, Postings]] = []
    unknown = []
    terms = list(dict.fromkeys(normalization.terms(list(text.content))))[:_MAX_TERMS]
    index.prepare(terms)
    for term in terms:
        found = index.postings(term)
        if found is not None:
            wanted.append((found.weight, found))
        elif " " not in term and not normalization.has_chinese(term):
            unknown.append(term)
    for word in unknown:
        if len(word) < MIN_TYPO_LENGTH:
            continue
        others = index.corrections(word, deletion_keys(word[:_MAX_WORD]))
        index.prepare(others)
        for other in others:
            found = index.postings(other)
            if found is not None:
                wanted.append((found.weight * _OF_TYPO, found))
    weights = _sum_weights(wanted)
    least = _MIN_SHARE * max(weights.values(), default=0.0)
    near = [(weight, number) for number, weight in weights.items() if weight >= least]
    near.sort(reverse=True)
    return index.names([number for _, number in near[:MAX_SCORED]])


def _sum_weights(wanted: Iterable[tuple[float, Postings]]) -> dict[int, float]:
    """Return the weight of what each name has in common with a query.

    The rare terms find the names, the frequent ones only add to them, unless these alone could
    bring a name close to the best (MaxScore, H. Turtle and J. Flood): so the time hardly grows with
    the number of names that hold a frequent term.

    Args:
        wanted: for each term of the query, its weight there and its postings.
    """
    weights: dict[int, float] = {}
    frequent = []
    for term in wanted:
        weight, postings = term
        if len(postings.names) > _MAX_FREQUENT:
            frequent.append(term)
            continue
        for number in postings.names:
            weights[number] = weights.get(number, 0.0) + weight
    if not frequent:
        return weights
    for weight, postings in frequent:
        for number in postings.members.intersection(weights):
            weights[number] += weight
    best = max(weights.values(), default=0.0)
    if len(weights) < MAX_SCORED and sum(term[0] for term in frequent) >= _MIN_SHARE * best:
        _add_names_of_frequent(weights, frequent)
    return weights


def _add_names_of_frequent(
    weights: dict[int, float], frequent: Sequence[tuple[float, Postings]]
) -> None:
    """Add the names that hold the rarest of some frequent terms, as many as can be scored.

    Those that hold others of these terms, too, are among them. All the rest have the same weight,
    and of them the last are looked at.
    """
    _, rarest = max(frequent, key=lambda term: term[0])
    numbers = set(rarest.last)
    for _, postings in frequent:
        if postings is not rarest:
            numbers |= rarest.members & postings.members
    others = dict.fromkeys(numbers - weights.keys(), 0.0)
    for weight, postings in frequent:
        for number in postings.members.intersection(others):
            others[number] += weight
    weights.update(others)


def _judge(
    index: NameIndex,
    text: _Text,
    entity: IndexedEntity,
    name: IndexedName,
    rule: str,
    query: Query,
) -> Candidate | None:
    """Return a candidate with its score and rule, None if it has too little in common."""
    trust = _TRUST[name.kind]
    if rule == "same":
        if name.is_acronym and not normalization.is_acronym(text.text.strip()):
            return _scored(entity, name, 60.0, "case", 1.0, 1.0)
        if not _may_stand_alone(name, query):
            return _scored(entity, name, 100.0 * _AMBIGUOUS * trust, "short form", 1.0, 1.0)
        return _scored(entity, name, 100.0 * trust, "same", 1.0, 1.0)
    if rule == "pinyin":
        return _scored(entity, name, 96.0 * trust, "pinyin", 1.0, 1.0)
    if rule == "initials":
        return _scored(entity, name, 70.0 * trust, "initials", 1.0, 1.0)
    if text.is_chinese or name.is_chinese:
        similarity = Indel.normalized_similarity(text.compact, name.compact)
        return _scored(entity, name, 90.0 * similarity * trust, "letters", similarity, similarity)
    return _judge_words(index, text, entity, name, query)


def _judge_words(
    index: NameIndex, text: _Text, entity: IndexedEntity, name: IndexedName, query: Query
) -> Candidate | None:
    aligned = align(text.content, name.content)
    if not text.weight:
        text.weight = sum(map(index.weight, text.content))
    of_query = text.weight
    weights, of_name = name.weights, name.weight
    common = sum([weights[word] for word in aligned.equal])
    if aligned.typos:
        common += sum([_OF_TYPO * weights[other] for _, other in aligned.typos])
    if aligned.initials:
        common += sum([_OF_INITIAL * weights[other] for _, other in aligned.initials])
    query_share = min(1.0, common / of_query) if of_query else 0.0
    name_share = min(1.0, common / of_name) if of_name else 0.0
    similarity = 2 * common / (of_query + of_name) if common else 0.0
    if 100 * similarity < _MIN_SCORE and query_share < 0.99:
        return None
    reason = _rule(index, text, entity, name, aligned, query)
    score = 100.0 * similarity
    if reason in CERTAIN:
        score = max(score, {"same": 99.0, "spelled": 94.0, "kind": 95.0}[reason])
    elif query_share > 0.99:  # all that was asked for is there
        score = max(score, 50.0 + 35.0 * name_share)
    if name_share > 0.99 and not _may_stand_alone(name, query):
        score *= _AMBIGUOUS
    candidate = _scored(
        *(entity, name, min(score, 99.0) * _TRUST[name.kind], reason, query_share, name_share),
        similarity,
    )
    candidate.features["typing_errors"] = len(aligned.typos)
    if aligned.extra and _place_contradicts(index, entity, aligned):
        candidate.features["place_contradicts"] = True
        candidate.score *= _CONTRADICTION
    if aligned.extra and aligned.missing and _number_contradicts(aligned):
        candidate.features["number_contradicts"] = True
        candidate.score *= _CONTRADICTION
    return candidate


def _rule(
    index: NameIndex,
    text: _Text,
    entity: IndexedEntity,
    name: IndexedName,
    aligned: Alignment,
    query: Query,
) -> str:
    """Return the rule by which an alignment is certain, or ``words`` if none holds."""
    for word in aligned.extra:  # first, for most names have not all words of the query
        if not _is_optional(word, entity):
            return "words"
    if name.kind in (PRINTED, HIDDEN) or aligned.initials or not _may_stand_alone(name, query):
        return "words"
    if name.is_acronym and name.text not in text.text:  # its case matters
        return "words"
    if not aligned.equal and not aligned.typos:
        return "words"
    if not all(_is_harmless(index, entity, *pair) for pair in aligned.typos):
        return "words"
    if len(aligned.typos) > max(1, len(aligned.equal) // 3) or (
        aligned.typos and not aligned.equal
    ):
        return "words"
    missing = [word for word in aligned.missing if word not in LEGAL_FORMS]
    if missing:
        left = [word for word in missing if word not in entity.kind_words]
        if left and not (
            set(left) <= entity.parent_words and len(aligned.equal) >= _MIN_WORDS_WITHOUT_PARENT
        ):
            return "words"
        if not left and not _fits_kind(text, entity, query):
            return "words"
    if (missing or aligned.extra) and all(
        word in entity.kind_words or word in LEGAL_FORMS for word in aligned.equal
    ):
        return "words"
    if aligned.typos:
        return "spelled" if not missing and not aligned.extra else "words"
    return "kind" if missing or aligned.extra else "same"


def _is_harmless(index: NameIndex, entity: IndexedEntity, word: str, other: str) -> bool:
    """Return whether a typing error cannot make one name into another."""
    if word in index.place_words or other in index.place_words:
        return False
    if entity.is_person:
        return is_swap(word, other)
    return index.postings(word) is None  # a word of other names is not a misspelled one


def _is_optional(word: str, entity: IndexedEntity) -> bool:
    return (
        word in LEGAL_FORMS
        or (entity.is_person and word in TITLES)
        or word in entity.kind_words
        or word in entity.place_words
        or word in entity.parent_words
    )


def _fits_kind(text: _Text, entity: IndexedEntity, query: Query) -> bool:
    """Return whether the query says which kind of thing it means: by a word, or by its type."""
    if query.types:
        return True
    return any(word in entity.kind_words for word in text.content)


def _may_stand_alone(name: IndexedName, query: Query) -> bool:
    """Return whether a form of a name is enough to know the thing."""
    if name.kind == PRINTED:  # a text says “the project” of what it has just named
        return False
    return not name.is_shared or bool(query.types)


def _place_contradicts(index: NameIndex, entity: IndexedEntity, aligned: Alignment) -> bool:
    places = index.place_words.intersection(aligned.extra)
    return not places <= entity.place_words


def _number_contradicts(aligned: Alignment) -> bool:
    return any(map(_DIGIT.search, aligned.extra)) and any(map(_DIGIT.search, aligned.missing))


def _has_type(entity: IndexedEntity, query: Query) -> bool:
    return not query.types or query.prefers_types or has_types(entity, query)


def _scored(
    entity: IndexedEntity,
    name: IndexedName,
    score: float,
    reason: str,
    query_share: float,
    name_share: float,
    similarity: float | None = None,
) -> Candidate:
    """Return a candidate; its similarity is the mean of the two shares if it is not given."""
    features: dict[str, float | bool] = {
        "name_similarity": (
            50 * (query_share + name_share) if similarity is None else 100 * similarity
        ),
        "query_words_found": 100 * query_share,
        "name_words_found": 100 * name_share,
        "preferred_name": name.kind == 0,
    }
    return Candidate(entity, name, round(score, 2), reason, features)


def _keep_best(best: dict[int, Candidate], candidate: Candidate | None) -> None:
    if candidate is None:
        return
    known = best.get(candidate.entity.number)
    if known is None or _worth(candidate) > _worth(known):
        best[candidate.entity.number] = candidate


def _worth(candidate: Candidate) -> tuple[bool, float]:
    return (candidate.reason in CERTAIN, candidate.score)


def _order(candidate: Candidate) -> tuple[bool, float, str]:
    return (not candidate.is_match, -candidate.score, candidate.entity.iri)
