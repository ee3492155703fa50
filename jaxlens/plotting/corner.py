"""Corner plots, by the library corner: a histogram of each column, and of every pair of columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from jaxlens.plotting.column_names import ColumnNames
from jaxlens.plotting.figures import plain_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Options = Mapping[str, Any] | None

# Inches: the smallest side of the figure of `view_corner`, and the side of one of its panels.
_SMALLEST, _PANEL = 6.0, 1.9
# Inches: the margin for the labels along the left and the lower edge, that at the other edges, and the
# distance of the labels from their panels.
MARGIN, _EDGE, _LABEL_DISTANCE = 1.5, 0.15, 0.62
# The share of its cell that a panel fills; the rest is the gap to the next panel.
_FILLED = 0.94
# Inches: in panels of less than this each word of a label has a line of its own.
_NARROW = 1.7
# The size of the ticks' labels over that of the axes' labels, and how many ticks an axis has at most.
_TICK_SIZE, _MOST_TICKS = 0.85, 3
# Bins: the width of the Gaussian that smooths histograms of two parameters.
_SMOOTHED = 1.0
# Bins along an axis of each histogram: the square root of the number of rows, within these bounds.
_FEWEST_BINS, _MOST_BINS = 8, 30
# The share of the rows within the contours of two dimensions: one and two standard deviations of a Gaussian.
LEVELS = (1.0 - math.exp(-0.5), 1.0 - math.exp(-2.0))
# Fewer rows than this are drawn as points, without contours, which need several rows in a bin.
_FEWEST_FOR_CONTOURS = 200
# The colours of a posterior and of the best values.
_COLOUR, _BEST_COLOUR = "#1f4e79", "#d55e00"
# Half the width of a range about a column of one value, as a share of the value, or that where it is 0.
_CONSTANT = 0.5


def view_corner(
    metadata: pd.DataFrame,
    labels: Mapping[str, str],
    hist_kwargs: Options = None,
    hist2d_kwargs: Options = None,
    label_kwargs: Options = None,
    **corner_kwargs: Any,
) -> Figure:
    """Draw histograms of metadata columns, and of every pair of them, by the library corner.

    Args:
        metadata: a dataset's metadata.
        labels: name of a column -> label of its axis.  The name may be short: an ending, with the band or,
            where all bands have the same values, without it (`theta_E`, `seeing-g`).
        hist_kwargs: arguments for matplotlib's `hist`, on the diagonal; `bins` are those of all panels.
        hist2d_kwargs: arguments for `corner.hist2d`, below the diagonal, such as `plot_datapoints`; of
            matplotlib's `hist2d` it takes `bins`, `range`, `weights` and `cmap`.
        label_kwargs: arguments for `set_xlabel` and `set_ylabel`.
        corner_kwargs: further arguments for `corner.corner`, such as `truths`, `quantiles` or `color`.

    Returns:
        A matplotlib `Figure` of as many rows and columns of panels as there are labels; those above the
        diagonal are not visible.

    Raises:
        TypeError: if `metadata` is not a DataFrame, or `labels` is not a dictionary.
        KeyError: if a column is not in the metadata, or its name may mean several that differ.
        ImportError: if corner is not installed.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"seeing-g": [0.8, 0.9, 1.1], "H0-g": [70.0, 71.0, 69.0]})
    >>> sum(axes.get_visible() for axes in view_corner(frame, {"seeing": "seeing", "H0": "H0"}).axes)
    3
    """
    _check(metadata, labels)
    columns = ColumnNames(metadata)
    labels = {columns.full(name): label for name, label in labels.items()}
    diagonal, pairs = dict(hist_kwargs or {}), dict(hist2d_kwargs or {})
    bins = diagonal.pop("bins", pairs.pop("bins", None))
    if "cmap" in pairs:
        pairs["contourf_kwargs"] = {"cmap": pairs.pop("cmap"), "colors": None} | pairs.get(
            "contourf_kwargs", {}
        )
    own = {name: pairs.pop(name) for name in ("range", "weights") if name in pairs}
    side = max(_SMALLEST, _PANEL * len(labels))
    figure = plain_figure((side, side))
    draw_corner(
        figure,
        metadata[list(labels)],
        list(labels.values()),
        above=True,
        **({"bins": bins} if bins is not None else {}),
        **own,
        hist_kwargs=diagonal,
        label_kwargs=dict(label_kwargs or {}),
        **pairs,
        **corner_kwargs,
    )
    return figure


def _check(metadata: pd.DataFrame, labels: Mapping[str, str]) -> None:
    if not isinstance(metadata, pd.DataFrame):
        raise TypeError(f"metadata is a {type(metadata).__name__}; it must be a pandas DataFrame")
    if not isinstance(labels, Mapping):
        raise TypeError(f"labels is a {type(labels).__name__}; it must be a dictionary, column to axis label")


def draw_corner(
    part: Figure | SubFigure,
    samples: pd.DataFrame,
    labels: Sequence[str],
    font_size: float = 12.5,
    above: bool = False,
    **options: Any,
) -> None:
    """Draw a corner plot of square panels, as large as a figure or a part of one has room for.

    A column of one value, which has no histogram, is drawn in a range about it.

    Args:
        part: the figure or the part, without axes.
        samples: a column for each parameter, a row for each draw.
        labels: the label of each column.
        font_size: of the labels, in points.
        above: whether there are axes, which are not visible, above the diagonal too.
        options: arguments for `corner.corner`.

    Raises:
        ImportError: if corner is not installed.
    """
    try:
        import corner
    except ImportError as error:
        raise ImportError(
            'corner plots need corner; install it with: pip install "jaxlens-sim[plot]"'
        ) from error
    values = samples.to_numpy(float)
    count, size = values.shape
    enough = count >= _FEWEST_FOR_CONTOURS
    settings: dict[str, Any] = {
        "range": [_range(column) for column in values.T],
        "bins": int(np.clip(math.sqrt(count), _FEWEST_BINS, _MOST_BINS)),
        "smooth": _SMOOTHED if enough else None,
        "color": _COLOUR,
        "truth_color": _BEST_COLOUR,
        "levels": LEVELS,
        "max_n_ticks": _MOST_TICKS,
        "plot_contours": enough,
        "plot_density": False,
        "fill_contours": enough,
        "plot_datapoints": not enough,
    }
    settings |= options
    settings["label_kwargs"] = {"fontsize": font_size} | settings.get("label_kwargs", {})
    grid = _Grid(part, size, above)
    # one word a line where two are wider than a panel
    own = [label.replace(" (", "\n(").replace(", ", "\n") for label in labels]
    own = own if grid.panel < _NARROW else list(labels)
    # corner 2.3 draws no line in a single panel
    line = settings.pop("truths", None) if size == 1 else None
    corner.corner(values, labels=own, fig=grid, **settings)
    if line is not None:
        grid.axes[0].axvline(float(np.ravel(line)[0]), color=settings["truth_color"])
    grid.finish(_TICK_SIZE * font_size)


class _Grid:
    """The panels of a corner plot, as the figure that `corner.corner` asks for.

    They are placed by hand: matplotlib's layout of hundreds of panels takes longer than drawing them.
    """

    def __init__(self, part: Figure | SubFigure, size: int, above: bool) -> None:
        inches = np.array([part.bbox.width, part.bbox.height]) / part.figure.dpi
        self._panel = np.full(2, float((inches - MARGIN - _EDGE).min()) / size)
        elsewhere = None if above else plain_figure((1.0, 1.0)).add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes: list[Axes] = []
        for row in range(size):
            for column in range(size):
                if column > row and elsewhere is not None:
                    self.axes.append(elsewhere)
                    continue
                corner = (MARGIN + self._panel * (column, size - 1 - row)) / inches
                self.axes.append(part.add_axes((*corner, *(_FILLED * self._panel / inches))))
        self._size = size

    @property
    def panel(self) -> float:
        """The side of a panel with its gap, inches."""
        return float(self._panel[0])

    def subplots_adjust(self, **_: float) -> None:
        """The panels are where they are."""

    def finish(self, tick_size: float) -> None:
        """Place labels and ticks at equal distances from panels of any size, and hide what is above."""
        from matplotlib.ticker import ScalarFormatter

        offsets = -_LABEL_DISTANCE / (_FILLED * self._panel)
        for i, axes in enumerate(self.axes):
            row, column = divmod(i, self._size)
            axes.set_visible(column <= row)
            axes.tick_params(labelsize=tick_size)
            for axis in (axes.xaxis, axes.yaxis):
                # panels that have no labels have no such formatter
                if isinstance(formatter := axis.get_major_formatter(), ScalarFormatter):
                    formatter.set_useOffset(False)
            axes.xaxis.set_label_coords(0.5, offsets[1])
            axes.yaxis.set_label_coords(offsets[0], 0.5)
            axes.xaxis.label.set_verticalalignment("top")
            axes.yaxis.label.set_verticalalignment("bottom")


def _range(column: np.ndarray) -> tuple[float, float]:
    """The smallest and the largest value; a range about it where there is one value."""
    low, high = float(np.nanmin(column)), float(np.nanmax(column))
    half = _CONSTANT * abs(low) or _CONSTANT
    return (low, high) if high > low else (low - half, low + half)
