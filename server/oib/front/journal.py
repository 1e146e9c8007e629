"""The journal: a line of JSON for each request; of a query only its hash, never its text."""

import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

from oib.front import Request


def line(request: Request, status: int, seconds: float, sent: int, outcome: str) -> str:
    """Return what is to be written of a request.

    ``seconds`` are those to the answer, ``sent`` the bytes of its body, ``outcome`` a word for
    how it ended.
    """
    members = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "method": request.method,
        "path": request.path,
        "status": status,
        "duration_ms": round(seconds * 1000, 2),
        "bytes": sent,
        "cache": request.cached or None,
        "outcome": outcome,
    }
    asked = parse_qs(request.query, max_num_fields=None).get("query")
    if asked:
        members["query_hash"] = hashlib.sha256(asked[0].encode()).hexdigest()[:12]
    return json.dumps(members)
