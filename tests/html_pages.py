"""Markup: an HTML page is read strictly, and what it links to and loads is told."""

import json
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.assets, self.tags, self.words = [], [], [], [], [], []
        self.lang, self.data = None, []
        self.feed(text)
        self.close()
        assert text.startswith("<!doctype html>")
        assert self.open == [], f"never closed: {self.open}"
        assert len(self.ids) == len(set(self.ids)), sorted(self.ids)

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        assert len(attributes) == len(pairs), f"an attribute twice: <{tag} {pairs}>"
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        if attributes != {"type": "application/ld+json"}:  # which is data, and nothing that runs
            self.tags.append(tag)
        self.lang = self.lang or (attributes.get("lang") if tag == "html" else None)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        elif "src" in attributes or attributes.get("rel") in ("stylesheet", "icon"):
            self.assets.append(attributes.get("src") or attributes["href"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open[-1:] == [tag], f"</{tag}> after {self.open} at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data):
        if self.open[-1:] == ["script"] and data.startswith("{"):
            self.data.append(json.loads(data))
        else:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def section(text, identifier):
    """Return the words of the section that a heading of that id names."""
    start = text.index(f'aria-labelledby="{identifier}"')
    inside = text[start : text.index("</section>", start)]
    return Page(f"<!doctype html><section {inside}</section>").text
