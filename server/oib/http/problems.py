"""Problems as responses of the server itself; those of pages are made in ``web``."""

from oib import media_types, problem_details, response_headers
from oib.errors import OibError
from oib.http.messages import Headers, Response


def problem(
    status: int, detail: str, headers: Headers | None = None, version: str = "", **members: object
) -> Response:
    """Return a response that describes a problem.

    Args:
        status: its status.
        detail: a sentence that says what is wrong, and what to do about it.
        headers: further header fields.
        version: that of the data; if it is empty, whoever knows it adds the common header fields.
        members: further members of the problem details.
    """
    body = problem_details.encode(status, detail, **members)
    own = [("Content-Type", media_types.PROBLEM), ("Content-Length", str(len(body)))]
    common = response_headers.common(version) if version else []
    return Response(status, [*own, *(headers or []), *common], body)


def from_error(error: OibError, version: str = "") -> Response:
    """Return the response to a request that failed with one of our errors; see ``problem``."""
    return problem(
        error.status,
        str(error),
        problem_details.headers(error),
        version,
        **problem_details.members(error),
    )
