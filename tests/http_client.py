"""A client of an application of the server, in this process: requests as werkzeug's client has."""

import asyncio

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse

from oib.http.messages import BODILESS, Request, fetch


class Client:
    """A client of one application; each request is answered on an event loop of its own."""

    def __init__(self, application):
        self.application = application

    def get(self, path, **parts):
        return self.open(path, method="GET", **parts)

    def head(self, path, **parts):
        return self.open(path, method="HEAD", **parts)

    def post(self, path, **parts):
        return self.open(path, method="POST", **parts)

    def put(self, path, **parts):
        return self.open(path, method="PUT", **parts)

    def delete(self, path, **parts):
        return self.open(path, method="DELETE", **parts)

    def patch(self, path, **parts):
        return self.open(path, method="PATCH", **parts)

    def options(self, path, **parts):
        return self.open(path, method="OPTIONS", **parts)

    def open(self, path, method="GET", **parts):
        return asyncio.run(self._open(request_of(method, path, **parts)))

    async def _open(self, request):
        response = await fetch(self.application, request)
        body = response.body
        if not isinstance(body, bytes):
            body = b"".join([piece async for piece in body])
        if request.method == "HEAD" or response.status in BODILESS:
            body = b""
        result = TestResponse([body], str(response.status), response.headers, None)
        result.headers = Headers(response.headers)  # these and no others
        return result


def request_of(method, path, **parts):
    builder = EnvironBuilder(path=path, method=method, **parts)
    environ = builder.get_environ()
    body = environ["wsgi.input"].read()
    headers = {name.lower(): value for name, value in builder.get_request().headers.items()}
    headers.pop("host", None)
    return Request(method, environ["PATH_INFO"], environ["QUERY_STRING"], headers, body)
