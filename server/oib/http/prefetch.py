"""Prefetch: responses that are likely to be requested are computed before anybody does."""

from collections.abc import Iterable, Iterator

from oib import media_types
from oib.http.messages import Application, Request, fetch
from oib.services import Services


async def prefetch(application: Application, requests: Iterable[tuple[str, str]]) -> None:
    """Request paths in media types, one after another; failures are ignored."""
    for path, accept in requests:
        headers = {"accept": accept, "accept-encoding": "gzip"}
        try:
            for _ in range(2):  # the second time it is compressed
                await fetch(application, Request("GET", path, headers=dict(headers)))
        except Exception:  # whoever requests it next gets the error
            continue


def saved_queries(services: Services) -> Iterator[tuple[str, str]]:
    """Yield the path of each saved query, and what clients of it accept."""
    for query in services.library:
        own = media_types.SPARQL_JSON if query.form in ("SELECT", "ASK") else "*/*"
        yield from ((f"/queries/{query.name}", accept) for accept in (own, media_types.HTML))
