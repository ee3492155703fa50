"""An empty figure, its panels, and an array drawn on a panel.

matplotlib is imported when the first figure is made, not with this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

# The colour maps of brightness and of what has a sign; both are safe for all kinds of colour vision.
SKY_COLOURS, SIGNED_COLOURS = "inferno", "RdBu_r"
# The largest residual that is told apart, in standard deviations of the noise.
MAX_SIGMA = 5.0
# Round lengths of scale bars, arcsec.
_LENGTHS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)


def new_figure(figsize: tuple[float, float]) -> Figure:
    """A figure of that width and height in inches, whose panels are laid out so that no texts overlap.

    Raises:
        ImportError: if matplotlib is not installed.
    """
    figure = plain_figure(figsize)
    figure.set_layout_engine("constrained")
    return figure


def plain_figure(figsize: tuple[float, float]) -> Figure:
    """A figure of that width and height in inches, whose panels are placed by whoever draws them.

    Raises:
        ImportError: if matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            'pictures need matplotlib; install it with: pip install "jaxlens-sim[plot]"'
        ) from error
    return Figure(figsize=figsize)


@contextmanager
def styled(font_size: float) -> Iterator[None]:
    """A context in which all text of new panels has sizes relative to one, and nothing is changed for good.

    Args:
        font_size: of the names of axes, in points; titles are a tenth larger, ticks and legends smaller.
    """
    import matplotlib

    sizes: Any = {
        "font.size": font_size,
        "axes.labelsize": font_size,
        "axes.titlesize": 1.1 * font_size,
        "figure.titlesize": 1.1 * font_size,
        "legend.fontsize": 0.85 * font_size,
        "xtick.labelsize": 0.85 * font_size,
        "ytick.labelsize": 0.85 * font_size,
    }
    with matplotlib.rc_context(sizes):
        yield


def panels(
    figure: Figure | SubFigure, rows: int, columns: int, widths: Sequence[float] | None = None
) -> list[Axes]:
    """The axes of a grid of panels, row by row.

    Args:
        figure: the figure that the grid fills.
        rows: the number of rows.
        columns: the number of columns.
        widths: the relative widths of the columns; by default they are alike.

    Returns:
        `rows * columns` axes.
    """
    grid = list(figure.subplots(rows, columns, squeeze=False, width_ratios=widths).ravel())
    for axes in grid:
        _keep_tick_size(axes)
    return grid


def _keep_tick_size(axes: Axes) -> None:
    """Let ticks that are made later have the size of the current style."""
    import matplotlib

    axes.tick_params(labelsize=matplotlib.rcParams["xtick.labelsize"])


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


def show_sky(axes: Axes, pixels: np.ndarray, pixel_scale: float | None, **imshow_kwargs: Any) -> None:
    """Draw an array with axes in arcsec about its middle, or in pixels where their size is not known.

    Args:
        axes: the panel.
        pixels: the array, (y, x), or (y, x, 3) for colours.
        pixel_scale: arcsec a pixel; None where it is not known.
        imshow_kwargs: arguments for matplotlib's `imshow`.
    """
    rows, columns = pixels.shape[:2]
    if pixel_scale is not None:
        half_x, half_y = 0.5 * columns * pixel_scale, 0.5 * rows * pixel_scale
        imshow_kwargs = {"extent": (-half_x, half_x, -half_y, half_y)} | imshow_kwargs
    axes.imshow(pixels, **{"origin": "lower", **imshow_kwargs})
    axes.locator_params(nbins=5)
    unit = "pixel" if pixel_scale is None else "arcsec"
    axes.set_xlabel(f"x ({unit})")
    axes.set_ylabel(f"y ({unit})")


def colour_bar(axes: Axes, label: str = "", **kwargs: Any) -> None:
    """A colour bar of the last image of a panel, as high as the panel.

    Args:
        axes: the panel.
        label: what it shows, with its unit.
        kwargs: arguments of matplotlib's `colorbar`, such as `ticks`.
    """
    image = axes.images[-1]
    ticks = kwargs.pop("ticks", getattr(image.norm, "ticks", None))
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.046, pad=0.02, ticks=ticks, **kwargs)
    if ticks is not None:
        bar.minorticks_off()
        bar.ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    _keep_tick_size(bar.ax)
    bar.set_label(label)


def scale_bar(axes: Axes, extent: tuple[float, float, float, float]) -> None:
    """A bar of a round length with its length, in the lower left corner.

    Args:
        axes: the panel.
        extent: its edges, arcsec.
    """
    width = extent[1] - extent[0]
    length = max((one for one in _LENGTHS if one <= 0.3 * width), default=0.3 * width)
    x, y = extent[0] + 0.05 * width, extent[2] + 0.06 * width
    axes.plot([x, x + length], [y, y], color="white", linewidth=2.5, path_effects=outline())
    axes.text(
        x + 0.5 * length,
        y + 0.025 * width,
        f"{length:g}\N{DOUBLE PRIME}",
        color="white",
        ha="center",
        path_effects=outline(),
    )


def outline(width: float = 2.5) -> list[Any]:
    """A dark outline, with which white can be read on bright light.

    Args:
        width: of the line with its outline, in points.
    """
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground="#00000090")]
