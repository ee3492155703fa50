"""Quantiles of densities that are known as functions only, by quadrature and inversion on a fixed grid.

A density f(y) on [low, high], which need not be normalised, is integrated over `PANELS` equal panels by
Gauss-Legendre quadrature of `NODES` nodes.  The quantile of a probability u lies in one of the panels, and
there at the distance s from its beginning, with

    int_0^s f(y_k + t) dt = w,    w = u int f - sum over the panels before.

It is found by Newton's method for ln w as a function of ln s, s -> s (w / F)^(F / (s f)), which needs one
step where F is a power of s.  Probabilities near one are counted from the upper end.  Where the density has
no structure finer than a panel, a thirty-second of the interval, probabilities are right to 2e-6 in float32
and to 1e-11 in float64.

Derivatives follow from the implicit function theorem, so that they exist in all parameters, to every order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.quadrature import nodes_and_weights
from jaxlens.kernels.types import Real

# ln f of y and of parameters that are arrays; a function of a module, since it is static.
LogDensity = Callable[..., jax.Array]

# Panels of the interval.
PANELS = 32
# Nodes of the quadrature in a panel, or in a part of one.
NODES = 8
# Steps of Newton's method, by precision in bits.
STEPS = {32: 8, 64: 12}


def quantile(
    log_density: LogDensity, u: Real, above: Real, low: Real, high: Real, *parameters: Real
) -> jax.Array:
    """The y between low and high with P(y) = u.

    Args:
        log_density: `(y, *parameters)` -> ln f; static.
        u: the probability, in (0, 1).
        above: 1 - u, precise where it is small.
        low: the lower end.
        high: the upper end.
        *parameters: those of the density.

    Returns:
        y, of the shape to which the arguments broadcast.

    >>> print(f"{quantile(lambda y: 2.0 * y, 0.5, 0.5, 0.0, 1.0):.3f}")  # ln((1 + e^2) / 2) / 2
    0.717
    """
    u, above, low, high, parameters = _aligned(u, above, low, high, *parameters)
    return _quantile(log_density, u, above, low, high, parameters)


def probabilities(
    log_density: LogDensity, y: Real, low: Real, high: Real, *parameters: Real
) -> tuple[jax.Array, jax.Array]:
    """P(y) and 1 - P(y), each precise where it is small.

    Args:
        log_density: as in `quantile`.
        y: where; values beyond the ends count as the ends.
        low: the lower end.
        high: the upper end.
        *parameters: those of the density.

    Returns:
        The two probabilities, of the shape to which the arguments broadcast.
    """
    y, _, low, high, parameters = _aligned(y, y, low, high, *parameters)
    return _probabilities(log_density, y, low, high, parameters)


def log_normalisation(log_density: LogDensity, low: Real, high: Real, *parameters: Real) -> jax.Array:
    """The logarithm of the integral of f over the interval.

    Args:
        log_density: as in `quantile`.
        low: the lower end.
        high: the upper end.
        *parameters: those of the density.

    Returns:
        ln of the integral, of the shape to which the arguments broadcast.
    """
    _, _, low, high, parameters = _aligned(0.0, 0.0, low, high, *parameters)
    masses, peak = _masses(log_density, low, high, parameters)
    return jnp.log(masses.sum(axis=-1)) + peak


_Arrays = tuple[jax.Array, ...]


def _aligned(*values: Real) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array, _Arrays]:
    """Arrays of one floating type and rank; those that are the same for all keep axes of length one."""
    dtype = jnp.result_type(*values, float)
    arrays = [jnp.asarray(value, dtype) for value in values]
    rank = max(array.ndim for array in arrays)
    first, second, low, high, *rest = (
        array.reshape((1,) * (rank - array.ndim) + array.shape) for array in arrays
    )
    return first, second, low, high, tuple(rest)


def _integral(
    log_density: LogDensity,
    start: jax.Array,
    length: jax.Array,
    peak: jax.Array,
    parameters: _Arrays,
) -> jax.Array:
    """The integral of f e^-peak over `length` from `start`, whose last axis the parameters do not have."""
    nodes, weights = (jnp.asarray(v, start.dtype) for v in nodes_and_weights(NODES))
    shape = (1,) * start.ndim + (NODES,)
    y = start[..., None] + length[..., None] * nodes.reshape(shape)
    own = tuple(parameter[..., None, None] for parameter in parameters)
    f = jnp.exp(log_density(y, *own) - peak[..., None, None])
    return length * jnp.sum(f * weights.reshape(shape), axis=-1)


def _masses(
    log_density: LogDensity, low: jax.Array, high: jax.Array, parameters: _Arrays
) -> tuple[jax.Array, jax.Array]:
    """The integrals of f e^-peak over the panels (..., PANELS), and the peak of ln f (...)."""
    start, length = _panels(low, high)
    y = start + 0.5 * length
    middle = log_density(y, *(parameter[..., None] for parameter in parameters))
    peak = jax.lax.stop_gradient(jnp.max(middle, axis=-1))
    return _integral(log_density, start, length, peak, parameters), peak


def _panels(low: jax.Array, high: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Where the panels begin (..., PANELS), and their length (..., 1)."""
    length = (high - low)[..., None] / PANELS
    steps = jnp.arange(PANELS, dtype=low.dtype).reshape((1,) * low.ndim + (PANELS,))
    return low[..., None] + steps * length, length


