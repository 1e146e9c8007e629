"""Requests of the Reconciliation API as queries: versions 0.2 and 1.0-draft, checked in full.

https://reconciliation-api.github.io/specs/0.2/ and …/1.0-draft/. What a version does not define is
refused with a sentence that says what is wrong and where.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from oib.errors import BadInput, TooLarge
from oib.reconciliation.collection import SchemaTerm
from oib.reconciliation.model import Condition, Query
from oib.reconciliation.normalization import MAX_LENGTH
from oib.reconciliation.service import STATEMENTS

#: The most queries of one batch, and the most things and properties of one extension.
BATCH_SIZE: Final = 200
MAX_PROPERTIES: Final = 50
#: The most candidates of one query, and how many there are if it sets no limit.
MAX_LIMIT: Final = 100
DEFAULT_LIMIT: Final = 10

_MAX_VALUES: Final = 50
_MAX_CONDITIONS: Final = 20
_MEMBERS_02: Final = frozenset(("query", "type", "limit", "properties", "type_strict"))
_MEMBERS_10: Final = frozenset(("type", "limit", "lang", "dir", "conditions"))
_CONDITION_10: Final = frozenset(
    (
        *("matchType", "propertyId", "propertyValue", "required", "matchQuantifier"),
        *("matchQualifier", "lang", "dir"),
    )
)
_MATCH_TYPES: Final = ("name", "id", "property")
_QUANTIFIERS: Final = ("any", "all", "none")
_HALF_PAIR: Final = re.compile(r"\\u[dD][89a-fA-F]")
_STRICTNESS: Final = ("any", "should", "all")

ResolveClass = Callable[[str], str]
ResolveProperty = Callable[[str], SchemaTerm]


@dataclass(frozen=True)
class ExtensionRequest:
    """A request for values: identifiers of things, properties, and the settings of each."""

    identifiers: tuple[str, ...]
    properties: tuple[SchemaTerm, ...]
    statements: tuple[str, ...]
    limits: tuple[int, ...]


class RequestParser:
    """Turns JSON of either version into queries.

    Args:
        class_of: returns the IRI of a class by its identifier, or raises BadInput.
        property_of: returns a property by its identifier, or raises BadInput.
        language: of the labels of candidates, where a query names none.
    """

    def __init__(
        self, class_of: ResolveClass, property_of: ResolveProperty, language: str = "en"
    ) -> None:
        self._class_of, self._property_of, self._language = class_of, property_of, language

    def batch_02(self, text: str) -> dict[str, Query]:
        """Return the queries of a batch of version 0.2 by their keys.

        Raises:
            BadInput: it is no such batch, or names an unknown type or property.
            TooLarge: it has more than BATCH_SIZE queries.
        """
        batch = _object(parse_json(text), "the batch of queries", "keys such as q0")
        _check_size(len(batch))
        return {
            key: self._query_02(_object(value, f"query {key[:40]!a}", "a member query"), key)
            for key, value in batch.items()
        }

    def batch_10(self, text: str) -> list[Query]:
        """Return the queries of a batch of version 1.0-draft, in order.

        Raises:
            BadInput: it is no such batch, or names an unknown type or property.
            TooLarge: it has more than BATCH_SIZE queries.
        """
        batch = _object(parse_json(text), "the body", "a member queries")
        queries = batch.get("queries")
        if not isinstance(queries, list) or set(batch) - {"queries"}:
            raise BadInput('the body is {"queries": […]}, an array of queries, and nothing else')
        _check_size(len(queries))
        parsed = [
            self._query_10(
                _object(value, f"query {place}", "a member conditions"), f"query {place}"
            )
            for place, value in enumerate(queries)
        ]
        names = sum(1 + len(query.other_names) for query in parsed)
        if names > BATCH_SIZE:
            raise TooLarge(
                f"one batch may have {BATCH_SIZE} names, not {names}; send several batches"
            )
        return parsed

    def extension(self, text: str) -> ExtensionRequest:
        """Return a request for data extension; both versions have the same form.

        Raises:
            BadInput: it is no such request, or names an unknown property.
            TooLarge: it names too many things or properties.
        """
        members = _object(parse_json(text), "the extension", "members ids and properties")
        identifiers = members.get("ids")
        if not isinstance(identifiers, list) or not all(
            isinstance(each, str) for each in identifiers
        ):
            raise BadInput("ids is an array of identifiers of things")
        _check_size(len(identifiers))
        for each in identifiers:
            _check_name(each, "an identifier")
        wanted = members.get("properties")
        if not isinstance(wanted, list):
            raise BadInput('properties is an array of objects such as {"id": "isLocatedIn"}')
        if len(wanted) > MAX_PROPERTIES:
            raise TooLarge(f"ask for {MAX_PROPERTIES} properties at most in one request")
        properties, statements, limits = [], [], []
        for each in wanted:
            entry = _object(each, "a property", "a member id")
            if not isinstance(entry.get("id"), str):
                raise BadInput('a property is an object such as {"id": "isLocatedIn"}')
            properties.append(self._property_of(entry["id"]))
            settings = _object(entry.get("settings") or {}, "settings", "limit or statements")
            statements.append(
                _choice(settings.get("statements", "direct"), STATEMENTS, "statements")
            )
            limits.append(_extension_limit(settings.get("limit", 0)))
        return ExtensionRequest(
            tuple(identifiers), tuple(properties), tuple(statements), tuple(limits)
        )

    def _query_02(self, members: Mapping[str, Any], key: str) -> Query:
        where = f"query {key[:40]!a}"
        _check_members(members, _MEMBERS_02, where)
        name = members.get("query", "")
        if not isinstance(name, str):
            raise BadInput(f"{where}: query is a text")
        conditions = []
        for entry in _array(members.get("properties", []), _MAX_CONDITIONS, f"{where}: properties"):
            entry = _object(entry, f"{where}: a property", "members pid and v")
            _check_members(entry, {"pid", "v"}, f"{where}: a property")
            if not isinstance(entry.get("pid"), str) or "v" not in entry:
                raise BadInput(f"{where}: a property has members pid and v")
            values = _values(entry["v"], where)
            conditions.append(Condition(self._property_of(entry["pid"]).iri, values))
        if not name.strip() and not conditions:
            raise BadInput(f"{where} has neither a query nor properties; give one of them")
        strictness = _choice(
            members.get("type_strict", "any"), _STRICTNESS, f"{where}: type_strict"
        )
        types = members.get("type") or []
        types = [types] if isinstance(types, str) else types
        if not isinstance(types, list) or not all(isinstance(each, str) for each in types):
            raise BadInput(f"{where}: type is the identifier of a type, or an array of them")
        return Query(
            name=_check_name(name, f"{where}: query"),
            types=tuple(self._class_of(each) for each in types[:_MAX_VALUES]),
            needs_all_types=strictness == "all",
            prefers_types=strictness == "should",
            limit=_limit(members.get("limit"), where),
            language=self._language,
            conditions=tuple(conditions),
        )

    def _query_10(self, members: Mapping[str, Any], where: str) -> Query:
        _check_members(members, _MEMBERS_10, where)
        conditions = members.get("conditions")
        if not isinstance(conditions, list) or not conditions:
            raise BadInput(f"{where}: conditions is an array of one condition or more")
        names: list[str] = []
        identifier = ""
        on_properties = []
        for entry in _array(conditions, _MAX_CONDITIONS, f"{where}: conditions"):
            entry = _object(entry, f"{where}: a condition", "matchType and propertyValue")
            _check_members(entry, _CONDITION_10, f"{where}: a condition")
            if "matchType" not in entry or "propertyValue" not in entry:
                raise BadInput(f"{where}: a condition has members matchType and propertyValue")
            match_type = _choice(entry["matchType"], _MATCH_TYPES, f"{where}: matchType")
            values = _values(entry["propertyValue"], where)
            if match_type == "name":
                names += [_check_name(value, f"{where}: a name") for value in values]
            elif match_type == "id":
                identifier = values[0]
            else:
                on_properties.append(self._condition_10(entry, values, where))
        kind = members.get("type", "")
        if not isinstance(kind, str):
            raise BadInput(f"{where}: type is the identifier of one type")
        language = members.get("lang", self._language)
        if not isinstance(language, str) or len(language) > 50:
            raise BadInput(f"{where}: lang is a language tag, such as en or zh-Hans")
        return Query(
            name=names[0] if names else "",
            other_names=tuple(names[1:]),
            types=(self._class_of(kind),) if kind else (),
            limit=_limit(members.get("limit"), where),
            language=language,
            identifier=identifier,
            conditions=tuple(on_properties),
        )

    def _condition_10(
        self, entry: Mapping[str, Any], values: tuple[str, ...], where: str
    ) -> Condition:
        if not isinstance(entry.get("propertyId"), str):
            raise BadInput(f"{where}: a condition on a property has a member propertyId")
        required = entry.get("required", False)
        if not isinstance(required, bool):
            raise BadInput(f"{where}: required is true or false")
        if entry.get("matchQualifier") not in (None, "ExactMatch"):
            raise BadInput(f"{where}: the only matchQualifier here is ExactMatch; leave it out")
        quantifier = _choice(
            entry.get("matchQuantifier", "any"), _QUANTIFIERS, f"{where}: matchQuantifier"
        )
        return Condition(self._property_of(entry["propertyId"]).iri, values, required, quantifier)


def parse_json(text: str) -> Any:
    """Return what a JSON text holds.

    Raises:
        BadInput: it is no JSON (RFC 8259), or is nested too deeply.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        if _HALF_PAIR.search(text):  # a pair of them is a character, half a pair is in no answer
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except UnicodeEncodeError as error:
        raise BadInput("the JSON holds half of a surrogate pair; take it out") from error
    except RecursionError as error:
        raise BadInput(
            "the JSON is nested too deeply; a batch of queries is six levels deep"
        ) from error
    except json.JSONDecodeError as error:
        raise BadInput(
            f"this is no JSON: {error.msg}, line {error.lineno}, column {error.colno}"
        ) from error
    except ValueError as error:
        raise BadInput(f"this is no JSON: {error}") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no value of JSON")


