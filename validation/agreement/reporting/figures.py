"""Figures of the report: ours, theirs, and the residual in units of the noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from validation.agreement.reporting.rows import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

COLUMNS = ("jaxlens", "lenstronomy", "residual / noise")


def draw(pictures: Sequence[Picture], heading: str, reference: str = COLUMNS[1]) -> Figure:
    """One row of panels a picture: ours, theirs, and the residual.

    Images are drawn with the origin at the bottom, on one colour scale of arcsinh(10 I / peak); series as
    points.  The residual is (ours - theirs) / noise, and its scale is that of its largest value.

    Args:
        pictures: one for each row of panels.
        heading: the title of the figure.
        reference: the title of the panels of `theirs`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 0.5 + 3.6 * len(pictures)), layout="constrained")
    figure.suptitle(heading)
    rows = np.atleast_1d(np.asarray(figure.subfigures(len(pictures), 1), dtype=object))
    for part, picture in zip(rows, pictures, strict=True):
        part.suptitle(picture.title, fontsize=10, x=0.02, ha="left")
        line = part.subplots(1, 3)
        (_image_row if picture.ours.ndim == 2 else _series_row)(part, line, picture)
        for axes, name in zip(line, (COLUMNS[0], reference, COLUMNS[2]), strict=True):
            axes.set_title(name, fontsize=9)
        line[2].set_xlabel(f"noise: {picture.noise_label}", fontsize=8)
    return figure


def save(pictures: Sequence[Picture], heading: str, path: Path, reference: str = COLUMNS[1]) -> None:
    """Draw and write a PNG.

    Args:
        pictures: one for each row of panels.
        heading: the title of the figure.
        path: the path of the PNG; its folder is made.
        reference: the title of the panels of `theirs`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draw(pictures, heading, reference).savefig(path, dpi=90)


def residual(picture: Picture) -> np.ndarray:
    """(ours - theirs) / noise."""
    return np.asarray((picture.ours - picture.theirs) / picture.noise)


def _image_row(figure: SubFigure, line: Sequence[Axes], picture: Picture) -> None:
    peak = float(np.max(np.abs(picture.theirs))) or 1.0
    images = [np.arcsinh(10.0 * image / peak) for image in (picture.ours, picture.theirs)]
    low, high = min(image.min() for image in images), max(image.max() for image in images)
    for axes, image in zip(line, images, strict=False):
        axes.imshow(image, origin="lower", vmin=low, vmax=high, cmap="viridis")
        axes.set_xlabel(f"{picture.quantity}, peak {peak:.3g}", fontsize=8)
    away = residual(picture)
    largest = float(np.max(np.abs(away))) or 1.0
    shown = line[2].imshow(away, origin="lower", vmin=-largest, vmax=largest, cmap="RdBu_r")
    figure.colorbar(shown, ax=line[2], format="%.1e")


def _series_row(figure: SubFigure, line: Sequence[Axes], picture: Picture) -> None:
    at = np.arange(len(picture.ours)) if picture.at is None else picture.at
    for axes, values in zip(line, (picture.ours, picture.theirs), strict=False):
        axes.plot(at, values, ".", markersize=4)
        axes.set_xlabel(picture.at_label, fontsize=8)
        axes.set_ylabel(picture.quantity, fontsize=8)
    line[1].sharey(line[0])
    line[2].plot(at, residual(picture), ".", markersize=4, color="firebrick")
    line[2].axhline(0.0, linewidth=0.5, color="black")
    line[2].yaxis.set_major_formatter("{x:.1e}")
