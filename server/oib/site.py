"""The site: what one server holds, handed out to those who ask."""

from dataclasses import dataclass

from oib.engine import Engine


@dataclass(frozen=True)
class Site:
    """The engine that answers, the version of its data, and the origins that SERVICE may call."""

    engine: Engine
    version: str
    services: frozenset[str] = frozenset()
