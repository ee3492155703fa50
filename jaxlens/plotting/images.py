"""Pictures of images: one image, a colour image, and a grid of many systems."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from jaxlens.plotting.bands import COLOURS, colour_bands, in_flux_units
from jaxlens.plotting.figures import SKY_COLOURS, colour_bar, new_figure, panels, show, show_sky
from jaxlens.plotting.stretch import asinh_norm, colours, stretched

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

# Inches: the width and the height of a panel, and the width of one with its colour bar.
_PANEL, _PANEL_WITH_BAR = 4.0, 4.8
# What is said of an array of several images, by its number of axes.
_ONE_SYSTEM = {
    4: "; give one system, as images[0]",
    5: "; give one system and epoch, as images[0, 0], or draw the series with view_series",
}


def view_image(
    image: ArrayLike,
    stretch_func: Callable[[np.ndarray], np.ndarray] | None = None,
    *,
    pixel_scale: ArrayLike | None = None,
    bands: Sequence[str] | None = None,
    unit: str = "counts/s",
    **imshow_kwargs: Any,
) -> Figure:
    """Draw one image, or several bands side by side, each with a colour bar.

    The colours have an asinh stretch, which is linear for the noise and logarithmic for bright light; the
    colour bar has the counts.

    Args:
        image: the pixels, (y, x) or (bands, y, x).
        stretch_func: a function that is applied to the pixels of each band in place of the asinh stretch, for
            example `np.sqrt`; `lambda pixels: pixels` draws them as they are.
        pixel_scale: arcsec a pixel, which gives axes in arcsec; by default they are in pixels.  It may be
            `params["pixel_scale"][0]`.
        bands: the names of the bands, for the titles.
        unit: of the pixels, for the colour bar.
        imshow_kwargs: arguments for matplotlib's `imshow`; `origin` is "lower", so that y grows upwards.

    Returns:
        A matplotlib `Figure` with a panel for each band, and then their colour bars.

    Raises:
        ValueError: if the image has another shape, such as that of several systems, or `bands` are not as
            many as there are.

    >>> import numpy as np
    >>> figure = view_image(np.ones((2, 8, 8)), pixel_scale=0.2, bands=["g", "r"])
    >>> [axes.get_title() for axes in figure.axes], figure.axes[0].get_xlabel()
    (['g', 'r', '', ''], 'x (arcsec)')
    """
    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3) or 0 in pixels.shape:
        more = _ONE_SYSTEM.get(pixels.ndim, "")
        raise ValueError(f"the image has shape {pixels.shape}; it must be (y, x) or (bands, y, x){more}")
    drawn = pixels if pixels.ndim > 2 else pixels[np.newaxis]
    if bands is not None and len(bands) != len(drawn):
        raise ValueError(f"bands has {len(bands)} names and the image {len(drawn)} bands; give one for each")
    scale = _one_scale(pixel_scale)
    figure = new_figure(figsize=(_PANEL_WITH_BAR * len(drawn), _PANEL))
    grid = panels(figure, 1, len(drawn))
    for b, (axes, band) in enumerate(zip(grid, drawn, strict=True)):
        if stretch_func is not None:
            show_sky(axes, stretch_func(band), scale, **{"cmap": SKY_COLOURS} | imshow_kwargs)
        elif "norm" in imshow_kwargs:
            show_sky(axes, band, scale, **{"cmap": SKY_COLOURS} | imshow_kwargs)
        else:
            rest = {name: value for name, value in imshow_kwargs.items() if name not in ("vmin", "vmax")}
            norm = asinh_norm(band, imshow_kwargs.get("vmin"), imshow_kwargs.get("vmax"))
            show_sky(axes, band, scale, **{"cmap": SKY_COLOURS} | rest, norm=norm)
        if bands is not None:
            axes.set_title(bands[b])
        if b:
            axes.set_ylabel("")
    for axes in grid:
        colour_bar(axes, unit if stretch_func is None and axes is grid[-1] else "")
    return figure


def view_image_rgb(
    images: ArrayLike,
    Q: float | None = None,
    stretch: float | None = None,
    *,
    bands: Sequence[str] | None = None,
    rgb_bands: Sequence[str | int] | None = None,
    zero_points: ArrayLike | None = None,
    pixel_scale: ArrayLike | None = None,
    **imshow_kwargs: Any,
) -> Figure:
    """Draw three bands as one colour image, after Lupton et al. (2004, PASP 116, 133).

    With the names of the bands they are i, r and g where they are there, or else the reddest, a middle and
    the bluest band.  With zero points each band is scaled to one unit of flux, so that a source with a flat
    spectrum in AB magnitudes is grey; with the names of optical bands too, one like the Sun.

    Args:
        images: the pixels, (bands, y, x), 3 or more bands; without names the first three, bluest first.
        Q: the softening of the asinh stretch, and
        stretch: the linear stretch, in counts/s; by default both suit the image, and the sky is black.
            deeplenstronomy's are 2 and 4.
        bands: the names of the bands, such as `sim.bands`.
        rgb_bands: which three are drawn, bluest first: names or indices.
        zero_points: the magnitude of 1 count/s of each band, (bands,), such as
            `params["magnitude_zero_point"][0]`.
        pixel_scale: arcsec a pixel, which gives axes in arcsec; without it there are none.
        imshow_kwargs: arguments for matplotlib's `imshow`; `origin` is "lower", so that y grows upwards.

    Returns:
        A matplotlib `Figure` with one panel.

    Raises:
        ValueError: if there are fewer than three bands, `bands` or `zero_points` are not as many as there
            are, or `rgb_bands` are not three of them.

    >>> import numpy as np
    >>> figure = view_image_rgb(np.ones((4, 8, 8)), bands=["u", "g", "r", "i"], zero_points=[27, 28, 28, 27])
    >>> figure.axes[0].images[0].get_array().shape, figure.axes[0].get_title()
    ((8, 8, 3), 'i, r, g')
    """
    pixels = np.asarray(images)
    if pixels.ndim != 3 or len(pixels) < COLOURS:
        more = _ONE_SYSTEM.get(pixels.ndim, "")
        raise ValueError(
            f"the images have shape {pixels.shape}; it must be (3 or more bands, rows, columns){more}"
        )
    chosen = colour_bands(_names(bands, len(pixels)), rgb_bands)
    picture = colours(in_flux_units(pixels, zero_points, bands)[chosen], Q, stretch)
    figure = new_figure(figsize=(_PANEL, _PANEL))
    (axes,) = panels(figure, 1, 1)
    if pixel_scale is None:
        show(axes, picture, **imshow_kwargs)
    else:
        show_sky(axes, picture, _one_scale(pixel_scale), **imshow_kwargs)
    if bands is not None:
        axes.set_title(", ".join(bands[b] for b in reversed(chosen)))
    return figure


def _names(bands: Sequence[str] | None, count: int) -> Sequence[str] | int:
    """The names of the bands, or their number where there are none."""
    if bands is None:
        return count
    if len(bands) != count:
        raise ValueError(f"bands has {len(bands)} names and the images {count} bands; give one for each")
    return bands


def _one_scale(pixel_scale: ArrayLike | None) -> float | None:
    """The pixel scale as a number; that of the bands where they have the same."""
    if pixel_scale is None:
        return None
    scales = np.unique(np.asarray(pixel_scale, float))
    if scales.size != 1 or not scales[0] > 0:
        raise ValueError(f"pixel_scale is {pixel_scale}; give one number of arcsec a pixel, above 0")
    return float(scales[0])


def image_grid(
    images: Sequence[ArrayLike | None],
    columns: int | None = None,
    rgb: bool | None = None,
    titles: Sequence[str] | None = None,
    panel_size: float = 1.6,
    *,
    bands: Sequence[str] | None = None,
    rgb_bands: Sequence[str | int] | None = None,
    zero_points: ArrayLike | None = None,
) -> Figure:
    """Draw many systems as a grid without ticks, each with its own asinh stretch.

    The stretch is linear for the noise and logarithmic for the light of the galaxies.

    Args:
        images: an array (bands, y, x) for each system, or None for an empty panel.
        columns: the number of panels in a row; by default the grid is about square.
        rgb: whether three bands, by default the first ones, bluest first, become a colour image (otherwise
            the first band is drawn); by default where there are three.
        titles: a title for each row.
        panel_size: the width of a panel in inches.
        bands: the names of the bands, by which three are chosen for the colours, as in `view_image_rgb`.
        rgb_bands: which three bands are drawn, bluest first: names or indices.
        zero_points: the magnitude of 1 count/s of each band, (bands,), or (systems, bands).

    Returns:
        A matplotlib `Figure` with a panel for each system, and empty panels that complete the last row.

    Raises:
        ValueError: if there are no images, one has another shape, or has fewer than three bands for `rgb`;
            if `rgb_bands` are not bands.

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
    chosen = _chosen(images, rgb, bands, rgb_bands)
    draw_grid(figure, images, across, rgb, titles, chosen, zero_points, bands)
    return figure


