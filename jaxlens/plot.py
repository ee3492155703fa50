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
    from matplotlib.figure import Figure

Options = Mapping[str, Any] | None

_FAINTEST = 1e-12


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


def _panels(figure: Figure, rows: int, columns: int) -> list[Axes]:
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
