"""Prefetch: responses that are likely to be requested are computed before anybody does."""

from collections.abc import Iterable, Iterator
from functools import partial

from oib import media_types
from oib.http.application import HttpApplication
from oib.http.messages import Request, response_from
from oib.services import Services


async def prefetch(application: HttpApplication, requests: Iterable[tuple[str, str]]) -> None:
    """Request paths in media types, one after another; failures are ignored.

    These requests are in no metric and in no log, for no client sent them.
    """
    for path, accept in requests:
        headers = {"accept": accept, "accept-encoding": "gzip"}
        try:
            for _ in range(2):  # the second time it is compressed
                request = Request("GET", path, headers=dict(headers))
                await response_from(partial(application.answer, request))
        except Exception:  # whoever requests it next gets the error
            continue


def saved_queries(services: Services) -> Iterator[tuple[str, str]]:
    """Yield the path of each saved query, and what clients of it accept."""
    for query in services.library:
        own = media_types.SPARQL_JSON if query.form in ("SELECT", "ASK") else "*/*"
        yield from ((f"/queries/{query.name}", accept) for accept in (own, media_types.HTML))
