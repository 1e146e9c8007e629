"""oib: Offshore Innovation Bases, as linked data with a source behind every statement."""

__version__ = "0.3.0.dev0"
