"""Injection into a simulated coadd: `python -m validation.injection [picture] [large]`.

`picture` draws docs/injection.png, `large` measures time and memory with an image of 10,000 x 10,000 pixels.
"""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