def _chosen(
    images: Sequence[ArrayLike | None],
    rgb: bool | None,
    bands: Sequence[str] | None,
    rgb_bands: Sequence[str | int] | None,
) -> Sequence[int]:
    """The indices of the bands that a grid draws, bluest first."""
    if bands is None and rgb_bands is None:
        return range(COLOURS)
    count = max((np.shape(image)[0] for image in images if image is not None), default=COLOURS)
    grey = rgb is False or (rgb_bands is None and count < COLOURS)
    return range(COLOURS) if grey else colour_bands(_names(bands, count), rgb_bands)


def draw_grid(
    part: Figure | SubFigure,
    images: Sequence[ArrayLike | None],
    columns: int,
    rgb: bool | None = None,
    titles: Sequence[str] | None = None,
    chosen: Sequence[int] = (0, 1, 2),
    zero_points: ArrayLike | None = None,
    bands: Sequence[str] | None = None,
) -> None:
    """Draw many systems on a part of a figure; the arguments are those of `image_grid`.

    Args:
        part: the part that the panels fill.
        images: an array (bands, y, x) for each system, or None for an empty panel.
        columns: the number of panels in a row.
        rgb: whether three bands become a colour image.
        titles: a title for each row.
        chosen: the indices of the bands that are drawn: three, bluest first, or one.
        zero_points: the magnitude of 1 count/s of each band, (bands,), or (systems, bands).
        bands: the names of the bands.

    Raises:
        ValueError: as `image_grid`.
    """
    grid = panels(part, math.ceil(len(images) / columns), columns)
    for axes in grid:
        axes.set_axis_off()
    given = None if zero_points is None else np.asarray(zero_points, float)
    zeros = [given] * len(images) if given is None or given.ndim < 2 else list(given)
    for axes, image, zero in zip(grid, images, zeros, strict=False):
        if image is not None:
            show(
                axes, stretched(in_flux_units(np.asarray(image), zero, bands), rgb, chosen), cmap=SKY_COLOURS
            )
    for axes, title in zip(grid[::columns], titles or (), strict=False):
        axes.set_title(title, loc="left", fontsize="small")
