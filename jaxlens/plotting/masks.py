"""The picture of a mask: an image with the outlines of what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jaxlens.plotting.figures import new_figure, panels, show
from jaxlens.plotting.stretch import asinh_stretch, black_and_scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Inches: the side of a panel.
_PANEL = 5.0


def view_mask(
    image: ArrayLike,
    mask: ArrayLike,
    center: tuple[float, float],
    radius: float,
    sources: Sequence[tuple[float, float]] = (),
    bands: Sequence[str] = (),
) -> Figure:
    """Draw an image, band by band, with the outlines of its mask.

    Args:
        image: the pixels, (bands, y, x).
        mask: 1 where a pixel is used, (bands, y, x).
        center: the column and the row of the middle of the circle.
        radius: of the circle, in pixels.
        sources: the column and row of what is marked by a cross.
        bands: the names of the bands; empty for none.

    Returns:
        A matplotlib `Figure` with a panel for each band.

    >>> len(view_mask(np.ones((2, 8, 8)), np.eye(8) + np.zeros((2, 1, 1)), (3.5, 3.5), 2.0).axes)
    2
    """
    pixels, used = np.asarray(image, np.float64), np.asarray(mask) != 0
    figure = new_figure(figsize=(_PANEL * len(pixels), _PANEL))
    for b, axes in enumerate(panels(figure, 1, len(pixels))):
        black, scale = black_and_scale(pixels[b][np.isfinite(pixels[b])])
        show(axes, asinh_stretch(pixels[b], black, scale), cmap="gray")
        if not used[b].all() and used[b].any():
            axes.contour(~used[b], levels=[0.5], colors="tab:cyan", linewidths=1.0)
        angle = np.linspace(0.0, 2.0 * np.pi, 200)
        circle = center[0] + radius * np.cos(angle), center[1] + radius * np.sin(angle)
        axes.plot(*circle, color="gold", linewidth=0.8)
        if sources:
            axes.plot(*np.transpose(sources), "+", color="tab:red")
        axes.set_xlim(-0.5, pixels.shape[2] - 0.5)
        axes.set_ylim(-0.5, pixels.shape[1] - 0.5)
        if bands:
            axes.set_title(bands[b])
    return figure
