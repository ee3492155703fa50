"""Gradients of every profile: equal to central differences, and finite at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES, LightProfile, MassProfile
from validation.agreement.gradients.cases import (
    POINTS,
    Function,
    differences,
    gradients,
    relative_errors,
    smooth_cases,
    wild_sets,
)
from validation.agreement.reporting.rows import Picture, Row, precision, row, worst_and_median

Profile = LightProfile | MassProfile

# A field is reduced to its sum over the points, weighted with cosines of these phases.
PHASE = np.arange(POINTS)
LIGHT_QUANTITIES = ("brightness", "total flux")
MASS_QUANTITIES = ("deflection in x", "deflection in y", "potential")
# Tolerance in float64, against central differences.
CENTRAL = 1e-6
# Tolerance in float32, against float64.
SINGLE = 1e-4
# Parameters that break the circular symmetry.
BY_SHAPE = ("e1", "e2", "gamma1", "gamma2")
MEASURE = "of the largest component"


@dataclass(frozen=True)
class Compared:
    """Gradients (cases, q, k) of a profile's q quantities, ours and theirs, and which of ours are finite."""

    name: str
    quantities: tuple[str, ...]
    parameters: tuple[str, ...]
    at: np.ndarray
    values: np.ndarray
    ours: np.ndarray
    theirs: np.ndarray
    steps: np.ndarray
    finite: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        """The error of each gradient in units of its largest component, (cases, q)."""
        return relative_errors(self.ours, self.theirs, self.steps, self.values)


def compare(names: Sequence[str], cases: int, sets: int) -> list[Compared]:
    """Compare the gradients of profiles.

    Args:
        names: the names of the profiles.
        cases: smooth cases of each profile, where gradients are compared.
        sets: wild sets of each profile, where gradients must be finite.
    """
    return [_compare(seed, name, cases, sets) for seed, name in enumerate(names)]


def _compare(seed: int, name: str, cases: int, sets: int) -> Compared:
    """In float64 against central differences, in float32 against the gradient in float64."""
    light = name in LIGHT_PROFILES
    profile = LIGHT_PROFILES[name] if light else MASS_PROFILES[name]
    names, function = tuple(profile.parameters), _function(profile)
    smooth = smooth_cases(seed, names, cases, light)
    at, points = _batch(seed, profile, cases, sets)
    if precision() == "float64":
        values, ours = _gradients_in_float64(seed, profile, cases, sets)
        theirs = differences(function, at[:cases], points[:cases], smooth.steps)
    else:
        values, ours = gradients(function, jnp.asarray(at), jnp.asarray(points))
        theirs = _gradients_in_float64(seed, profile, cases, sets)[1][:cases]
    quantities = LIGHT_QUANTITIES if light else MASS_QUANTITIES
    finite = np.isfinite(ours[cases:]).all(axis=(1, 2))
    these = at[:cases], values[:cases], ours[:cases], theirs, smooth.steps, finite
    return Compared(name, quantities, (*names, "x", "y"), *these)


def _batch(seed: int, profile: Profile, cases: int, sets: int) -> tuple[np.ndarray, np.ndarray]:
    """Smooth cases and wild sets: one batch is one compilation.

    Parameters (cases + sets, k + 2), the last two of which move all points in x and y, and points.
    """
    light, names = isinstance(profile, LightProfile), tuple(profile.parameters)
    smooth, wild = smooth_cases(seed, names, cases, light), wild_sets(seed, names, sets, light)
    parameters = np.concatenate([smooth.parameters, wild[0]])
    shift = np.zeros((len(parameters), 2))
    return np.concatenate([parameters, shift], axis=1), np.concatenate([smooth.points, wild[1]])


@lru_cache
def _gradients_in_float64(
    seed: int, profile: Profile, cases: int, sets: int
) -> tuple[np.ndarray, np.ndarray]:
    """Values and gradients in float64, cached because both precisions need them."""
    function = _function(profile)
    at, points = _batch(seed, profile, cases, sets)
    with jax.enable_x64(True):
        return gradients(function, jnp.asarray(at), jnp.asarray(points))


def _function(profile: Profile) -> Function:
    """A few scalars of the profile, as functions of all its parameters and of where the points are."""
    return _light(profile) if isinstance(profile, LightProfile) else _mass(profile)


