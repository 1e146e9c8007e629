"""``/reconcile``: the Reconciliation API, version 0.2, and below it version 1.0-draft."""

import json
from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Response, request

from oib import media_types
from oib.errors import BadInput, Unavailable, UnsupportedMedia
from oib.reconciliation import responses
from oib.reconciliation.request_parser import MAX_LIMIT, RequestParser
from oib.reconciliation.service import ReconciliationService
from oib.web import context, representations, templating

bp = Blueprint("reconciliation", __name__)

_ROOT_10: Final = "/reconcile/1.0-draft"
_FORMS: Final = (media_types.FORM, "multipart/form-data")
_MAX_CURSOR: Final = 1000
# A preview is shown within a page of the client, wherever that is from.
_PREVIEW_POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)


@bp.get("/reconcile")
def manifest_02() -> Response:
    """Return the manifest, a page on the service, or the answer to a batch in the URL."""
    if "queries" in request.args or "extend" in request.args:
        return _answer_02(_single(request.args.to_dict(flat=False)))
    media_type = representations.negotiate((media_types.JSON, media_types.HTML))
    if media_type == media_types.HTML:
        return representations.conditional_response(media_type, _page, names_host=True)
    return _json(lambda: _manifest(responses.manifest_02, "/reconcile"), names_host=True)


@bp.post("/reconcile")
def batch_02() -> Response:
    """Answer a batch of queries, or a request for data extension, sent as a form."""
    if request.mimetype not in _FORMS:
        raise UnsupportedMedia(
            "send a form with a field queries or extend (Reconciliation API 0.2); "
            f"JSON goes to {_ROOT_10}/match (1.0-draft)"
        )
    if "queries" in request.args or "extend" in request.args:
        raise BadInput("send the batch in the body or in the URL, not in both")
    return _answer_02(_single(request.form.to_dict(flat=False)))


@bp.get(_ROOT_10)
def manifest_10() -> Response:
    """Return the manifest of version 1.0-draft."""
    return _json(lambda: _manifest(responses.manifest_10, _ROOT_10), names_host=True)


@bp.post(f"{_ROOT_10}/match")
def batch_10() -> Response:
    """Answer a batch of queries in JSON."""
    text = _json_body()
    service = _service()
    queries = _parser(service).batch_10(text)
    found = [(service.match(query), query.language) for query in queries]
    return _unstored(responses.results_10(found, service))


@bp.post(f"{_ROOT_10}/extend")
def extend_10() -> Response:
    """Return the values of properties of things."""
    text = _json_body()
    service = _service()
    wanted = _parser(service).extension(text)
    language = _language()
    found = service.extend(wanted.identifiers, wanted.properties, wanted.statements, language)
    return _unstored(responses.extension_10(found, wanted, language))


@bp.get("/reconcile/suggest/<kind>", defaults={"is_10": False})
@bp.get(f"{_ROOT_10}/suggest/<kind>", defaults={"is_10": True})
def suggest(kind: str, is_10: bool) -> Response:
    """Return things, types or properties whose name begins with ``prefix``."""
    if kind not in ("entity", "type", "property"):
        raise BadInput(
            f"suggest/{kind[:40]} is not offered; there is suggest/entity, type, property"
        )
    prefix = _prefix()
    cursor = _number("cursor", 0, _MAX_CURSOR)
    service, language = _service(), _language()

    def create() -> Any:
        if kind == "entity":
            found = service.suggest_entities(prefix, cursor)
            return responses.entities(found, service, language, is_10)
        terms = service.suggest_terms(prefix, kind == "type", cursor)
        if kind == "type":
            return responses.types(terms, service, language, is_10)
        return responses.properties(terms, language, is_10)

    return _json(create)


@bp.get("/reconcile/extend/propose", defaults={"is_10": False})
@bp.get(f"{_ROOT_10}/extend/propose", defaults={"is_10": True})
def propose(is_10: bool) -> Response:
    """Return the properties that things of a type have."""
    service, language = _service(), _language()
    kind = request.args.get("type", "")
    if not kind:
        raise BadInput("name a type: extend/propose?type=…; suggest/type?prefix= lists them")
    iri = service.class_of(kind)
    limit = _number("limit", 20, MAX_LIMIT)
    return _json(
        lambda: responses.proposal(
            service.properties_of_type(iri, limit), kind, limit, language, is_10
        )
    )


