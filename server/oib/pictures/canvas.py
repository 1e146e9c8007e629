"""The canvas on which a picture is drawn, and the picture that comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final, Protocol

from oib.pictures import svg
from oib.pictures.text_metrics import text_width

#: The size of most text, and of small text, in pixels, as the style sheet sets it.
SIZE: Final = 12.5
SMALL: Final = 11.5
LINE: Final = 16

#: The least width in pixels at which a fluid picture can be read: that of a page on a small phone.
NARROW: Final = 280

Length = float | str  # pixels, or a percentage of the width


class Wording(Protocol):
    """Names, addresses and messages in the language of the reader."""

    def name(self, iri: str) -> str:
        """Return the name of a thing."""
        ...

    def url(self, iri: str) -> str:
        """Return the address of the page about a thing, empty if there is none."""
        ...

    def message(self, key: str, **values: object) -> str:
        """Return a message of the interface."""
        ...

    def hedges(self) -> Sequence[str]:
        """Return the IRIs of all concepts that hedge, in an order that no picture changes."""
        ...


@dataclass(frozen=True)
class LabelBox:
    """The box around a label in pixels, in a fluid picture at its least width.

    No two of a picture may overlap.
    """

    left: float
    top: float
    width: float
    height: float
    text: str

    def overlaps(self, other: "LabelBox") -> bool:
        """Return whether two boxes have a point in common."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height
            and other.top < self.top + self.height
        )


@dataclass(frozen=True)
class Picture:
    """A picture in SVG.

    Attributes:
        width: in pixels; a fluid picture may have any other, its lengths are percentages.
        height: in pixels.
        body: the elements of the picture.
        labels: the boxes around its labels.
        is_fluid: whether it takes the width that there is.
    """

    width: float
    height: float
    body: str
    labels: tuple[LabelBox, ...]
    is_fluid: bool = False

    def to_svg(
        self, identifier: str, title: str, description: str, language: str, style: str = ""
    ) -> str:
        """Return the picture as an ``svg`` element.

        Args:
            identifier: what the ids in it begin with, so that a page may hold several pictures.
            title: its accessible name.
            description: what it shows, for those who do not see it.
            language: the tag of the language of its words.
            style: a style sheet, for a picture that stands alone.
        """
        heading = [
            svg.element("title", escape(title), id=f"{identifier}-title"),
            svg.element("desc", escape(description), id=f"{identifier}-desc"),
        ]
        if style:
            heading.append(svg.element("style", style))
        hatch = f"{identifier}-hatch"
        pattern = svg.element(
            "pattern",
            svg.element("path", class_="hatch", d="M-1 7 7 -1M3 11 11 3M-1 -1"),
            id=hatch,
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        )
        attributes: dict[str, svg.Attribute] = {
            "xmlns": "http://www.w3.org/2000/svg",
            "class_": "picture" + (" fluid" if self.is_fluid else ""),
            "width": number(self.width),
            "height": number(self.height),
        }
        if not self.is_fluid:
            attributes["viewBox"] = f"0 0 {number(self.width)} {number(self.height)}"
        # What holds links is a group: the children of an image are hidden from those who listen.
        attributes["role"] = "group" if "<a " in self.body else "img"
        attributes["aria_labelledby"] = f"{identifier}-title"
        attributes["aria_describedby"] = f"{identifier}-desc"
        attributes["lang"] = language
        body = self.body.replace('"#land"', f'"#{identifier}-land"')
        body = body.replace('id="land"', f'id="{identifier}-land"')
        # A fill by URL is an attribute here: a style sheet cannot know the id.
        body = body.replace("url(#hatch)", f"url(#{hatch})")
        content = "\n".join([*heading, svg.element("defs", pattern), body])
        return svg.element("svg", f"\n{content}\n", **attributes)


@dataclass
class Canvas:
    """Collects the elements of a picture, and the boxes of its labels."""

    parts: list[str] = field(default_factory=list)
    labels: list[LabelBox] = field(default_factory=list)

    def add(self, name: str, content: str = "", **attributes: svg.Attribute) -> None:
        """Add an element; lengths are written with one decimal at most."""
        self.parts.append(shape(name, content, **attributes))

    def text(
        self,
        x: Length,
        y: float,
        words: str,
        class_: str = "",
        anchor: str = "start",
        url: str = "",
        title: str = "",
        size: float = SIZE,
        is_rotated: bool = False,
    ) -> None:
        """Add a line of text whose base line is at ``y``, as a link if it has a URL.

        Args:
            x: where it starts, or ends if the anchor is ``end``; a percentage is not a pixel.
            y: in pixels.
            words: the text.
            class_: the class of the element.
            anchor: start, middle or end.
            url: where a click leads.
            title: shown beside the pointer, where the text is cut.
            size: of the font in pixels.
            is_rotated: whether it runs upwards from its point.
        """
        attributes: dict[str, svg.Attribute] = {"x": length(x), "y": number(y)}
        if class_:
            attributes["class_"] = class_
        if anchor != "start":
            attributes["text_anchor"] = anchor
        if is_rotated:
            attributes["transform"] = f"rotate(-90 {length(x)} {number(y)})"
        content = (svg.element("title", escape(title)) if title else "") + escape(words)
        self.parts.append(link(svg.element("text", content, **attributes), url))
        width = text_width(words, size)
        if isinstance(x, str):
            x = float(x.removesuffix("%")) / 100 * NARROW
        left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
        box = LabelBox(left, y - size * 0.85, width, size * 1.1, words)
        if is_rotated:
            box = LabelBox(x - size * 0.85, y - width, size * 1.1, width, words)
        self.labels.append(box)

    def picture(self, width: float, height: float, is_fluid: bool = False) -> Picture:
        """Return what was drawn."""
        return Picture(width, height, "\n".join(self.parts), tuple(self.labels), is_fluid)


def shape(name: str, content: str = "", **attributes: svg.Attribute) -> str:
    """Return an element whose numbers have one decimal at most."""
    written = {
        key: number(value) if isinstance(value, float) else value
        for key, value in attributes.items()
    }
    return svg.element(name, content, **written)


def link(content: str, url: str) -> str:
    """Return content as a link. The table below a picture has it for the keyboard, too."""
    return svg.element("a", content, href=url, tabindex="-1") if url else content


def number(value: float) -> str:
    """Return a number with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def length(value: Length) -> str:
    """Return a length as an attribute has it."""
    return value if isinstance(value, str) else number(value)


def percent(share: float) -> str:
    """Return a share of 1 as a percentage."""
    return f"{100 * share:.2f}%"
