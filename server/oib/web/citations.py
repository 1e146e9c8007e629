"""Citations of pages: as text, BibTeX, RIS and CSL-JSON, with the data version."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from flask import Response, request

from oib import media_types
from oib.web import context, representations, templating
from oib.web.localization import Locale

_MAX_SLUG: Final = 100  # characters


@dataclass(frozen=True)
class Citation:
    """A page as a reader cites it.

    Attributes:
        title: of the page.
        url: the IRI to cite.
        publisher: of the data set, which may be empty.
        data_set: its title.
        version: of the data.
        plain: the citation as text.
    """

    title: str
    url: str
    publisher: str
    data_set: str
    version: str
    plain: str

    @classmethod
    def of(cls, title: str, url: str, locale: Locale) -> Self:
        """Return the citation of a page of this request, in the language of the page."""
        services = context.services()
        about, version = services.description, services.version
        publisher, data_set = locale.best_text(about.publisher)[0], locale.best_text(about.title)[0]
        plain = locale.message("citation", title=title, data_set=data_set, version=version, url=url)
        if publisher:
            plain = locale.message("citation_by", publisher=publisher, citation=plain)
        return cls(title, url, publisher, data_set, version, plain)

    @property
    def slug(self) -> str:
        """Return the end of the address in ASCII letters, digits and hyphens."""
        name = self.url.rpartition("/")[2].encode("ascii", "replace").decode()
        return "".join(char if char.isalnum() else "-" for char in name)[:_MAX_SLUG]

    @property
    def bibtex(self) -> str:
        """Return an entry for BibLaTeX and BibTeX."""
        key = f"oib:{self.slug}"
        fields = {
            "author": f"{{{self.publisher}}}" if self.publisher else "",
            "title": self.title,
            "howpublished": self.data_set,
            "version": self.version,
            "url": self.url,
        }
        lines = [f"  {name} = {{{_braced(value)}}}," for name, value in fields.items() if value]
        return "\n".join([f"@misc{{{key},", *lines, "}"])

    @property
    def ris(self) -> str:
        """Return the citation in RIS."""
        fields = [
            ("TY", "DATA"), ("TI", self.title), ("AU", self.publisher), ("T2", self.data_set),
            ("ET", self.version), ("UR", self.url),
        ]  # fmt: skip
        lines = [f"{name}  - {' '.join(value.split())}" for name, value in fields if value]
        return "\r\n".join([*lines, "ER  - "])

    @property
    def csl_json(self) -> str:
        """Return the citation in CSL-JSON, as Zotero and pandoc read it."""
        item: dict[str, object] = {
            "id": self.url,
            "type": "dataset",
            "title": self.title,
            "container-title": self.data_set,
            "version": self.version,
            "URL": self.url,
        }
        if self.publisher:
            item["author"] = [{"literal": self.publisher}]
        return json.dumps([item], ensure_ascii=False, indent=1)


def conditional_response(citation: Callable[[], Citation], media_type: str) -> Response:
    """Return a citation as a file to download, in the language of the request.

    Args:
        citation: makes it, unless the client has it.
        media_type: one of ``media_types.CITATION_SUFFIXES``.
    """
    language = templating.locale().language
    response = representations.conditional_response(
        media_type,
        lambda: _file(citation(), media_type),
        key=f"{request.full_path} {request.script_root} {language}",
    )
    response.content_language = language
    response.vary.add("Accept-Language")
    return response


def _file(citation: Citation, media_type: str) -> Response:
    text, suffix = {
        media_types.BIBTEX: (citation.bibtex + "\n", "bib"),
        media_types.RIS: (citation.ris + "\r\n", "ris"),
        media_types.CSL_JSON: (citation.csl_json + "\n", "csl.json"),
    }[media_type]
    response = context.respond(text, media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{citation.slug}.{suffix}"'
    return response


def _braced(value: str) -> str:
    """Return a value for a field of BibTeX: its braces balanced, special characters escaped."""
    if value.startswith("{") and value.endswith("}"):
        return value
    for char in "\\{}":
        value = value.replace(char, "")
    return "".join(f"\\{char}" if char in "&%$#_" else char for char in value)
