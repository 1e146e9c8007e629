"""Queries answered by worker processes, within limits."""
