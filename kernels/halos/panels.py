"""Quantiles of a density on an interval that is divided into equal panels, without iteration.

The density f is integrated over each of `PANELS` panels by Gauss-Legendre quadrature, and inside a panel it
runs between its values at the ends: as a power law of masses (ln f linear in ln m), or linearly.  Both have a
quantile in closed form.  All haloes of a system share one table, so that a quantile costs a search.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import safe_sqrt
from jaxlens.kernels.fastmath.quadrature import nodes_and_weights

# Panels of an interval: masses over ten decades are right to 2e-5, over four to 2e-6.
PANELS = 128
# Nodes of the quadrature in a panel.
NODES = 3
# Where ln f changes by less than this in a panel, the quantile is a series.
SERIES_BELOW = 0.1


class Panels(NamedTuple):
    """A density on an interval in panels.

    Attributes:
        low: where the interval begins, ().
        step: the length of a panel, ().
        density: the density at the ends of the panels, (panels + 1,); its logarithm for `log_quantile`.
        integrals: its integrals over the panels, (panels,).
    """

    low: jax.Array
    step: jax.Array
    density: jax.Array
    integrals: jax.Array


def edges(low: jax.Array, high: jax.Array, panels: int = PANELS) -> jax.Array:
    """Where the panels begin and end.

    Args:
        low: where the interval begins, any shape.
        high: where it ends, of the same shape.
        panels: how many panels there are.

    Returns:
        The ends, (..., panels + 1).
    """
    low, high = jnp.asarray(low)[..., None], jnp.asarray(high)[..., None]
    share = (jnp.arange(panels + 1) / panels).astype(low.dtype)
    return low + (high - low) * share.reshape((1,) * (low.ndim - 1) + (-1,))


def panel_integrals(
    density: Callable[[jax.Array], jax.Array], low: jax.Array, high: jax.Array, panels: int = PANELS
) -> jax.Array:
    """The integral of a density over each panel.

    Args:
        density: a function of arrays (..., nodes), whose first axes are those of the ends.
        low: where the interval begins, any shape.
        high: where it ends, of the same shape.
        panels: how many panels there are.

    Returns:
        The integrals, (..., panels).
    """
    nodes, weights = (jnp.asarray(v, low.dtype) for v in nodes_and_weights(NODES))
    starts, step = edges(low, high, panels)[..., :-1], (high - low)[..., None] / panels
    total = jnp.zeros_like(starts)
    for node, weight in zip(nodes, weights, strict=True):
        total = total + weight * density(starts + node * step)
    return total * step


def quantile(u: jax.Array, table: Panels) -> jax.Array:
    """The y below which the share u of the integral lies; the density is linear inside a panel.

    `u` has any shape, and y has it.
    """
    panel, share = _place(u, table)
    first, last = table.density[panel], table.density[panel + 1]
    ends = jnp.maximum(first + last, jnp.finfo(first.dtype).tiny)
    a, b = first / ends, last / ends
    # the root of [a s + (b - a) s^2 / 2] 2 = share
    inside = share / jnp.maximum(a + safe_sqrt(a * a + share * (b * b - a * a)), jnp.finfo(a.dtype).tiny)
    return table.low + table.step * (panel + inside)


def log_quantile(u: jax.Array, table: Panels) -> jax.Array:
    """The y below which the share u of the integral lies; ln f is linear inside a panel.

    `u` has any shape, and y has it; `table.density` is ln f.
    """
    panel, share = _place(u, table)
    change = table.density[panel + 1] - table.density[panel]
    return table.low + table.step * (panel + _exponential_quantile(share, change))


def _place(u: jax.Array, table: Panels) -> tuple[jax.Array, jax.Array]:
    """The panel in which the share u of the integral is reached, and which share of the panel is needed."""
    ends = jnp.cumsum(table.integrals)
    target = u * ends[-1]
    panel = _reached(target, ends)
    before = jnp.where(panel == 0, 0.0, ends[jnp.maximum(panel - 1, 0)])
    whole = jnp.maximum(table.integrals[panel], jnp.finfo(u.dtype).tiny)
    return panel, jnp.clip((target - before) / whole, 0.0, 1.0)


def _reached(target: jax.Array, ends: jax.Array) -> jax.Array:
    """How many of the ends but the last are at or below the target.

    Eights are counted with scalars, which is fastest, and the last three bits are found by halving.
    """
    last = ends.shape[0] - 2
    count = jnp.zeros(target.shape, jnp.int32)
    for k in range(7, last + 1, 8):
        count = count + (ends[k] <= target)
    count = 8 * count
    for half in (4, 2, 1):
        place = count + half - 1
        found = (ends[jnp.minimum(place, last)] <= target) & (place <= last)
        count = jnp.where(found, count + half, count)
    return count


def _exponential_quantile(share: jax.Array, change: jax.Array) -> jax.Array:
    """The s of [0, 1] with int_0^s e^(c t) dt = q int_0^1 e^(c t) dt: ln(1 + q (e^c - 1)) / c.

    Near c = 0 it is the series of the cumulants of a Bernoulli number, q + c k2 / 2 + c^2 k3 / 6 + ...
    """
    small = jnp.abs(change) < SERIES_BELOW
    c = jnp.where(small, change, 0.0)
    spread, skew = share * (1.0 - share), 1.0 - 2.0 * share
    series = spread * (1.0 + c * (skew / 3.0 + c * ((1.0 - 6.0 * spread) / 12.0 + c * _fifth(spread, skew))))
    large = jnp.where(small, 1.0, change)
    return jnp.where(small, share + 0.5 * c * series, jnp.log1p(share * jnp.expm1(large)) / large)


def _fifth(spread: jax.Array, skew: jax.Array) -> jax.Array:
    """The fifth cumulant over the second, times 2 / 5!."""
    return skew * (1.0 - 12.0 * spread) / 60.0
