"""The access log: one line of JSON a request; of a query it holds a hash, never the text."""

import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

from oib.http.messages import Request


def format_line(request: Request, status: int, seconds: float, sent: int, outcome: str) -> str:
    """Return the line about a request.

    Args:
        request: the request.
        status: the status of its response.
        seconds: the time from the request to its response.
        sent: the length of the body that was sent, in bytes.
        outcome: how it ended, in one word.
    """
    members = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "method": request.method,
        "path": request.path,
        "status": status,
        "duration_ms": round(seconds * 1000, 2),
        "bytes": sent,
        "cache": request.cache_result or None,
        "outcome": outcome,
    }
    queries = parse_qs(request.query, max_num_fields=None).get("query")
    if queries:
        members["query_hash"] = hashlib.sha256(queries[0].encode()).hexdigest()[:12]
    return json.dumps(members)
