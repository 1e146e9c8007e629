"""Asking: layers of the front, asked as werkzeug's test client asks an app."""

import asyncio

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse

from oib.front import Request
from oib.front.bridge import Bridge
from oib.front.plain import Plain


def layers(app, site=None):
    """Return what stands behind the cache: an app, and the plain queries of a site before it."""
    bridge = Bridge(app, 4)
    return Plain(bridge, lambda: site) if site else bridge


class Client:
    """A client of one layer; each request is answered on a loop of its own."""

    def __init__(self, answerer):
        self.answerer = answerer

    def get(self, path, **given):
        return self.open("GET", path, **given)

    def head(self, path, **given):
        return self.open("HEAD", path, **given)

    def post(self, path, **given):
        return self.open("POST", path, **given)

    def open(self, method, path, **given):
        return asyncio.run(self._open(request_of(method, path, **given)))

    async def _open(self, request):
        response = await self.answerer(request)
        body = response.body
        if not isinstance(body, bytes):
            body = b"".join([piece async for piece in body])
        answer = TestResponse([body], str(response.status), response.headers, None)
        answer.headers = Headers(response.headers)  # these and no others
        return answer


def request_of(method, path, **given):
    builder = EnvironBuilder(path=path, method=method, **given)
    environ = builder.get_environ()
    body = environ["wsgi.input"].read()
    headers = {name.lower(): value for name, value in builder.get_request().headers.items()}
    return Request(method, environ["PATH_INFO"], environ["QUERY_STRING"], headers, body)
