"""Turtle: read strictly, with the place of every triple, and written in one form."""

from oib.turtle.document import Document, Span, parse, read
from oib.turtle.formatter import tidy
from oib.turtle.strict import faults, load

__all__ = ["Document", "Span", "faults", "load", "parse", "read", "tidy"]
