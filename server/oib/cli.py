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

from oib import __version__, media_types
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
from oib.terminal import printable

#: The formats of a report, those of ``validation.formats``.
FORMATS = ("text", "json", "sarif", "github", "junit", "turtle")
#: The formats of an answer, those of ``sparql.results``, and a table of text.
ANSWERS = ("table", *media_types.TABLE_SUFFIXES, *media_types.GRAPH_SUFFIXES)
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
        subparser = parsers.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        subparser.set_defaults(run=run)
        subparser.add_argument(
            "--home", type=Path, help="folder of ontology/ shapes/ instances/ queries/"
        )
        return subparser

    sub = command("serve", serve_home, "build the snapshot if the sources changed, and serve it")
    sub.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    sub.add_argument("--port", type=int, default=8000, help="port to listen on (%(default)s)")
    sub.add_argument("--out", type=Path, help="folder of the snapshots")
    sub.add_argument("--engine", metavar="URL", help="ask this SPARQL endpoint, not the snapshot")
    for flag, name, unit, text in _LIMITS:
        sub.add_argument(
            flag,
            type=type(getattr(Limits, name)),
            dest=name,
            metavar=unit,
            help=f"{text} ({getattr(Limits, name)}, or ${VARIABLES[name]})",
        )
    sub.add_argument(
        "--access-log", choices=("json",), help="write a line for each request to standard error"
    )
    sub.add_argument(
        "--no-prefetch",
        action="store_true",
        help="compute no page and no saved query before somebody asks for it",
    )
    sub.add_argument(
        "--public-url",
        metavar="URL",
        help="scheme and host under which the server is known, such as https://data.example.org "
        "(or $OIB_PUBLIC_URL)",
    )
    sub.add_argument(
        "--trusted-proxy",
        action="append",
        metavar="NETWORK",
        help="believe X-Forwarded-For and -Proto from this address or network; may be repeated "
        "(or $OIB_TRUSTED_PROXY, separated by commas)",
    )

    sub = command("build", build_snapshot, "check the sources and write a snapshot of them")
    sub.add_argument("--out", type=Path, help="folder of the snapshots")

    sub = command("check", check_files, "check Turtle files, or the whole home, against the rules")
    sub.add_argument("files", metavar="FILE", nargs="*", help="file, folder, pattern, or - (stdin)")
    sub.add_argument("--format", choices=FORMATS, default="text", help="(%(default)s)")
    sub.add_argument(
        "--lang", "--language", choices=LANGUAGES, default="en", help="of the messages"
    )
    effect = sub.add_mutually_exclusive_group()
    effect.add_argument("--adds", action="store_true", help="the files add to the data")
    effect.add_argument(
        "--replaces", metavar="FILE", nargs="?", const="", help="they replace this file of the home"
    )
    effect.add_argument("--removes", action="store_true", help="what they state is taken away")
    sub.add_argument("--stdin-filename", metavar="PATH", default="<stdin>", help="of FILE -")
    sub.add_argument("--quiet", action="store_true", help="only the lines of errors")
    sub.add_argument("--statistics", action="store_true", help="only the number of each finding")
    sub.add_argument("--output-file", type=Path, metavar="FILE", help="write the report there")
    sub.add_argument("--fix", action="store_true", help="show what can be mended, as a diff")
    sub.add_argument("--write", action="store_true", help="with --fix: change the files")
    sub.add_argument("--timeout", type=float, metavar="SECONDS", help="(60; the home: none)")
    sub.add_argument("--memory", type=int, metavar="MIB", help="(300; the home: no limit)")

    sub = command("rule", show_rule, "explain a rule of the check, or list all of them")
    sub.add_argument("rule", metavar="RULE", nargs="?", help="such as CLM-09")
    sub.add_argument("--lang", "--language", choices=LANGUAGES, default="en", help="of the text")

    sub = command("ask", ask_query, "run a saved query, or one in a file")
    sub.add_argument("name", metavar="NAME", nargs="?", help="saved query, such as base/count")
    sub.add_argument("--file", type=Path, metavar="FILE", help="file with a SPARQL query")
    sub.add_argument("--list", action="store_true", help="name all saved queries")
    sub.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    sub.add_argument("--format", choices=ANSWERS, help="table, or ttl for graphs, if not given")
    sub.add_argument("--out", type=Path, help="folder of the snapshots")

    sub = command("tidy", tidy_files, "write Turtle files in the one form that the project keeps")
    sub.add_argument("files", metavar="FILE", nargs="*", help="file, folder or pattern")
    sub.add_argument("--check", action="store_true", help="only report which are not in it")

    sub = command(
        "evidence", verify_evidence, "verify locators and digests against a copy of the source"
    )
    sub.add_argument(
        "files", metavar="FILE", nargs="*", type=Path, help="Turtle with locators; else the home"
    )
    sub.add_argument(
        "--document",
        action="append",
        required=True,
        metavar="[SLUG=]FILE",
        help=f"{_COPY}; may be repeated, with the slug of id/document/SLUG before each",
    )
    sub.add_argument("--slug", help="of a FILE without one; by default, what its digests say")
    sub.add_argument("--encoding", default="utf-8", help="of a plain text (%(default)s)")
    sub.add_argument("--out", type=Path, help="folder of the snapshots")

    sub = command("document", describe_document, "describe a new document from a copy of it")
    sub.add_argument("file", metavar="FILE", type=Path, help=_COPY)
    sub.add_argument(
        "--slug", required=True, help="its name in IRIs, such as nanjing-base-approval"
    )
    sub.add_argument(
        "--publisher", required=True, metavar="SLUG", help="as in id/organization/SLUG"
    )
    sub.add_argument("--publisher-name", default="", metavar="NAME", help="of a new publisher")
    sub.add_argument("--language", required=True, metavar="TAG", help="such as en or zh-Hans")
    sub.add_argument("--title", default="", help="if the text does not begin with it")
    sub.add_argument("--url", default="", help="where it was published")
    sub.add_argument("--published", default="", metavar="DATE", help="in EDTF, such as 2020-07-08")
    sub.add_argument("--kind", choices=KINDS, default="news", help="(%(default)s)")
    sub.add_argument("--part", action="store_true", help="only a part of it was read")
    sub.add_argument("--encoding", default="utf-8", help="of a plain text (%(default)s)")

    sub = command("locate", locate_passage, "print the locators of passages of a document")
    sub.add_argument("slug", metavar="SLUG", help="as in id/document/SLUG")
    sub.add_argument(
        "words", metavar="WORDS", nargs="+", help="a passage, or “first words … last words” of it"
    )
    sub.add_argument(
        "--number",
        type=int,
        metavar="N",
        help="of the first; else on from the claim file of its unit",
    )
    sub.add_argument("--unit", help="the unit to look in, such as p03")
    sub.add_argument("--write", action="store_true", help="add them to the claim files too")
    sub.add_argument(
        "--document", type=Path, metavar="FILE", help=f"{_COPY}; else one in $OIB_DOCUMENTS"
    )
    sub.add_argument("--encoding", default="utf-8", help="of a plain text (%(default)s)")

    sub = command("reconcile", reconcile_table, "find the IRI for each name of a table")
    sub.add_argument("file", metavar="FILE", nargs="?", type=Path, help="table in CSV or TSV")
    sub.add_argument("--column", default="", metavar="NAME", help="that holds the names")
    sub.add_argument("--type", default="", help="which all of them have, such as OffshoreBase")
    sub.add_argument(
        "--property",
        action="append",
        default=[],
        metavar="PROPERTY=COLUMN",
        help="a column with values of a property, such as isLocatedIn=city; may be repeated",
    )
    sub.add_argument("--lang", "--language", choices=LANGUAGES, default="en", help="of the reasons")
    sub.add_argument("--output-file", type=Path, metavar="FILE", help="write the table there")
    sub.add_argument("--out", type=Path, help="folder of the snapshots")
    sub.add_argument(
        "--check", metavar="URL", help="check a reconciliation service against the schemas instead"
    )
    sub.add_argument(
        "--schemas", type=Path, metavar="FOLDER", help="of the schemas (or $RECONCILIATION_SCHEMAS)"
    )

    sub = command("mcp", serve_assistant, "serve the Model Context Protocol on standard input")
    sub.add_argument("--out", type=Path, help="folder of the snapshots")

    sub = command("register", register_iris, "add new IRIs to the list of those ever issued")
    sub.add_argument("--check", action="store_true", help="only name those that are missing")

    sub = command("links", examine_links, "check the identifiers of outside registers")
    sub.add_argument("--all", action="store_true", help="name the things without a link, too")
    sub.add_argument("--out", type=Path, help="folder of the snapshots")

    sub = command("release", release_data, "freeze the data under a version, for ever")
    sub.add_argument("version", metavar="VERSION", help="that of the ontology, such as 1.2.0")
    sub.add_argument("--out", type=Path, help="folder of the snapshots")
    return parser