def _object(value: Any, what: str, members: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(f"{what} is no JSON object; it is one with {members}")
    return value


def _array(value: Any, max_length: int, what: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise BadInput(f"{what} is no array")
    if len(value) > max_length:
        raise TooLarge(f"{what}: {max_length} at most")
    return value


def _check_members(
    members: Mapping[str, Any], known: Sequence[str] | frozenset[str] | set[str], where: str
) -> None:
    unknown = sorted(set(members) - set(known))
    if unknown:
        raise BadInput(
            f"{where} has no member {unknown[0][:40]!a}; its members are {', '.join(sorted(known))}"
        )


def _check_size(size: int) -> None:
    if size > BATCH_SIZE:
        raise TooLarge(f"send {BATCH_SIZE} at most in one batch, not {size}; send several batches")


def _check_name(name: str, where: str) -> str:
    if len(name) > MAX_LENGTH:
        raise BadInput(f"{where} has {len(name)} characters; a name has {MAX_LENGTH} at most")
    for character in name:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\r\n":
            raise BadInput(
                f"{where} holds the control character U+{ord(character):04X}; take it out"
            )
    return name


def _values(value: Any, where: str) -> tuple[str, ...]:
    """Return property values as texts: of a thing its identifier, of a number its digits."""
    values = value if isinstance(value, list) else [value]
    if len(values) > _MAX_VALUES:
        raise TooLarge(f"{where}: {_MAX_VALUES} values at most")
    if not values:
        raise BadInput(f"{where}: a value is missing")
    return tuple(_check_name(_value(each, where), f"{where}: a value") for each in values)


def _value(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        identifier: str = value["id"]
        return identifier
    raise BadInput(f"{where}: a value is a text, a number, true, false, or an object with an id")


def _choice(value: Any, choices: Sequence[str], what: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise BadInput(f"{what} is one of {', '.join(choices)}")
    return value


def _limit(value: Any, where: str) -> int:
    if value is None:
        return DEFAULT_LIMIT
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadInput(f"{where}: limit is a whole number from 1 on")
    return min(value, MAX_LIMIT)


def _extension_limit(value: Any) -> int:
    try:
        limit = int(value) if not isinstance(value, bool) else -1
    except (TypeError, ValueError, OverflowError):  # such as 1e999, which is infinity
        limit = -1
    if limit < 0:
        raise BadInput("the setting limit is a whole number; 0 is no limit")
    return limit
