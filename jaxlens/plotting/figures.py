"""An empty figure, its panels, and an array drawn on a panel.

matplotlib is imported when the first figure is made, not with this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure


def new_figure(figsize: tuple[float, float]) -> Figure:
    """A figure of that width and height in inches.

    Raises:
        ImportError: if matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            'pictures need matplotlib; install it with: pip install "jaxlens-sim[plot]"'
        ) from error
    return Figure(figsize=figsize, layout="constrained")


def panels(figure: Figure | SubFigure, rows: int, columns: int) -> list[Axes]:
    """The axes of a grid of panels, row by row.

    Args:
        figure: the figure that the grid fills.
        rows: the number of rows.
        columns: the number of columns.

    Returns:
        `rows * columns` axes.
    """
    return list(figure.subplots(rows, columns, squeeze=False).ravel())


def show(axes: Axes, pixels: np.ndarray, **imshow_kwargs: Any) -> None:
    """Draw an array without ticks; y grows upwards unless `origin` says otherwise.

    Args:
        axes: the panel.
        pixels: the array, (y, x), or (y, x, 3) for colours.
        imshow_kwargs: arguments for matplotlib's `imshow`.
    """
    axes.imshow(pixels, **{"origin": "lower", **imshow_kwargs})
    axes.set_xticks([])
    axes.set_yticks([])
