"""The ``oib`` command."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    raise NotImplementedError
