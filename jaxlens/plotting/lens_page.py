"""The page of one fitted lens: data, model, residual, arcs, source with caustics, and words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jaxlens.plotting.figures import (
    MAX_SIGMA,
    SIGNED_COLOURS,
    SKY_COLOURS,
    colour_bar,
    new_figure,
    panels,
    scale_bar,
    show,
    styled,
)
from jaxlens.plotting.lensing import draw_curves, draw_legend, square
from jaxlens.plotting.stretch import asinh_stretch, black_and_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches: the sides of a panel.
_WIDTH, _HEIGHT = 4.2, 3.9
# Points: the size of the text, which is still read at half the size, and of the lines of the text panel.
_FONT, _TEXT = 13.0, 9.5
# The sides of the images that are shown, over those of the square of used pixels.
_FRAME = 1.06
# The colour of pixels that are not used.
_UNUSED = "#d8d8d8"
# Characters of a line of the text panel.
_LINE = 48
# The percentile of the arcs' brightness that is drawn white.
_ARC_PERCENTILE = 99.7


@dataclass(frozen=True, eq=False)
class LensPage:
    """What the page of a lens shows.

    Attributes:
        title: the name of the lens, and what else stands above the page.
        image: the data, (bands, y, x).
        model: the model, of that shape.
        noise_sigma: the standard deviation of the noise, of that shape.
        mask: 1 where a pixel is used, of that shape.
        lens_light: the model of the light of the lens alone, with the sky, of that shape.
        bands: the names of the bands.
        half_width: arcsec, from the middle of the image to its edge.
        source: the surface brightness of the source in its plane, of the first band, (m, m).
        source_half_width: arcsec, from the middle of `source` to its edge.
        source_center: x and y of its middle, arcsec.
        tangential: the tangential critical lines, each (points, 2) of x and y, arcsec.
        radial: of the radial ones.
        tangential_caustic: of the tangential caustics, in the source's plane.
        radial_caustic: of the radial ones.
        text: lines of text; an empty line is a gap.
        center: x and y of the middle of the image, arcsec.
    """

    title: str
    image: np.ndarray
    model: np.ndarray
    noise_sigma: np.ndarray
    mask: np.ndarray
    lens_light: np.ndarray
    bands: Sequence[str]
    half_width: float
    source: np.ndarray
    source_half_width: float
    source_center: tuple[float, float] = (0.0, 0.0)
    tangential: Sequence[np.ndarray] = ()
    radial: Sequence[np.ndarray] = ()
    tangential_caustic: Sequence[np.ndarray] = ()
    radial_caustic: Sequence[np.ndarray] = ()
    text: Sequence[str] = ()
    center: tuple[float, float] = (0.0, 0.0)


def view_lens(page: LensPage) -> Figure:
    """Draw the page of a lens.

    Each band has a row of data, model and residual; below them are the first band's data without the light of
    the lens, with critical lines, the source with caustics, and the text.  Data and model have one stretch.
    Pixels that are not used are drawn pale in the data, and are left out of the residual; what is far from
    all used pixels is not shown.

    Args:
        page: what is drawn.

    Returns:
        A matplotlib `Figure`.
    """
    with styled(_FONT):
        return _page(page)


def _page(page: LensPage) -> Figure:
    """The figure, in the current style."""
    rows = len(page.bands) + 1
    figure = new_figure(figsize=(3 * _WIDTH, rows * _HEIGHT + 0.4))
    figure.suptitle(page.title, x=0.01, ha="left", fontweight="bold")
    grid = np.reshape(np.array(panels(figure, rows, 3), dtype=object), (rows, 3))
    for b, row in enumerate(grid[:-1]):
        _draw_band(page, b, row)
    _draw_arcs(page, grid[-1, 0])
    x, y, half_width = _shown(page)
    for axes in (*grid[:-1].ravel(), grid[-1, 0]):
        axes.set_xlim(x - half_width, x + half_width)
        axes.set_ylim(y - half_width, y + half_width)
    scale_bar(grid[0, 0], square((x, y), half_width))
    _draw_source(page, grid[-1, 1])
    _write(page.text, grid[-1, 2])
    return figure


def _draw_band(page: LensPage, b: int, row: np.ndarray) -> None:
    """Data, model and residual of one band."""
    used = np.asarray(page.mask[b], bool)
    image, model, sigma = (np.asarray(a[b], float) for a in (page.image, page.model, page.noise_sigma))
    shown = image[used] if used.any() else image[np.isfinite(image)]
    black, scale = black_and_scale(shown) if shown.size else (0.0, 1.0)
    stretched = [asinh_stretch(pixels, black, scale) for pixels in (np.where(used, image, np.nan), model)]
    finite = stretched[0][np.isfinite(stretched[0])]
    limits = {"vmin": float(finite.min()), "vmax": float(finite.max())} if finite.size else {}
    pale = asinh_stretch(np.where(np.isfinite(image), image, black), black, scale)
    extent = square(page.center, page.half_width)
    show(row[0], pale, cmap="gray", alpha=0.35, extent=extent, **limits)
    show(row[0], stretched[0], cmap=SKY_COLOURS, extent=extent, **limits)
    show(row[1], stretched[1], cmap=SKY_COLOURS, extent=extent, **limits)
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = np.where(used, (image - model) / sigma, np.nan)
    show(row[2], residual, cmap=SIGNED_COLOURS, vmin=-MAX_SIGMA, vmax=MAX_SIGMA, extent=extent)
    row[2].set_facecolor(_UNUSED)
    colour_bar(row[2], extend="both")
    for axes, title in zip(row, ("data", "model", r"(data $-$ model) / $\sigma$"), strict=True):
        axes.set_title(title if len(page.bands) == 1 else f"{page.bands[b]}: {title}")


def _shown(page: LensPage) -> tuple[float, float, float]:
    """The middle and half width of the part of the images that is shown: all used pixels, and some room."""
    used = np.asarray(np.any(np.asarray(page.mask, bool), axis=0))
    if not used.any():
        return (*page.center, page.half_width)
    size = len(used)
    step = 2.0 * page.half_width / size
    spans = [np.flatnonzero(np.any(used, axis=axis))[[0, -1]] for axis in (0, 1)]
    x, y = (
        center + step * (0.5 * (first + last) - 0.5 * (size - 1))
        for (first, last), center in zip(spans, page.center, strict=True)
    )
    widest = max(last - first + 1 for first, last in spans)
    return float(x), float(y), min(0.5 * _FRAME * step * float(widest), page.half_width)


def _draw_arcs(page: LensPage, axes: Axes) -> None:
    """The first band without the light of the lens, in standard deviations, with critical lines."""
    used = np.asarray(page.mask[0], bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        arcs = np.where(used, (page.image[0] - page.lens_light[0]) / page.noise_sigma[0], np.nan)
        seen = np.where(used, (page.model[0] - page.lens_light[0]) / page.noise_sigma[0], np.nan)
    finite = seen[np.isfinite(seen)]
    top = max(float(np.percentile(finite, _ARC_PERCENTILE)), 3.0) if finite.size else 3.0
    extent = square(page.center, page.half_width)
    show(axes, arcs, cmap="gray", vmin=-0.15 * top, vmax=top, extent=extent)
    axes.set_facecolor(_UNUSED)
    draw_curves(axes, tangential=page.tangential, radial=page.radial)
    axes.set_title(r"data $-$ lens light, critical curves")


def _draw_source(page: LensPage, axes: Axes) -> None:
    """The source in its plane, with caustics."""
    top = float(np.max(page.source)) if page.source.size else 1.0
    extent = square(page.source_center, page.source_half_width)
    show(axes, asinh_stretch(page.source, 0.0, max(top, 1e-30) / 10.0), cmap=SKY_COLOURS, extent=extent)
    draw_curves(axes, tangential=page.tangential_caustic, radial=page.radial_caustic)
    axes.set_xlim(*extent[:2])
    axes.set_ylim(*extent[2:])
    axes.set_title("source and caustics")
    draw_legend(axes)
    scale_bar(axes, extent)


def _write(lines: Sequence[str], axes: Axes) -> None:
    """Lines of text in a panel without axes; long ones are broken."""
    broken = [part for line in lines for part in textwrap.wrap(line, _LINE, subsequent_indent="   ") or [""]]
    axes.axis("off")
    axes.text(
        0.0,
        1.0,
        "\n".join(broken),
        va="top",
        ha="left",
        fontsize=_TEXT,
        family="monospace",
        transform=axes.transAxes,
    )
