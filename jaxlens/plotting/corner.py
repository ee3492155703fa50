"""Corner plots: a histogram of each column, and of every pair of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from jaxlens.plotting.column_names import ColumnNames
from jaxlens.plotting.figures import new_figure, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Options = Mapping[str, Any] | None

# Inches: the margin for the names along the left and the lower edge of the corner plot of a posterior.
MARGIN = 1.1
# The fraction of its cell that a panel fills; the rest is the gap to the next panel.
_FILLED = 0.95
# The right and the upper end of the panels, as a fraction of the figure.
_UPPER_END = 0.99
# Inches: the width and the height of the figure of `view_corner`.
_FIGURE_INCHES = 14
# The number of bins of a histogram of one parameter.
_HISTOGRAM_BINS = 40
# The number of bins along each axis of a histogram of two parameters.
_PAIR_BINS = 30


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
        labels: name of a column -> label of its axis.  The name may be short: an ending, with the band or,
            where all bands have the same values, without it (`theta_E`, `seeing-g`).
        hist_kwargs: arguments for matplotlib's `hist`, on the diagonal.
        hist2d_kwargs: arguments for matplotlib's `hist2d`, below the diagonal.
        label_kwargs: arguments for `set_xlabel` and `set_ylabel`.

    Returns:
        A matplotlib `Figure` of as many rows and columns of panels as there are labels.

    Raises:
        TypeError: if `metadata` is not a DataFrame, or `labels` is not a dictionary.
        KeyError: if a column is not in the metadata, or its name may mean several that differ.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"seeing-g": [0.8, 0.9, 1.1], "H0-g": [70.0, 71.0, 69.0]})
    >>> sum(axes.get_visible() for axes in view_corner(frame, {"seeing": "seeing", "H0": "H0"}).axes)
    3
    """
    _check(metadata, labels)
    columns = ColumnNames(metadata)
    labels = {columns.full(name): label for name, label in labels.items()}
    size = len(labels)
    figure = new_figure(figsize=(_FIGURE_INCHES, _FIGURE_INCHES))
    grid = np.reshape(np.array(panels(figure, size, size), dtype=object), (size, size))
    for row, vertical in enumerate(labels):
        for column, horizontal in enumerate(labels):
            axes = grid[row, column]
            if row == column:
                axes.hist(metadata[vertical].to_numpy(), **(hist_kwargs or {}))
            elif row > column:
                x, y = metadata[horizontal].to_numpy(), metadata[vertical].to_numpy()
                axes.hist2d(x, y, **(hist2d_kwargs or {}))
            else:
                axes.set_visible(False)
            if row == size - 1:
                axes.set_xlabel(labels[horizontal], **(label_kwargs or {}))
            if column == 0 and row != 0:
                axes.set_ylabel(labels[vertical], **(label_kwargs or {}))
    return figure


def _check(metadata: pd.DataFrame, labels: Mapping[str, str]) -> None:
    if not isinstance(metadata, pd.DataFrame):
        raise TypeError(f"metadata is a {type(metadata).__name__}; it must be a pandas DataFrame")
    if not isinstance(labels, Mapping):
        raise TypeError(f"labels is a {type(labels).__name__}; it must be a dictionary, column to axis label")


def draw_posterior(part: SubFigure, samples: pd.DataFrame, best: np.ndarray) -> None:
    """Draw the corner plot of a posterior with lines at the best values.

    Args:
        part: the part of a figure that the plot fills.
        samples: draws of the posterior, a column for each parameter.
        best: the best value of each parameter, shape (columns,).
    """
    names, size = list(samples.columns), len(samples.columns)
    # Panels are placed by hand: matplotlib's layout of hundreds of panels takes longer than drawing them.
    margin = np.array([MARGIN / part.bbox.width, MARGIN / part.bbox.height]) * part.dpi
    width, height = (_UPPER_END - margin) / size
    for row in range(size):
        for column in range(row + 1):
            corner = margin[0] + column * width, margin[1] + (size - 1 - row) * height
            axes = part.add_axes((*corner, _FILLED * width, _FILLED * height))
            _draw_panel(axes, samples.to_numpy().T, best, row, column)
            _label_edges(axes, names[row], names[column], left=column == 0 < row, below=row == size - 1)


def _draw_panel(axes: Axes, values: np.ndarray, best: np.ndarray, row: int, column: int) -> None:
    """Draw a histogram of one parameter or, off the diagonal, of two; `values` is (parameters, draws)."""
    if row == column:
        axes.hist(values[row], bins=_HISTOGRAM_BINS, histtype="step", color="black")
    else:
        counts, x, y = np.histogram2d(values[column], values[row], bins=_PAIR_BINS)
        # much faster than hist2d, which draws every bin as a polygon
        extent = (x[0], x[-1], y[0], y[-1])
        axes.imshow(counts.T, origin="lower", extent=extent, aspect="auto", cmap="Blues")
        axes.axhline(best[row], color="C1", linewidth=0.8)
    axes.axvline(best[column], color="C1", linewidth=0.8)


def _label_edges(axes: Axes, row: str, column: str, left: bool, below: bool) -> None:
    """Draw names and a few ticks on panels at the left and the lower edge, and none on other panels."""
    axes.locator_params(nbins=3)
    axes.ticklabel_format(useOffset=False)
    axes.tick_params(labelsize=5, labelleft=left, labelbottom=below, left=left, bottom=below)
    axes.tick_params(axis="x", rotation=45)
    if below:
        axes.set_xlabel(column.replace("-", "\n"), fontsize=6)
    if left:
        axes.set_ylabel(row.replace("-", "\n"), fontsize=6)
