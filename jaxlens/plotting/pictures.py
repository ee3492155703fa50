"""Pictures: single images, colour, corner plots and grids.

Every function returns a matplotlib Figure and touches no global state: show it in a notebook, or save
it with `figure.savefig("name.png")`.  matplotlib is an extra, `pip install "jaxlens[plot]"`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Options = Mapping[str, Any] | None

_FAINTEST = 1e-12
# Residuals are drawn up to so many sigma.
_MOST_SIGMA = 5.0
# The room for the names along the edges of a corner plot, in inches.
_EDGE = 1.1


def _no_stretch(pixels: np.ndarray) -> np.ndarray:
    return pixels


def view_image(
    image: ArrayLike, stretch_func: Callable[[np.ndarray], np.ndarray] = _no_stretch, **imshow_kwargs: Any
) -> Figure:
    """Draw one image, or several bands side by side.

    Args:
        image: shape (rows, columns) or (bands, rows, columns).
        stretch_func: applied to the pixels of each band, for example `np.arcsinh`.
        imshow_kwargs: for matplotlib's imshow; `origin` is "lower", so that y grows upwards.

    >>> import numpy as np
    >>> len(view_image(np.ones((3, 8, 8)), stretch_func=np.sqrt).axes)
    3
    """
    pixels = np.asarray(image)
    bands = pixels if pixels.ndim > 2 else pixels[np.newaxis]
    figure = _figure(figsize=(4 * len(bands), 4))
    for axes, band in zip(_panels(figure, 1, len(bands)), bands, strict=True):
        _show(axes, stretch_func(band), **imshow_kwargs)
    return figure


def view_image_rgb(images: ArrayLike, Q: float = 2.0, stretch: float = 4.0, **imshow_kwargs: Any) -> Figure:
    """Draw three bands as one colour image, after Lupton et al. (2004, PASP 116, 133).

    Args:
        images: shape (bands, rows, columns), bluest first, such as g, r, i; the third becomes red.
        Q: the softening of the asinh stretch.
        stretch: the linear stretch.
        imshow_kwargs: for matplotlib's imshow; `origin` is "lower", so that y grows upwards.

    Raises:
        ValueError: if there are fewer than three bands.

    >>> import numpy as np
    >>> view_image_rgb(np.ones((3, 8, 8))).axes[0].images[0].get_array().shape
    (8, 8, 3)
    """
    pixels = np.asarray(images)
    if pixels.ndim != 3 or len(pixels) < 3:
        raise ValueError(f"the images have shape {pixels.shape}; it must be (3 or more bands, rows, columns)")
    figure = _figure(figsize=(4, 4))
    _show(_panels(figure, 1, 1)[0], _lupton(pixels, Q=Q, stretch=stretch), **imshow_kwargs)
    return figure


def view_corner(
    metadata: pd.DataFrame,
    labels: Mapping[str, str],
    hist_kwargs: Options = None,
    hist2d_kwargs: Options = None,
    label_kwargs: Options = None,
) -> Figure:
    """Draw histograms of metadata columns, and of every pair of them.

    Args:
        metadata: a dataset's metadata.
        labels: the label of the axis by the name of the column.
        hist_kwargs: for matplotlib's hist, on the diagonal.
        hist2d_kwargs: for matplotlib's hist2d, below it.
        label_kwargs: for set_xlabel and set_ylabel.

    Raises:
        TypeError: if `metadata` is no DataFrame or `labels` no dictionary.
        KeyError: if a column is not in the metadata.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"seeing-g": [0.8, 0.9, 1.1], "H0-g": [70.0, 71.0, 69.0]})
    >>> sum(axes.get_visible() for axes in view_corner(frame, {"seeing-g": "seeing", "H0-g": "H0"}).axes)
    3
    """
    _check_corner(metadata, labels)
    size = len(labels)
    figure = _figure(figsize=(14, 14))
    panels = np.reshape(np.array(_panels(figure, size, size), dtype=object), (size, size))
    for row, below in enumerate(labels):
        for col, left in enumerate(labels):
            axes = panels[row, col]
            if row == col:
                axes.hist(metadata[below].to_numpy(), **(hist_kwargs or {}))
            elif row > col:
                axes.hist2d(metadata[left].to_numpy(), metadata[below].to_numpy(), **(hist2d_kwargs or {}))
            else:
                axes.set_visible(False)
            if row == size - 1:
                axes.set_xlabel(labels[left], **(label_kwargs or {}))
            if col == 0 and row != 0:
                axes.set_ylabel(labels[below], **(label_kwargs or {}))
    return figure


def view_fit(
    image: ArrayLike,
    model: ArrayLike,
    noise_sigma: ArrayLike,
    mask: ArrayLike,
    bands: Sequence[str],
    samples: pd.DataFrame,
    best: ArrayLike,
) -> Figure:
    """Draw an image, its model and what is left, band by band, over a corner plot of the posterior.

    The image and its model have one stretch; the residual is over the noise's sigma, from -5 to 5.  Pixels
    that are not used stay empty.

    Args:
        image: the data, shape (bands, rows, columns).
        model: the model, of that shape.
        noise_sigma: the standard deviation of the noise in each pixel, of that shape.
        mask: the pixels that were used, of that shape.
        bands: the names of the bands.
        samples: draws of the posterior, a column for each number; without columns there is no corner plot.
        best: the best value of each, marked by lines.

    >>> import numpy as np, pandas as pd
    >>> ones, posterior = np.ones((2, 8, 8)), pd.DataFrame({"a": [0.1, 0.3], "b": [1.0, 2.0]})
    >>> figure = view_fit(ones, ones, ones, ones > 0, ["g", "r"], posterior, [0.2, 1.5])
    >>> len([axes for part in figure.subfigs for axes in part.axes if axes.get_title()])
    3
    """
    size = len(samples.columns)
    corner = _EDGE + 0.9 * max(size, 2) if size else 0.0
    width = max(8.4, corner)
    rows = 0.31 * min(width * len(bands), 30.0)
    figure = _figure(figsize=(width, rows + corner))
    heights = [rows, corner] if size else [rows]
    parts = list(figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False).ravel())
    used = np.asarray(mask, bool)
    data, light = (np.where(used, np.asarray(pixels, float), np.nan) for pixels in (image, model))
    _draw_bands(parts[0], data, light, np.asarray(noise_sigma), bands)
    if size:
        _draw_posterior(parts[1], samples, np.asarray(best))
    return figure


def _draw_bands(
    part: SubFigure, image: np.ndarray, model: np.ndarray, noise_sigma: np.ndarray, bands: Sequence[str]
) -> None:
    """A row for each band: data, model, and their difference over sigma."""
    panels = np.reshape(np.array(_panels(part, len(bands), 3), dtype=object), (-1, 3))
    residual = (image - model) / noise_sigma
    for axes, name in zip(panels[0], ("data", "model", "(data - model) / sigma"), strict=True):
        axes.set_title(name, fontsize="medium")
    for b, row in enumerate(panels):
        row[0].set_ylabel(bands[b])
        dark, scale = _levels(image[b][np.isfinite(image[b])]) if np.isfinite(image[b]).any() else (0.0, 1.0)
        stretched = [np.arcsinh((pixels[b] - dark) / scale) for pixels in (image, model)]
        # the model spans the same colours as the data
        ends = dict(zip(("vmin", "vmax"), _ends(stretched[0]), strict=True))
        for axes, pixels in zip(row[:2], stretched, strict=True):
            _show(axes, pixels, **ends)
        _show(row[2], residual[b], cmap="RdBu_r", vmin=-_MOST_SIGMA, vmax=_MOST_SIGMA)
        part.colorbar(row[2].images[0], ax=row[2], fraction=0.046)


def _ends(pixels: np.ndarray) -> tuple[float, float]:
    """The smallest and the largest finite number; 0 and 1 where there is none."""
    finite = pixels[np.isfinite(pixels)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _draw_posterior(part: SubFigure, samples: pd.DataFrame, best: np.ndarray) -> None:
    """Histograms of every column, and of every pair below, with lines at the best values."""
    names, size = list(samples.columns), len(samples.columns)
    # placed by hand: to lay out hundreds of panels takes matplotlib longer than to draw them
    edge = np.array([_EDGE / part.bbox.width, _EDGE / part.bbox.height]) * part.dpi
    width, height = (0.99 - edge) / size
    columns = samples.to_numpy().T
    for row in range(size):
        for col in range(row + 1):
            corner = edge[0] + col * width, edge[1] + (size - 1 - row) * height
            axes = part.add_axes((*corner, 0.95 * width, 0.95 * height))
            if row == col:
                axes.hist(columns[row], bins=40, histtype="step", color="black")
            else:
                counts, x, y = np.histogram2d(columns[col], columns[row], bins=30)
                # much faster than hist2d, which draws every bin by itself
                extent = (x[0], x[-1], y[0], y[-1])
                axes.imshow(counts.T, origin="lower", extent=extent, aspect="auto", cmap="Blues")
                axes.axhline(best[row], color="C1", linewidth=0.8)
            axes.axvline(best[col], color="C1", linewidth=0.8)
            _label_edges(axes, names[row], names[col], on_left=col == 0 < row, below=row == size - 1)


def _label_edges(axes: Axes, row: str, column: str, on_left: bool, below: bool) -> None:
    """Names and a few ticks along the left and the lower edge of a corner plot, nothing inside."""
    axes.locator_params(nbins=3)
    axes.ticklabel_format(useOffset=False)
    axes.tick_params(labelsize=5, labelleft=on_left, labelbottom=below, left=on_left, bottom=below)
    axes.tick_params(axis="x", rotation=45)
    if below:
        axes.set_xlabel(column.replace("-", "\n"), fontsize=6)
    if on_left:
        axes.set_ylabel(row.replace("-", "\n"), fontsize=6)


def image_grid(
    images: Sequence[ArrayLike | None],
    columns: int | None = None,
    rgb: bool | None = None,
    titles: Sequence[str] | None = None,
    panel_size: float = 1.6,
) -> Figure:
    """Draw many systems as a grid, each with a stretch of its own, without ticks.

    The stretch is asinh: linear in the noise, logarithmic where the light is.

    Args:
        images: one (bands, rows, columns) for each system; None leaves its panel empty.
        columns: panels in a row; by default the grid is about square.
        rgb: whether the first three bands, bluest first, become a colour image (otherwise the first
            band is drawn); by default where there are three.
        titles: a title for each row.
        panel_size: width of a panel in inches.

    Raises:
        ValueError: if there are no images, or fewer than three bands for `rgb`.

    >>> import numpy as np
    >>> len(image_grid(np.ones((5, 3, 8, 8)), columns=3).axes)
    6
    """
    if len(images) == 0:
        raise ValueError("there are no images to draw; give at least one")
    across = columns or math.ceil(math.sqrt(len(images)))
    down = math.ceil(len(images) / across)
    figure = _figure(figsize=(panel_size * across, panel_size * down))
    panels = _panels(figure, down, across)
    for axes in panels:
        axes.set_axis_off()
    for axes, image in zip(panels, images, strict=False):
        if image is not None:
            _show(axes, _stretched(np.asarray(image), rgb))
    for axes, title in zip(panels[::across], titles or (), strict=False):
        axes.set_title(title, loc="left", fontsize="small")
    return figure


def _figure(figsize: tuple[float, float]) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError('pictures need matplotlib; install it with: pip install "jaxlens[plot]"') from error
    return Figure(figsize=figsize, layout="constrained")


def _panels(figure: Figure | SubFigure, rows: int, columns: int) -> list[Axes]:
    """A grid of axes, row by row."""
    return list(figure.subplots(rows, columns, squeeze=False).ravel())


def _show(axes: Axes, pixels: np.ndarray, **imshow_kwargs: Any) -> None:
    axes.imshow(pixels, **{"origin": "lower", **imshow_kwargs})
    axes.set_xticks([])
    axes.set_yticks([])


def _check_corner(metadata: pd.DataFrame, labels: Mapping[str, str]) -> None:
    if not isinstance(metadata, pd.DataFrame):
        raise TypeError(f"metadata is a {type(metadata).__name__}; it must be a pandas DataFrame")
    if not isinstance(labels, Mapping):
        raise TypeError(f"labels is a {type(labels).__name__}; it must be a dictionary, column to axis label")
    missing = [name for name in labels if name not in metadata.columns]
    if missing:
        raise KeyError(f"{', '.join(missing)}: not in the metadata")


def _lupton(bands: np.ndarray, Q: float, stretch: float) -> np.ndarray:
    # astropy divides by a pixel's intensity and drops the quotient where that is zero.
    with np.errstate(invalid="ignore", divide="ignore"):
        from astropy.visualization import make_lupton_rgb  # it imports matplotlib

        return np.asarray(make_lupton_rgb(bands[2], bands[1], bands[0], Q=Q, stretch=stretch))


def _stretched(bands: np.ndarray, rgb: bool | None) -> np.ndarray:
    """One image as colours (rows, columns, 3), or as a grey (rows, columns)."""
    if rgb or (rgb is None and len(bands) >= 3):
        if len(bands) < 3:
            raise ValueError(f"a colour image needs three bands; there are {len(bands)}")
        dark, scale = _levels(bands[:3].mean(axis=0))
        return _lupton(bands - dark, Q=8.0, stretch=scale)
    dark, scale = _levels(bands[0])
    return np.asarray(np.arcsinh((bands[0] - dark) / scale))


def _levels(pixels: np.ndarray) -> tuple[float, float]:
    """The level that is drawn black, and the brightness up to which the stretch is linear.

    The sky is the median and its scatter the distance to the 16th percentile: neither sees the objects.
    """
    low, sky, wide, bright = np.percentile(pixels, [16.0, 50.0, 90.0, 99.0])
    # Between the brightest pixels and the wide light: a quasar must not leave its galaxy black, nor the
    # galaxy's stretch melt the quasar's images together.
    light = math.sqrt(0.15 * (bright - sky) * (wide - sky))
    return float(low), float(max(light, 2.0 * (sky - low), _FAINTEST))
