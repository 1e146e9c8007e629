"""Warmth: the answers that are likely to be asked for are computed before anybody asks."""

import io
import threading
from collections.abc import Iterable

from oib.front import Application, Environ


def warm(app: Application, asked: Iterable[tuple[str, str]]) -> threading.Thread:
    """Ask an app, in the background, for paths in media types; what fails is left to be asked.

    Return the thread, so that a caller can wait for it.
    """

    def ask() -> None:
        for path, accept in asked:
            try:
                body = app(_environ(path, accept), lambda status, headers, exc_info=None: None)
                close = getattr(body, "close", None)
                if close:
                    close()
            except Exception:  # whoever asks next is told
                continue

    thread = threading.Thread(target=ask, name="warmth", daemon=True)
    thread.start()
    return thread


def _environ(path: str, accept: str) -> Environ:
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_ACCEPT": accept,
        "HTTP_ACCEPT_ENCODING": "gzip",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
