"""What a lens does, drawn on panels: critical curves, caustics, convergence, the source, images of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxlens.plotting.bands import COLOURS, band_indices, colour_bands, in_flux_units
from jaxlens.plotting.figures import SKY_COLOURS, colour_bar, outline
from jaxlens.plotting.stretch import asinh_norm, colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curves = Sequence[np.ndarray]
Extent = tuple[float, float, float, float]

# How each kind of curve is drawn: by its dashes too, so that no colour has to be told from another.
CURVES: Mapping[str, Mapping[str, Any]] = {
    "tangential": {"color": "#35e0ff", "linestyle": "-", "linewidth": 1.8},
    "radial": {"color": "#ffffff", "linestyle": "--", "linewidth": 1.6},
    "cut": {"color": "#ffffff", "linestyle": ":", "linewidth": 1.8},
}
# The colour map of the convergence.
_CONVERGENCE_COLOURS = "magma"
# The convergence is drawn from this percentile to that one, or to this value where the centre is steeper.
_CONVERGENCE_PERCENTILES, _MOST_CONVERGENCE = (1.0, 99.7), 10.0
# Values at the colour bar of the convergence, of which those in its range are written.
_CONVERGENCE_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
# The light of a source is drawn linearly up to this share of its peak.
_SOURCE_LINEAR = 0.1
# The same of a source in colours, in Lupton's terms; chosen by eye.
_SOURCE_STRETCH, _SOURCE_SOFTENING = 0.25, 6.0


@dataclass(frozen=True, eq=False)
class LensCurves:
    """Critical curves and caustics as polylines (k, 2) of x and y, arcsec.

    Attributes:
        tangential: the tangential critical curves, in the plane of the image.
        radial: the radial ones.
        tangential_caustics: the tangential caustics, in the plane of the source.
        radial_caustics: the radial ones.
        cuts: where the number of images changes without a caustic, as about an isothermal mass.
    """

    tangential: Curves = ()
    radial: Curves = ()
    tangential_caustics: Curves = ()
    radial_caustics: Curves = ()
    cuts: Curves = ()


@dataclass(frozen=True, eq=False)
class PointImages:
    """A point source and its images.

    Attributes:
        x: where it is in its own plane, arcsec; and
        y: the other coordinate.
        images: x, y (arcsec) and the signed magnification of each image, (images, 3).
    """

    x: float
    y: float
    images: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))


def square(center: tuple[float, float], half_width: float) -> Extent:
    """The edges of a square: left, right, lower, upper.

    Args:
        center: x and y of its centre.
        half_width: from there to an edge.
    """
    x, y = center
    return x - half_width, x + half_width, y - half_width, y + half_width


def draw_sky(axes: Axes, extent: Extent, title: str = "") -> None:
    """Axes in arcsec of a square part of the sky, and a title.

    Args:
        axes: the panel.
        extent: its edges.
        title: what stands above it.
    """
    axes.set(xlim=extent[:2], ylim=extent[2:], aspect="equal")
    axes.locator_params(nbins=5)
    axes.set_xlabel("x (arcsec)")
    axes.set_ylabel("y (arcsec)")
    if title:
        axes.set_title(title)


def draw_light(
    axes: Axes,
    light: np.ndarray,
    extent: Extent,
    bands: Sequence[str],
    zero_points: np.ndarray | None = None,
    rgb_bands: Sequence[str | int] | None = None,
) -> str:
    """Light in colours where there are three bands, else the first one by an asinh stretch.

    Args:
        axes: the panel.
        light: counts/s, (bands, y, x).
        extent: the edges of the image, arcsec.
        bands: the names of the bands.
        zero_points: the magnitude of 1 count/s of each band, (bands,).
        rgb_bands: the three bands that are drawn, bluest first, or one; names or indices.

    Returns:
        The names of the bands that are drawn, the reddest first.
    """
    b = _one_band(len(light), bands, rgb_bands)
    if b is not None:
        axes.imshow(light[b], origin="lower", extent=extent, cmap=SKY_COLOURS, norm=asinh_norm(light[b]))
        return str(bands[b])
    chosen = colour_bands(bands, rgb_bands)
    picture = colours(in_flux_units(light, zero_points, bands)[chosen])
    axes.imshow(picture, origin="lower", extent=extent)
    return ", ".join(bands[b] for b in reversed(chosen))


def draw_convergence(axes: Axes, convergence: np.ndarray, extent: Extent) -> None:
    """The convergence with a logarithmic colour bar.

    Args:
        axes: the panel.
        convergence: (y, x), without a unit.
        extent: the edges of the array, arcsec.
    """
    from matplotlib.colors import LogNorm

    above = convergence[np.isfinite(convergence) & (convergence > 0)]
    low, high = np.percentile(above, _CONVERGENCE_PERCENTILES) if above.size else (0.1, 1.0)
    low, high = float(low), float(min(max(high, 1.01 * low), max(_MOST_CONVERGENCE, 1.01 * low)))
    shown = np.where(convergence > low, convergence, low)
    axes.imshow(shown, origin="lower", extent=extent, cmap=_CONVERGENCE_COLOURS, norm=LogNorm(low, high))
    ticks = [tick for tick in _CONVERGENCE_TICKS if low <= tick <= high]
    colour_bar(axes, r"convergence $\kappa$", ticks=ticks, extend="max")


def draw_source(
    axes: Axes,
    source: np.ndarray,
    extent: Extent,
    bands: Sequence[str],
    zero_points: np.ndarray | None = None,
    rgb_bands: Sequence[str | int] | None = None,
) -> None:
    """The light of a source in its plane, without noise, which is why its stretch is that of its peak.

    Args:
        axes: the panel.
        source: its surface brightness, (bands, y, x), or (1, y, x) where bands are alike.
        extent: the edges of the array, arcsec.
        bands: the names of the bands.
        zero_points: the magnitude of 1 count/s of each band, (bands,).
        rgb_bands: as in `draw_light`.
    """
    axes.set_facecolor("black")
    b = _one_band(len(source), bands, rgb_bands)
    if b is not None:
        top = float(np.max(source[b])) if source.size else 0.0
        picture = np.arcsinh(source[b] / (_SOURCE_LINEAR * top)) if top > 0 else source[b]
        axes.imshow(picture, origin="lower", extent=extent, cmap=SKY_COLOURS)
        return
    light = in_flux_units(source, zero_points, bands)[colour_bands(bands, rgb_bands)]
    top = float(light.mean(axis=0).max())
    axes.imshow(
        colours(light, stretch=max(_SOURCE_STRETCH * top, 1e-30), Q=_SOURCE_SOFTENING),
        origin="lower",
        extent=extent,
    )


def _one_band(count: int, bands: Sequence[str], rgb_bands: Sequence[str | int] | None) -> int | None:
    """The index of the band that is drawn alone, where there are no colours; 0 where bands are alike."""
    if rgb_bands is not None and len(rgb_bands) == 1:
        return band_indices(bands, rgb_bands)[0] if count > 1 else 0
    return 0 if count < COLOURS else None


def draw_curves(axes: Axes, **curves: Curves) -> None:
    """Critical curves or caustics.

    Args:
        axes: the panel.
        curves: polylines (k, 2) by their kind, a key of `CURVES`.
    """
    for kind, lines in curves.items():
        for i, line in enumerate(lines):
            label = kind if i == 0 else None
            axes.plot(*np.asarray(line).T, **CURVES[kind], label=label, path_effects=outline(3.0))


def draw_legend(axes: Axes) -> None:
    """The kinds of curves that a panel has, where it has two or more."""
    handles, labels = axes.get_legend_handles_labels()
    if len(handles) > 1:
        axes.legend(
            handles,
            labels,
            loc="lower right",
            labelcolor="white",
            facecolor="black",
            edgecolor="none",
            framealpha=0.6,
            handlelength=1.6,
        )


def draw_point_images(axes: Axes, points: Mapping[str, PointImages]) -> None:
    """The images of point sources with letters, brightest first, and a list of their magnifications.

    Args:
        axes: the panel.
        points: the sources by name.
    """
    lines, letters = [], iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for source in points.values():
        for x, y, magnification in source.images:
            letter = next(letters, "")
            axes.plot(x, y, "o", mfc="none", mec="white", ms=11, mew=1.6)
            axes.annotate(
                letter,
                (x, y),
                xytext=(9, 9),
                textcoords="offset points",
                color="white",
                fontweight="bold",
                ha="center",
                va="center",
                path_effects=outline(),
            )
            lines.append(f"{letter}  {magnification:+.1f}".replace("-", "\N{MINUS SIGN}"))
    if lines:
        text = "\n".join(["magnification", *lines])
        axes.text(
            0.03,
            0.97,
            text,
            transform=axes.transAxes,
            va="top",
            color="white",
            fontsize="small",
            path_effects=outline(),
        )


def draw_point_sources(axes: Axes, points: Mapping[str, PointImages]) -> None:
    """Where point sources are in their plane.

    Args:
        axes: the panel.
        points: the sources by name.
    """
    for i, source in enumerate(points.values()):
        axes.plot(
            source.x,
            source.y,
            "*",
            ms=15,
            mfc="#ffd21f",
            mec="black",
            label="point source" if i == 0 else None,
        )
