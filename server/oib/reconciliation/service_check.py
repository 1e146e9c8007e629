"""A check of any reconciliation service: do its answers follow the official schemas?"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urljoin
from urllib.request import Request, urlopen

from oib.errors import BadInput, OibError
from oib.reconciliation.schema_set import SchemaSet

_SECONDS: Final = 20.0
_MAX_ANSWER: Final = 8 * 2**20  # bytes
_VERSIONS: Final = ("0.2", "1.0-draft")
_NAME: Final = "University"  # of which most services know one


@dataclass(frozen=True)
class Outcome:
    """What was asked of a service, and what is wrong with its answer: ``errors``, if any."""

    request: str
    errors: tuple[str, ...]


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class _Failure(OibError):
    """An answer that cannot be looked at."""


def check_service(url: str, schemas: Path) -> Iterator[Outcome]:
    """Ask a service for everything that its manifest offers, and yield what came of it.

    Args:
        url: of the service; its manifest is there.
        schemas: a folder with the schemas, as ``SchemaSet`` takes it.

    Raises:
        BadInput: the URL is none of HTTP, there is no manifest, or the folder has no schemas.
    """
    if not url.startswith(("http://", "https://")):
        raise BadInput(f"{url} is no address of a service; it begins with http:// or https://")
    url = url.rstrip("/")
    try:
        manifest = _json(_fetch(url))
    except _Failure as error:
        raise BadInput(f"{url} has no manifest: {error}") from error
    versions = manifest.get("versions") if isinstance(manifest, dict) else None
    known = [each for each in _VERSIONS if isinstance(versions, list) and each in versions]
    if not known:
        raise BadInput(
            f"the manifest at {url} names no version out of {', '.join(_VERSIONS)}; "
            f"its versions are {versions!r}"
        )
    for version in known:
        yield from _Check(url, version, SchemaSet(schemas, version), manifest).run()


class _Check:
    def __init__(
        self, url: str, version: str, schemas: SchemaSet, manifest: dict[str, Any]
    ) -> None:
        self._url, self._version, self._schemas = url, version, schemas
        self._manifest = manifest
        self._identifier = ""
        self._property = ""

    def run(self) -> Iterator[Outcome]:
        yield self._validated("manifest", "manifest", lambda: self._manifest)
        yield self._cross_origin()
        yield self._batch()
        yield from self._suggestions()
        yield from self._extension()
        yield from self._preview()

    def _validated(self, request: str, schema: str, ask: Callable[[], Any]) -> Outcome:
        title = f"{self._version} {request}"
        try:
            value = ask()
        except _Failure as error:
            return Outcome(title, (str(error),))
        return Outcome(title, tuple(self._schemas.errors(schema, value)[:10]))

    def _cross_origin(self) -> Outcome:
        title = f"{self._version} cross-origin access (CORS)"
        try:
            allowed = _fetch(self._url).headers.get("access-control-allow-origin", "")
        except _Failure as error:
            return Outcome(title, (str(error),))
        missing = "no Access-Control-Allow-Origin; pages of other origins cannot use the service"
        return Outcome(title, () if allowed else (missing,))

    def _batch(self) -> Outcome:
        names = [_NAME, "zzzz qqqq"]

        def ask() -> Any:
            if self._version == "0.2":
                queries = {f"q{at}": {"query": name, "limit": 3} for at, name in enumerate(names)}
                answer = _json(_fetch(self._url, form={"queries": json.dumps(queries)}))
                self._identifier = _first(answer.get("q0", {}).get("result"), "id")
                if sorted(answer) != sorted(queries):
                    raise _Failure("the keys of the answer are not those of the batch")
                return answer
            conditions = [[{"matchType": "name", "propertyValue": name}] for name in names]
            batch = {"queries": [{"conditions": each, "limit": 3} for each in conditions]}
            answer = _json(_fetch(f"{self._url}/match", body=batch))
            results = answer.get("results") or [{}]
            self._identifier = _first(results[0].get("candidates"), "id")
            if len(results) != len(names):
                raise _Failure("there are not as many results as queries")
            return answer

        return self._validated("match", "reconciliation-result-batch", ask)

    def _suggestions(self) -> Iterator[Outcome]:
        offered = self._manifest.get("suggest") or {}
        for kind, plural in (("entity", "entities"), ("type", "types"), ("property", "properties")):
            if not offered.get(kind):
                continue
            address = f"{self._url}/suggest/{kind}"
            if self._version == "0.2" and isinstance(offered[kind], dict):
                service = offered[kind]
                address = service.get("service_url", "") + service.get("service_path", "")

            def ask(address: str = address, kind: str = kind) -> Any:
                answer = _json(_fetch(f"{address}?{urlencode({'prefix': 'u'})}"))
                if kind == "property":
                    self._property = _first(answer.get("result"), "id")
                return answer

            yield self._validated(f"suggest {kind}", f"suggest-{plural}-response", ask)

    def _extension(self) -> Iterator[Outcome]:
        offered = self._manifest.get("extend")
        if not offered:
            return
        kinds = self._manifest.get("defaultTypes") or []
        kind = _first(kinds, "id")
        proposal = offered.get("propose_properties") or offered.get("proposeProperties")
        if proposal and kind:
            address = f"{self._url}/extend/propose"
            if isinstance(proposal, dict):
                address = proposal.get("service_url", "") + proposal.get("service_path", "")

            def propose() -> Any:
                answer = _json(_fetch(f"{address}?{urlencode({'type': kind})}"))
                self._property = _first(answer.get("properties"), "id") or self._property
                return answer

            yield self._validated("propose properties", "data-extension-property-proposal", propose)
        if self._identifier and self._property:
            wanted = {"ids": [self._identifier], "properties": [{"id": self._property}]}

            def extend() -> Any:
                if self._version == "0.2":
                    return _json(_fetch(self._url, form={"extend": json.dumps(wanted)}))
                return _json(_fetch(f"{self._url}/extend", body=wanted))

            yield self._validated("extend", "data-extension-response", extend)

    def _preview(self) -> Iterator[Outcome]:
        offered = self._manifest.get("preview")
        if not offered or not self._identifier:
            return
        template = offered.get("url") or f"{self._url}/preview?id={{{{id}}}}"
        title = f"{self._version} preview"
        try:
            answer = _fetch(
                urljoin(self._url, template.replace("{{id}}", quote(self._identifier, "")))
            )
        except _Failure as error:
            yield Outcome(title, (str(error),))
            return
        media_type = answer.headers.get("content-type", "")
        is_page = media_type.startswith(("text/html", "application/xhtml+xml"))
        yield Outcome(title, () if is_page else (f"the preview is {media_type!r}, no HTML",))


def _fetch(url: str, form: dict[str, str] | None = None, body: Any = None) -> _Answer:
    if not url.startswith(("http://", "https://")):
        raise _Failure(f"the manifest names an address that is none of HTTP: {url[:200]!r}")
    headers = {"Accept": "application/json, text/html;q=0.5", "User-Agent": "oib"}
    data = None
    if form is not None:
        data = urlencode(form).encode()
    elif body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    try:
        with urlopen(Request(url, data, headers), timeout=_SECONDS) as response:
            content = response.read(_MAX_ANSWER + 1)
            if len(content) > _MAX_ANSWER:
                raise _Failure(f"the answer has more than {_MAX_ANSWER} bytes")
            fields = {name.lower(): value for name, value in response.headers.items()}
            return _Answer(response.status, fields, content)
    except HTTPError as error:
        detail = error.read(500).decode("utf-8", "replace")
        raise _Failure(f"{url} answers {error.code}: {detail}") from error
    except (URLError, OSError, ValueError) as error:
        raise _Failure(f"{url} cannot be reached: {error}") from error


def _json(answer: _Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise _Failure(f"the answer is no JSON: {error}") from error


def _first(values: Any, member: str) -> str:
    if isinstance(values, list) and values and isinstance(values[0], dict):
        value = values[0].get(member)
        return value if isinstance(value, str) else ""
    return ""