def _part(
    log_density: LogDensity,
    start: jax.Array,
    length: jax.Array,
    peak: jax.Array,
    parameters: _Arrays,
) -> jax.Array:
    """The integral of f e^-peak over `length` from `start`, of one shape."""
    return _integral(log_density, start[..., None], length[..., None], peak, parameters)[..., 0]


def _probabilities(
    log_density: LogDensity, y: jax.Array, low: jax.Array, high: jax.Array, parameters: _Arrays
) -> tuple[jax.Array, jax.Array]:
    """`probabilities` of aligned arrays."""
    masses, peak = _masses(log_density, low, high, parameters)
    starts, length = _panels(low, high)
    inside = jnp.clip(y, low, high)
    panel = jnp.maximum(jnp.sum(starts <= inside[..., None], axis=-1) - 1, 0)
    below, above = _around(masses, panel)
    start, length = low + panel * length[..., 0], length[..., 0]
    to_y = _part(log_density, start, inside - start, peak, parameters)
    from_y = _part(log_density, inside, start + length - inside, peak, parameters)
    total = masses.sum(axis=-1)
    return (below + to_y) / total, (above + from_y) / total


def _around(masses: jax.Array, panel: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The sums over the panels before and after one of them."""
    number = jnp.arange(PANELS).reshape((1,) * panel.ndim + (PANELS,))
    before, after = number < panel[..., None], number > panel[..., None]
    return (jnp.where(chosen, masses, 0.0).sum(axis=-1) for chosen in (before, after))  # type: ignore[return-value]


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _quantile(
    log_density: LogDensity,
    u: jax.Array,
    above: jax.Array,
    low: jax.Array,
    high: jax.Array,
    parameters: _Arrays,
) -> jax.Array:
    """`quantile` of aligned arrays."""
    masses, peak = _masses(log_density, low, high, parameters)
    total = masses.sum(axis=-1)
    lower = u < 0.5
    panel, mass = _panel(masses, lower, jnp.where(lower, u, above) * total)
    length = (high - low) / PANELS
    start = low + panel * length
    y = start + _inverted(log_density, start, length, mass, peak, parameters)
    # comparisons and bounds hide NaN
    return jnp.where(jnp.isnan(u + total), jnp.nan, jnp.clip(y, low, high))


def _panel(masses: jax.Array, lower: jax.Array, target: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The panel in which a quantile lies, and the integral from its beginning to the quantile.

    `target` is the integral before the quantile where `lower`, and the one after it elsewhere.
    """
    before = jnp.cumsum(masses, axis=-1) - masses
    after = jnp.flip(jnp.cumsum(jnp.flip(masses, -1), axis=-1), -1)
    target = target[..., None]
    reached = jnp.where(lower[..., None], before <= target, after >= target)
    panel = jnp.maximum(jnp.sum(reached, axis=-1) - 1, 0)
    first = jnp.max(jnp.where(reached, before, 0.0), axis=-1)
    last = jnp.min(jnp.where(reached, after, jnp.inf), axis=-1)
    return panel, jnp.maximum(jnp.where(lower, target[..., 0] - first, last - target[..., 0]), 0.0)


def _inverted(
    log_density: LogDensity,
    start: jax.Array,
    length: jax.Array,
    mass: jax.Array,
    peak: jax.Array,
    parameters: _Arrays,
) -> jax.Array:
    """The s between 0 and `length` where the integral of f e^-peak from `start` to start + s is `mass`."""
    start, mass = jnp.broadcast_arrays(start, mass)
    limits = jnp.finfo(start.dtype)

    def step(_: int, s: jax.Array) -> jax.Array:
        s = jnp.maximum(s, limits.eps**2 * length)
        found = _part(log_density, start, s, peak, parameters)
        slope = s * jnp.exp(log_density(start + s, *parameters) - peak)
        known = (found > 0.0) & (slope > 0.0)
        ratio = mass / jnp.where(known, found, 1.0)
        factor = jnp.where(ratio > 0.0, ratio, 0.0) ** (found / jnp.where(known, slope, 1.0))
        return jnp.where(known, jnp.clip(s * factor, 0.0, length), length)

    return jax.lax.fori_loop(0, STEPS[limits.bits], step, jnp.broadcast_to(0.5 * length, mass.shape))


@_quantile.defjvp
def _quantile_jvp(
    log_density: LogDensity, values: tuple[jax.Array, ...], tangents: tuple[jax.Array, ...]
) -> tuple[jax.Array, jax.Array]:
    """p(y) dy = du - dP at fixed y, with the density p = dP/dy."""
    u, above, low, high, parameters = values
    y = _quantile(log_density, u, above, low, high, parameters)
    ends = (low, high, parameters)

    def probability(low: jax.Array, high: jax.Array, parameters: _Arrays) -> jax.Array:
        return _probabilities(log_density, y, low, high, parameters)[0]

    change = jax.jvp(probability, ends, (tangents[2], tangents[3], tangents[4]))[1]
    masses, peak = _masses(log_density, low, high, parameters)  # type: ignore[arg-type]
    density = jnp.exp(log_density(y, *parameters) - peak) / masses.sum(axis=-1)
    return y, (0.5 * (tangents[0] - tangents[1]) - change) / density
