"""Surface brightness and total flux of every light profile, against lenstronomy.

The center, the points around it and a small image are compared separately, each in units of its own peak, so
that a case has three errors.  A peak counts as at least 1e-9 of the case's brightest point.  In float64
another row has the relative error of every point, however faint.

These are the profiles of published files, over all parameters that they have.  Every profile of the registry
is compared at usual parameters by `validation.agreement.registered.comparison`.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import gammaincc

from jaxlens.kernels.light.sersic import MAX_RADIUS
from jaxlens.kernels.registry import LIGHT_PROFILES
from jaxlens.kernels.sersic_index import b_n
from validation.agreement import references
from validation.agreement.inputs.draws import AROUND, CENTER, IMAGE, PIXELS, thinned
from validation.agreement.registered import comparison as registered
from validation.agreement.reporting.rows import Findings, Picture, Row, precision, row, worst_and_median

# Largest |e| to which the strict tolerance applies in float32.
USUAL_ELLIPTICITY = 0.9
# Smallest peak, in units of the brightest point of the case.
FAINTEST_PEAK = 1e-9
# Below this brightness a float64 loses digits to underflow.
FAINTEST_LIGHT = 1e-290


@dataclass(frozen=True)
class Comparison:
    """A profile in all its cases: brightness (cases, points) and total flux (cases,), ours and theirs."""

    name: str
    parameters: dict[str, np.ndarray]
    ours: np.ndarray
    theirs: np.ndarray
    flux: np.ndarray
    their_flux: np.ndarray

    def usual(self) -> np.ndarray:
        """Whether |e| <= 0.9, (cases,)."""
        if "e1" not in self.parameters:
            return np.full(len(self.theirs), True)
        return np.hypot(self.parameters["e1"], self.parameters["e2"]) <= USUAL_ELLIPTICITY

    def errors(self) -> np.ndarray:
        """max|diff| over the peak of each set of points: (cases, 3)."""
        brightest = np.max(self.theirs, axis=1)
        columns = []
        for points in (CENTER, AROUND, IMAGE):
            away = np.max(np.abs(self.ours - self.theirs)[:, points], axis=1)
            peak = np.max(self.theirs[:, points], axis=1)
            columns.append(away / np.maximum(peak, FAINTEST_PEAK * brightest))
        return np.stack(columns, axis=1)

    def relative_errors(self) -> np.ndarray:
        """max|diff / theirs| of each case, over the points that do not underflow: (cases,)."""
        seen = self.theirs > FAINTEST_LIGHT
        away = np.abs(self.ours - self.theirs) / np.where(seen, self.theirs, 1.0)
        return np.asarray(np.max(np.where(seen, away, 0.0), axis=1))


def check(quick: bool) -> Findings:
    """All profiles in jax's present precision."""
    groups = references.load("light")
    compared = [_compare(name, thinned(group, quick)) for name, group in groups.items()]
    rows = [line for one in compared for line in _rows(one)] + registered.rows("light")
    return Findings(rows + _approximations(thinned(groups["SERSIC"], quick)), _pictures(compared))


def _compare(name: str, group: dict[str, np.ndarray]) -> Comparison:
    profile = LIGHT_PROFILES[name]
    parameters = references.parameters(group)

    @jax.jit
    def evaluate(x: jax.Array, y: jax.Array, values: dict[str, jax.Array]) -> tuple[jax.Array, jax.Array]:
        per_case = {key: value[:, None] for key, value in values.items()}
        return profile.surface_brightness(x, y, **per_case), profile.flux(**values)

    values = {key: jnp.asarray(value) for key, value in parameters.items()}
    ours, flux = evaluate(jnp.asarray(group["x"]), jnp.asarray(group["y"]), values)
    flux = np.broadcast_to(np.asarray(flux, np.float64), group["total_flux"].shape)
    theirs = group["surface_brightness"]
    return Comparison(name, parameters, np.asarray(ours, np.float64), theirs, flux, group["total_flux"])


def _tolerance(usual: bool) -> float:
    if precision() == "float64":
        return 1e-9
    return 1e-5 if usual else 1e-3


def _rows(comparison: Comparison) -> list[Row]:
    name, errors, usual = comparison.name, comparison.errors(), comparison.usual()
    split = "e1" in comparison.parameters
    title = f"{name}: surface brightness"
    rows = [row(title + (", |e| <= 0.9" if split else ""), errors[usual].ravel(), _tolerance(usual=True))]
    if split:
        rows.append(row(f"{title}, |e| > 0.9", errors[~usual].ravel(), _tolerance(usual=False)))
    if precision() == "float64":
        rows.append(row(f"{title}, faint light too", comparison.relative_errors(), 1e-9, "relative"))
    away = np.abs(comparison.flux / comparison.their_flux - 1.0)
    return [*rows, row(f"{name}: total flux", away, _tolerance(usual=True), "relative")]


def _approximations(sersic: dict[str, np.ndarray]) -> list[Row]:
    """Errors of lenstronomy's conventions for Sersic profiles, which jaxlens follows."""
    n = jnp.asarray(references.parameters(sersic)["n_sersic"])
    linear = b_n(n)
    off = np.abs(np.asarray(linear) / sersic["b_n"] - 1.0)
    beyond = np.asarray(gammaincc(2.0 * n, linear * MAX_RADIUS ** (1.0 / n)))
    remark = "lenstronomy's convention, and ours"
    return [
        row("SERSIC: linear b_n against the exact one", off, None, "relative", remark),
        row("SERSIC: flux beyond 1000 R_sersic, not drawn", beyond, None, "of the total flux", remark),
    ]


def _pictures(compared: list[Comparison]) -> list[Picture]:
    """The images with the worst and the median error over tolerance."""
    errors, cases = [], []
    for comparison in compared:
        tolerance = np.where(comparison.usual(), _tolerance(usual=True), _tolerance(usual=False))
        errors.append(comparison.errors()[:, 2] / tolerance)
        cases += [(comparison, case) for case in range(len(comparison.theirs))]
    return worst_and_median(np.concatenate(errors), lambda i, which: _picture(*cases[i], which))


def _picture(comparison: Comparison, case: int, which: str) -> Picture:
    shown = {key: array[case] for key, array in comparison.parameters.items() if "center" not in key}
    values = ", ".join(f"{key} = {value:.3g}" for key, value in shown.items())
    ours, theirs = (v[case, IMAGE].reshape(PIXELS, PIXELS) for v in (comparison.ours, comparison.theirs))
    peak = np.max(theirs)
    return Picture(
        title=f"{comparison.name}, {which} case: {values}",
        quantity="surface brightness of unit amplitude",
        ours=ours,
        theirs=theirs,
        noise=1e-2 * np.sqrt(peak * np.maximum(theirs, 1e-4 * peak)),
        noise_label="shot noise of 10,000 electrons in the brightest pixel",
    )
