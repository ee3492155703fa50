"""The picture docs/om10.png: systems of the packaged example om10, with the images that the catalogue lists.

`python -m validation.om10_picture` draws it.
"""

from __future__ import annotations

from pathlib import Path

import jax
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jaxlens import Simulator
from jaxlens.plotting.images import draw_grid

OUT = Path(__file__).parents[1] / "docs" / "om10.png"
# The rows of the catalogue that are shown, and the panels along a row of the picture.
ROWS, ACROSS = (1, 6, 7, 8, 13, 14, 15, 16, 17, 19), 5
# Inches: the width of a panel.
PANEL = 1.6
# Points: the diameter of the ring around a listed image.
RING = 11


def figure() -> Figure:
    """The systems that take these rows, in g, r and i, with a ring where the catalogue has an image."""
    simulator = Simulator("om10")
    catalog = simulator.config.catalog
    if catalog is None or catalog.images is None:
        raise RuntimeError("the packaged file om10 has no catalogue that lists images")
    key = jax.random.key(simulator.config.seed or 0, impl="threefry2x32")
    images, params = simulator(key, len(catalog.rows))
    drawn = plt.figure(figsize=(ACROSS * PANEL, len(ROWS) // ACROSS * PANEL), layout="constrained")
    draw_grid(drawn, list(np.asarray(images)[list(ROWS)]), ACROSS, rgb=True)
    scale = float(params["pixel_scale"][0])
    for axes, row in zip(drawn.axes, ROWS, strict=True):
        shown = catalog.images.mask[row]
        x, y = (places[row, shown] / scale for places in (catalog.images.x, catalog.images.y))
        ring(axes, x, y, images.shape[-1])
    return drawn


def ring(axes: Axes, x: np.ndarray, y: np.ndarray, num_pix: int) -> None:
    """Draw a ring around each place (pixels from the centre of an image of `num_pix` pixels), (images,)."""
    middle = (num_pix - 1) / 2.0
    axes.plot(x + middle, y + middle, "o", mfc="none", mec="white", mew=0.7, ms=RING)


def main() -> None:
    """Draw the picture."""
    drawn = figure()
    drawn.savefig(OUT, dpi=80)
    plt.close(drawn)


if __name__ == "__main__":
    main()
