"""Haloes along the line of sight beside pyHalo: numbers by mass and redshift, masses, places, and sheets.

The slabs are pyHalo's.  pyHalo evaluates its mass function at the front of a slab, jaxlens in the middle, and
pyHalo's is a power law that is fitted to that of Sheth & Tormen, so that numbers differ by up to 2%.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.halos import FieldHaloes, FieldPlanes, field_haloes, field_planes, mean_convergences
from validation.agreement.reporting.rows import Row, precision
from validation.haloes import references

# The half-mode masses of the models of `oracles.field_haloes`, and its other numbers.
MODELS = {"cold": 0.0, "warm_1e7": 1e7, "warm_3e8": 3e8}
Z_LENS, Z_SOURCE, CONE_RADIUS, M_MIN, M_MAX, M_HOST = 0.5, 2.0, 3.0, 1e6, 1e10, 1e13
REALIZATIONS = 60
# pyHalo's cosmology.
COSMOLOGY = {"H0": 67.5, "Om0": 0.309}
# The redshifts between which numbers are compared.
BINS = (0.0, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.01)
# Haloes of ours in a comparison of distributions.
DRAWN = 100_000
# Standard deviations of a number that chance exceeds with a probability of 1e-4.
LIMIT = 4.0
# By how much numbers may differ besides, see above.
DIFFERENCE = 0.02
# By how much sheets may differ, over their sum: pyHalo divides by the area at the front of a slab, which is
# smaller than that in the middle by 10% near the observer, where sheets are weakest.
SHEETS = 0.01
# sqrt(-ln(p / 2) / 2) of the Kolmogorov-Smirnov test with p = 1e-3.
CRITICAL = 1.95


def check(quick: bool) -> list[Row]:
    """All comparisons; a quick check has no less."""
    del quick
    theirs, rows = references.load("field_haloes"), []
    for model, half_mode_mass in MODELS.items():
        own = {name.removeprefix(f"{model}_"): value for name, value in theirs.items()}
        planes = _planes(own["front"], own["depth"], half_mode_mass)
        clustered = _planes(own["front"], own["depth"], half_mode_mass, M_HOST)
        rows += [_numbers(model, own, planes), _clustering(model, own, planes, clustered)]
        rows += _distributions(model, own, planes)
    return [*rows, *_sheets(theirs)]


def _planes(
    front: np.ndarray, depth: np.ndarray, half_mode_mass: float, M_host: float | None = None
) -> FieldPlanes:
    """Ours, in pyHalo's slabs, which begin at the redshift 0.01 and end at the lens and at the source."""
    before = front < Z_LENS
    whole = before & np.isclose(depth, depth[0])
    ends = [front[0], front[0] + depth[0] * whole.sum(), Z_LENS, Z_SOURCE]
    counts = [1, int(whole.sum()), int((before & ~whole).sum()), int((~before).sum())]
    planes = field_planes(
        jnp.asarray(ends),
        counts,
        Z_LENS,
        cone_radius=CONE_RADIUS,
        M_min=M_MIN,
        M_max=M_MAX,
        half_mode_mass=half_mode_mass,
        M_host=M_host,
        **COSMOLOGY,
    )
    # without the slab in front of pyHalo's first one
    slabs, masses, volume = jax.tree.map(
        lambda values: values[1:], (planes.slabs, planes.masses, planes.volume)
    )
    return FieldPlanes(slabs, masses._replace(ln_mass=planes.masses.ln_mass), volume)


def _numbers(model: str, theirs: dict[str, np.ndarray], planes: FieldPlanes) -> Row:
    """The mean numbers between redshifts."""
    ours, found = (_between(theirs, number) for number in (np.asarray(planes.number), theirs["number"]))
    allowed = LIMIT * np.sqrt(ours / REALIZATIONS) + DIFFERENCE * ours
    largest = np.abs(found / ours - 1.0).max()
    remark = f"largest difference {100 * largest:.1f}%"
    return _row(f"numbers by redshift, {model}", np.abs(found - ours) / allowed, "of the tolerance", remark)


def _between(theirs: dict[str, np.ndarray], values: np.ndarray) -> np.ndarray:
    """The sums over the slabs between the redshifts of BINS."""
    return np.bincount(np.digitize(theirs["front"], BINS), values, len(BINS))[1:]


def _clustering(
    model: str, theirs: dict[str, np.ndarray], planes: FieldPlanes, clustered: FieldPlanes
) -> Row:
    """The number of haloes about the lens above the mean."""
    ours = float((clustered.number - planes.number).sum())
    found = float(theirs["two_halo"])
    allowed = LIMIT * np.sqrt(ours / REALIZATIONS) + DIFFERENCE * ours
    remark = f"{ours:.1f} in two slabs, pyHalo {found:.1f} at the redshift of the lens"
    return _row(f"two-halo term, {model}", [abs(found - ours) / allowed], "of the tolerance", remark)


def _distributions(model: str, theirs: dict[str, np.ndarray], planes: FieldPlanes) -> list[Row]:
    """Masses, planes and radii, each by the largest difference of the cumulative distributions."""
    ours = _drawn(planes)
    radii = np.hypot(ours.x, ours.y)
    their_radii = theirs["radius"][theirs["plane"]] * np.sqrt(theirs["share"])
    pairs = {
        "masses": (np.asarray(ours.mass), theirs["mass"]),
        "planes": (np.asarray(ours.plane), theirs["plane"]),
        "radii": (radii, their_radii),
    }
    return [
        _row(f"{name}, {model}", [_distance(*pair)], "of the critical KS distance (0.1%)")
        for name, pair in pairs.items()
    ]


def _drawn(planes: FieldPlanes) -> FieldHaloes:
    uniform = np.random.default_rng(19).uniform(size=(4, DRAWN))
    return field_haloes(planes, *(jnp.asarray(u) for u in uniform))


def _distance(first: np.ndarray, second: np.ndarray) -> float:
    """The Kolmogorov-Smirnov distance of two samples over its critical value."""
    first, second = np.sort(first), np.sort(second)
    both = np.concatenate([first, second])
    difference = np.searchsorted(first, both, "right") / len(first)
    difference -= np.searchsorted(second, both, "right") / len(second)
    return float(np.abs(difference).max() / (CRITICAL * np.sqrt(1.0 / len(first) + 1.0 / len(second))))


def _sheets(theirs: dict[str, np.ndarray]) -> list[Row]:
    """Sheets of point masses, which count the whole masses as pyHalo's do."""
    planes = _planes(theirs["front"], theirs["depth"], 0.0)
    nothing = jnp.zeros(())
    kappa = mean_convergences(
        planes,
        "POINT_MASS",
        Z_SOURCE,
        concentration=nothing[None, None],
        concentration_scatter=0.0,
        r_trunc=nothing[None, None],
        **COSMOLOGY,
    )
    ours, found = (_between(theirs, values) for values in (np.asarray(kappa), theirs["sheet"]))
    remark = f"sum {ours.sum():.4f}, pyHalo {found.sum():.4f}"
    return [_row("sheets of whole masses", np.abs(found - ours) / ours.sum(), "of the sum", remark, SHEETS)]


def _row(
    name: str, errors: Sequence[float] | np.ndarray, measure: str, remark: str = "", tolerance: float = 1.0
) -> Row:
    values = np.asarray(errors)
    return Row(
        name,
        precision(),
        values.size,
        float(values.max()),
        float(np.percentile(values, 99)),
        tolerance,
        measure,
        remark,
    )
