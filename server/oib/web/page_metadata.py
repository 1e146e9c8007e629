"""What a page says of itself to machines: canonical address, languages, preview, schema.org."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup

from oib.dataset.manifest import FileRecord
from oib.namespaces import BASE
from oib.project import Description
from oib.web.messages import LANGUAGES

Names = Mapping[str, str]  # by language tag


def canonical_url() -> str:
    """Return the persistent address of the page: what chooses language and format left out."""
    kept = [
        pair
        for pair in request.args.items(multi=True)
        if pair[0] not in ("lang", "as", "format", "output")
    ]
    path = (request.script_root + request.path).lstrip("/")
    return BASE + path + (f"?{urlencode(kept)}" if kept else "")


def language_urls(canonical: str) -> dict[str, str]:
    """Return the address of the page in each language, by language tag (``hreflang``)."""
    mark = "&" if "?" in canonical else "?"
    return {tag: f"{canonical}{mark}lang={tag}" for tag in LANGUAGES}


def thing(
    iri: str,
    types: Iterable[str],
    names: Names,
    same: Iterable[str],
    canonical: str,
    description: Description,
) -> Markup:
    """Return the page about a thing in the terms of schema.org, as JSON-LD.

    Args:
        iri: that of the thing.
        types: names of classes of schema.org that it is an instance of.
        names: of the thing.
        same: IRIs of the thing elsewhere.
        canonical: the address of the page.
        description: what the home says of itself.
    """
    entity: dict[str, Any] = {"@id": iri, "@type": sorted(types) or "Thing", "name": _texts(names)}
    if same := sorted(same):
        entity["sameAs"] = same
    about = {"@type": "AboutPage", "@id": canonical, "url": canonical, "mainEntity": entity}
    return _json({**about, "isPartOf": {"@id": BASE + "dataset"}, **_publication(description)})


def dataset(
    description: Description, version: str, downloads: Mapping[str, FileRecord], types: Names
) -> Markup:
    """Return the data set in the terms of schema.org, as JSON-LD.

    Args:
        description: what the home says of itself.
        version: that of the data.
        downloads: size and digest of each file, by its name.
        types: media types of the files, by name.
    """
    about: dict[str, Any] = {
        "@type": "Dataset",
        "@id": BASE + "dataset",
        "url": BASE + "dataset",
        "name": _texts(description.title),
        "description": _texts(description.lead),
        "version": version,
        "keywords": [word for words in description.keywords.values() for word in words],
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{BASE}dump/{name}",
                "contentSize": f"{record.size} B",
                "sha256": record.sha256,
                **({"encodingFormat": types[name]} if name in types else {}),
            }
            for name, record in downloads.items()
        ],
    }
    return _json({**about, **_publication(description)})


def _publication(description: Description) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if description.license_iri:
        found["license"] = description.license_iri
    if description.publisher:
        publisher = {"@type": "Organization", "name": _texts(description.publisher)}
        if description.publisher_iri:
            publisher["@id"] = description.publisher_iri
        found["creator"] = found["publisher"] = publisher
    return found


def _texts(texts: Names) -> Sequence[Mapping[str, str]]:
    return [
        {"@value": text, "@language": tag} if tag else {"@value": text}
        for tag, text in texts.items()
    ]


def _json(members: Mapping[str, Any]) -> Markup:
    """Return a JSON-LD document that may stand in an element ``script``."""
    text = json.dumps({"@context": "https://schema.org", **members}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))
