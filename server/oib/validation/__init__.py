"""Validation of Turtle files: SHACL, lexical rules, evidence, and reports of findings."""
