"""The ``oib`` command: serve, build, check, ask, evidence."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from oib import __version__, answers, build, evidence, guard, snapshot, table
from oib.engine.limits import VARIABLES, Limits
from oib.errors import BadInput, OibError
from oib.home import find_home, sources
from oib.serving import serve
from oib.site import Site

# rdflib and pySHACL take longer to import than all the rest, and serving needs neither: so what
# ``check`` and ``tidy`` run is imported there.

#: The forms of a report, those of ``check.writers``.
FORMATS = ("json", "text")

# Flag, name in Limits, unit and help of what ``serve`` can be told about a query.
_LIMITS = (
    ("--timeout", "seconds", "SECONDS", "longest time of a query"),
    ("--memory", "memory_mib", "MIB", "most memory of a query"),
    ("--answer", "answer_mib", "MIB", "largest answer"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when all is well, 1 for findings that block, 2 for what failed."""
    # rdflib logs a traceback for each ill-typed literal; the check reports them with their line.
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return command(arguments)
    except OibError as error:
        print(f"oib: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:  # the reader of our output went away, as head does
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oib", description="Offshore Innovation Bases, as linked data."
    )
    parser.add_argument("--version", action="version", version=f"oib {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        added.set_defaults(run=run)
        added.add_argument(
            "--home", type=Path, help="folder of ontology/ shapes/ instances/ queries/"
        )
        return added

    one = command("serve", _serve, "build the snapshot if the sources changed, and serve it")
    one.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    one.add_argument("--port", type=int, default=8000, help="port to listen on (%(default)s)")
    one.add_argument("--out", type=Path, help="folder of the snapshots")
    one.add_argument("--engine", metavar="URL", help="ask this SPARQL endpoint, not the snapshot")
    for flag, name, unit, text in _LIMITS:
        one.add_argument(
            flag,
            type=type(getattr(Limits, name)),
            dest=name,
            metavar=unit,
            help=f"{text} ({getattr(Limits, name)}, or ${VARIABLES[name]})",
        )
    one.add_argument("--log", choices=("json",), help="write a line for each request to stderr")

    one = command("build", _build, "check the sources and write a snapshot of them")
    one.add_argument("--out", type=Path, help="folder of the snapshots")

    one = command("check", _check, "check Turtle files, or the whole home, against the rules")
    one.add_argument("files", metavar="FILE", nargs="*", type=Path)
    one.add_argument("--format", choices=FORMATS, default="text")
    one.add_argument("--lang", choices=("en", "zh-Hans"), default="en", help="of the messages")

    one = command("ask", _ask, "run a saved query, or one in a file")
    one.add_argument("name", metavar="NAME", nargs="?", help="saved query, such as base/count")
    one.add_argument("--file", type=Path, metavar="FILE", help="file with a SPARQL query")
    one.add_argument("--list", action="store_true", help="name all saved queries")
    one.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    one.add_argument(
        "--format", choices=["table", *answers.NAMES], help="table, or ttl for graphs, if not given"
    )
    one.add_argument("--out", type=Path, help="folder of the snapshots")

    one = command("tidy", _tidy, "write Turtle files in the one form that the project keeps")
    one.add_argument("files", metavar="FILE", nargs="*", type=Path)
    one.add_argument("--check", action="store_true", help="only tell which files are not in it")

    one = command("evidence", _evidence, "verify locators and digests against a copy of the source")
    one.add_argument("--document", type=Path, required=True, metavar="FILE", help="UTF-8 text")
    one.add_argument("--slug", default="innovation-without-borders", help="of which document")
    one.add_argument("--out", type=Path, help="folder of the snapshots")
    return parser


def _serve(arguments: argparse.Namespace) -> int:
    home = find_home(arguments.home)
    folder = _folder(arguments, home)
    if arguments.log:
        os.environ["OIB_LOG"] = arguments.log
    given = {name: getattr(arguments, name) for _, name, _, _ in _LIMITS}
    limits = replace(
        Limits.read(os.environ),
        **{name: value for name, value in given.items() if value is not None},
    )
    where = arguments.host, arguments.port
    return serve(home, folder, *where, arguments.engine, limits, _progress)


def _build(arguments: argparse.Namespace) -> int:
    home = find_home(arguments.home)
    built = build.build(home, _folder(arguments, home), _progress)
    print(f"{built.manifest.version}  {built.directory}")
    for name, number in built.manifest.counts.items():
        print(f"{number:8}  {name}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from oib.check import check, writers

    report = check(find_home(arguments.home), arguments.files)
    print(writers.WRITERS[arguments.format](report, arguments.lang))
    return 2 if not report.readable else 0 if report.clean else 1


def _tidy(arguments: argparse.Namespace) -> int:
    from oib import turtle

    home = find_home(arguments.home)
    folders = ("ontology", "shapes", "instances")
    files = arguments.files or [p for name in folders for p in sources(home, name, ".ttl")]
    untidy = 0
    for file in files:
        text = turtle.load(file)
        tidied = turtle.tidy(text, str(file))
        if tidied != text:
            untidy += 1
            print(f"{file}: {'not tidy; run oib tidy' if arguments.check else 'tidied'}")
            if not arguments.check:
                file.write_text(tidied, "utf-8", newline="")
    print(f"{len(files)} files, {untidy} {'not tidy' if arguments.check else 'tidied'}")
    return 1 if untidy and arguments.check else 0


def _ask(arguments: argparse.Namespace) -> int:
    home = find_home(arguments.home)
    site = Site.open(home, _folder(arguments, home), say=_progress)
    if arguments.list:
        for query in site.library:
            print(f"{query.name:44} {query.question['en']}")
        return 0
    text = _query_text(arguments, site)
    offered = answers.offered(guard.read(text).form)
    name = arguments.format or ("ttl" if offered == tuple(answers.GRAPHS) else "table")
    media_type = answers.NAMES["json" if name == "table" else name]
    if media_type not in offered:
        raise BadInput(f"this query has no answer in {name}; leave --format out to see it")
    body = site.engine.query(text, media_type)
    sys.stdout.write(table.render(body) if name == "table" else body.decode())
    return 0


def _query_text(arguments: argparse.Namespace, site: Site) -> str:
    if (arguments.name is None) == (arguments.file is None):
        raise BadInput("name one saved query, or give --file; oib ask --list names them all")
    if arguments.file:
        try:
            return str(arguments.file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{arguments.file} cannot be read: {error}") from error
    values = {}
    for pair in arguments.param:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"--param {pair} needs the form NAME=VALUE")
        values[name] = value
    return site.library[arguments.name].bind(values)


def _evidence(arguments: argparse.Namespace) -> int:
    home = find_home(arguments.home)
    store = build.ensure(home, _folder(arguments, home), _progress).store()
    passages = evidence.verify(store, arguments.document, arguments.slug)
    for passage in passages:
        if passage.state != "verified":
            print(passage)
    print(evidence.summary(passages))
    return 1 if any(passage.state == "missing" for passage in passages) else 0


def _folder(arguments: argparse.Namespace, home: Path) -> Path:
    return arguments.out or snapshot.default_folder(home)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
