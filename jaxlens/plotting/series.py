"""Pictures of time series: a row for each system, a column for each epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from jaxlens.plotting.figures import new_figure, panels, show
from jaxlens.plotting.stretch import stretched_alike

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

# Inches: the height of the day above a panel, and of the title of a row.
_DAY, _TITLE = 0.2, 0.15
# Systems of a dataset that are drawn.
_SYSTEMS = 4


@runtime_checkable
class DatasetOfSeries(Protocol):
    """A dataset of time series, as `make_dataset` and `load` give it."""

    def series(self) -> Any:
        """The images, (systems, epochs, bands, y, x)."""

    def mjd(self) -> Any:
        """The day of each image, (systems, epochs, bands)."""

    def mask(self) -> Any:
        """Whether there is an image, (systems, epochs, bands)."""


def view_series(
    images: ArrayLike | DatasetOfSeries,
    mjd: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    bands: Sequence[int] | None = None,
    titles: Sequence[str] | None = None,
    panel_size: float = 1.2,
) -> Figure:
    """Draw time series: a row for each system, a column for each epoch.

    All epochs of a system have one asinh stretch, so that an object that is drawn brighter is brighter, where
    the zero point is the same at all epochs.  An epoch that is not observed in a band that is drawn stays
    blank.

    Args:
        images: counts/s, (systems, epochs, bands, y, x); or a dataset of one configuration, of which the
            first four systems are drawn with their days.
        mjd: the day of each image, (systems, epochs) or (systems, epochs, bands); the mean over the bands
            that are drawn is written above each panel.
        mask: 1 where an epoch is observed, of one of the shapes of `mjd`; by default everywhere.
        bands: the indices of the bands that are drawn: three, bluest first, become a colour image, one is
            grey.  By default the first three, or the first one where there are fewer.
        titles: a title for each row.
        panel_size: the width of a panel in inches.

    Returns:
        A matplotlib `Figure` with a panel for each epoch of each system.

    Raises:
        ValueError: if an array has another shape, there is nothing to draw, or `bands` are not one or three
            of the bands.

    >>> import numpy as np
    >>> figure = view_series(np.ones((2, 5, 3, 8, 8)), mask=np.arange(5) < np.array([[5], [3]]))
    >>> [len(axes.images) for axes in figure.axes]
    [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]
    """
    if isinstance(images, DatasetOfSeries):
        first = slice(_SYSTEMS)
        mjd, mask = images.mjd()[first], images.mask()[first]
        pixels = _checked(images.series()[first])
    else:
        pixels = _checked(images)
    systems, epochs = pixels.shape[:2]
    row = panel_size + (_DAY if mjd is not None else 0.0) + (_TITLE if titles else 0.0)
    figure = new_figure(figsize=(panel_size * epochs, row * systems))
    draw_series(figure, pixels, mjd, mask, bands, titles)
    return figure


def draw_series(
    part: Figure | SubFigure,
    images: ArrayLike,
    mjd: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    bands: Sequence[int] | None = None,
    titles: Sequence[str] | None = None,
) -> None:
    """Draw time series on a part of a figure; the arguments are those of `view_series`.

    Args:
        part: the part that the panels fill.
        images: counts/s, (systems, epochs, bands, y, x).
        mjd: the day of each image.
        mask: 1 where an epoch is observed.
        bands: the indices of the bands that are drawn.
        titles: a title for each row.

    Raises:
        ValueError: as `view_series`.
    """
    pixels = _checked(images)
    systems, epochs, count = pixels.shape[:3]
    chosen = _chosen(bands, count)
    seen = np.ones(pixels.shape[:3], bool) if mask is None else _by_band("mask", mask, pixels) > 0
    days = None if mjd is None else _by_band("mjd", mjd, pixels)[:, :, chosen].mean(axis=2)
    grid = np.reshape(np.array(panels(part, systems, epochs), dtype=object), (systems, epochs))
    for axes in grid.flat:
        axes.set_axis_off()
    for i, row in enumerate(grid):
        drawn = np.flatnonzero(seen[i][:, chosen].all(axis=1))
        pictures, limits = stretched_alike(pixels[i, drawn][:, chosen])
        for k, picture in zip(drawn, pictures, strict=True):
            show(row[k], picture, **limits)
            if days is not None:
                row[k].set_title(f"{days[i, k]:.1f}", fontsize="x-small")
    for row, title in zip(grid, titles or (), strict=False):
        row[0].set_title(title if days is None else f"{title}\n", loc="left", fontsize="x-small")


def _checked(images: ArrayLike) -> np.ndarray:
    """The images as an array; a ValueError where its shape is not that of time series."""
    pixels = np.asarray(images)
    if pixels.ndim != 5 or 0 in pixels.shape:
        more = "; give one system as images[None]" if pixels.ndim == 4 else ""
        raise ValueError(
            f"the images have shape {pixels.shape}; it must be (systems, epochs, bands, rows, columns){more}"
        )
    return pixels


def _chosen(bands: Sequence[int] | None, count: int) -> list[int]:
    """The indices of the bands that are drawn, one or three."""
    chosen = list(range(3 if count >= 3 else 1)) if bands is None else list(bands)
    if len(chosen) not in (1, 3):
        raise ValueError(f"bands has {len(chosen)} indices; give three for a colour image, or one")
    wrong = [b for b in chosen if not -count <= b < count]
    if wrong:
        raise ValueError(f"bands has {wrong[0]}; the images have {count} bands, 0 to {count - 1}")
    return chosen


def _by_band(name: str, values: ArrayLike, pixels: np.ndarray) -> np.ndarray:
    """`mjd` or `mask` as an array (systems, epochs, bands)."""
    given = np.asarray(values)
    shape = pixels.shape[:3]
    if given.shape not in (shape, shape[:2]):
        raise ValueError(f"{name} has shape {given.shape}; it must be {shape[:2]} or {shape}")
    return np.broadcast_to(given if given.ndim == 3 else given[:, :, None], shape)
