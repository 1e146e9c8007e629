"""``/version/…`` and ``/changes/…``: releases, changes between them, and Memento (RFC 7089)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.http import http_date

from oib import media_types, negotiation, problem_details, response_headers, typed_links
from oib.dataset import changes, releases
from oib.dataset.changes import Changes, Summaries, Summary
from oib.dataset.releases import PRESENT, Release
from oib.engine.statements import fetch_properties
from oib.errors import BadInput, NotFound
from oib.namespaces import BASE, ID
from oib.services import ReleasedServices, Services
from oib.sparql import results
from oib.typed_links import DOCUMENTS, LINK_FORMAT
from oib.views import claim_titles, entity_triples, event_stream, lifecycle, paging
from oib.web import context, representations, templating

bp = Blueprint("releases", __name__)

RDF_PATCH = "application/rdf-patch"
# Blueprints of what only the present data have an index for.
_PRESENT_ONLY = frozenset({"search", "reconciliation"})
# Statuses of responses about a thing that is, or was, there.
_DESCRIBING = frozenset({200, 303, 304, 410})


@bp.get("/version/")
def versions() -> Response:
    """Redirect from the list of versions to the page of releases and changes."""
    return _see_other(url_for("releases.overview"))


@bp.get("/version/<version>/")
def version(version: str) -> Response:
    """Redirect from a release to the description of its data."""
    release = releases.version_of(_released(), version)
    return _see_other(f"/version/{release.version}/dataset")


@bp.get("/version/<path:rest>")
def elsewhere(rest: str) -> Response:
    """Redirect from an address of a version within another one to that of the version itself."""
    if context.services().released is None:
        releases.version_of(_released(), rest.partition("/")[0])
        raise NotFound(f"there is no {request.path}; {url_for('releases.overview')} lists versions")
    return _see_other(f"/version/{quote(rest)}")


@bp.get("/changes")
@bp.get("/changes/")
def overview() -> Response:
    """Return the page of the releases, and of what changed from each to the next."""

    def create() -> Response:
        states = [*(release.version for release in _released()), PRESENT]
        steps = [(old, new, _summary(old, new)) for old, new in pairwise(states)]
        return templating.render(
            "changes.html",
            releases=list(reversed(_released())),
            steps=[(old, new, _counts(summary)) for old, new, summary in reversed(steps)],
        )

    return representations.conditional_response(media_types.HTML, create)


@bp.get("/changes/<old>/<new>")
def step(old: str, new: str) -> Response:
    """Return what changed from one version to a later one: a page in words, or an RDF Patch.

    ``?thing=`` limits it to one thing, by its IRI.
    """
    new, fixed = negotiation.split_suffix(new, {"rdfp": RDF_PATCH, **media_types.PAGE_SUFFIXES})
    media_type = representations.negotiate((media_types.HTML, RDF_PATCH, "text/plain"), fixed)
    thing = request.args.get("thing", "")
    _check_order(old, new)

    def create() -> Response:
        if media_type == media_types.HTML and not thing:
            return _step_page(old, new)
        found = _changes(old, new)
        if thing:
            found = found.of(thing)
        if media_type == media_types.HTML:
            return _thing_page(old, new, thing, found)
        patch = changes.rdf_patch(found, f"{BASE}changes/{old}/{new}", f"{BASE}version/{old}/")
        return context.respond(patch, media_type)

    response = representations.conditional_response(media_type, create)
    url = url_for("releases.step", old=old, new=f"{new}.rdfp", thing=thing or None)
    response.headers.add("Link", response_headers.link(url, "alternate", RDF_PATCH))
    return response


@bp.get("/changes/stream")
def stream() -> Response:
    """Return a page of the event stream of all releases (LDES, TREE), in RDF.

    It has no form for people: a browser is led to the page of releases and changes.
    """
    states = [release.version for release in _released()]
    total = sum(_size(old, new) for old, new in zip([None, *states], states, strict=False))
    number, pages = representations.page_number(), paging.count(total)
    paging.check(number, pages)
    offered = (*results.GRAPHS, *media_types.GRAPH_ALIASES, media_types.HTML)
    media_type = representations.negotiate(offered)
    if media_type == media_types.HTML:
        return _see_other(url_for("releases.overview", lang=request.args.get("lang")))

    def create() -> Response:
        events = [
            event
            for old, release in zip([None, *states], _released(), strict=False)
            for event in _events(old, release)
        ]
        shown = events[(number - 1) * paging.PAGE_SIZE : number * paging.PAGE_SIZE]
        body = event_stream.serialize(
            shown,
            number,
            total,
            media_types.GRAPH_ALIASES.get(media_type, media_type),
            context.services().compaction,
        )
        return context.respond(body, media_type)

    response = representations.conditional_response(media_type, create)
    representations.add_page_links(response, number, pages)
    return response


@bp.get("/timemap/<kind>/<path:slug>")
def timemap(kind: str, slug: str) -> Response:
    """Return the list of the mementos of a thing (RFC 7089, section 5); it has none at first."""
    iri, path = f"{ID}{kind}/{slug}", f"/doc/{kind}/{slug}"
    root = request.host_url.rstrip("/")
    known = _releases_with(iri)
    if not known and not lifecycle.fetch_lifecycle(context.queries(), iri).is_known:
        raise NotFound(f"no release has {kind}/{slug}; {url_for('releases.overview')} lists them")

    def create() -> Response:
        lines = [
            f'<{root}{path}>; rel="original timegate"',
            f'<{root}{request.path}>; rel="self"; type="{LINK_FORMAT}"',
        ]
        for number, release in enumerate(known):
            relation = " ".join(
                (*(["first"] if number == 0 else []), *(["last"] if release == known[-1] else []))
            )
            url = f"{root}/version/{release.version}{path}"
            link = response_headers.link(url, f"{relation} memento".strip())
            lines.append(f'{link}; datetime="{http_date(release.released)}"')
        return context.respond(",\n".join(lines) + "\n", LINK_FORMAT)

    return representations.conditional_response(LINK_FORMAT, create, names_host=True)


@bp.before_app_request
def leave_release() -> Response | None:
    """Redirect from a release to the search and the names of the present data.

    Raises:
        NotFound: the request cannot be redirected, since it is no GET.
    """
    if request.blueprint not in _PRESENT_ONLY or context.services().released is None:
        return None
    url = quote(request.path) + (f"?{request.query_string.decode()}" if request.args else "")
    if request.method not in ("GET", "HEAD"):
        raise NotFound(
            f"releases have no index of names; {request.path} has that of the present data"
        )
    return _see_other(url)


@bp.before_app_request
def choose_memento() -> Response | None:
    """Redirect a request for a past state of a thing to the release that was current then."""
    text = request.headers.get("Accept-Datetime")
    if text is None or request.blueprint != "entities" or not _released():
        return None
    wanted = response_headers.parse_date(text)
    if wanted is None:
        now = http_date(datetime.now(UTC))
        raise BadInput(f"Accept-Datetime: {text[:60]} is no date of HTTP, such as {now}")
    address = request.path.split("/", 2)[2]
    name, _ = negotiation.split_suffix(address, entity_triples.FORMS)
    known = _releases_with(ID + name)
    if not known:
        return None
    mementos = [f"/version/{release.version}{DOCUMENTS}{quote(address)}" for release in known]
    past = [url for url, release in zip(mementos, known, strict=True) if release.released <= wanted]
    response = redirect(past[-1] if past else mementos[0], 302)
    if not past:
        # The first one is what RFC 7089, section 4.5.3, asks for; the body says that it is later.
        detail = (
            f"nothing was released by then: the first release that has this, {known[0].version}, "
            f"is of {http_date(known[0].released)}; it is what Location names"
        )
        response = context.respond(problem_details.encode(302, detail), media_types.PROBLEM, 302)
        response.location = mementos[0]
    response.headers["Vary"] = "Accept, Accept-Datetime"
    response.headers["Cache-Control"] = "no-store"
    for link in (
        (quote(request.path), "original", ""),
        (typed_links.TIMEMAPS + quote(name), "timemap", LINK_FORMAT),
        (mementos[0], "first memento", ""),
        (mementos[-1], "last memento", ""),
    ):
        response.headers.add("Link", response_headers.link(*link))
    return response  # type: ignore[return-value]


@bp.after_app_request
def mark_memento(response: Response) -> Response:
    """Add what Memento asks of an original and of a memento: links, and the time of the latter."""
    if request.blueprint != "entities" or request.path.endswith(".linkset"):
        return response
    released = context.services().released
    if released is None:
        if not _released():
            return response
        response.vary.add("Accept-Datetime")
    elif response.status_code in (200, 304):
        response.headers["Memento-Datetime"] = http_date(released)
    if response.status_code in _DESCRIBING:
        path = DOCUMENTS + request.path.split("/", 2)[2]
        for link in typed_links.mementos(path, entity_triples.FORMS, released is not None):
            response.headers.add("Link", response_headers.link(*link))
    return response


def _released() -> tuple[Release, ...]:
    found = context.services().releases
    return found.all if found else ()


def _releases_with(iri: str) -> list[Release]:
    """Return the releases whose data have a thing, the oldest first."""
    services = context.services()
    return [release for release in _released() if iri in _subjects(services, release.version)]


def _check_order(old: str, new: str) -> None:
    states = [release.version for release in _released()]
    releases.version_of(_released(), old)
    if new != PRESENT:
        releases.version_of(_released(), new)
    if new in states and states.index(new) <= states.index(old):
        raise BadInput(f"{new} does not come after {old}; name the older version first")


def _data(version: str | None) -> Path:
    """Return the file of the quads of a version; None stands for what was before the first."""
    services = context.services()
    if version is None:
        return Path("/dev/null")
    found = services.data if version == PRESENT else _releases(services).data(version)
    if found is None:
        raise NotFound("the data of this server are not its own; it knows no changes of them")
    return found


def _releases(services: Services) -> ReleasedServices:
    if services.releases is None:
        raise NotFound("there are no releases here; / leads to what there is")
    return services.releases


def _changes(old: str | None, new: str) -> Changes:
    return _compared(_data(old), _data(new))


def _summary(old: str | None, new: str) -> Summary:
    return _recorded(context.services()).get((old, new)) or _summarized(_data(old), _data(new))


@context.kept_with_services(1)
def _recorded(services: Services) -> Summaries:
    """Return the summaries that were made at build, of each release and the next."""
    return changes.decode_summaries(services.changes.read_bytes()) if services.changes else {}


@context.kept_with_services(16)
def _subjects(services: Services, version: str) -> frozenset[str]:
    """Return the things of a release: what was created up to it and not deleted since."""
    found, old = set[str](), None
    for release in _released():
        step = _summary(old, release.version)
        found = (found | set(step.created)) - set(step.deleted)
        old = release.version
        if old == version:
            break
    return frozenset(found)


def _size(old: str | None, new: str) -> int:
    found = _summary(old, new)
    return len(found.created) + len(found.changed) + len(found.deleted)


def _events(old: str | None, release: Release) -> list[event_stream.Event]:
    found = _summary(old, release.version)
    kinds = (("Create", found.created), ("Update", found.changed), ("Delete", found.deleted))
    return [
        event_stream.Event(iri, kind, release.version, release.released)
        for kind, iris in kinds
        for iri in iris
    ]


@lru_cache(maxsize=8)
def _compared(old: Path, new: Path) -> Changes:
    with old.open("rb") as before, new.open("rb") as after:
        return changes.compare(before, after)


@lru_cache(maxsize=16)
def _summarized(old: Path, new: Path) -> Summary:
    with old.open("rb") as before, new.open("rb") as after:
        return changes.summarize(_compared(old, new), before, after)


def _counts(summary: Summary) -> Mapping[str, int]:
    return {
        "created": len(summary.created),
        "changed": len(summary.changed),
        "deleted": len(summary.deleted),
    }


def _step_page(old: str, new: str) -> Response:
    summary = _summary(old, new)
    groups = [
        (key, changes.by_kind(iris))
        for key, iris in (
            ("created", summary.created),
            ("changed", summary.changed),
            ("deleted", summary.deleted),
        )
    ]
    iris = [iri for _, kinds in groups for members in kinds.values() for iri in members]
    names = fetch_properties(context.queries(), iris).all_names()
    return templating.render(
        "changes_step.html",
        names={**names, **claim_titles.fetch_titles(context.queries(), iris, names)},
        old=old,
        new=new,
        groups=groups,
    )


def _thing_page(old: str, new: str, thing: str, difference: Changes) -> Response:
    return templating.render(
        "changes_thing.html",
        names=fetch_properties(context.queries(), [thing]).all_names()
        if thing.startswith(BASE)
        else {},
        old=old,
        new=new,
        thing=thing,
        removed=[line.decode() for line in difference.removed],
        added=[line.decode() for line in difference.added],
    )


def _see_other(url: str) -> Response:
    response = context.respond("", "text/plain", 303)
    response.location = url
    return response
