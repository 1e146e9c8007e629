"""Turtle of RDF 1.1: strict parsing with positions, and formatting in canonical form."""

from oib.turtle.document import Document, Span, parse, parse_file
from oib.turtle.formatter import tidy
from oib.turtle.strict import decode, read_bytes, read_text, syntax_errors

__all__ = [
    "Document",
    "Span",
    "decode",
    "parse",
    "parse_file",
    "read_bytes",
    "read_text",
    "syntax_errors",
    "tidy",
]
