"""A reader's copy of a document as text: plain text, an HTML page or a PDF.

Paragraphs of a plain text are told apart by blank lines, or, where there are none, by line ends;
pages of a PDF, and of a text made from one, by form feeds. HTML and PDF need the extra packages of
``pip install "oib[documents]"``, which are imported only where such a file is read.
"""

import re
from collections import Counter
from pathlib import Path

from oib.errors import BadInput

#: The largest file that is read, in bytes.
LARGEST = 20_000_000
#: A paragraph or line that stands so often in a text, or on so many pages, is a page header.
_REPEATED = 3
_HEAD = re.compile(r"#\s*[a-z][a-z -]*:\s")
_SUFFIXES = {".pdf": "pdf", ".html": "html", ".htm": "html", ".xhtml": "html"}
_EXTRA = 'install it with pip install "oib[documents]", or save the text of the file as UTF-8'


def read_copy(path: Path, encoding: str = "utf-8") -> str:
    """Return the text of a copy, with line ends as ``\\n`` and form feeds between pages.

    Lines at the head that look like ``# publisher: …`` are notes on the copy, no text of it.

    Args:
        path: a text file, an HTML page or a PDF.
        encoding: of a plain text that has no byte order mark, as Python names it.

    Raises:
        BadInput: the file cannot be read, is too large, has another encoding, holds no text, or
            needs a package that is not installed.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is larger than {LARGEST // 1_000_000} MB; split it by chapters")
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    text = _text(path, data, encoding).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    while lines and (_HEAD.match(lines[0]) or not lines[0].strip(" \t\ufeff")):
        del lines[0]
    text = "\n".join(lines)
    if not text.strip():
        raise BadInput(f"{path} holds no text; a scan needs text recognition (OCR) first")
    return text


def repeated_lines(text: str) -> list[tuple[str, int]]:
    """Return short lines that stand so often that they are likely page headers, with how often."""
    lines = (line.strip() for line in re.split(r"[\n\f]", text))
    counts = Counter(re.sub(r"\d+", "#", line) for line in lines if 0 < len(line) <= 100)
    return [(line, number) for line, number in counts.items() if number >= _REPEATED]


def _text(path: Path, data: bytes, encoding: str) -> str:
    kind = _SUFFIXES.get(path.suffix.lower())
    start = data[:1024].lstrip().lower()
    if kind == "pdf" or start.startswith(b"%pdf-"):
        return _pdf_text(path)
    if kind == "html" or start.startswith((b"<!doctype html", b"<html")):
        return _html_text(path, data)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif encoding.lower().replace("_", "-") == "utf-8":
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except LookupError as error:
        raise BadInput(f"{encoding} is no encoding that Python knows; try gb18030") from error
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise BadInput(
            f"{path} is not {name} (byte {error.start}); save it as UTF-8, or name its encoding,"
            " such as --encoding gb18030, big5 or cp1252"
        ) from error
    if "\0" in text:
        raise BadInput(f"{path} is neither text nor HTML nor PDF; save its text as UTF-8")
    return text


def _pdf_text(path: Path) -> str:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise BadInput(f"{path} is a PDF, which pypdf reads; {_EXTRA}") from error
    try:
        pages = [page.extract_text() for page in PdfReader(path).pages]
    except (PyPdfError, ValueError, KeyError, OSError) as error:
        raise BadInput(
            f"{path} is a PDF that cannot be read ({error}); save its text as UTF-8"
        ) from error
    return "\f".join(pages)


def _html_text(path: Path, data: bytes) -> str:
    try:
        import trafilatura
    except ImportError as error:
        raise BadInput(f"{path} is a web page, which trafilatura reads; {_EXTRA}") from error
    text = trafilatura.extract(data, include_comments=False, favor_recall=True) or ""
    title = (trafilatura.extract_metadata(data).title or "").strip()
    # A line of the text is a paragraph; the headline may stand in the metadata alone.
    paragraphs = [line for line in text.split("\n") if line.strip()]
    if text and title and title not in (line.strip("# ") for line in paragraphs[:3]):
        paragraphs.insert(0, title)
    return "\n\n".join(paragraphs)
