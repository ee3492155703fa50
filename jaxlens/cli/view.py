"""`jaxlens view`: draw the first images of a dataset; of a time series, its epochs side by side.

Three bands become a colour image, whose bands are scaled by the zero points of the metadata.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jaxlens.cli.arguments import Commands, add_command, whole_number
from jaxlens.datasets.dataset import Dataset
from jaxlens.datasets.loading import load
from jaxlens.datasets.runs import runs_in
from jaxlens.files.contents import Series
from jaxlens.files.errors import StorageError
from jaxlens.files.series import MJD
from jaxlens.files.systems import Systems
from jaxlens.plotting.bands import COLOURS, band_indices, colour_bands
from jaxlens.plotting.figures import new_figure
from jaxlens.plotting.images import draw_grid
from jaxlens.plotting.series import draw_series

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

# The number of systems in a row, and by default of several configurations each; a single one has 6 rows.
_COLUMNS = 6
# The number of systems of a time series, and of its epochs, evenly chosen where it has more.
_SYSTEMS, _EPOCHS = 4, 12
# Inches: the width of a panel, its height with the day above it, and the height of a title.
_PANEL, _WITH_DAY, _TITLE = 1.2, 1.4, 0.25
# Inches: the side of a panel of single exposures.
_GRID_PANEL = 1.6


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "view", run, "draw the first images of a dataset")
    parser.add_argument("outdir", metavar="OUTDIR", type=Path, help="the folder of the dataset")
    count = (
        f"systems of each configuration; default: {_COLUMNS} of several configurations, {_COLUMNS**2} of one"
    )
    parser.add_argument("--count", metavar="N", type=whole_number(1), help=count)
    columns = f"systems in a row; default: {_COLUMNS}"
    parser.add_argument("--columns", metavar="N", type=whole_number(1), help=columns)
    bands = "one band, or three for a colour image, bluest first; default: g,r,i or others like them"
    parser.add_argument("--bands", metavar="g,r,i", help=bands)
    parser.add_argument("--save", metavar="FILE.png", type=Path, help="default: OUTDIR/view.png")


def run(arguments: argparse.Namespace) -> int:
    """Draw the first systems of each configuration, and print where the picture is."""
    target = arguments.save or arguments.outdir / "view.png"
    dataset = load(arguments.outdir)
    runs = runs_in(dataset)
    drawn = _drawn(dataset, runs.newest, arguments)
    if any(stored.series is not None for stored in drawn.values()):
        figure = _series_figure(drawn)
    else:
        figure = _figure(drawn, arguments.columns)
    figure.savefig(target, dpi=150)
    if runs.others:
        print(f"{', '.join(runs.others)}: left out, since another run of jaxlens made them earlier")
    print(f"{target}: the first systems of each configuration")
    return 0


class _Drawn(NamedTuple):
    """The first systems of a configuration.

    Attributes:
        title: its label and NAME, and the bands that are drawn.
        images: (n, bands, y, x); of a time series those of the first epoch.
        bands: the names of the bands.
        chosen: the indices of the bands that are drawn, one or three, bluest first.
        zero_points: the magnitude of 1 count/s, (n, bands); None where it is not known or varies by epoch.
        series: the images of a time series; None for single exposures.
    """

    title: str
    images: np.ndarray
    bands: tuple[str, ...]
    chosen: list[int]
    zero_points: np.ndarray | None
    series: Series | None


def _drawn(dataset: Dataset, labels: tuple[str, ...], arguments: argparse.Namespace) -> dict[str, _Drawn]:
    """What is drawn of each configuration of which there are images."""
    wanted = arguments.count or (_COLUMNS if len(labels) > 1 else _COLUMNS**2)
    found = {}
    for label in labels:
        if not (hasattr(dataset, f"{label}_series") or hasattr(dataset, f"{label}_images")):
            continue
        systems = dataset.systems_of(label)
        bands = tuple(systems.contents.bands) or tuple(dataset.bands)
        chosen = _chosen(bands, arguments.bands)
        names = ", ".join(bands[b] for b in reversed(chosen))
        title = f"{label} {dataset.name_of(label)}" + (f" ({names})" if names else "")
        if hasattr(dataset, f"{label}_series"):
            series = _first_series(systems, arguments.count or _SYSTEMS)
            found[label] = _Drawn(title, series.images[:, 0], bands, chosen, None, series)
        else:
            images = np.asarray(dataset.images(label)[:wanted])
            found[label] = _Drawn(title, images, bands, chosen, _zero_points(systems, images), None)
    if not found:
        folder = arguments.outdir
        raise StorageError(f"{folder}: has no images; give the OUTDIR of a dataset with images")
    return {label: one for label, one in found.items() if len(one.images)}


def _chosen(bands: tuple[str, ...], asked: str | None) -> list[int]:
    """The indices of the bands that are drawn: three, bluest first, or one."""
    if asked is None:
        return colour_bands(bands) if len(bands) >= COLOURS else [0]
    names = [name.strip() for name in asked.split(",")]
    if len(names) not in (1, COLOURS):
        raise ValueError(f"--bands {asked}: give one band, or three for a colour image")
    return band_indices(bands, names)


def _zero_points(systems: Systems, images: np.ndarray) -> np.ndarray | None:
    """The magnitude of 1 count/s in each band of the first systems, (n, bands)."""
    found = systems.values(0, len(images)).get("magnitude_zero_point") if len(images) else None
    if found is None:
        return None
    zeros = np.asarray(found, float).reshape(len(images), -1)
    return np.broadcast_to(zeros, images.shape[:2])


def _figure(drawn: dict[str, _Drawn], columns: int | None) -> Figure:
    """Draw configurations below each other, each with its title above its rows."""
    most = max((len(stored.images) for stored in drawn.values()), default=1)
    across = columns or min(_COLUMNS, most)
    heights = [_TITLE + _GRID_PANEL * math.ceil(len(stored.images) / across) for stored in drawn.values()]
    figure = new_figure(figsize=(_GRID_PANEL * across, sum(heights)))
    parts = figure.subfigures(len(drawn), 1, height_ratios=heights, squeeze=False).ravel()
    for part, stored in zip(parts, drawn.values(), strict=True):
        _draw(part, stored, list(stored.images), across)
    return figure


def _draw(part: SubFigure, stored: _Drawn, images: list[np.ndarray], across: int) -> None:
    """Draw images of one configuration below its title."""
    part.suptitle(stored.title, fontsize="small", x=0.01, ha="left")
    rgb = len(stored.chosen) == COLOURS
    draw_grid(part, images, across, rgb, None, stored.chosen, stored.zero_points, stored.bands)


def _first_series(systems: Systems, wanted: int) -> Series:
    """The first systems of a time series."""
    count = min(wanted, systems.contents.count)
    mjd = np.asarray(systems.values(0, count)[MJD])
    return Series(np.asarray(systems.arrays["images"][:count]), mjd, ~np.isnan(mjd))


def _series_figure(drawn: dict[str, _Drawn]) -> Figure:
    """Draw configurations below each other: a row for each system of a time series, or one for several."""
    chosen = {label: _epochs(stored.series) for label, stored in drawn.items() if stored.series is not None}
    heights = [
        _TITLE + (_WITH_DAY * len(chosen[label].images) if label in chosen else _PANEL) for label in drawn
    ]
    across = max([_COLUMNS, *(series.images.shape[1] for series in chosen.values())])
    figure = new_figure(figsize=(_PANEL * across, sum(heights)))
    parts = figure.subfigures(len(drawn), 1, height_ratios=heights, squeeze=False).ravel()
    for part, (label, stored) in zip(parts, drawn.items(), strict=True):
        if label in chosen:
            series = chosen[label]
            shown, epochs = series.images.shape[1], stored.series.images.shape[1]  # type: ignore[union-attr]
            part.suptitle(f"{stored.title}: {shown} of {epochs} epochs (MJD)", fontsize="small")
            draw_series(part, series.images, series.mjd, series.mask, stored.chosen)
        else:
            _draw(part, stored, list(stored.images[:across]), across)
    return figure


def _epochs(series: Series) -> Series:
    """The first systems of a time series, with epochs that are evenly chosen."""
    count = series.images.shape[1]
    chosen = np.unique(np.linspace(0, count - 1, min(count, _EPOCHS)).round().astype(int))
    return Series(*(array[:, chosen] for array in series))
