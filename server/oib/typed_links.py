"""The typed links of a resource (RFC 8288): FAIR Signposting Profile, and Memento (RFC 7089)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from oib import media_types, negotiation
from oib.namespaces import BASE
from oib.project import Description

#: The media types of a linkset, the preferred one first (RFC 9264, section 4).
LINKSET_JSON: Final = "application/linkset+json"
LINKSET: Final = "application/linkset"
#: The media type of the list of the mementos of a resource (RFC 7089, section 5).
LINK_FORMAT: Final = "application/link-format"

#: The suffix of the address of a linkset.
SUFFIX: Final = "linkset"

ABOUT_PAGE: Final = "https://schema.org/AboutPage"
COLLECTION_PAGE: Final = "https://schema.org/CollectionPage"

#: What the addresses of documents about things begin with, and those of lists of their mementos.
DOCUMENTS: Final = "/doc/"
TIMEMAPS: Final = "/timemap/"

_SAFE: Final = "!$&'()*+,/:;=@"  # in a path (RFC 3986, section 3.3)

Link = tuple[str, str, str]  # target, relation and media type, which may be empty

_DESCRIPTIONS = frozenset((media_types.TURTLE, media_types.JSON_LD))


@dataclass(frozen=True)
class Resource:
    """A resource with representations under addresses of their own.

    Attributes:
        url: its address on this server, without the suffix of a form.
        iri: the IRI to cite.
        forms: media types of its forms by suffix.
        types: IRIs of classes that it is an instance of.
        query: what follows the question mark of its address.
    """

    url: str
    iri: str
    forms: Mapping[str, str]
    types: tuple[str, ...] = (ABOUT_PAGE,)
    query: str = field(default="")

    def address(self, suffix: str) -> str:
        """Return the address of the form with a suffix; that of a list has it as a parameter."""
        if self.url.endswith("/"):
            return f"{self.url}?as={suffix}" + (f"&{self.query}" if self.query else "")
        return f"{self.url}.{suffix}" + (f"?{self.query}" if self.query else "")


def signposts(resource: Resource, about: Description, root: str = "") -> Iterator[Link]:
    """Yield the links of a resource (level 1 of the profile), those of its page.

    Args:
        resource: the resource.
        about: what the home says of itself.
        root: what comes before all addresses on this server.
    """
    addresses = [(resource.address(suffix), form) for suffix, form in resource.forms.items()]
    for address, form in addresses:
        yield address, "alternate", form
    yield quote(resource.iri, safe="/:#%?=&"), "cite-as", ""
    for address, form in addresses:
        if form in _DESCRIPTIONS:
            yield address, "describedby", form
    for kind in resource.types:
        yield kind, "type", ""
    yield from _publication(about)
    if resource.iri != BASE + "dataset":
        yield f"{root}/dataset", "collection", ""
    if not resource.url.endswith("/"):
        yield f"{resource.url}.{SUFFIX}", "linkset", LINKSET_JSON


@lru_cache(maxsize=8)
def _publication(about: Description) -> tuple[Link, ...]:
    iris = ((about.publisher_iri, "author"), (about.license_iri, "license"))
    return tuple((quote(iri, safe="/:#%"), relation, "") for iri, relation in iris if iri)


def describes(resource: Resource) -> Link:
    """Return the link from a form of a resource in data to the resource."""
    return resource.url, "describes", ""


def mementos(path: str, forms: Mapping[str, str], is_memento: bool = False) -> list[Link]:
    """Return the links of a document of which there are mementos (RFC 7089, section 2.2).

    The document is its own timegate; its forms share one timemap.

    Args:
        path: of the document or of one of its forms, not encoded.
        forms: media types of its forms by suffix.
        is_memento: whether the links are those of a memento.
    """
    address = path.removeprefix(DOCUMENTS)
    stem, _ = negotiation.split_suffix(address, forms)
    timegate = "original timegate" if is_memento else "timegate"
    return [
        (DOCUMENTS + quote(address, safe=_SAFE), timegate, ""),
        (TIMEMAPS + quote(stem, safe=_SAFE), "timemap", LINK_FORMAT),
    ]
