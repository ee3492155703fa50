"""What is raised where a catalogue cannot be used."""

from __future__ import annotations


class CatalogError(ValueError):
    """A catalogue is wrong; the message says what is, and what would be right."""
