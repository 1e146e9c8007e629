"""SPARQL as text: lexical rules, the guard, and the formats of results. No input or output."""
