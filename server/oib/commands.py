"""The commands of ``oib``: what each does with its arguments; each returns the exit status."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from oib import media_types
from oib.engine.limits import VARIABLES, Limits
from oib.errors import BadInput
from oib.namespaces import BASE, PREFIXES
from oib.project import find_home
from oib.terminal import printable

if TYPE_CHECKING:
    from oib.services import Services

# To import everything takes longer than to check a small file, and no command needs it all; so what
# only some commands run is imported there.


def serve_home(arguments: argparse.Namespace) -> int:
    """Build the snapshot if the sources changed, and serve it until it is stopped."""
    from oib.http.server import serve
    from oib.http.settings import HttpSettings

    home = find_home(arguments.home)
    folder = _folder(arguments, home)
    flags = {name: getattr(arguments, name, None) for name in VARIABLES}
    limits = replace(
        Limits.read(os.environ),
        **{name: value for name, value in flags.items() if value is not None},
    )
    settings = HttpSettings.read(os.environ, arguments.public_url, arguments.trusted_proxy)
    where = arguments.host, arguments.port
    has_log = arguments.access_log is not None
    return serve(
        home,
        folder,
        *where,
        arguments.engine,
        limits,
        settings,
        has_log,
        not arguments.no_prefetch,
        _progress,
    )


def build_snapshot(arguments: argparse.Namespace) -> int:
    """Write a snapshot of the sources, and print what is in it."""
    from oib.dataset import build

    home = find_home(arguments.home)
    built = build.build(home, _folder(arguments, home), _progress)
    print(f"{built.manifest.version}  {built.directory}")
    for name, number in built.manifest.counts.items():
        print(f"{number:8}  {name}")
    return 0


def check_files(arguments: argparse.Namespace) -> int:
    """Print the report on files or on the whole home; return 1 for a violation, 2 for no Turtle."""
    from oib.validation import command

    return command.check(find_home(arguments.home), arguments, _progress)


def show_rule(arguments: argparse.Namespace) -> int:
    """Print what a rule asks for, why, and how to mend what breaks it."""
    from oib.validation import command

    return command.rule(find_home(arguments.home), arguments)


def tidy_files(arguments: argparse.Namespace) -> int:
    """Write files in canonical form, or report which are not in it."""
    from oib.validation import command

    return command.tidy(find_home(arguments.home), arguments)


def ask_query(arguments: argparse.Namespace) -> int:
    """Print the answer to a saved query or to one in a file, or the names of all saved ones."""
    from oib.services import Services
    from oib.sparql import guard, results
    from oib.views import text_table

    home = find_home(arguments.home)
    services = Services.open(home, _folder(arguments, home), log=_progress)
    if arguments.list:
        for query in services.library:
            print(f"{query.name:44} {query.question['en']}")
        return 0
    text = _query_text(arguments, services)
    offered = results.offered(guard.parse(text).form)
    name = arguments.format or ("ttl" if offered == tuple(results.GRAPHS) else "table")
    media_type = results.NAMES["json" if name == "table" else name]
    if media_type not in offered:
        raise BadInput(f"this query has no answer in {name}; leave --format out to see it")
    body = services.engine.query(text, media_type)
    shown = text_table.render(body) if name == "table" else body.decode()
    # A value may hold what steers a terminal; a file or another program gets it as it is.
    sys.stdout.write(printable(shown) if name == "table" or sys.stdout.isatty() else shown)
    return 0


def verify_evidence(arguments: argparse.Namespace) -> int:
    """Print which passages are not verified; return 1 if one is missing from the document."""
    from oib.dataset import build
    from oib.documents import locator
    from oib.validation import copies, evidence

    home = find_home(arguments.home)
    named = evidence.parse_copies(arguments.document)
    if (unnamed := named.pop("", None)) is not None:
        slug = arguments.slug or locator.recognize(
            home, copies.read_copy(unnamed, arguments.encoding)
        )
        named = {slug: unnamed, **named}
    if arguments.files:
        passages = evidence.verify_files(home, arguments.files, named, arguments.encoding)
        groups = {"the files": passages}
    else:
        store = build.ensure(home, _folder(arguments, home), _progress).store()
        groups = {
            f"document/{slug}": evidence.verify(store, copy, slug, arguments.encoding)
            for slug, copy in named.items()
        }
    for passages in groups.values():
        for passage in passages:
            if passage.state != evidence.VERIFIED:
                print(printable(str(passage)))
    for name, passages in groups.items():
        print(f"{name}: {evidence.summary(passages)}")
    states = {passage.state for passages in groups.values() for passage in passages}
    return 1 if states - {evidence.VERIFIED, evidence.MOVED} else 0


def describe_document(arguments: argparse.Namespace) -> int:
    """Write the description of a new document and its claim files, and print what comes next."""
    from oib.documents import description, units
    from oib.validation import copies

    home = find_home(arguments.home)
    text = copies.read_copy(arguments.file, arguments.encoding)
    parts = units.split(text)
    for line, number in copies.repeated_lines(text):
        _progress(
            f"note: “{line}” stands {number} times; if it is a page header, take it out of the copy"
            " and begin again, lest it count as text"
        )
    stated = description.Description(
        slug=arguments.slug,
        publisher=arguments.publisher,
        language=arguments.language,
        title=arguments.title,
        publisher_name=arguments.publisher_name,
        url=arguments.url,
        published=arguments.published,
        kind=arguments.kind,
        whole=not arguments.part,
    )
    written = description.write_files(home, stated, parts)
    for part in parts:
        print(f"{part.label:6} {len(part.text):6} characters")
    for path in written:
        print(f"wrote {path.relative_to(home)}")
    print(f'next: oib locate {arguments.slug} "some words of it" --document {arguments.file}')
    return 0


def locate_passage(arguments: argparse.Namespace) -> int:
    """Print the locators of passages as Turtle."""
    from oib.documents import locator
    from oib.validation import copies

    home = find_home(arguments.home)
    copy = arguments.document or locator.find_copy(
        home, arguments.slug, os.environ.get("OIB_DOCUMENTS")
    )
    text = copies.read_copy(copy, arguments.encoding)
    passages = locator.locate(
        home, arguments.slug, arguments.words, text, arguments.unit, arguments.number
    )
    for index, passage in enumerate(passages):
        if index:
            print()
        if passage.described:
            print(f"# The data hold this locator: <evidence/{passage.slug}/{passage.evidence}>")
        print(passage, end="")
    if arguments.write:
        for path in locator.write(home, passages):
            _progress(f"wrote {path.relative_to(home)}")
    return 0


def register_iris(arguments: argparse.Namespace) -> int:
    """Add the IRIs of the instance files to the register, or print which it lacks."""
    from oib.documents import register

    home = find_home(arguments.home)
    new = register.missing(home) if arguments.check else register.add(home)
    if not arguments.check:
        new += register.add_minted(home)
    for name in new:
        print(name)
    print(f"{len(new)} {'missing' if arguments.check else 'added'}")
    return 1 if new and arguments.check else 0


def release_data(arguments: argparse.Namespace) -> int:
    """Freeze the data under the version that the ontology names, and print what was written."""
    from oib.dataset import build, releases
    from oib.documents import register
    from oib.engine.embedded import Embedded
    from oib.views import entity_triples

    home = find_home(arguments.home)
    folder = _folder(arguments, home)
    built = build.build(home, folder, _progress)
    engine = Embedded(built.store(), built.compaction())
    version = arguments.version
    query = f"ASK {{ <{BASE}ontology> <{PREFIXES['owl']}versionIRI> <{BASE}ontology/{version}> }}"
    if b"true" not in engine.query(query, media_types.SPARQL_JSON):
        raise BadInput(
            f"the ontology does not say that it is {version}; set owl:versionIRI and "
            "owl:versionInfo of ontology, vocabulary and shapes first, and the version of oib"
        )
    documents = {
        f"{name}.{suffix}": entity_triples.serialize_graph(
            engine, name, media_type, built.compaction()
        )
        for name in ("ontology", "vocab", "shapes")
        for suffix, media_type in media_types.GRAPH_SUFFIXES.items()
    }
    now = datetime.now(UTC).replace(microsecond=0)
    release = releases.freeze(home, built, version, now, documents)
    register.add_minted(home)
    size = (home / release.archive).stat().st_size
    print(f"{release.version}  {release.archive}  {size} bytes  {release.triples} quads")
    return 0


def reconcile_table(arguments: argparse.Namespace) -> int:
    """Print a table with the IRI, the score and the reason for each of its names."""
    from oib.reconciliation import spreadsheet
    from oib.reconciliation.service import ReconciliationService
    from oib.services import Services

    if arguments.check:
        return _check_service(arguments)
    if arguments.file is None:
        raise BadInput("name a table, or give --check URL")
    home = find_home(arguments.home)
    services = Services.open(home, _folder(arguments, home), log=_progress)
    assert services.names is not None  # a snapshot that was just built has all indexes
    service = ReconciliationService(services.names, services.engine.session())
    properties = {}
    for pair in arguments.property:
        name, equals, column = pair.partition("=")
        if not equals:
            raise BadInput(f"--property {pair} needs the form PROPERTY=COLUMN")
        properties[service.property_of(name).iri] = column
    types = [service.class_of(arguments.type)] if arguments.type else []
    try:
        rows = spreadsheet.reconcile(
            arguments.file, service.match, arguments.column, types, properties, arguments.lang
        )
        text = spreadsheet.serialize(rows)
    except OSError as error:
        raise BadInput(f"{arguments.file} cannot be read: {error.strerror}") from error
    if arguments.output_file:
        arguments.output_file.write_text(text.table, "utf-8", newline="")
    else:
        sys.stdout.write(printable(text.table) if sys.stdout.isatty() else text.table)
    _progress(f"{text.matches} of {text.names} names match, {text.candidates} have a candidate")
    return 0


def _check_service(arguments: argparse.Namespace) -> int:
    from oib.reconciliation import service_check
    from oib.reconciliation.schema_set import SOURCE, VARIABLE

    folder = arguments.schemas or os.environ.get(VARIABLE)
    if not folder:
        raise BadInput(f"give --schemas, or set {VARIABLE}: the folder of a copy of {SOURCE}")
    failed = 0
    for outcome in service_check.check_service(arguments.check, Path(folder)):
        failed += bool(outcome.errors)
        print(f"{'wrong' if outcome.errors else 'ok':5}  {printable(outcome.request)}")
        for error in outcome.errors:
            print(f"       {printable(error, on_one_line=True)}")
    return 1 if failed else 0


def serve_assistant(arguments: argparse.Namespace) -> int:
    """Serve the Model Context Protocol on standard input and output, until the input ends."""
    from oib.dataset import build
    from oib.services import Services

    try:
        from oib.mcp_server import create_server
    except ModuleNotFoundError as error:
        raise BadInput(
            f"the MCP SDK is not installed ({error.name} is missing): pip install 'oib[mcp]'"
        ) from error
    home = find_home(arguments.home)
    found = build.ensure(home, _folder(arguments, home), _progress)
    services = Services.serve(home, found, Limits.read(os.environ), _progress)
    try:
        create_server(services).run()
    finally:
        services.engine.close()
    return 0


def examine_links(arguments: argparse.Namespace) -> int:
    """Print what is wrong with links to outside registers, and which things have none."""
    from oib.dataset import build
    from oib.documents import links

    home = find_home(arguments.home)
    report = links.examine(build.ensure(home, _folder(arguments, home), _progress).store())
    for reason in report.problems:
        print(printable(reason))
    for (authority, status), number in sorted(report.counts.items()):
        print(f"{number:6}  {authority}, {status}")
    for kind, names in report.unlinked.items():
        shown = f": {', '.join(names)}" if arguments.all else ""
        print(f"{len(names):6}  {kind} without a link{shown}")
    for authority in report.unchecked:
        print(f"not checked: {authority}, whose form is not known here")
    return 1 if report.problems else 0


def _query_text(arguments: argparse.Namespace, services: Services) -> str:
    if (arguments.name is None) == (arguments.file is None):
        raise BadInput("name one saved query, or give --file; oib ask --list names them all")
    if arguments.file:
        try:
            return str(arguments.file.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{arguments.file} cannot be read: {error}") from error
    values = {}
    for pair in arguments.param:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"--param {pair} needs the form NAME=VALUE")
        values[name] = value
    return services.library[arguments.name].bind(values)


def _folder(arguments: argparse.Namespace, home: Path) -> Path:
    from oib.dataset import snapshot

    return arguments.out or snapshot.default_folder(home)


def _progress(line: str) -> None:
    print(printable(line), file=sys.stderr, flush=True)
