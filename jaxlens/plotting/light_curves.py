"""Light curves measured in a time series, from the metadata of a dataset."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from jaxlens.plotting.figures import new_figure, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

T = TypeVar("T")
# The number of systems that are drawn where none are named.
_FIRST_SYSTEMS = 4
# The error of a magnitude divided by the relative error of its flux, 2.5 / ln 10.
_MAGNITUDE_OF_RELATIVE_FLUX = 2.5 / float(np.log(10.0))
# A column of the flux of all images together: the transient's prefix, and the band.
_BLEND = re.compile(r"(PLANE_\d+-OBJECT_\d+)-forced_flux-(.+)")


class _Points(NamedTuple):
    """The measurements of one panel in one band: day, value and error, each (epochs,)."""

    day: np.ndarray
    value: np.ndarray
    error: np.ndarray


def view_lightcurves(
    metadata: pd.DataFrame,
    transient: str | None = None,
    systems: Iterable[int] | None = None,
    bands: Sequence[str] | None = None,
    magnitudes: bool = False,
    panel_size: float = 2.6,
) -> Figure:
    """Draw the measured light curves of a transient: of each image, by arrival, and of all together.

    There is a row for each system and a colour for each band.  The points are the forced photometry of the
    metadata with its errors, against the day (MJD).

    Args:
        metadata: the metadata of a time series, a row for each system and epoch.
        transient: the prefix of the transient, such as `PLANE_2-OBJECT_2`; may be left out if there is one.
        systems: the OBJIDs of the systems; by default the first four.
        bands: the names of the bands; by default all.
        magnitudes: whether magnitudes are drawn, where the flux is above its error; otherwise counts/s.
        panel_size: the width of a panel in inches.

    Returns:
        A matplotlib `Figure`; a panel is empty where a system has fewer images than others.

    Raises:
        TypeError: if `metadata` is not a DataFrame.
        ValueError: if the metadata have no time series, or no such transient, system or band.

    >>> import pandas as pd
    >>> names = ("nite", "forced_flux", "forced_flux_error", "forced_flux_0", "forced_flux_error_0")
    >>> frame = pd.DataFrame({f"PLANE_1-OBJECT_2-{name}-g": [1.0, 2.0] for name in names})
    >>> frame["OBJID-g"] = 0
    >>> len(view_lightcurves(frame).axes)
    1
    """
    found = _bands_by_transient(metadata)
    prefix = _one_of(found, transient)
    wanted = _known("band", bands, found[prefix])
    objects = metadata[f"OBJID-{wanted[0]}"].to_numpy()
    ids = _known("system", systems, list(dict.fromkeys(objects.tolist())))
    ids = ids if systems is not None else ids[:_FIRST_SYSTEMS]
    images = _images(metadata, prefix, wanted[0])
    # the only image of an unlensed transient is all its light
    columns = [*images, None] if len(images) > 1 else [None]
    size = (panel_size * len(columns), 0.8 * panel_size * len(ids))
    figure = new_figure(figsize=size)
    grid = np.reshape(np.array(panels(figure, len(ids), len(columns)), dtype=object), (len(ids), -1))
    for row, system in zip(grid, ids, strict=True):
        rows = metadata[objects == system]
        for axes, image in zip(row, columns, strict=True):
            points = {band: _points(rows, prefix, band, image, magnitudes) for band in wanted}
            _draw(axes, points, magnitudes)
        row[0].set_ylabel(f"system {system}\n{'magnitude' if magnitudes else 'counts/s'}", fontsize="small")
    _label(grid, columns)
    return figure


def _bands_by_transient(metadata: pd.DataFrame) -> dict[str, list[str]]:
    """The bands of each transient whose flux was measured, by its prefix."""
    if not isinstance(metadata, pd.DataFrame):
        raise TypeError(f"metadata is a {type(metadata).__name__}; it must be a pandas DataFrame")
    found: dict[str, list[str]] = {}
    for name in map(str, metadata.columns):
        match = _BLEND.fullmatch(name)
        if match:
            found.setdefault(match[1], []).append(match[2])
    if not found:
        raise ValueError("the metadata have no columns forced_flux; give those of a time series with images")
    return found


def _one_of(found: dict[str, list[str]], transient: str | None) -> str:
    """The prefix of the transient that is drawn."""
    if transient is None and len(found) > 1:
        raise ValueError(f"the transients are {', '.join(found)}; name one of them")
    prefix = next(iter(found)) if transient is None else transient
    if prefix not in found:
        raise ValueError(f"{prefix} is no transient of the metadata; they are {', '.join(found)}")
    return prefix


def _known(what: str, wanted: Iterable[T] | None, known: list[T]) -> list[T]:
    """What is wanted, or all; a ValueError where something is not known."""
    chosen = known if wanted is None else list(wanted)
    wrong = [one for one in chosen if one not in known]
    if wrong or not chosen:
        listed = ", ".join(map(str, known[:10])) + (", ..." if len(known) > 10 else "")
        said = f"{wrong[0]} is no {what} of the metadata" if wrong else f"no {what} is given"
        raise ValueError(f"{said}; there are {listed}")
    return chosen


def _images(metadata: pd.DataFrame, prefix: str, band: str) -> list[int]:
    """The numbers of the images that were measured, by arrival."""
    names = re.compile(rf"{re.escape(prefix)}-forced_flux_(\d+)-{re.escape(band)}")
    return sorted(int(match[1]) for match in map(names.fullmatch, map(str, metadata.columns)) if match)


def _points(rows: pd.DataFrame, prefix: str, band: str, image: int | None, magnitudes: bool) -> _Points:
    """The measurements of one system in one band; empty where the image does not exist."""

    def column(name: str) -> np.ndarray:
        return rows[f"{prefix}-{name}-{band}"].to_numpy(float)

    end = "" if image is None else f"_{image}"
    day, flux, error = column("nite"), column(f"forced_flux{end}"), column(f"forced_flux_error{end}")
    seen = np.isfinite(day) & np.isfinite(flux) & (error > 0)
    if not magnitudes:
        return _Points(day[seen], flux[seen], error[seen])
    seen &= flux > error
    zero = _zero_point(rows, prefix, band)[seen]
    magnitude = zero - 2.5 * np.log10(flux[seen])
    return _Points(day[seen], magnitude, _MAGNITUDE_OF_RELATIVE_FLUX * error[seen] / flux[seen])


def _zero_point(rows: pd.DataFrame, prefix: str, band: str) -> np.ndarray:
    """The magnitude of 1 count/s at each epoch, from the images whose magnitude was measured, (epochs,)."""
    zeros = []
    for image in _images(rows, prefix, band):
        shift = f"_shift_{image}" if image else ""
        flux = rows[f"{prefix}-forced_flux_{image}-{band}"].to_numpy(float)
        magnitude = rows[f"{prefix}-magnitude_measured{shift}-{band}"].to_numpy(float)
        positive = flux > 0
        zeros.append(np.where(positive, magnitude + 2.5 * np.log10(np.where(positive, flux, 1.0)), -np.inf))
    return np.max(zeros, axis=0)


def _draw(axes: Axes, points: dict[str, _Points], magnitudes: bool) -> None:
    """Draw the bands of one panel; a panel without points stays empty."""
    import matplotlib

    colors = matplotlib.colormaps["turbo"](np.linspace(0.1, 0.9, len(points)))
    if not any(len(one.day) for one in points.values()):
        axes.set_axis_off()
        return
    for (band, one), color in zip(points.items(), colors, strict=True):
        axes.errorbar(*one, fmt=".-", color=color, label=band, markersize=4, linewidth=0.6, elinewidth=1)
    axes.tick_params(labelsize="x-small")
    axes.ticklabel_format(useOffset=False)
    axes.locator_params(axis="x", nbins=4)
    if magnitudes:
        axes.invert_yaxis()


def _label(grid: np.ndarray, columns: Sequence[int | None]) -> None:
    """Titles above the columns, the name of the axis of time below them, and the names of the bands once."""
    for axes, image in zip(grid[0], columns if len(columns) > 1 else (), strict=False):
        axes.set_title("all images" if image is None else f"image {image}", fontsize="small")
    for axes in grid[-1]:
        axes.set_xlabel("MJD", fontsize="small")
    grid[0][-1].legend(fontsize="x-small")
