"""Prefetch: responses that are likely to be requested are computed before anybody does."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Final

from oib import media_types
from oib.http.application import HttpApplication
from oib.http.messages import Request, response_from
from oib.reload import CurrentServices
from oib.services import Services

# In seconds: how long a request of ours waits for those of clients, how long no client must have
# sent one, for a page is followed by what it loads, and how often it looks.
_MAX_WAIT: Final = 5.0
_QUIET: Final = 1.0
_INTERVAL: Final = 0.02


async def prefetch(application: HttpApplication, requests: Iterable[Request]) -> None:
    """Answer requests one after another; failures are ignored.

    They are in no metric and in no log, for no client sent them; they give way to those of clients.
    """
    for request in requests:
        await _wait_until_idle(application)
        try:
            for _ in range(2):  # the second time it is compressed
                own = replace(request, headers=dict(request.headers))
                response = await response_from(partial(application.answer, own))
                if response.status != 200:  # such as a query that takes too long
                    break
        except Exception:  # whoever requests it next gets the error
            continue


async def _wait_until_idle(application: HttpApplication) -> None:
    """Wait until clients want nothing; not for long, for one may always want something."""
    end = asyncio.get_running_loop().time() + _MAX_WAIT
    while not application.is_idle(_QUIET) and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(_INTERVAL)


def likely(services: CurrentServices) -> Iterator[Request]:
    """Yield requests for the main pages, and for each saved query, until the data are replaced.

    Those over the new data are another's task; to go on would also keep the old data in memory.
    """
    current = services.current
    for request in chain(main_pages(current), saved_queries(current)):
        if services.current is not current:
            return
        yield request


def main_pages(services: Services) -> Iterator[Request]:
    """Yield requests for the pages that every page links to, in each language of the data.

    Those in Traditional Chinese are converted when somebody asks: the converter takes 40 MiB.
    """
    # Flask is imported while the workers come up.
    from oib.web import site_index
    from oib.web.messages import LANGUAGES
    from oib.web.traditional import TRADITIONAL

    for language in (each for each in LANGUAGES if each != TRADITIONAL):
        for path in site_index.main_paths(services):
            yield _request(path, media_types.HTML, language)


def saved_queries(services: Services) -> Iterator[Request]:
    """Yield requests for each saved query, in what clients of it accept."""
    for query in services.library:
        own = media_types.SPARQL_JSON if query.form in ("SELECT", "ASK") else "*/*"
        for accept in (own, media_types.HTML):
            yield _request(f"/queries/{query.name}", accept)


def _request(path: str, accept: str, language: str = "") -> Request:
    headers = {"accept": accept, "accept-encoding": "gzip"}
    return Request(
        "GET", path, headers=headers | ({"accept-language": language} if language else {})
    )
