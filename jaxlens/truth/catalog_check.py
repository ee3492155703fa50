"""Our images of the systems of a catalogue, beside those that the catalogue lists."""

from __future__ import annotations

