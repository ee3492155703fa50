"""Potential, deflection, convergence, shear and magnification of every mass profile.

Potential and deflection are compared with lenstronomy for |e| <= 0.9 and with closed forms at 40 digits
beyond; the other quantities always with closed forms.  The center, the points around it and a small image are
compared separately, each in units of its own peak, so that a case has two or three errors.

These are the profiles that have closed forms in `validation.agreement.exact.mass`, at any parameters.  Every
profile of the registry is compared at usual parameters by `validation.agreement.registered.comparison`.

The magnification is 1 / det A, where det A = (1 - kappa)^2 - gamma^2 is a difference of terms as large as
T = 1 + kappa^2 + gamma^2.  Magnifications are compared where abs(mu) T < 20.  Near critical curves and cusps,
where mu multiplies rounding errors without bound, det A is compared instead, in units of T.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.lensing.rays import jacobian
from jaxlens.kernels.registry import MASS_PROFILES
from validation.agreement import references
from validation.agreement.exact import approximated
from validation.agreement.inputs.draws import AROUND, CENTER, IMAGE, PIXELS, thinned
from validation.agreement.registered import comparison as registered
from validation.agreement.reporting.rows import (
    OF_THE_PEAK,
    Findings,
    Picture,
    Row,
    precision,
    row,
    worst_and_median,
)

# Largest |e| to which the strict tolerance applies in float32.
USUAL_ELLIPTICITY = 0.9
# Largest abs(mu) (1 + kappa^2 + gamma^2) at which the magnification itself is compared.
LARGEST_FACTOR = 20.0
# Names of the compared quantities in the report.
POTENTIAL = "potential"
DEFLECTION = "deflection"
HESSIAN = "convergence and shear"
MAGNIFICATION = "magnification, abs(mu) T < 20"
INVERSE_MAGNIFICATION = "1 / mu, beyond"
# The arrays that each of them compares.
QUANTITIES = {
    POTENTIAL: ("potential",),
    DEFLECTION: ("alpha_x", "alpha_y"),
    HESSIAN: ("kappa", "gamma1", "gamma2", "curl"),
    MAGNIFICATION: ("mu",),
    INVERSE_MAGNIFICATION: ("inverse_magnification",),
}
# Sets of points, each with a peak of its own.
SETS = (CENTER, AROUND, IMAGE)
# Potential and magnification are small near a center, so that it shares a peak with the points around it.
JOINED_SETS = (slice(0, IMAGE.start), IMAGE)
# Profiles whose axis ratio lenstronomy keeps 1e-8 away from 1.
REPLACES_Q = ("SIE", "NIE")

# Parameters that are left out of the titles of pictures.
PLACES = ("center_x", "center_y", "ra_0", "dec_0")

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Comparison:
    """A profile in all its cases: arrays (cases, points) by quantity, ours and theirs."""

    name: str
    parameters: Arrays
    ours: Arrays
    theirs: Arrays
    off_center: np.ndarray

    def usual(self) -> np.ndarray:
        """Whether |e| <= 0.9, (cases,)."""
        if "e1" not in self.parameters:
            return np.full(len(self.off_center), True)
        return np.hypot(self.parameters["e1"], self.parameters["e2"]) <= USUAL_ELLIPTICITY

    def terms(self) -> np.ndarray:
        """T = 1 + kappa^2 + gamma^2, (cases, points)."""
        return np.asarray(1.0 + sum(self.theirs[key] ** 2 for key in QUANTITIES[HESSIAN]))

    def counted(self, kind: str) -> np.ndarray:
        """Which points are compared, (cases, points)."""
        if kind in (MAGNIFICATION, INVERSE_MAGNIFICATION):
            tame = np.abs(self.theirs["mu"]) * self.terms() < LARGEST_FACTOR
            return self.off_center & (tame if kind == MAGNIFICATION else ~tame)
        # In its center the potential of a point mass is infinite, and the convergence of a cusp.
        if kind == HESSIAN or (kind == POTENTIAL and self.name == "POINT_MASS"):
            return self.off_center
        return np.full_like(self.off_center, True)

    def sets(self, kind: str) -> tuple[slice, ...]:
        """The sets of points that have a peak of their own."""
        return SETS if kind in (DEFLECTION, HESSIAN) else JOINED_SETS

    def filled(self, kind: str) -> np.ndarray:
        """Whether a set has points to compare, (cases, sets)."""
        counted = self.counted(kind)
        return np.stack([np.any(counted[:, points], axis=1) for points in self.sets(kind)], axis=1)

    def errors(self, kind: str) -> np.ndarray:
        """max|diff| over the peak of each set of points, zero for a set without any: (cases, sets)."""
        keys, counted = QUANTITIES[kind], self.counted(kind)
        away = np.max([np.abs(self.ours[key] - self.theirs[key]) for key in keys], axis=0)
        size = np.max([np.abs(self.theirs[key]) for key in keys], axis=0)
        if kind == INVERSE_MAGNIFICATION:
            away, size = away / self.terms(), np.ones_like(away)
        away, size = (np.where(counted, v, 0.0) for v in (away, size))
        peaks = np.stack([np.max(size[:, points], axis=1) for points in self.sets(kind)], axis=1)
        errors = np.stack([np.max(away[:, points], axis=1) for points in self.sets(kind)], axis=1)
        # the error is absolute where zero is expected
        return np.asarray(errors / np.where(peaks > 0.0, peaks, 1.0))

    def tolerance(self, kind: str, usual: np.ndarray | bool) -> np.ndarray:
        """The tolerance of cases with |e| <= 0.9 (`usual`) or beyond."""
        if precision() == "float32":
            return np.where(usual, 1e-5, 1e-3)
        strict = kind in (POTENTIAL, DEFLECTION) and self.name not in REPLACES_Q
        return np.full(np.shape(usual), 1e-9 if strict else 1e-8)


def check(quick: bool) -> Findings:
    """All profiles in jax's present precision."""
    groups = {name: thinned(group, quick) for name, group in references.load("mass").items()}
    compared = [_compare(name, group) for name, group in groups.items()]
    rows = [line for one in compared for line in _rows(one)]
    rows += [_their_own_error(name, groups[name]) for name in ("SIE", "NIE", "EPL")]
    rows += registered.rows("mass")
    if not quick and precision() == "float64":
        rows += approximated.rows(references.load("mass_profiles"))
    return Findings(rows, _pictures(compared))


