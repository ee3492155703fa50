"""Parameters at which gradients are taken, and central differences to compare them with.

Smooth cases, for central differences, keep away from cusps, but not from e = 0, the axes or zero shear.  Wild
sets, for which a gradient only has to be finite, have a quarter of their parameters at an edge of the range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from validation.agreement.inputs.draws import float32_exact

Function = Callable[[jax.Array, jax.Array], jax.Array]

# Points of each case.
POINTS = 8
# Step of the differences, in units of each parameter's scale.
STEP = 3e-4
# Parameters that are positions (arcsec).
CENTERS = ("center_x", "center_y", "ra_0", "dec_0")
# Parameters whose scale is their value.
OWN_SCALE = ("theta_E", "R_sersic", "sigma", "Rb", "s_scale", "n_sersic", "alpha")
# Central differences of sixth order (Fornberg 1988, table 1): offsets in units of the step.
OFFSETS = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
# The weights of the values at these offsets (same source).
WEIGHTS = np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60.0

# (e1, e2) of the first cases: round, nearly round, along each axis, narrow.
ELLIPTICITIES = (
    (0.0, 0.0),
    (0.0, 0.0),
    (1e-7, 0.0),
    (0.0, 0.3),
    (-0.4, 0.0),
    (-0.6, 0.5),
    (0.9, 0.0),
    (0.0, -0.9),
)
# Light profiles accept |e| > 1, which published files draw.
BEYOND_ONE = ((0.9, -0.8), (1.1, 0.4))

# By parameter: (edges, low, high).  Values are uniform in the logarithm where low > 0, else uniform.
WILD: dict[str, tuple[tuple[float, ...], float, float]] = {
    "theta_E": ((1e-6, 100.0), 0.01, 10.0),
    "R_sersic": ((1e-4, 1e3), 0.01, 100.0),
    "sigma": ((1e-4, 1e3), 0.01, 100.0),
    "Rb": ((1e-4, 10.0), 0.001, 1.0),
    "n_sersic": ((0.5, 1.0, 4.0, 10.0), 0.5, 10.0),
    "s_scale": ((1e-10, 1e-4, 10.0), 1e-3, 1.0),
    "gamma": ((2.0, 1.05, 2.95), 1.1, 2.9),
    "alpha": ((1.0, 10.0), 0.5, 10.0),
    "kappa": ((0.0, 1.0), -0.5, 0.5),
    "gamma1": ((0.0, 1.0), -0.3, 0.3),
    "gamma2": ((0.0, -1.0), -0.3, 0.3),
    "gamma_ext": ((0.0, 1.0), -0.3, 0.3),
    "psi_ext": ((0.0, np.pi / 2), -np.pi, np.pi),
    "e1": ((0.0, 0.6, 1.0, -0.9999, 3.0), -0.7, 0.7),
    "e2": ((0.0, 0.8, 1e-7, 0.9), -0.7, 0.7),
    "magnitude": ((15.0, 40.0), 18.0, 28.0),
    "seeing": ((0.01, 3.0), 0.05, 2.0),
    "pixel_scale": ((0.01, 1.0), 0.04, 0.5),
}
# The same for every other parameter, which are centers in arcsec.
OTHERWISE = ((0.0, 5.0), -0.5, 0.5)
# The same for gamma of a core-Sersic profile, the power law of its core.
CORE_POWER = ((0.0, 1.9), 0.0, 1.5)


def gradients(function: Function, at: jax.Array, data: jax.Array) -> tuple[np.ndarray, np.ndarray]:
    """Values and, by `jax.vjp`, gradients of every output.

    Args:
        function: (parameters (k,), data of one case) -> (q,).
        at: parameters (cases, k).
        data: the second argument, (cases, ...).

    Returns:
        Values (cases, q) and gradients (cases, q, k), in jax's present precision, as float64 arrays.
    """

    def all_outputs(parameters: jax.Array, data: jax.Array) -> tuple[jax.Array, jax.Array]:
        value, vjp = jax.vjp(lambda p: function(p, data), parameters)
        return value, jax.vmap(vjp)(jnp.eye(value.size, dtype=value.dtype))[0]

    value, gradient = jax.jit(jax.vmap(all_outputs))(at, data)
    return np.asarray(value, float), np.asarray(gradient, float)


def differences(function: Function, at: np.ndarray, data: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The gradients of `gradients` by central differences of sixth order.

    Args:
        function: (parameters (k,), data of one case) -> (q,).
        at: parameters (cases, k).
        data: the second argument, (cases, ...).
        steps: a step of each parameter, (cases, k).

    Returns:
        Gradients (cases, q, k).
    """
    moves = OFFSETS[:, None] * np.eye(at.shape[1])[:, None, :] * steps[:, None, None, :]
    moved = jnp.asarray(at[:, None, None, :] + moves)
    each = jax.vmap(jax.vmap(jax.vmap(function, (0, None)), (0, None)))
    values = np.asarray(jax.jit(each)(moved, jnp.asarray(data)), float)
    return np.asarray(np.einsum("cmoq,o->cqm", values, WEIGHTS) / steps[:, None, :])


