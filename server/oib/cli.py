"""The ``oib`` command: its words and flags, and how it ends."""

import argparse
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from oib import __version__
from oib.commands import (
    ask_query,
    build_snapshot,
    check_files,
    describe_document,
    examine_links,
    locate_passage,
    reconcile_table,
    register_iris,
    release_data,
    serve_assistant,
    serve_home,
    show_rule,
    tidy_files,
    verify_evidence,
)
from oib.engine.limits import VARIABLES, Limits
from oib.errors import OibError
from oib.sparql import results
from oib.terminal import printable

#: The formats of a report, those of ``validation.formats``.
FORMATS = ("text", "json", "sarif", "github", "junit", "turtle")
#: The languages of messages; zh is another name of zh-Hans.
LANGUAGES = ("en", "zh-Hans", "zh")

#: Kinds of documents, those of the concepts ``oibv:document-…``.
KINDS = ("article", "news", "policy", "report", "web-page")
_COPY = "your copy of it: text, HTML or PDF"

# Flag, name in Limits, unit and help of each limit of a query that ``serve`` takes.
_LIMITS = (
    ("--timeout", "seconds", "SECONDS", "longest time of a query"),
    ("--memory", "memory_mib", "MIB", "largest memory of a query"),
    ("--answer", "answer_mib", "MIB", "largest answer"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when all is well, 1 for findings that block, 2 for what failed."""
    # rdflib logs a traceback for each ill-typed literal; the check reports them with their line.
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what its encoding lacks is shown, no traceback
            stream.reconfigure(errors="backslashreplace")
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.run
    try:
        status = command(arguments)
        sys.stdout.flush()
        return status
    except OibError as error:
        return _fail(str(error), error.exit_status)
    except BrokenPipeError:  # the reader of our output went away, as head does
        _discard_output()
        return 0
    except OSError as error:
        _discard_output()
        name = f": {error.filename}" if error.filename else ""
        return _fail(f"{error.strerror or error}{name}")
    except KeyboardInterrupt:
        return _fail("interrupted", 130)  # 128 and the number of the signal, as shells have it


def _fail(reason: str, status: int = 2) -> int:
    with suppress(OSError):
        print(f"oib: {printable(reason)}", file=sys.stderr)
    return status


def _discard_output() -> None:
    """Let nothing fail that is still written to the standard output, when Python ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, as all errors of ``oib`` are."""

    def error(self, message: str) -> NoReturn:
        """End with status 2 and say what is wrong with the words and flags."""
        self.exit(_fail(f"{message}; {self.prog} --help shows what it takes"))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="oib", description="Offshore Innovation Bases, as linked data.")
    parser.add_argument("--version", action="version", version=f"oib {__version__}")
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        added = parsers.add_parser(name, help=text, description=text.capitalize() + ".")
        added.set_defaults(run=run)
        added.add_argument(
            "--home", type=Path, help="folder of ontology/ shapes/ instances/ queries/"
        )
        return added

    one = command("serve", serve_home, "build the snapshot if the sources changed, and serve it")
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
    one.add_argument(
        "--access-log", choices=("json",), help="write a line for each request to standard error"
    )
    one.add_argument(
        "--public-url",
        metavar="URL",
        help="scheme and host under which the server is known, such as https://data.example.org "
        "(or $OIB_PUBLIC_URL)",
    )
    one.add_argument(
        "--trusted-proxy",
        action="append",
        metavar="NETWORK",
        help="believe X-Forwarded-For and -Proto from this address or network; may be repeated "
        "(or $OIB_TRUSTED_PROXY, separated by commas)",
    )

    one = command("build", build_snapshot, "check the sources and write a snapshot of them")
    one.add_argument("--out", type=Path, help="folder of the snapshots")

    one = command("check", check_files, "check Turtle files, or the whole home, against the rules")
    one.add_argument("files", metavar="FILE", nargs="*", help="file, folder, pattern, or - (stdin)")
    one.add_argument("--format", choices=FORMATS, default="text", help="(%(default)s)")
    one.add_argument(
        "--lang", "--language", choices=LANGUAGES, default="en", help="of the messages"
    )
    effect = one.add_mutually_exclusive_group()
    effect.add_argument("--adds", action="store_true", help="the files add to the data")
    effect.add_argument(
        "--replaces", metavar="FILE", nargs="?", const="", help="they replace this file of the home"
    )
    effect.add_argument("--removes", action="store_true", help="what they state is taken away")
    one.add_argument("--stdin-filename", metavar="PATH", default="<stdin>", help="of FILE -")
    one.add_argument("--quiet", action="store_true", help="only the lines of errors")
    one.add_argument("--statistics", action="store_true", help="only the number of each finding")
    one.add_argument("--output-file", type=Path, metavar="FILE", help="write the report there")
    one.add_argument("--fix", action="store_true", help="show what can be mended, as a diff")
    one.add_argument("--write", action="store_true", help="with --fix: change the files")
    one.add_argument("--timeout", type=float, metavar="SECONDS", help="(60; the home: none)")
    one.add_argument("--memory", type=int, metavar="MIB", help="(300; the home: no limit)")

    one = command("rule", show_rule, "explain a rule of the check, or list all of them")
    one.add_argument("rule", metavar="RULE", nargs="?", help="such as CLM-09")
    one.add_argument("--lang", "--language", choices=LANGUAGES, default="en", help="of the text")

    one = command("ask", ask_query, "run a saved query, or one in a file")
    one.add_argument("name", metavar="NAME", nargs="?", help="saved query, such as base/count")
    one.add_argument("--file", type=Path, metavar="FILE", help="file with a SPARQL query")
    one.add_argument("--list", action="store_true", help="name all saved queries")
    one.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    one.add_argument(
        "--format", choices=["table", *results.NAMES], help="table, or ttl for graphs, if not given"
    )
    one.add_argument("--out", type=Path, help="folder of the snapshots")

    one = command("tidy", tidy_files, "write Turtle files in the one form that the project keeps")
    one.add_argument("files", metavar="FILE", nargs="*", help="file, folder or pattern")
    one.add_argument("--check", action="store_true", help="only report which are not in it")

    one = command(
        "evidence", verify_evidence, "verify locators and digests against a copy of the source"
    )
    one.add_argument(
        "files", metavar="FILE", nargs="*", type=Path, help="Turtle with locators; else the home"
    )
    one.add_argument(
        "--document",
        action="append",
        required=True,
        metavar="[SLUG=]FILE",
        help=f"{_COPY}; may be repeated, with the slug of id/document/SLUG before each",
    )
    one.add_argument("--slug", help="of a FILE without one; by default, what its digests say")
    one.add_argument("--encoding", default="utf-8", help="of a plain text (%(default)s)")
    one.add_argument("--out", type=Path, help="folder of the snapshots")

    one = command("document", describe_document, "describe a new document from a copy of it")
    one.add_argument("file", metavar="FILE", type=Path, help=_COPY)
    one.add_argument(
        "--slug", required=True, help="its name in IRIs, such as nanjing-base-approval"
    )
    one.add_argument(
        "--publisher", required=True, metavar="SLUG", help="as in id/organization/SLUG"
    )
    one.add_argument("--publisher-name", default="", metavar="NAME", help="of a new publisher")
    one.add_argument("--language", required=True, metavar="TAG", help="such as en or zh-Hans")
    one.add_argument("--title", default="", help="if the text does not begin with it")
    one.add_argument("--url", default="", help="where it was published")
    one.add_argument("--published", default="", metavar="DATE", help="in EDTF, such as 2020-07-08")
    one.add_argument("--kind", choices=KINDS, default="news", help="(%(default)s)")
    one.add_argument("--part", action="store_true", help="only a part of it was read")
    one.add_argument("--encoding", default="utf-8", help="of a plain text (%(default)s)")

    one = command("locate", locate_passage, "print the locator of a passage of a document")
    one.add_argument("slug", metavar="SLUG", help="as in id/document/SLUG")
    one.add_argument("words", metavar="WORDS", help="the passage, or “first words … last words”")
    one.add_argument("--unit", help="the unit to look in, such as p03")
    one.add_argument(
        "--document", type=Path, metavar="FILE", help=f"{_COPY}; else one in $OIB_DOCUMENTS"
    )
    one.add_argument("--encoding", default="utf-8", help="of a plain text (%(default)s)")

    one = command("reconcile", reconcile_table, "find the IRI for each name of a table")
    one.add_argument("file", metavar="FILE", nargs="?", type=Path, help="table in CSV or TSV")
    one.add_argument("--column", default="", metavar="NAME", help="that holds the names")
    one.add_argument("--type", default="", help="which all of them have, such as OffshoreBase")
    one.add_argument(
        "--property",
        action="append",
        default=[],
        metavar="PROPERTY=COLUMN",
        help="a column with values of a property, such as isLocatedIn=city; may be repeated",
    )
    one.add_argument("--lang", "--language", choices=LANGUAGES, default="en", help="of the reasons")
    one.add_argument("--output-file", type=Path, metavar="FILE", help="write the table there")
    one.add_argument("--out", type=Path, help="folder of the snapshots")
    one.add_argument(
        "--check", metavar="URL", help="check a reconciliation service against the schemas instead"
    )
    one.add_argument(
        "--schemas", type=Path, metavar="FOLDER", help="of the schemas (or $RECONCILIATION_SCHEMAS)"
    )

    one = command("mcp", serve_assistant, "serve the Model Context Protocol on standard input")
    one.add_argument("--out", type=Path, help="folder of the snapshots")

    one = command("register", register_iris, "add new IRIs to the list of those ever issued")
    one.add_argument("--check", action="store_true", help="only name those that are missing")

    one = command("links", examine_links, "check the identifiers of outside registers")
    one.add_argument("--all", action="store_true", help="name the things without a link, too")
    one.add_argument("--out", type=Path, help="folder of the snapshots")

    one = command("release", release_data, "freeze the data under a version, for ever")
    one.add_argument("version", metavar="VERSION", help="that of the ontology, such as 1.2.0")
    one.add_argument("--out", type=Path, help="folder of the snapshots")
    return parser
