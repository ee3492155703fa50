"""Images of point sources behind 500 lenses: number, positions, magnifications and time delays.

An image of jaxlens is matched with the nearest image of the reference that has its parity.  The error of a
position grows with the magnification.  Where abs(mu) >= 30 the image is therefore mapped back to the source's
plane in float64, its distance from the source there has the tolerance of positions, and 1 / mu is compared in
place of mu.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial, reduce

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import MASS_PROFILES, cosmology
from jaxlens.kernels.lensing import rays
from jaxlens.kernels.lensing.isothermal_search import Isothermal
from jaxlens.kernels.lensing.lens_equation import ImagePositions, image_positions
from validation.agreement import references
from validation.agreement.references import Group
from validation.agreement.reporting.rows import Findings, Picture, Row, precision, row, worst_and_median

KINDS = {
    "sis": ("SIS", ("SIS",)),
    "sie_shear": ("SIE and shear", ("SIE", "SHEAR")),
    "epl_shear": ("EPL and shear", ("EPL", "SHEAR")),
    "nie_shear": ("NIE and shear", ("NIE", "SHEAR")),
    "two_planes": ("two deflecting planes", ("SIE", "SHEAR")),
}
# Cells along the grid of the search, as in the simulator for its smallest images, where the grid is coarsest.
CELLS = 32
# Behind two planes the simulator's grid has 64 cells for all images.
CELLS_OF_TWO_PLANES = 64
# Most images of a source, as in the simulator.
SLOTS = {kind: 12 if kind == "two_planes" else 6 for kind in KINDS}
POSITION = {"float64": 1e-8, "float32": 5e-6}
MAGNIFICATION = {"float64": 1e-8, "float32": 1e-6}
DELAY = 1e-6
# Images of a smaller abs(mu) need not be found.
BRIGHT = 1e-2
# Images of a larger abs(mu) are compared in the source's plane.
MANY = 30.0
# Two images are the same if they are closer than this, in units of theta_E.
SAME_IMAGE = 0.02
# A quick check has every eighth case.
THINNED = 8
# The kinds of a quick check: compiling a program for each kind takes most of the time.
QUICK = ("sis", "sie_shear")

Values = dict[str, jax.Array]
Points = tuple[jax.Array, jax.Array]
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
    def many(self) -> np.ndarray:
        """Which of the pairs are magnified by 30 or more."""
        return self.pairs & (np.abs(self.group["magnification"]) >= MANY)

    @property
    def few(self) -> np.ndarray:
        """Which of the pairs are magnified by less than 30."""
        return self.pairs & ~self.many


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
    mu, few = matched.group["magnification"], matched.few
    relative = np.abs(matched.ours["magnification"] - mu) / np.where(few, np.abs(mu), 1.0)
    rows = [
        row(f"{lens}: number of images", matched.wrong, 0.0, "missed or spurious"),
        row(f"{lens}: positions, abs(mu) < 30", away[few], POSITION[precision()], "arcsec"),
        row(f"{lens}: magnifications, abs(mu) < 30", relative[few], MAGNIFICATION[precision()], "relative"),
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
    many, mu = matched.many, matched.group["magnification"]
    pooled["source"].append(away[many])
    inverse = 1.0 / np.where(many, matched.ours["magnification"], 1.0) - 1.0 / np.where(many, mu, 1.0)
    pooled["inverse"].append(np.abs(inverse[many]))
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
    found = _solve(kind, group)
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


def _inputs(group: Group) -> Values:
    """All parameters of the cases, each with the cases as first axis."""
    values = {key.removeprefix(references.PARAMETER_PREFIX): array for key, array in group.items()}
    cases = len(group["number"])
    results = ("x", "y", "magnification", "time", "number", "number_by_lenstronomy")
    return {
        name: jnp.asarray(np.broadcast_to(array, (cases,)) if array.ndim == 0 else array)
        for name, array in values.items()
        if name not in results
    }


def _solve(kind: str, group: Group) -> Arrays:
    """The fields of `image_positions`, and `time` behind a single plane, all (cases, slots)."""

    def solve(case: Values) -> Values:
        args = {k: v for k, v in case.items() if k not in ("source_x", "source_y", "half_width")}
        images = image_positions(
            partial(_rays, kind),
            args,
            case["source_x"],
            case["source_y"],
            half_width=case["half_width"],
            slots=SLOTS[kind],
            cells=CELLS_OF_TWO_PLANES if kind == "two_planes" else CELLS,
            row=10 if kind == "two_planes" else 8,
            isothermal=_isothermal if kind in ("sis", "sie_shear") else None,
        )
        return images._asdict() | ({} if kind == "two_planes" else {"time": _times(kind, case, images)})

    found = jax.jit(jax.vmap(solve))(_inputs(group))
    return {name: np.asarray(array, dtype=np.float64) for name, array in found.items()}


def _isothermal(args: Values) -> Isothermal:
    """The lens of `sis` and `sie_shear`."""
    zero = jnp.zeros_like(args["theta_E"])
    return Isothermal(**{name: args.get(name, zero) for name in Isothermal._fields})


def _times(kind: str, case: Values, images: ImagePositions) -> jax.Array:
    """Arrival times (slots,) in days."""
    x, y = images.x, images.y
    source = jnp.full_like(x, case["source_x"]), jnp.full_like(y, case["source_y"])
    psi = reduce(jnp.add, [MASS_PROFILES[n].potential(x, y, **_own(n, case)) for n in KINDS[kind][1]])
    redshifts = jnp.stack([case["z_lens"], case["z_source"]])
    distances = cosmology.transverse_comoving_distance(redshifts, H0=case["H0"], Om0=case["Om0"])
    return rays.arrival_time([(x, y), source], [psi], distances)


def _own(profile: str, values: Values) -> Values:
    """Those of the values that are parameters of the profile."""
    return {name: values[name] for name in MASS_PROFILES[profile].parameters if name in values}


def _deflection(profiles: tuple[str, ...], values: Values, x: jax.Array, y: jax.Array) -> Points:
    """Summed deflection of the profiles of a plane."""
    alphas = [MASS_PROFILES[name].deflection(x, y, **_own(name, values)) for name in profiles]
    return reduce(jnp.add, [a for a, _ in alphas]), reduce(jnp.add, [a for _, a in alphas])


def _rays(kind: str, x: jax.Array, y: jax.Array, args: Values) -> Points:
    """Where the rays seen at (x, y) end in the source's plane."""
    profiles = KINDS[kind][1]
    if kind != "two_planes":
        alpha_x, alpha_y = _deflection(profiles, args, x, y)
        return x - alpha_x, y - alpha_y
    near, far = ({name: v[k] if v.ndim else v for name, v in args.items()} for k in (0, 1))
    distances = cosmology.transverse_comoving_distance(args["redshift"], H0=args["H0"], Om0=args["Om0"])
    planes = [partial(_deflection, profiles, near), partial(_deflection, ("SIE",), far)]
    return rays.shoot(x, y, planes, rays.lensing_weights(distances))[-1]


def _away(kind: str, matched: Matched) -> np.ndarray:
    """Distance (arcsec) of each pair; where abs(mu) >= 30, of our image's source from the true source."""
    ours, group = matched.ours, matched.group
    apart = np.hypot(ours["x"] - group["x"], ours["y"] - group["y"])
    with jax.enable_x64(True):
        args = _inputs(group)
        beta = jax.jit(jax.vmap(partial(_rays, kind)))(jnp.asarray(ours["x"]), jnp.asarray(ours["y"]), args)
        residual = np.hypot(beta[0] - group["source_x"][:, None], beta[1] - group["source_y"][:, None])
    return np.where(matched.many, residual, apart)


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
