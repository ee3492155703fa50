"""The picture of a fit: data, model and residuals of each band, over the corner plot of the posterior."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from jaxlens.plotting.corner import MARGIN, draw_posterior
from jaxlens.plotting.figures import new_figure, panels, show
from jaxlens.plotting.stretch import asinh_stretch, black_and_scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

# Sigma: the colour scale of residuals goes from minus this to plus this.
_MAX_SIGMA = 5.0
# Inches: the smallest width of the figure.
_MIN_WIDTH = 8.4
# Inches: the side of a panel of the corner plot.
_CORNER_PANEL = 0.9
# Inches: the largest height of the rows of all bands together.
_MAX_BANDS_HEIGHT = 9.3
# The height of a band's row of three panels, as a fraction of the figure's width.
_ROW_HEIGHT = 0.31


def view_fit(
    image: ArrayLike,
    model: ArrayLike,
    noise_sigma: ArrayLike,
    mask: ArrayLike,
    bands: Sequence[str],
    samples: pd.DataFrame,
    best: ArrayLike,
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

    Returns:
        A matplotlib `Figure` of one or two subfigures.

    >>> import numpy as np, pandas as pd
    >>> ones, posterior = np.ones((2, 8, 8)), pd.DataFrame({"a": [0.1, 0.3], "b": [1.0, 2.0]})
    >>> figure = view_fit(ones, ones, ones, ones > 0, ["g", "r"], posterior, [0.2, 1.5])
    >>> len([axes for part in figure.subfigs for axes in part.axes if axes.get_title()])
    3
    """
    size, is_series = len(samples.columns), np.ndim(image) == 4
    corner = MARGIN + _CORNER_PANEL * max(size, 2) if size else 0.0
    width = max(_MIN_WIDTH, corner)
    rows = min(_ROW_HEIGHT * width * len(bands), _MAX_BANDS_HEIGHT)
    if is_series:
        rows = 3 * len(bands) * width / len(np.asarray(image))
    figure = new_figure(figsize=(width, rows + corner))
    heights = [rows, corner] if size else [rows]
    parts = list(figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False).ravel())
    used = np.asarray(mask, bool)
    data, light = (np.where(used, np.asarray(pixels, float), np.nan) for pixels in (image, model))
    draw = _draw_epochs if is_series else _draw_bands
    draw(parts[0], data, light, np.asarray(noise_sigma), bands)
    if size:
        draw_posterior(parts[1], samples, np.asarray(best))
    return figure


def _draw_bands(
    part: SubFigure, image: np.ndarray, model: np.ndarray, noise_sigma: np.ndarray, bands: Sequence[str]
) -> None:
    """A row for each band: data, model, and their difference over sigma."""
    grid = np.reshape(np.array(panels(part, len(bands), 3), dtype=object), (-1, 3))
    residual = (image - model) / noise_sigma
    for axes, title in zip(grid[0], ("data", "model", "(data - model) / sigma"), strict=True):
        axes.set_title(title, fontsize="medium")
    for b, row in enumerate(grid):
        row[0].set_ylabel(bands[b])
        finite = image[b][np.isfinite(image[b])]
        black, scale = black_and_scale(finite) if finite.size else (0.0, 1.0)
        stretched = [asinh_stretch(pixels[b], black, scale) for pixels in (image, model)]
        # the model has the colour scale of the data
        vmin, vmax = _range(stretched[0])
        for axes, pixels in zip(row[:2], stretched, strict=True):
            show(axes, pixels, vmin=vmin, vmax=vmax)
        show(row[2], residual[b], cmap="RdBu_r", vmin=-_MAX_SIGMA, vmax=_MAX_SIGMA)
        part.colorbar(row[2].images[0], ax=row[2], fraction=0.046)


def _draw_epochs(
    part: SubFigure, image: np.ndarray, model: np.ndarray, noise_sigma: np.ndarray, bands: Sequence[str]
) -> None:
    """Three rows for each band: data, model, and their difference over sigma; a column for each epoch."""
    grid = np.reshape(np.array(panels(part, 3 * len(bands), len(image)), dtype=object), (-1, 3, len(image)))
    residual = (image - model) / noise_sigma
    for e, axes in enumerate(grid[0, 0]):
        axes.set_title(f"epoch {e}", fontsize="small")
    for b, rows in enumerate(grid):
        finite = image[:, b][np.isfinite(image[:, b])]
        black, scale = black_and_scale(finite) if finite.size else (0.0, 1.0)
        data, light = (asinh_stretch(pixels[:, b], black, scale) for pixels in (image, model))
        vmin, vmax = _range(data)
        for row, title in zip(rows, ("data", "model", "residual"), strict=True):
            row[0].set_ylabel(f"{bands[b]} {title}", fontsize="small")
        for e in range(len(image)):
            show(rows[0, e], data[e], vmin=vmin, vmax=vmax)
            show(rows[1, e], light[e], vmin=vmin, vmax=vmax)
            show(rows[2, e], residual[e, b], cmap="RdBu_r", vmin=-_MAX_SIGMA, vmax=_MAX_SIGMA)


def _range(pixels: np.ndarray) -> tuple[float, float]:
    """The smallest and the largest finite value; 0 and 1 where there is none."""
    finite = pixels[np.isfinite(pixels)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
