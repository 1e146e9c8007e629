"""Turtle: read strictly, with the place of every triple, and written in one form."""

from oib.turtle.document import Document, Span, parse, read
from oib.turtle.gate import faults, load
from oib.turtle.layout import tidy

__all__ = ["Document", "Span", "faults", "load", "parse", "read", "tidy"]
