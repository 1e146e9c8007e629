"""The plain query: answered here, before the app is asked; all else is for the app.

A query that comes by GET, alone, is what most clients send most often. The app takes longer over
it than the engine does, so it is kept out of the way unless something is wrong: then the error is
the app's to tell.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from oib import response_headers
from oib.errors import NotAcceptable
from oib.front import Answerer, Headers, Request, Response
from oib.front.kept import LARGEST, Kept
from oib.services import Services
from oib.sparql import guard, results

# A longer one is for the app: to read it would hold up all others.
_LONGEST = 2**13


class Plain:
    """A layer before another; ``site`` returns the one that serves now."""

    def __init__(self, behind: Answerer, site: Callable[[], Services]) -> None:
        self._behind, self._site = behind, site

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        site, text = self._site(), _query(request)
        engine = site.engine
        if text is None or site.limits is None or site.writable:
            return await self._behind(request)
        try:
            form = guard.parse(text).form
            media_type = _choose(form, request.headers.get("accept", ""))
            tag = (
                f'"{response_headers.tag(site.version, response_headers.asked(text), media_type)}"'
            )
            if tag in request.known or "if-none-match" in request.headers:
                return await self._behind(request)
            body = await engine.session(request.client).answer(text, media_type)
        except NotAcceptable:  # by the app's longer list of what is offered
            return await self._behind(request)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            request.error = error
            return await self._behind(request)
        headers = [*_headers(media_type, site.version), ("ETag", tag)]
        if len(body) > LARGEST:
            return Response(200, [*headers, ("Content-Length", str(len(body)))], body)
        kept = Kept.of(tag, headers, body)
        return Response(200, kept.headers, body, kept)


_choose = lru_cache(maxsize=256)(results.choose)


@lru_cache(maxsize=64)
def _headers(media_type: str, version: str) -> Headers:
    kind, kept = response_headers.content_type(media_type), response_headers.KEEP
    told = [("Content-Type", kind), ("Cache-Control", kept), ("Vary", "Accept")]
    return told + response_headers.marks(version)


def _query(request: Request) -> str | None:
    """Return the query of a request that consists of nothing else."""
    if request.path not in ("/sparql", "/sparql/") or request.method != "GET" or request.error:
        return None
    if "html" in request.headers.get("accept", ""):  # whoever can read a page may get one
        return None
    given = request.query
    if not given.startswith("query=") or "&" in given or len(given) > _LONGEST:
        return None
    try:
        return unquote_to_bytes(given[6:].replace("+", " ")).decode()
    except UnicodeDecodeError:
        return None
