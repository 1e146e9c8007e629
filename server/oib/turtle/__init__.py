"""Turtle of RDF 1.1: strict parsing with positions, and formatting in canonical form."""

from oib.turtle.document import Document, Span, parse, parse_file
from oib.turtle.formatter import tidy
from oib.turtle.strict import read_text, syntax_errors

__all__ = ["Document", "Span", "parse", "parse_file", "read_text", "syntax_errors", "tidy"]
