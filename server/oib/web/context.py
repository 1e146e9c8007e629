"""The context of a request: the services that answer it, and the headers that it sent."""

from collections.abc import Callable, MutableMapping
from functools import lru_cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from flask import Response, g, request

from oib.engine.base import QuerySession
from oib.services import Services
from oib.views import entity, entity_triples
from oib.views.entity import Vocabulary
from oib.views.entity_triples import Labels

_MAX_NAMED = 50_000  # things whose names are kept; some 400 bytes each

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def services() -> Services:
    """Return the services of this request; they stay the same until it ends."""
    return cast(Services, g.services)


def bind(
    services: Services, session: QuerySession, is_cached: Callable[[str], bool] = lambda etag: False
) -> None:
    """Make services and a session of their engine those of this request, to its end.

    ``is_cached`` tells of a quoted entity tag whether whoever asks has the response already.
    """
    g.services, g.queries, g.is_cached = services, session, is_cached


def queries() -> QuerySession:
    """Return the query session of this request: one deadline for all of its queries."""
    return cast(QuerySession, g.queries)


def is_cached(tag: str) -> bool:
    """Tell whether the cache in front of the application has the response with an entity tag."""
    return cast(bool, g.is_cached(f'"{tag}"'))


def kept_with_services(
    number: int,
) -> Callable[
    [Callable[Concatenate[Services, _Arguments], _Result]],
    Callable[Concatenate[Services, _Arguments], _Result],
]:
    """Return a decorator that keeps results of a function of services with these services.

    They are forgotten when the services are closed. A cache of the module would hold services,
    with all their data, long after others have replaced them.

    Args:
        number: how many results are kept for each services.
    """

    def decorate(
        function: Callable[Concatenate[Services, _Arguments], _Result],
    ) -> Callable[Concatenate[Services, _Arguments], _Result]:
        @wraps(function)
        def lookup(
            services: Services, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
        ) -> _Result:
            cached = services.results.get(function)
            if cached is None:
                bound: Callable[..., Any] = lru_cache(number)(partial(function, services))
                services.results[function] = cached = bound
            return cast(_Result, cached(*args, **kwargs))

        return lookup

    return decorate


def vocabulary() -> Vocabulary:
    """Return terms and concepts; immutable data are asked for them once."""
    if services().is_immutable:
        return _immutable_vocabulary(services())
    return entity.fetch_vocabulary(queries())


@kept_with_services(1)
def _immutable_vocabulary(services: Services) -> Vocabulary:
    return entity.fetch_vocabulary(queries())


def term_labels() -> Labels:
    """Return the names of terms and concepts; immutable data are asked for them once."""
    if services().is_immutable:
        return _immutable_term_labels(services())
    return entity_triples.fetch_term_labels(queries())


@kept_with_services(1)
def _immutable_term_labels(services: Services) -> Labels:
    return entity_triples.fetch_term_labels(queries())


def thing_labels() -> MutableMapping[bytes, tuple[bytes, ...]] | None:
    """Return the names of things that documents have mentioned so far; None if data may change."""
    if not services().is_immutable:
        return None
    known = _immutable_thing_labels(services())
    if len(known) > _MAX_NAMED:
        known.clear()
    return known


@kept_with_services(1)
def _immutable_thing_labels(services: Services) -> MutableMapping[bytes, tuple[bytes, ...]]:
    return {}


def accept() -> str:
    """Return the value of ``Accept``, empty if the client sent none."""
    return request.headers.get("Accept", "")


def respond(body: bytes | str, media_type: str, status: int = 200) -> Response:
    """Return a response; text types get ``charset=utf-8``."""
    return Response(body, status=status, mimetype=media_type)
