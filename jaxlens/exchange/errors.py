"""What another code cannot hold."""

from __future__ import annotations


class ExchangeError(ValueError):
    """A system that another code, or jaxlens, cannot hold: what it is, and what would be right."""