def _compare(name: str, group: Arrays) -> Comparison:
    parameters = references.parameters(group)
    values = {key: jnp.asarray(value)[:, None] for key, value in parameters.items()}
    profile = MASS_PROFILES[name]

    @jax.jit
    def evaluate(x: jax.Array, y: jax.Array, values: dict[str, jax.Array]) -> dict[str, jax.Array]:
        alpha_x, alpha_y = profile.deflection(x, y, **values)
        f_xx, f_xy, f_yx, f_yy = jacobian(lambda u, v: profile.deflection(u, v, **values), x, y)
        return {
            "potential": profile.psi(x, y, **values),
            "alpha_x": alpha_x,
            "alpha_y": alpha_y,
            "kappa": (f_xx + f_yy) / 2.0,
            "gamma1": (f_xx - f_yy) / 2.0,
            "gamma2": (f_xy + f_yx) / 2.0,
            "curl": (f_yx - f_xy) / 2.0,
            "inverse_magnification": (1.0 - f_xx) * (1.0 - f_yy) - f_xy * f_yx,
        }

    found = evaluate(jnp.asarray(group["x"]), jnp.asarray(group["y"]), values)
    ours = {key: np.asarray(value, np.float64) for key, value in found.items()}
    theirs = {key: group[key] for key in ours if key in group}
    theirs["curl"] = np.zeros_like(theirs["kappa"])
    shear_squared = theirs["gamma1"] ** 2 + theirs["gamma2"] ** 2
    theirs["inverse_magnification"] = (1.0 - theirs["kappa"]) ** 2 - shear_squared
    for values_of in (ours, theirs):
        values_of["mu"] = 1.0 / values_of["inverse_magnification"]
    return Comparison(name, parameters, ours, theirs, ~group["at_center"])


def _rows(comparison: Comparison) -> list[Row]:
    usual = comparison.usual()
    if "e1" not in comparison.parameters:
        return _class_rows(comparison, usual, "", is_usual=True)
    within = _class_rows(comparison, usual, ", |e| <= 0.9", is_usual=True)
    return within + _class_rows(comparison, ~usual, ", |e| > 0.9", is_usual=False)


def _class_rows(comparison: Comparison, cases: np.ndarray, suffix: str, is_usual: bool) -> list[Row]:
    """The rows of one class of ellipticities; sheets of mass and shear have no critical curves."""
    rows = []
    for kind in QUANTITIES:
        errors = comparison.errors(kind)[comparison.filled(kind) & cases[:, None]]
        if kind == INVERSE_MAGNIFICATION and not errors.size:
            continue
        measure = "of T" if kind == INVERSE_MAGNIFICATION else OF_THE_PEAK
        tolerance = float(comparison.tolerance(kind, is_usual))
        rows.append(row(f"{comparison.name}: {kind}{suffix}", errors, tolerance, measure))
    return rows


def _their_own_error(name: str, group: Arrays) -> Row:
    beyond = np.hypot(group["parameters/e1"], group["parameters/e2"]) > USUAL_ELLIPTICITY
    title = f"{name}: lenstronomy's deflection against the closed form, |e| > 0.9"
    return row(title, group["lenstronomy_error"][beyond], None)


def _pictures(compared: list[Comparison]) -> list[Picture]:
    """The images of the quantity with the largest error over tolerance, its worst and its median case."""
    ratios = {
        kind: np.concatenate([c.errors(kind)[:, -1] / c.tolerance(kind, c.usual()) for c in compared])
        for kind in QUANTITIES
    }
    kind = max(ratios, key=lambda kind: float(np.max(ratios[kind])))
    cases = [(comparison, case) for comparison in compared for case in range(len(comparison.off_center))]
    return worst_and_median(ratios[kind], lambda i, which: _picture(kind, *cases[i], which))


def _picture(kind: str, comparison: Comparison, case: int, which: str) -> Picture:
    keys = QUANTITIES[kind]
    apart = [np.max(np.abs(comparison.ours[key] - comparison.theirs[key])[case, IMAGE]) for key in keys]
    key = keys[int(np.argmax(apart))]
    ours, theirs = (
        np.where(comparison.counted(kind), v[key], 0.0)[case, IMAGE].reshape(PIXELS, PIXELS)
        for v in (comparison.ours, comparison.theirs)
    )
    shown = {name: array[case] for name, array in comparison.parameters.items() if name not in PLACES}
    values = ", ".join(f"{name} = {value:.3g}" for name, value in shown.items())
    by = "" if kind in (POTENTIAL, DEFLECTION) else " (against the closed form)"
    return Picture(
        title=f"{comparison.name}, {which} case{by}: {values}",
        quantity=f"{key} of the {kind}" if len(keys) > 1 else kind,
        ours=ours,
        theirs=theirs,
        noise=1e-3 * float(np.max(np.abs(theirs))),
        noise_label="0.001 of the peak",
    )
