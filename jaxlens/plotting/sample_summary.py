"""Einstein radii of a sample beside published ones, with their differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from jaxlens.plotting.figures import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Per cent: differences that are larger are drawn at the edge of the panel, with their number.
_MOST = 15.0
# Per cent: the grey band about equality.
_BAND = 1.5


def view_sample(
    names: Sequence[str],
    ours: ArrayLike,
    errors: ArrayLike,
    published: ArrayLike,
    limits: ArrayLike,
    doubtful: ArrayLike,
    label: str = "published",
) -> Figure:
    """Draw our Einstein radii against published ones, and the difference of each lens in per cent.

    Lenses that are flagged are drawn open.  A difference of more than 15% is drawn at the edge, with its
    number.

    Args:
        names: of the lenses, n of them.
        ours: our radii, arcsec, (n,); NaN where a lens has none.
        errors: their standard deviations, (n,).
        published: the published radii, (n,); NaN where there is none.
        limits: their lower and upper limits, (n, 2); NaN where there are none.
        doubtful: whether each lens is flagged, (n,).
        label: what the published radii are, for the axis.

    Returns:
        A matplotlib `Figure` with two panels.

    Raises:
        ValueError: if no lens has both values.
    """
    x, y, error = (np.asarray(one, float) for one in (published, ours, errors))
    both = np.isfinite(x) & np.isfinite(y)
    if not both.any():
        raise ValueError("no lens has both our Einstein radius and a published one; nothing can be drawn")
    names = [name for name, known in zip(names, both, strict=True) if known]
    x, y, error, open_ = x[both], y[both], error[both], np.asarray(doubtful, bool)[both]
    bounds = np.asarray(limits, float)[both]
    below, above = np.abs(np.where(np.isfinite(bounds), bounds, x[:, None]) - x[:, None]).T
    figure = new_figure(figsize=(9.6, max(4.2, 0.19 * len(names) + 1.0)))
    left, right = figure.subplots(1, 2, width_ratios=[1.0, 1.15])
    ends = 0.95 * min(x.min(), y.min()), 1.05 * max(x.max(), y.max())
    left.plot(ends, ends, color="#999999", linewidth=0.8)
    faces = np.where(open_, "white", "#1f5fa8")
    left.errorbar(x, y, error, [below, above], fmt="none", ecolor="#7a9cc6", linewidth=0.9)
    left.scatter(x, y, s=18, c=faces, edgecolors="#1f5fa8", zorder=3)
    left.set(xlabel=f"{label} (arcsec)", ylabel="this fit (arcsec)", xlim=ends, ylim=ends, aspect="equal")
    difference, own = 100.0 * (y / x - 1.0), 100.0 * error / x
    place = np.arange(len(names))[::-1]
    right.axvspan(-_BAND, _BAND, color="#e6e6e6")
    right.axvline(0.0, color="#999999", linewidth=0.8)
    right.errorbar(
        np.clip(difference, -_MOST, _MOST), place, xerr=own, fmt="none", ecolor="#7a9cc6", linewidth=0.9
    )
    right.scatter(np.clip(difference, -_MOST, _MOST), place, s=18, c=faces, edgecolors="#1f5fa8", zorder=3)
    for one, at in zip(difference, place, strict=True):
        if abs(one) > _MOST:
            side = "right" if one > 0 else "left"
            right.text(
                np.sign(one) * 0.96 * _MOST, at, f"{one:+.0f}%", ha=side, va="center", fontsize="x-small"
            )
    right.set(xlim=(-1.1 * _MOST, 1.1 * _MOST), xlabel=f"this fit / {label} - 1 (%)", ylim=(-1, len(names)))
    right.set_yticks(place, names, fontsize="x-small")
    return figure
