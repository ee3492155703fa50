"""Images of point sources behind 500 lenses: number, positions, magnifications and time delays.

An image of jaxlens is matched with the nearest image of the reference that has its parity.  The error of a
position grows with the magnification.  Where abs(mu) >= 30 the image is therefore mapped back to the source's
plane in float64, its distance from the source there has the tolerance of positions, and 1 / mu is compared in
place of mu.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from validation.agreement import references
from validation.agreement.checks.solved_images import KINDS, inputs, rays_to_source, solve
from validation.agreement.references import Group
from validation.agreement.reporting.rows import Findings, Picture, Row, precision, row, worst_and_median

# Tolerance of positions (arcsec).
POSITION = {"float64": 1e-8, "float32": 5e-6}
# Tolerance of magnifications, relative, and of 1 / mu.
MAGNIFICATION = {"float64": 1e-8, "float32": 1e-6}
# Tolerance of time delays: relative, and in float32 in units of the largest arrival time.
DELAY = 1e-6
# Images with a smaller abs(mu) need not be found.
BRIGHT = 1e-2
# Images with a larger abs(mu) are compared in the source's plane.
LARGE_MAGNIFICATION = 30.0
# Two images are the same if they are closer than this, in units of theta_E.
SAME_IMAGE = 0.02
# A quick check has every eighth case.
THINNED = 8
# The kinds of lenses of a quick check: compiling a program for each kind takes most of the time.
QUICK = ("sis", "sie_shear")

Arrays = dict[str, np.ndarray]


@dataclass
class Matched:
    """jaxlens's images in the order of the reference's: x, y, magnification and time (cases, images).

    `pairs` (cases, images) is True where jaxlens has an image of the reference; `wrong` (cases,) counts the
    images of abs(mu) > 1e-2 that jaxlens misses, and those of jaxlens that do not exist.
    """

    group: Group
    ours: Arrays
    pairs: np.ndarray
    wrong: np.ndarray

    @property
    def strongly_magnified(self) -> np.ndarray:
        """Which of the pairs are magnified by 30 or more."""
        return self.pairs & (np.abs(self.group["magnification"]) >= LARGE_MAGNIFICATION)

    @property
    def weakly_magnified(self) -> np.ndarray:
        """Which of the pairs are magnified by less than 30."""
        return self.pairs & ~self.strongly_magnified


def check(quick: bool) -> Findings:
    """Every kind of lens; the pictures are of the kind with the largest error in position."""
    findings, largest = Findings(), -1.0
    pooled: dict[str, list[np.ndarray]] = defaultdict(list)
    groups = references.load("positions")
    for kind in QUICK if quick else KINDS:
        group = groups[kind]
        matched = _matched(
            kind, {k: a[:: THINNED if quick else 1] if a.ndim else a for k, a in group.items()}
        )
        away = _away(kind, matched)
        findings.rows += _rows_of_kind(KINDS[kind][0], matched, away)
        _pool(kind, matched, away, pooled)
        worst = np.where(matched.pairs, away, 0.0).max(axis=1)
        if worst.max() > largest:
            largest = float(worst.max())
            findings.pictures = worst_and_median(worst, partial(_picture, KINDS[kind][0], matched))
    findings.rows += _pooled_rows({name: np.concatenate(errors) for name, errors in pooled.items()})
    return findings


def _rows_of_kind(lens: str, matched: Matched, away: np.ndarray) -> list[Row]:
    """Number, positions, magnifications and delays of one kind of lens."""
    mu, weak = matched.group["magnification"], matched.weakly_magnified
    relative = np.abs(matched.ours["magnification"] - mu) / np.where(weak, np.abs(mu), 1.0)
    rows = [
        row(f"{lens}: number of images", matched.wrong, 0.0, "missed or spurious"),
        row(f"{lens}: positions, abs(mu) < 30", away[weak], POSITION[precision()], "arcsec"),
        row(f"{lens}: magnifications, abs(mu) < 30", relative[weak], MAGNIFICATION[precision()], "relative"),
    ]
    return rows + (_delay_rows(lens, matched) if "time" in matched.group else [])


def _delay_rows(lens: str, matched: Matched) -> list[Row]:
    """Delays of the lenses with two images or more."""
    errors, longest, latest = _delay_errors(matched)
    relative = row(f"{lens}: time delays", errors / longest, DELAY, "of the longest delay")
    if precision() == "float64":
        return [relative]
    remark = "arrival times are rounded, and a delay may be a small difference of two"
    return [
        row(f"{lens}: time delays", errors / latest, DELAY, "of the largest arrival time"),
        replace(relative, name=f"{lens}: time delays, relative", tolerance=None, remark=remark),
    ]


def _pool(kind: str, matched: Matched, away: np.ndarray, pooled: dict[str, list[np.ndarray]]) -> None:
    """Collect the errors that are too few for a row of each kind of lens."""
    strong, mu = matched.strongly_magnified, matched.group["magnification"]
    pooled["source"].append(away[strong])
    inverse = 1.0 / np.where(strong, matched.ours["magnification"], 1.0) - 1.0 / np.where(strong, mu, 1.0)
    pooled["inverse"].append(np.abs(inverse[strong]))
    theirs = matched.group["number"] - matched.group["number_by_lenstronomy"]
    pooled["lenstronomy"].append(theirs)


def _pooled_rows(errors: Arrays) -> list[Row]:
    remark = "found by the exact search and by jaxlens, mostly close pairs"
    total = int(errors["lenstronomy"].sum())
    return [
        row(
            "abs(mu) >= 30: residual in the source's plane", errors["source"], POSITION[precision()], "arcsec"
        ),
        row("abs(mu) >= 30: 1 / mu", errors["inverse"], MAGNIFICATION[precision()], "absolute"),
        row(
            f"lenstronomy's solver misses {total} images",
            errors["lenstronomy"],
            None,
            "images a lens",
            remark,
        ),
    ]


def _matched(kind: str, group: Group) -> Matched:
    """Solve all lenses of a kind and pair the images."""
    found = solve(kind, group)
    mask, exists = found["mask"].astype(bool), group["magnification"] != 0.0
    apart = np.hypot(
        found["x"][:, :, None] - group["x"][:, None, :], found["y"][:, :, None] - group["y"][:, None, :]
    )
    parity = np.sign(found["magnification"])[:, :, None] == np.sign(group["magnification"])[:, None, :]
    apart = np.where(mask[:, :, None] & exists[:, None, :] & parity, apart, np.inf)
    ours, theirs = apart.argmin(axis=1), apart.argmin(axis=2)
    mutual = np.take_along_axis(theirs, ours, axis=1) == np.arange(exists.shape[1])
    limit = SAME_IMAGE * np.max(group["parameters/theta_E"].reshape(len(mask), -1), axis=1, keepdims=True)
    pairs = exists & mutual & (apart.min(axis=1) < limit)
    missed = exists & ~pairs & (np.abs(group["magnification"]) > BRIGHT)
    wrong = missed.sum(axis=1) + np.asarray(found["found"], dtype=int) - pairs.sum(axis=1)
    names = ("x", "y", "magnification", "time")
    paired = {
        k: np.where(pairs, np.take_along_axis(found[k], ours, axis=1), 0.0) for k in names if k in found
    }
    return Matched(group, paired, pairs, wrong)


def _away(kind: str, matched: Matched) -> np.ndarray:
    """Distance (arcsec) of each pair; where abs(mu) >= 30, of our image's source from the true source."""
    ours, group = matched.ours, matched.group
    apart = np.hypot(ours["x"] - group["x"], ours["y"] - group["y"])
    with jax.enable_x64(True):
        args = inputs(group)
        beta = jax.jit(jax.vmap(partial(rays_to_source, kind)))(
            jnp.asarray(ours["x"]), jnp.asarray(ours["y"]), args
        )
        residual = np.hypot(beta[0] - group["source_x"][:, None], beta[1] - group["source_y"][:, None])
    return np.where(matched.strongly_magnified, residual, apart)


