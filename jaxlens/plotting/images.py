"""Pictures of images: one image, a colour image, and a grid of many systems."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from jaxlens.plotting.figures import new_figure, panels, show
from jaxlens.plotting.stretch import lupton_rgb, stretched

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

# Inches: the width and the height of a panel.
_PANEL = 4
# What is said of an array of several images, by its number of axes.
_ONE_SYSTEM = {
    4: "; give one system, as images[0]",
    5: "; give one system and epoch, as images[0, 0], or draw the series with view_series",
}


def _no_stretch(pixels: np.ndarray) -> np.ndarray:
    return pixels


def view_image(
    image: ArrayLike, stretch_func: Callable[[np.ndarray], np.ndarray] = _no_stretch, **imshow_kwargs: Any
) -> Figure:
    """Draw one image, or several bands side by side.

    Args:
        image: the pixels, (y, x) or (bands, y, x).
        stretch_func: a function that is applied to the pixels of each band, for example `np.arcsinh`.
        imshow_kwargs: arguments for matplotlib's `imshow`; `origin` is "lower", so that y grows upwards.

    Returns:
        A matplotlib `Figure` with a panel for each band.

    Raises:
        ValueError: if the image has another shape, such as that of several systems.

    >>> import numpy as np
    >>> len(view_image(np.ones((3, 8, 8)), stretch_func=np.sqrt).axes)
    3
    """
    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3) or 0 in pixels.shape:
        more = _ONE_SYSTEM.get(pixels.ndim, "")
        raise ValueError(f"the image has shape {pixels.shape}; it must be (y, x) or (bands, y, x){more}")
    bands = pixels if pixels.ndim > 2 else pixels[np.newaxis]
    figure = new_figure(figsize=(_PANEL * len(bands), _PANEL))
    for axes, band in zip(panels(figure, 1, len(bands)), bands, strict=True):
        show(axes, stretch_func(band), **imshow_kwargs)
    return figure


def view_image_rgb(images: ArrayLike, Q: float = 2.0, stretch: float = 4.0, **imshow_kwargs: Any) -> Figure:
    """Draw three bands as one colour image, after Lupton et al. (2004, PASP 116, 133).

    Args:
        images: the pixels, (bands, y, x), bluest first, such as g, r, i; the third becomes red.
        Q: the softening of the asinh stretch.
        stretch: the linear stretch.
        imshow_kwargs: arguments for matplotlib's `imshow`; `origin` is "lower", so that y grows upwards.

    Returns:
        A matplotlib `Figure` with one panel.

    Raises:
        ValueError: if there are fewer than three bands.

    >>> import numpy as np
    >>> view_image_rgb(np.ones((3, 8, 8))).axes[0].images[0].get_array().shape
    (8, 8, 3)
    """
    pixels = np.asarray(images)
    if pixels.ndim != 3 or len(pixels) < 3:
        more = _ONE_SYSTEM.get(pixels.ndim, "")
        raise ValueError(
            f"the images have shape {pixels.shape}; it must be (3 or more bands, rows, columns){more}"
        )
    figure = new_figure(figsize=(_PANEL, _PANEL))
    show(panels(figure, 1, 1)[0], lupton_rgb(pixels, Q=Q, stretch=stretch), **imshow_kwargs)
    return figure


def image_grid(
    images: Sequence[ArrayLike | None],
    columns: int | None = None,
    rgb: bool | None = None,
    titles: Sequence[str] | None = None,
    panel_size: float = 1.6,
) -> Figure:
    """Draw many systems as a grid without ticks, each with its own asinh stretch.

    The stretch is linear for the noise and logarithmic for the light of the galaxies.

    Args:
        images: an array (bands, y, x) for each system, or None for an empty panel.
        columns: the number of panels in a row; by default the grid is about square.
        rgb: whether the first three bands, bluest first, become a colour image (otherwise the first
            band is drawn); by default where there are three.
        titles: a title for each row.
        panel_size: the width of a panel in inches.

    Returns:
        A matplotlib `Figure` with a panel for each system, and empty panels that complete the last row.

    Raises:
        ValueError: if there are no images, one has another shape, or has fewer than three bands for `rgb`.

    >>> import numpy as np
    >>> len(image_grid(np.ones((5, 3, 8, 8)), columns=3).axes)
    6
    """
    if len(images) == 0:
        raise ValueError("there are no images to draw; give at least one")
    for i, image in enumerate(images):
        if image is not None and np.ndim(image) != 3:
            more = "; draw a time series with view_series" if np.ndim(image) == 4 else ""
            raise ValueError(f"image {i} has shape {np.shape(image)}; it must be (bands, y, x){more}")
    across = columns or math.ceil(math.sqrt(len(images)))
    down = math.ceil(len(images) / across)
    figure = new_figure(figsize=(panel_size * across, panel_size * down))
    draw_grid(figure, images, across, rgb, titles)
    return figure


def draw_grid(
    part: Figure | SubFigure,
    images: Sequence[ArrayLike | None],
    columns: int,
    rgb: bool | None = None,
    titles: Sequence[str] | None = None,
) -> None:
    """Draw many systems on a part of a figure; the arguments are those of `image_grid`.

    Args:
        part: the part that the panels fill.
        images: an array (bands, y, x) for each system, or None for an empty panel.
        columns: the number of panels in a row.
        rgb: whether the first three bands become a colour image.
        titles: a title for each row.

    Raises:
        ValueError: as `image_grid`.
    """
    grid = panels(part, math.ceil(len(images) / columns), columns)
    for axes in grid:
        axes.set_axis_off()
    for axes, image in zip(grid, images, strict=False):
        if image is not None:
            show(axes, stretched(np.asarray(image), rgb))
    for axes, title in zip(grid[::columns], titles or (), strict=False):
        axes.set_title(title, loc="left", fontsize="small")
