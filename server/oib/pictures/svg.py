"""Elements of SVG as text, their attributes and contents escaped."""

from html import escape

Attribute = str | int | float


def element(name: str, content: str = "", **attributes: Attribute) -> str:
    """Return an element around content that is SVG already.

    Attributes are written in the order in which they are passed; an underscore at the end of a
    name is left out (``class_``), any other becomes a hyphen.
    """
    parts = [name, *(f'{_name(key)}="{escape(str(value))}"' for key, value in attributes.items())]
    return f"<{' '.join(parts)}>{content}</{name}>" if content else f"<{' '.join(parts)}/>"


def text(content: str, **attributes: Attribute) -> str:
    """Return a ``text`` element around content that is SVG already."""
    return element("text", content, **attributes)


def tspan(content: str, class_: str) -> str:
    """Return a ``tspan`` of plain text."""
    return element("tspan", escape(content), class_=class_)


def marker(identifier: str, size: int, path: str, fill: str, stroke: str) -> str:
    """Return an arrow head for the ends of lines."""
    return element(
        "marker",
        element("path", d=path, fill=fill, stroke=stroke),
        id=identifier,
        viewBox="0 0 10 10",
        refX=9,
        refY=5,
        markerWidth=size,
        markerHeight=size,
        orient="auto",
    )


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")
