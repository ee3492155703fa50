"""The picture of a fit: data, model and residuals of each band, over the corner plot of the posterior."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from jaxlens.plotting.corner import MARGIN, draw_corner
from jaxlens.plotting.figures import (
    MAX_SIGMA,
    SIGNED_COLOURS,
    SKY_COLOURS,
    colour_bar,
    new_figure,
    panels,
    show,
    styled,
)
from jaxlens.plotting.labels import axis_labels
from jaxlens.plotting.stretch import asinh_norm
from jaxlens.plotting.system import FONT, HEIGHT, SystemPicture, draw_system

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

# Inches: the width of the figure where the corner plot is not wider.
_WIDTH = 14.1
# Inches: the least and the largest side of a panel of the corner plot.
_CORNER_PANEL = (1.05, 2.1)
# Inches: the height of a band's row of three panels, and the largest height of all of them together.
_ROW, _MAX_BANDS_HEIGHT = 4.3, 17.0
# Inches: the side of a panel of a time series, of which there is one for each epoch.
_EPOCH_PANEL = 2.2
# The side of what is shown of an image, over that of the square of used pixels.
_FRAME = 1.04
# How residuals are drawn.
_RESIDUAL: dict[str, Any] = {"cmap": SIGNED_COLOURS, "vmin": -MAX_SIGMA, "vmax": MAX_SIGMA}


def view_fit(
    image: ArrayLike,
    model: ArrayLike,
    noise_sigma: ArrayLike,
    mask: ArrayLike,
    bands: Sequence[str],
    samples: pd.DataFrame,
    best: ArrayLike,
    system: SystemPicture | None = None,
) -> Figure:
    """Draw an image, its model and the residual, band by band, over a corner plot of the posterior.

    The image and its model have one stretch; the residual is in units of the noise's sigma, from -5 to 5.
    Pixels that the mask excludes are not drawn.  A time series has three rows for each band, and a column for
    each epoch; the stretch of a band is that of all its epochs.

    Args:
        image: the data in counts/s, shape (bands, y, x), or (epochs, bands, y, x) of a time series.
        model: the model, of that shape.
        noise_sigma: the standard deviation of the noise in each pixel, of that shape.
        mask: 1 where a pixel was used, of that shape.
        bands: the names of the bands.
        samples: draws of the posterior, a column for each parameter; without columns there is no corner plot.
        best: the best value of each parameter, marked by lines, shape (columns,).
        system: the lens of the model, whose image, convergence with critical curves and source with caustics
            stand above the bands; None for none.

    Returns:
        A matplotlib `Figure` of one to three subfigures: the lens, the bands, the corner plot.

    >>> import numpy as np, pandas as pd
    >>> ones, posterior = np.ones((2, 8, 8)), pd.DataFrame({"a": [0.1, 0.3], "b": [1.0, 2.0]})
    >>> figure = view_fit(ones, ones, ones, ones > 0, ["g", "r"], posterior, [0.2, 1.5])
    >>> len([axes for part in figure.subfigs for axes in part.axes if axes.get_title()])
    3
    """
    size, data = len(samples.columns), np.asarray(image, float)
    side = float(np.clip((_WIDTH - MARGIN) / max(size, 1), *_CORNER_PANEL))
    corner = MARGIN + side * max(size, 2) if size else 0.0
    width = max(_WIDTH, corner)
    rows = min(_ROW * len(bands) * width / _WIDTH, _MAX_BANDS_HEIGHT)
    if data.ndim == 4:
        width = max(width, _EPOCH_PANEL * len(data))
        rows = 3 * len(bands) * width / len(data)
    heights = [HEIGHT if system else 0.0, rows, corner]
    used = np.asarray(mask, bool)
    data, light = (np.where(used, np.asarray(pixels, float), np.nan) for pixels in (image, model))
    draw = _draw_epochs if data.ndim == 4 else _draw_bands
    with styled(FONT):
        figure = new_figure(figsize=(width, sum(heights)))
        shown = [height for height in heights if height]
        parts = iter(figure.subfigures(len(shown), 1, height_ratios=shown, squeeze=False).ravel())
        if system:
            draw_system(next(parts), system)
        draw(next(parts), data, light, np.asarray(noise_sigma), bands)
        if size:
            labels = axis_labels(list(samples.columns), bands)
            draw_corner(next(parts), samples, labels, truths=list(np.asarray(best, float)))
    return figure


def _draw_bands(
    part: SubFigure, image: np.ndarray, model: np.ndarray, noise_sigma: np.ndarray, bands: Sequence[str]
) -> None:
    """A row for each band: data, model, and their difference over sigma."""
    grid = np.reshape(np.array(panels(part, len(bands), 3), dtype=object), (-1, 3))
    residual = (image - model) / noise_sigma
    for axes, title in zip(grid[0], ("data", "model", r"(data $-$ model) / $\sigma$"), strict=True):
        axes.set_title(title)
    for b, row in enumerate(grid):
        row[0].set_ylabel(bands[b])
        # the model has the colour scale of the data
        norm = asinh_norm(image[b])
        for axes, pixels in zip(row[:2], (image, model), strict=True):
            show(axes, pixels[b], cmap=SKY_COLOURS, norm=norm)
        colour_bar(row[1], "counts/s")
        show(row[2], residual[b], **_RESIDUAL)
        colour_bar(row[2], extend="both")
        _show_used(row, np.isfinite(image[b]))


def _show_used(row: np.ndarray, used: np.ndarray) -> None:
    """Leave out of panels what is far from all used pixels."""
    if used.any():
        (low, high), (left, right) = (np.flatnonzero(used.any(axis=axis))[[0, -1]] for axis in (1, 0))
        half = 0.5 * _FRAME * max(high - low + 1, right - left + 1)
        for axes in row:
            axes.set_xlim(0.5 * (left + right) - half, 0.5 * (left + right) + half)
            axes.set_ylim(0.5 * (low + high) - half, 0.5 * (low + high) + half)


def _draw_epochs(
    part: SubFigure, image: np.ndarray, model: np.ndarray, noise_sigma: np.ndarray, bands: Sequence[str]
) -> None:
    """Three rows for each band: data, model, and their difference over sigma; a column for each epoch."""
    grid = np.reshape(np.array(panels(part, 3 * len(bands), len(image)), dtype=object), (-1, 3, len(image)))
    residual = (image - model) / noise_sigma
    for e, axes in enumerate(grid[0, 0]):
        axes.set_title(f"epoch {e}")
    for b, rows in enumerate(grid):
        norm = asinh_norm(image[:, b])
        for row, title in zip(rows, ("data", "model", "residual"), strict=True):
            row[0].set_ylabel(f"{bands[b]} {title}")
        for e in range(len(image)):
            show(rows[0, e], image[e, b], cmap=SKY_COLOURS, norm=norm)
            show(rows[1, e], model[e, b], cmap=SKY_COLOURS, norm=norm)
            show(rows[2, e], residual[e, b], **_RESIDUAL)