def _weights(dtype: jnp.dtype) -> jax.Array:
    return jnp.asarray(np.stack([np.cos(k + PHASE * (1 + 0.3 * k)) for k in range(3)]), dtype)


def _light(profile: LightProfile) -> Function:
    """(parameters, points) -> weighted sum of the surface brightness, total flux."""

    def function(p: jax.Array, points: jax.Array) -> jax.Array:
        values = {key: p[k] for k, key in enumerate(profile.parameters)}
        light = profile.surface_brightness(points[0] + p[-2], points[1] + p[-1], **values)
        flux = jnp.asarray(profile.flux(**values), p.dtype)
        return jnp.stack([jnp.sum(_weights(p.dtype)[0] * light), flux])

    return function


def _mass(profile: MassProfile) -> Function:
    """(parameters, points) -> weighted sums of both deflections and of the potential."""

    def function(p: jax.Array, points: jax.Array) -> jax.Array:
        values = {key: p[k] for k, key in enumerate(profile.parameters)}
        x, y = points[0] + p[-2], points[1] + p[-1]
        fields = jnp.stack([*profile.deflection(x, y, **values), profile.psi(x, y, **values)])
        return jnp.sum(_weights(p.dtype) * fields, axis=1)

    return function


def rows(found: Sequence[Compared]) -> list[Row]:
    """A row a profile, and one for all wild sets."""
    tolerance, of = (CENTRAL, "central difference") if precision() == "float64" else (SINGLE, "float64")
    judged = []
    for compared in found:
        worst = compared.quantities[int(np.argmax(compared.errors.max(axis=0)))]
        name = f"{compared.name}: gradient against {of}"
        judged.append(row(name, compared.errors.max(axis=1), tolerance, MEASURE, f"largest: {worst}"))
    lost = {compared.name: int(np.sum(~compared.finite)) for compared in found if not compared.finite.all()}
    flags = np.concatenate([~compared.finite for compared in found]).astype(float)
    remark = ", ".join(f"{name}: {count} sets" for name, count in lost.items())
    without_shape = np.concatenate([_without_shape(compared) for compared in found])
    title = "at e = 0 and zero shear: derivatives in e1, e2, gamma1, gamma2"
    return [
        *judged,
        row(title, without_shape, tolerance, "of the larger of the two"),
        row("every profile: gradients finite at the edges", flags, 0.0, "1 if not finite", remark),
    ]


def _without_shape(compared: Compared) -> np.ndarray:
    """Errors of the derivatives in ellipticity or shear alone, where both are zero.

    A derivative that is wrongly zero there is seen, and not hidden behind a larger one.
    """
    columns = [k for k, name in enumerate(compared.parameters) if name in BY_SHAPE]
    fields = [q for q, name in enumerate(compared.quantities) if name != "total flux"]
    zero = np.all(compared.at[:, columns] == 0.0, axis=1)
    if not columns or not zero.any():
        return np.zeros(0)
    ours, theirs = (array[zero][:, fields][:, :, columns] for array in (compared.ours, compared.theirs))
    return np.asarray(np.max(np.abs(ours - theirs), axis=2) / np.max(np.abs(theirs), axis=2)).ravel()


def pictures(found: Sequence[Compared]) -> list[Picture]:
    """The worst and the median gradient, component by component."""
    cases = [
        (compared, c, q)
        for compared in found
        for c in range(len(compared.ours))
        for q in range(len(compared.quantities))
    ]
    errors = np.concatenate([compared.errors.ravel() for compared in found])
    of = "central differences" if precision() == "float64" else "float64"
    tolerance = CENTRAL if precision() == "float64" else SINGLE

    def draw(case: int, which: str) -> Picture:
        compared, c, q = cases[case]
        ours, theirs = compared.ours[c, q] * compared.steps[c], compared.theirs[c, q] * compared.steps[c]
        return Picture(
            title=f"{which} gradient: {compared.quantities[q]} of {compared.name}, against {of}",
            quantity="change in a step of the parameter",
            ours=ours,
            theirs=theirs,
            noise=tolerance * float(np.max(np.abs(theirs)) or 1.0),
            noise_label=f"the tolerance, {tolerance:.0e} of the largest component",
            at=np.arange(len(ours)),
            at_label=", ".join(compared.parameters),
        )

    return worst_and_median(errors, draw)