def _delay_errors(matched: Matched) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Largest error of a delay, the longest delay, and the largest arrival time of every lens with images."""
    bright = matched.pairs & (np.abs(matched.group["magnification"]) > BRIGHT)
    bright = bright[several := bright.sum(axis=1) > 1]
    first = bright.argmax(axis=1)[:, None]
    times = matched.ours["time"][several], matched.group["time"][several]
    ours, theirs = (np.where(bright, t - np.take_along_axis(t, first, axis=1), 0.0) for t in times)
    errors = np.abs(ours - theirs).max(axis=1)
    latest = np.abs(np.where(bright, times[1], 0.0)).max(axis=1)
    return errors, theirs.max(axis=1) - theirs.min(axis=1), latest


def _picture(lens: str, matched: Matched, case: int, which: str) -> Picture:
    """The images of a case, each a Gaussian as bright as its magnification."""
    number = int(matched.pairs[case].sum())
    ours, theirs = (_drawn(matched, case, images) for images in (matched.ours, matched.group))
    return Picture(
        f"point source behind {lens}, images: {number} ({which} case)",
        "magnification, as Gaussians",
        ours,
        theirs,
        1e-3 * float(theirs.max()),
        "a thousandth of the peak",
    )


def _drawn(matched: Matched, case: int, images: Group, pixels: int = 96) -> np.ndarray:
    """Gaussians (pixels, pixels) whose width is a fiftieth of the extent of the reference's images."""
    shown = matched.pairs[case]
    reach = 1.3 * max(float(np.abs(matched.group[axis][case][shown]).max()) for axis in ("x", "y"))
    line = np.linspace(-reach, reach, pixels)
    columns, rows = (
        np.exp(-0.5 * ((line[:, None] - images[axis][case][shown]) / (reach / 25)) ** 2)
        for axis in ("x", "y")
    )
    return np.einsum("jk,ik,k->ij", columns, rows, np.abs(images["magnification"][case][shown]))
