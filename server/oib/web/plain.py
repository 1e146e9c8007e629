"""The plain query: answered here, before the app is asked; all else is for the app.

A query that comes by GET, alone, is what most clients send most often. The app takes longer over
it than the engine does, so it is kept out of the way unless something is wrong: then the error is
the app's to tell.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from werkzeug.utils import get_content_type

from oib import answers, guard
from oib.errors import NotAcceptable
from oib.turnover import Turnover
from oib.web import tags

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Where in the environment of a request the app finds an error that happened here.
ERROR: Final = "oib.error"


class Plain:
    """A WSGI application before another; ``marks`` are headers that every answer carries."""

    def __init__(
        self,
        app: "WSGIApplication",
        turnover: Turnover,
        marks: Callable[[str], list[tuple[str, str]]],
    ) -> None:
        self._app, self._turnover = app, turnover

        @lru_cache(maxsize=64)
        def headers(media_type: str, version: str) -> list[tuple[str, str]]:
            kind = get_content_type(media_type, "utf-8")
            return [
                ("Content-Type", kind),
                ("Cache-Control", tags.KEEP),
                ("Vary", "Accept"),
                *marks(version),
            ]

        self._headers = headers

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        text = _query(environ)
        if text is None:
            return self._app(environ, start)
        site = self._turnover.site
        try:
            form = guard.read(text, site.services).form
            media_type = _choose(form, environ.get("HTTP_ACCEPT", ""))
            tag = tags.of(site.version, tags.query(text), media_type)
            if site.writable or tags.is_known(tag, environ):
                return self._app(environ, start)
            body = site.engine.query(text, media_type)
        except NotAcceptable:  # by the app's longer list of what is offered
            return self._app(environ, start)
        except Exception as error:
            environ[ERROR] = error
            return self._app(environ, start)
        headers = self._headers(media_type, site.version)
        own = [("ETag", f'"{tag}"'), ("Content-Length", str(len(body)))]
        start("200 OK", [*headers, *own])
        return [body]


_choose = lru_cache(maxsize=256)(answers.choose)


def _query(environ: "WSGIEnvironment") -> str | None:
    """Return the query of a request that consists of nothing else."""
    if environ["PATH_INFO"] not in ("/sparql", "/sparql/") or environ["REQUEST_METHOD"] != "GET":
        return None
    if "html" in environ.get("HTTP_ACCEPT", ""):  # whoever can read a page may get one
        return None
    given = environ["QUERY_STRING"]
    if not given.startswith("query=") or "&" in given:
        return None
    try:
        return unquote_to_bytes(given[6:].replace("+", " ")).decode()
    except UnicodeDecodeError:
        return None
