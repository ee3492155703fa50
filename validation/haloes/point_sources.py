"""Images of 200 point sources behind subhaloes and haloes along the line of sight, against a fine search.

jaxlens solves the lens equation of the macro lens and follows its images to those with haloes.  A reference
image is matched with the nearest of jaxlens's images that has its parity.  The error of a position grows with
the magnification, so positions are compared in units of it: |theta - theta_ref| / max(|mu|, 1).

A halo close to an image can split it.  Images that the fine search finds beside those are counted apart; they
are faint, and jaxlens does not look for them.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import numpy as np

from jaxlens import Simulator
from validation.agreement.reporting.rows import Row, precision, row
from validation.haloes import references
from validation.haloes.small_lens import lens_file, params_of

# The largest error of a position over the magnification (arcsec), exact sums.
POSITION = {"float64": 1e-8, "float32": 1e-5}
# The largest relative error of a magnification, over max(|mu|, 1).
MAGNIFICATION = {"float64": 1e-6, "float32": 1e-3}
# The largest error of a delay, in units of the longest.
DELAY = {"float64": 1e-5, "float32": 1e-3}
# Images that are magnified less are not counted.
FAINT = 0.05
# Two images are the same if they are closer than this, arcsec.
SAME = 0.02
# halo_tolerance of files, of theta_E.
TOLERANCE = 1e-4

Arrays = dict[str, np.ndarray]


class Solved(NamedTuple):
    """What jaxlens finds: arrays of (cases, slots)."""

    x: np.ndarray
    y: np.ndarray
    magnification: np.ndarray
    time: np.ndarray
    mask: np.ndarray


def check(quick: bool) -> list[Row]:
    """Exact sums in both precisions, and approximate ones in the precision of files."""
    cases = references.load("images")
    cases = {name: array[: 24 if quick else None] for name, array in cases.items()}
    rows: list[Row] = []
    for x64 in (True, False):
        with jax.enable_x64(x64):
            rows += _exact(cases)
    with jax.enable_x64(False):
        return rows + _approximate(cases)


def solved(cases: Arrays, tolerance: float) -> Solved:
    """The images of all cases."""
    room = {one: cases[f"{one}_x"].shape[1] for one in ("sub", "los")}
    sim = Simulator(lens_file(room, tolerance))
    params = params_of(sim, cases)
    (images,), (delays,) = sim.image_positions(params).values(), sim.time_delays(params).values()
    found = (images.x, images.y, images.magnification, delays, images.mask)
    x, y, mu, time, mask = (np.asarray(array, float) for array in found)
    return Solved(x, y, mu, time, mask > 0.5)


def _exact(cases: Arrays) -> list[Row]:
    """Numbers, positions, magnifications and delays with exact sums."""
    ours = solved(cases, 0.0)
    place, pairs, bright = matched(cases, ours)
    theirs = cases["magnification"]
    stretch = np.maximum(np.abs(theirs), 1.0)
    own = Solved(*(np.take_along_axis(array, place, axis=1) for array in ours))
    away = np.hypot(own.x - cases["x"], own.y - cases["y"]) / stretch
    relative = np.abs(own.magnification / np.where(pairs, theirs, 1.0) - 1.0) / stretch
    spurious = ours.mask.sum(axis=1) - pairs.sum(axis=1)
    missed = (bright & ~pairs).sum(axis=1)
    name, split = precision(), f"{int(missed.sum())} of {int(bright.sum())} images"
    return [
        row(f"{name}: positions", away[pairs], POSITION[name], "arcsec, over the magnification"),
        row(f"{name}: magnifications", relative[pairs], MAGNIFICATION[name], "relative, over |mu|"),
        row(f"{name}: delays", _delays(cases, own, pairs), DELAY[name], "of the longest"),
        row(f"{name}: images that do not exist", spurious, 0.0, "a case"),
        row(f"{name}: images beside those of the macro lens: {split}", missed, None, "a case"),
        row(f"{name}: images of the macro lens that are not found", _lost(cases, pairs), 0.0, "a case"),
    ]


def _approximate(cases: Arrays) -> list[Row]:
    """Positions with approximate sums: the deflections may be wrong by the tolerance in each plane."""
    ours = solved(cases, TOLERANCE)
    place, pairs, _ = matched(cases, ours)
    own = Solved(*(np.take_along_axis(array, place, axis=1) for array in ours))
    away = np.hypot(own.x - cases["x"], own.y - cases["y"]) / np.maximum(np.abs(cases["magnification"]), 1.0)
    away /= TOLERANCE * cases["theta_E"][:, None]
    return [row(f"halo_tolerance {TOLERANCE:g}: positions", away[pairs], 1.0, "of the tolerance, over |mu|")]


def matched(cases: Arrays, ours: Solved) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which image of ours belongs to each of the reference.

    Args:
        cases: the reference.
        ours: what jaxlens finds.

    Returns:
        The slot, whether there is one, and whether the image is bright enough to count, each (cases, images).
    """
    apart = np.hypot(*(cases[k][:, :, None] - getattr(ours, k)[:, None, :] for k in "xy"))
    parity = np.sign(cases["magnification"])[:, :, None] == np.sign(ours.magnification)[:, None, :]
    apart = np.where(ours.mask[:, None, :] & parity, apart, np.inf)
    place, back = apart.argmin(axis=2), apart.argmin(axis=1)
    exists = cases["magnification"] != 0.0
    mutual = np.take_along_axis(back, place, axis=1) == np.arange(exists.shape[1])
    pairs = exists & mutual & (apart.min(axis=2) < SAME)
    return place, pairs, exists & (np.abs(cases["magnification"]) > FAINT)


def _lost(cases: Arrays, pairs: np.ndarray) -> np.ndarray:
    """How many images of the macro lens have no image with haloes, though there are as many or more."""
    expected = np.minimum(cases["macro_number"], cases["number"])
    return np.maximum(expected - pairs.sum(axis=1), 0)


def _delays(cases: Arrays, own: Solved, pairs: np.ndarray) -> np.ndarray:
    """The largest error of each case's delays, in units of the longest."""
    several = pairs.sum(axis=1) > 1
    both = [np.where(pairs, time, np.nan)[several] for time in (own.time, cases["time"])]
    ours, theirs = (time - np.nanmin(time, axis=1, keepdims=True) for time in both)
    return np.nanmax(np.abs(ours - theirs), axis=1) / np.nanmax(theirs, axis=1)
