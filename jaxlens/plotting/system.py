"""One figure of a lens system: its image, its convergence with critical curves, its source with caustics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from jaxlens.plotting.figures import new_figure, panels, scale_bar, styled
from jaxlens.plotting.lensing import (
    LensCurves,
    PointImages,
    draw_convergence,
    draw_curves,
    draw_legend,
    draw_light,
    draw_point_images,
    draw_point_sources,
    draw_sky,
    draw_source,
    square,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

# Inches: the height of the figure, and the width of its panels.
HEIGHT, _WIDTHS = 4.4, (4.5, 5.3, 4.3)
# Points: the size of the text, which is still read at half the size.
FONT = 14.0


@dataclass(frozen=True, eq=False)
class SystemPicture:
    """What the figure of a system shows; lengths are in arcsec.

    Attributes:
        image: counts/s, (bands, y, x).
        bands: the names of the bands.
        half_width: from the middle of the image to its edge.
        zero_points: the magnitude of 1 count/s of each band, (bands,); None where they are alike.
        rgb_bands: the three bands that are drawn, bluest first, or one; None for a choice by their names.
        center: x and y of the middle of the image.
        convergence: (k, k), over the square of the image; None where nothing is lensed.
        curves: critical curves and caustics.
        source: the surface brightness of the source in its plane, (bands or 1, m, m); None for no source.
        source_half_width: from the middle of `source` to its edge.
        source_center: x and y of its middle.
        points: the point sources with their images, by name.
        title: what stands above the figure.
    """

    image: np.ndarray
    bands: Sequence[str]
    half_width: float
    zero_points: np.ndarray | None = None
    rgb_bands: Sequence[str | int] | None = None
    center: tuple[float, float] = (0.0, 0.0)
    convergence: np.ndarray | None = None
    curves: LensCurves = field(default_factory=LensCurves)
    source: np.ndarray | None = None
    source_half_width: float = 1.0
    source_center: tuple[float, float] = (0.0, 0.0)
    points: Mapping[str, PointImages] = field(default_factory=dict)
    title: str = ""


def view_system(picture: SystemPicture) -> Figure:
    """Draw a lens system: image; convergence, critical curves and images of points; source and caustics.

    A system without a lens has its image alone.

    Args:
        picture: what is drawn.

    Returns:
        A matplotlib `Figure` with one to three panels, and the colour bar of the convergence.

    >>> import numpy as np
    >>> picture = SystemPicture(np.ones((3, 8, 8)), ["g", "r", "i"], 1.0, convergence=np.ones((8, 8)))
    >>> [axes.get_title() for axes in view_system(picture).axes if axes.get_title()]
    ['image (i, r, g)', 'critical curves']
    """
    with styled(FONT):
        figure = new_figure(figsize=(sum(_widths(picture)), HEIGHT))
        draw_system(figure, picture)
        if picture.title:
            figure.suptitle(picture.title)
    return figure


def draw_system(part: Figure | SubFigure, picture: SystemPicture) -> None:
    """Draw a lens system on a part of a figure, as `view_system` does.

    Args:
        part: the part that the panels fill.
        picture: what is drawn.
    """
    widths = _widths(picture)
    grid = iter(panels(part, 1, len(widths), widths))
    _draw_image(next(grid), picture)
    if picture.convergence is not None:
        _draw_lens(next(grid), picture, picture.convergence)
    if picture.source is not None:
        draw_source_plane(next(grid), picture, picture.source)


def _widths(picture: SystemPicture) -> list[float]:
    """The widths of the panels that a system has."""
    drawn = [True, picture.convergence is not None, picture.source is not None]
    return [width for width, it in zip(_WIDTHS, drawn, strict=True) if it]


def _draw_image(axes: Axes, picture: SystemPicture) -> None:
    extent = square(picture.center, picture.half_width)
    names = draw_light(axes, picture.image, extent, picture.bands, picture.zero_points, picture.rgb_bands)
    draw_sky(axes, extent, f"image ({names})")
    scale_bar(axes, extent)


def _draw_lens(axes: Axes, picture: SystemPicture, convergence: np.ndarray) -> None:
    """The convergence with critical curves and the images of point sources."""
    extent = square(picture.center, picture.half_width)
    draw_convergence(axes, convergence, extent)
    draw_curves(axes, tangential=picture.curves.tangential, radial=picture.curves.radial)
    draw_point_images(axes, picture.points)
    draw_legend(axes)
    draw_sky(axes, extent, "critical curves" + (" and images" if picture.points else ""))
    axes.set_ylabel("")


def draw_source_plane(axes: Axes, picture: SystemPicture, source: np.ndarray) -> None:
    """The source in its plane with caustics and point sources.

    Args:
        axes: the panel.
        picture: the system.
        source: its surface brightness, (bands or 1, m, m).
    """
    extent = square(picture.source_center, picture.source_half_width)
    draw_source(axes, source, extent, picture.bands, picture.zero_points, picture.rgb_bands)
    curves = picture.curves
    draw_curves(axes, tangential=curves.tangential_caustics, radial=curves.radial_caustics, cut=curves.cuts)
    draw_point_sources(axes, picture.points)
    draw_legend(axes)
    draw_sky(axes, extent, "source and caustics")
    axes.set_ylabel("")
    scale_bar(axes, extent)