def relative_errors(
    ours: np.ndarray, theirs: np.ndarray, steps: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """max|ours - theirs| / max|theirs| over the parameters, each in units of its step: (cases, q).

    The denominator is at least 1e-9 of the value: the difference of a function that does not depend on the
    parameters is only rounding.

    Args:
        ours: gradients (cases, q, k).
        theirs: gradients (cases, q, k) to compare with.
        steps: a step of each parameter, (cases, k).
        values: values of the function, (cases, q).
    """
    scale = np.max(np.abs(theirs * steps[:, None, :]), axis=2)
    away = np.max(np.abs((ours - theirs) * steps[:, None, :]), axis=2)
    return np.asarray(away / np.maximum(scale, 1e-9 * np.abs(values)))


@dataclass(frozen=True)
class Cases:
    """Parameters (cases, k), points (cases, 2, POINTS) and steps (cases, k + 2), the last two for x and y."""

    parameters: np.ndarray
    points: np.ndarray
    steps: np.ndarray


def smooth_cases(seed: int, names: Sequence[str], cases: int, light: bool) -> Cases:
    """Smooth cases of a profile: first round, nearly round, on an axis, without shear, isothermal ones.

    Args:
        seed: the seed of the draws.
        names: the profile's parameters.
        cases: the number of cases.
        light: whether it is a light profile.
    """
    rng = np.random.default_rng((20260125, seed))
    size = 10 ** rng.uniform(np.log10(0.05), 1.0, cases)
    drawn = dict.fromkeys(("theta_E", "R_sersic", "sigma"), size) | _shapes(rng, cases, light)
    drawn |= {"n_sersic": rng.uniform(0.5, 10.0, cases), "alpha": rng.uniform(1.0, 5.0, cases)}
    drawn |= {
        "Rb": size * rng.uniform(0.05, 0.3, cases),
        "s_scale": size * 10 ** rng.uniform(-3.0, 0.0, cases),
    }
    drawn["gamma"] = rng.uniform(0.0, 0.8, cases) if light else rng.uniform(1.3, 2.7, cases)
    drawn["gamma"][::4] = 0.0 if light else 2.0
    for name in ("kappa", "gamma1", "gamma2", "gamma_ext", "psi_ext"):
        drawn[name] = rng.uniform(-0.3, 0.3, cases)
        drawn[name][:2] = 0.0
    drawn |= {name: float32_exact(size * rng.uniform(-0.3, 0.3, cases)) for name in CENTERS}
    about = [drawn[name] for name in CENTERS if name in names] or [np.zeros(cases)] * 2
    points = _ring(rng, cases) * size[:, None, None] + np.stack(about, axis=1)[:, :, None]
    scale = {name: drawn[name] for name in OWN_SCALE} | dict.fromkeys(CENTERS, size)
    steps = [*(scale.get(name, np.ones(cases)) for name in names), size, size]
    parameters = np.reshape([drawn[name] for name in names], (len(names), cases)).T
    return Cases(float32_exact(parameters), float32_exact(points), STEP * np.stack(steps, axis=1))


def _shapes(rng: np.random.Generator, cases: int, light: bool) -> dict[str, np.ndarray]:
    edges = np.array(ELLIPTICITIES + (BEYOND_ONE if light else ()))[:cases]
    modulus, angle = rng.uniform(0.0, 0.7, cases), rng.uniform(0.0, 2 * np.pi, cases)
    e1, e2 = modulus * np.cos(angle), modulus * np.sin(angle)
    e1[: len(edges)], e2[: len(edges)] = edges.T
    return {"e1": e1, "e2": e2}


def _ring(rng: np.random.Generator, cases: int) -> np.ndarray:
    """Points (cases, 2, POINTS) at 0.3 to 3 sizes from the center; half of every other case on an axis."""
    radius = 10 ** rng.uniform(-0.5, 0.5, (cases, POINTS))
    angle = rng.uniform(0.0, 2 * np.pi, (cases, POINTS))
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points[::2, :, 0::4] = np.stack([np.zeros_like(radius), radius], axis=1)[::2, :, 0::4]
    points[::2, :, 1::4] = np.stack([-radius, np.zeros_like(radius)], axis=1)[::2, :, 1::4]
    return np.asarray(points)


def wild_sets(seed: int, names: Sequence[str], sets: int, light: bool) -> tuple[np.ndarray, np.ndarray]:
    """Parameters (sets, k) and points (sets, 2, POINTS): the center, near it, on the axes, and elsewhere.

    Args:
        seed: the seed of the draws.
        names: the profile's parameters.
        sets: the number of sets.
        light: whether it is a light profile.
    """
    rng = np.random.default_rng((20260126, seed))
    drawn = {name: wild_values(rng, name, sets, light) for name in names}
    about = [drawn[name] for name in CENTERS if name in names] or [np.zeros(sets)] * 2
    points = 10 ** rng.uniform(-3.0, 1.5, (sets, 2, POINTS)) * rng.choice([-1.0, 1.0], (sets, 2, POINTS))
    points[:, :, 0] = 0.0
    points[:, :, 1] *= 1e-6
    points[:, :, 2] *= 1e-3
    points[:, 0, 3] = points[:, 1, 4] = 0.0
    points = points + float32_exact(np.stack(about, axis=1))[:, :, None]
    parameters = np.reshape([drawn[name] for name in names], (len(names), sets)).T
    return float32_exact(parameters), float32_exact(points)


def wild_values(rng: np.random.Generator, name: str, sets: int, light: bool = False) -> np.ndarray:
    """Values (sets,) of a parameter, a quarter of them at an edge.

    Args:
        rng: the generator.
        name: the name of the parameter.
        sets: the number of values.
        light: whether it is the parameter of a light profile.
    """
    edges, low, high = CORE_POWER if light and name == "gamma" else WILD.get(name, OTHERWISE)
    if low > 0.0:
        inner = np.exp(rng.uniform(np.log(low), np.log(high), sets))
    else:
        inner = rng.uniform(low, high, sets)
    return np.where(rng.uniform(size=sets) < 0.25, rng.choice(edges, sets), inner)
