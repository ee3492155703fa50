"""`jaxlens view`: draw the first images of a dataset; of a time series, its epochs side by side."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.datasets.dataset import Dataset
from jaxlens.datasets.loading import load
from jaxlens.files.contents import Series
from jaxlens.files.errors import StorageError
from jaxlens.files.series import MJD
from jaxlens.files.systems import Systems
from jaxlens.plotting.figures import new_figure
from jaxlens.plotting.images import draw_grid, image_grid
from jaxlens.plotting.series import draw_series

# The number of systems in a row of the picture.  Several configurations get a row each, a single one 6 rows.
_COLUMNS = 6
# The number of systems of a time series, and of its epochs, evenly chosen where it has more.
_SYSTEMS, _EPOCHS = 4, 12
# Inches: the width of a panel, its height with the day above it, and the height of a title.
_PANEL, _WITH_DAY, _TITLE = 1.2, 1.4, 0.2


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "view", run, "draw the first images of a dataset")
    parser.add_argument("outdir", metavar="OUTDIR", type=Path, help="the folder of the dataset")
    parser.add_argument("--save", metavar="FILE.png", type=Path, help="default: OUTDIR/view.png")


def run(arguments: argparse.Namespace) -> int:
    """Draw the first systems of each configuration, and print where the picture is."""
    target = arguments.save or arguments.outdir / "view.png"
    drawn = _drawn(load(arguments.outdir), arguments.outdir)
    if any(stored.series is not None for stored in drawn.values()):
        _draw_series(drawn, target)
    else:
        across = min(_COLUMNS, max((len(stored.images) for stored in drawn.values()), default=1))
        titles = [stored.title for stored in drawn.values()]
        image_grid(_panels(drawn, across), columns=across, titles=titles).savefig(target, dpi=150)
    print(f"{target}: the first systems of each configuration")
    return 0


class _Drawn(NamedTuple):
    """The first systems of a configuration.

    Attributes:
        title: its label and NAME.
        images: (n, bands, y, x); none of a time series.
        series: the images of a time series; None for single exposures.
    """

    title: str
    images: np.ndarray
    series: Series | None


def _drawn(dataset: Dataset, folder: Path) -> dict[str, _Drawn]:
    """What is drawn of each configuration of which there are images."""
    wanted = _COLUMNS if len(dataset.configurations) > 1 else _COLUMNS**2
    found = {}
    for label in dataset.configurations:
        title = f"{label} {dataset.name_of(label)}"
        if hasattr(dataset, f"{label}_series"):
            series = _first_series(dataset.systems_of(label))
            found[label] = _Drawn(title, series.images[:, 0], series)
        elif hasattr(dataset, f"{label}_images"):
            found[label] = _Drawn(title, np.asarray(dataset.images(label)[:wanted]), None)
    if not found:
        raise StorageError(f"{folder}: has no images; give the OUTDIR of a dataset with images")
    return {label: one for label, one in found.items() if len(one.images)}


def _first_series(systems: Systems) -> Series:
    """The first systems of a time series."""
    count = min(_SYSTEMS, systems.contents.count)
    mjd = np.asarray(systems.values(0, count)[MJD])
    return Series(np.asarray(systems.arrays["images"][:count]), mjd, ~np.isnan(mjd))


def _draw_series(drawn: dict[str, _Drawn], target: Path) -> None:
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
            draw_series(part, series.images, series.mjd, series.mask)
        else:
            part.suptitle(stored.title, fontsize="small")
            draw_grid(part, list(stored.images[:across]), across)
    figure.savefig(target, dpi=150)


def _epochs(series: Series) -> Series:
    """The first systems of a time series, with epochs that are evenly chosen."""
    count = series.images.shape[1]
    chosen = np.unique(np.linspace(0, count - 1, min(count, _EPOCHS)).round().astype(int))
    return Series(*(array[:_SYSTEMS, chosen] for array in series))


def _panels(drawn: dict[str, _Drawn], across: int) -> list[np.ndarray | None]:
    """The images of all configurations, each of which starts a new row; None is an empty panel."""
    panels: list[np.ndarray | None] = []
    for stored in drawn.values():
        panels += [*stored.images, *[None] * (-len(stored.images) % across)]
    return panels
