"""Problems as responses of the server itself; those of pages are made in ``web``."""

from oib import problem_details
from oib.errors import OibError
from oib.http.messages import Headers, Response


def problem(
    status: int, detail: str, headers: Headers | None = None, **members: object
) -> Response:
    """Return a response that tells a problem; ``detail`` says what to do about it."""
    body = problem_details.encode(status, detail, **members)
    own = [("Content-Type", problem_details.MEDIA_TYPE), ("Content-Length", str(len(body)))]
    return Response(status, [*own, *(headers or [])], body)


def from_error(error: OibError) -> Response:
    """Return the response to a request that failed with one of our errors."""
    return problem(
        error.status,
        str(error),
        problem_details.headers(error),
        **problem_details.members(error),
    )
