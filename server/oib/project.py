"""The home: the folder that holds ontology/, shapes/, instances/ and queries/."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from oib import yaml_text
from oib.errors import BadInput, HomeMissing
from oib.terminal import printable

#: The file that describes a home, below it; without it, the defaults of ``Description`` hold.
DESCRIPTION_FILE: Final = Path("ontology", "project.yaml")
_MAX_DESCRIPTION: Final = 100_000  # bytes of that file

#: The folders of the sources.
FOLDERS = ("ontology", "shapes", "instances", "queries")

_NAME = re.compile(r"[\w.~-]+")


def find_home(path: Path | None = None) -> Path:
    """Return a home, by default the one beside the code, after a check of its four folders.

    In a wheel the data lie inside the package, in a checkout two folders above it.

    Raises:
        HomeMissing: one of the four folders is not there.
    """
    packaged = Path(__file__).parent / "data"
    home = path or (packaged if packaged.is_dir() else Path(__file__).parents[2])
    missing = [name for name in FOLDERS if not (home / name).is_dir()]
    if missing:
        raise HomeMissing(
            f"{home} has no folder {', '.join(missing)}; "
            f"point --home at a folder that holds {', '.join(FOLDERS)}"
        )
    return home


def sources(home: Path, folder: str, suffix: str | tuple[str, ...]) -> Iterator[Path]:
    """Yield the source files of one of the four folders, in a fixed order.

    Args:
        home: the folder that holds the four.
        folder: the name of one of them.
        suffix: how the names of the files end; several are alternatives.

    Raises:
        BadInput: the name of such a file, or of a folder above it, cannot be part of an IRI.
    """
    for path in sorted((home / folder).rglob("*")):
        if path.name.endswith(suffix) and path.is_file():
            for part in path.relative_to(home).parts:
                if not _NAME.fullmatch(part):
                    shown = printable(str(path), on_one_line=True)
                    raise BadInput(
                        f"{shown}: a name here has letters, digits and . _ ~ - "
                        f"only, for it becomes part of an IRI; rename {part!a}"
                    )
            yield path


@dataclass(frozen=True, eq=False)
class Description:
    """What a home says of itself: the server and its pages know the subject only from here.

    Attributes:
        title: of the data set, by language tag.
        lead: one sentence on the data set for its home page, by language tag.
        keywords: lists of words, by language tag.
        themes: IRIs of the subjects of the data set, such as those of the EU's data themes.
        contact: address of the page on which to reach the publisher, empty if there is none.
        publisher: its name, by language tag.
        publisher_iri: IRI of the publisher, empty if there is none.
        license_iri: IRI of the licence of the data, empty if there is none.
        license_name: its name, by language tag.
        about: what the data set is and how it is made, by language tag; paragraphs are separated
            by empty lines.
        query: the query that the query editor begins with.
        picture: the name of the saved query that is drawn on the home page, empty for none.
        pictures: the saved query that draws a thing, whose first parameter is that thing, by the
            kind in the thing's IRI; its page links to the picture.
        diagram: the plan of the class diagram, see ``pictures.diagram_plan``.
    """

    title: Mapping[str, str] = field(default_factory=dict)
    lead: Mapping[str, str] = field(default_factory=dict)
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    themes: Sequence[str] = field(default_factory=list)
    contact: str = ""
    publisher: Mapping[str, str] = field(default_factory=dict)
    publisher_iri: str = ""
    license_iri: str = ""
    license_name: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    query: str = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 20\n"
    picture: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)
    diagram: Mapping[str, Any] = field(default_factory=dict)


def description(home: Path) -> Description:
    """Return what a home says of itself in ``ontology/project.yaml``.

    Raises:
        BadInput: the file is no YAML, or holds something that does not belong there.
    """
    path = home / DESCRIPTION_FILE
    if not path.is_file():
        return Description()
    try:
        text = path.read_bytes()[: _MAX_DESCRIPTION + 1].decode("utf-8")
        if len(text) > _MAX_DESCRIPTION:
            raise ValueError(f"it is longer than {_MAX_DESCRIPTION} bytes")
        members = yaml_text.load(text)
        if members is None:
            return Description()
        if not isinstance(members, dict):
            raise ValueError("it holds no mapping")
        checked: dict[str, Any] = {name: _checked(name, value) for name, value in members.items()}
        return Description(**checked)
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        fields = ", ".join(Description.__dataclass_fields__)
        raise BadInput(
            f"{path} cannot be read: {error}; it holds {fields}, texts by language tag"
        ) from error


def _checked(name: str, value: object) -> object:
    """Return a member of a description, if it has the type of its default."""
    default = getattr(Description(), str(name), None)
    if default is None:
        raise ValueError(f"there is no member {name}")
    if not isinstance(value, type(default)):
        kind = "text" if isinstance(default, str) else "list" if default == [] else "mapping"
        raise ValueError(f"{name} is no {kind}")
    if name == "diagram":
        return value
    if name == "keywords" and isinstance(value, dict):
        return {str(tag): _texts(f"{name}.{tag}", words) for tag, words in value.items()}
    if isinstance(value, dict):
        return {str(tag): str(text) for tag, text in value.items()}
    return _texts(name, value) if isinstance(value, list) else value


def _texts(name: str, value: object) -> list[str]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is no list")
    return [str(text) for text in value]