@bp.get("/reconcile/preview")
@bp.get(f"{_ROOT_10}/preview")
def preview() -> Response:
    """Return a small page on a thing, to be shown within a page of the client."""
    service = _service()
    entity = service.entity(request.args.get("id", ""))

    def create() -> Response:
        response = templating.render(
            "preview.html",
            entity=entity,
            entity_names=service.names_of(entity),
            types=service.types(entity),
        )
        response.headers["Content-Security-Policy"] = _PREVIEW_POLICY
        return response

    return representations.conditional_response(media_types.HTML, create)


@bp.get("/reconcile/flyout")
def flyout() -> Response:
    """Return a snippet of HTML on a thing, as version 0.2 has it beside a suggestion."""
    service = _service()
    entity = service.entity(request.args.get("id", ""))
    body = templating.render(
        "flyout.html",
        entity=entity,
        entity_names=service.names_of(entity),
        types=service.types(entity),
    ).get_data(as_text=True)
    return _json(lambda: {"id": entity.identifier, "html": body.strip()})


def _answer_02(fields: dict[str, str]) -> Response:
    wanted = {"queries", "extend"} & fields.keys()
    if len(wanted) != 1:
        raise BadInput("send one of the fields queries and extend, each a JSON object")
    service, language = _service(), _language()
    parser = _parser(service)
    if "queries" in fields:
        queries = parser.batch_02(fields["queries"])
        found = {key: service.match(query) for key, query in queries.items()}
        return _unstored(responses.results_02(found, service, language))
    extension = parser.extension(fields["extend"])
    values = service.extend(
        extension.identifiers, extension.properties, extension.statements, language
    )
    return _unstored(responses.extension_02(values, extension, language))


def _single(fields: dict[str, list[str]]) -> dict[str, str]:
    for name in ("queries", "extend"):
        if len(fields.get(name, ())) > 1:
            raise BadInput(f"send the field {name} once")
    return {name: values[0] for name, values in fields.items()}


def _json_body() -> str:
    """Return the JSON text of the body.

    Raises:
        UnsupportedMedia: the body says that it is something else.
        BadInput: it is not UTF-8.
    """
    if request.mimetype != media_types.JSON:
        raise UnsupportedMedia(
            "send a body with Content-Type: application/json (Reconciliation API 1.0-draft); "
            "a form goes to /reconcile (0.2)"
        )
    try:
        return request.get_data().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"the body is no UTF-8: byte {error.start} does not belong there") from error


def _service() -> ReconciliationService:
    names = context.services().names
    if names is None:
        raise Unavailable("these data have no name index; run oib build to make one", None)
    return ReconciliationService(names, context.queries())


def _parser(service: ReconciliationService) -> RequestParser:
    return RequestParser(service.class_of, service.property_of, _language())


def _language() -> str:
    # That of the names in the data: answers for programs are not converted.
    return templating.locale().data_language


def _manifest(create: Callable[..., dict[str, Any]], path: str) -> dict[str, Any]:
    root = request.host_url + request.script_root.lstrip("/")
    title = templating.locale().best_text(context.services().description.title)[0] or "oib"
    url = root.rstrip("/") + path
    return create(title, url, root.rstrip("/") + "/", _service(), _language())


def _page() -> Response:
    root = (request.host_url + request.script_root.lstrip("/")).rstrip("/")
    return templating.render("reconciliation.html", address=root, types=_service().default_types())


def _json(create: Callable[[], Any], names_host: bool = False) -> Response:
    """Return JSON that depends on data, URL and language alone, and on our address if it has it."""
    response = representations.conditional_response(
        media_types.JSON,
        lambda: _dump(create()),
        key=f"{request.full_path} {request.script_root} {_language()}",
        names_host=names_host,
    )
    response.vary.add("Accept-Language")
    return response


def _unstored(value: Any) -> Response:
    response = _dump(value)
    response.headers["Cache-Control"] = "no-store"
    return response


def _dump(value: Any) -> Response:
    return context.respond(json.dumps(value, ensure_ascii=False), media_types.JSON)


def _prefix() -> str:
    prefix = request.args.get("prefix", "")
    if len(prefix) > 200:
        raise BadInput("prefix has 200 characters at most")
    return prefix


def _number(name: str, default: int, maximum: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    number = int(text) if len(text) < 10 and text.isascii() and text.isdigit() else maximum + 1
    if number > maximum:
        raise BadInput(f"{name} is a whole number from 0 to {maximum}")
    return number
