"""The picture docs/realistic_lsst.png: lensed systems on the left, systems without lensing on the right."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import matplotlib.pyplot as plt

from jaxlens.plotting.images import draw_grid
from validation.realism import systems

OUT = Path(__file__).parents[2] / "docs" / "realistic_lsst.png"
# The panels along a row of each half, and down.
ACROSS, DOWN = 4, 8
# The bands that become blue, green and red.
BANDS = slice(0, 3)
# Inches: the width of a panel.
PANEL = 1.1


def run() -> None:
    """Draw the first systems of both configurations."""
    figure = plt.figure(figsize=(2 * ACROSS * PANEL, DOWN * PANEL + 0.3), layout="constrained")
    images = {name: one[1] for name, one in systems.drawn(systems.BATCH).items()}
    # an array of two, which matplotlib's annotations do not say
    halves = cast(Any, figure.subfigures(1, 2, wspace=0.03))
    for half, (label, title) in zip(
        halves, {"LENSED": "lensed", "NOT_LENSED": "not lensed"}.items(), strict=True
    ):
        draw_grid(half, list(images[label][: ACROSS * DOWN, BANDS]), ACROSS, rgb=True)
        half.suptitle(title)
    figure.savefig(OUT, dpi=64)
    plt.close(figure)
