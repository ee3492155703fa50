"""Redshifts of objects whose number in a comoving volume is known."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jaxlens.distributions.base import register
from jaxlens.distributions.numerical import Density, Numerical
from jaxlens.kernels.fastmath.quadrature import nodes_and_weights
from jaxlens.kernels.types import Real

# Gauss-Legendre nodes of a distance, with which its relative error is below 1e-11 up to redshift 20.
NODES = 16


def log_volume(y: jax.Array, evolution: Real, Om0: Real, w0: Real) -> jax.Array:
    """Ln of dV/dy (1 + z)^evolution for y = ln(1 + z), in units of c / H0.

    Args:
        y: ln(1 + z), any shape.
        evolution: as in `ComovingVolume`.
        Om0: as in `ComovingVolume`.
        w0: as in `ComovingVolume`.

    Returns:
        The logarithm, of the shape of y; minus infinity at redshift zero, where the volume is zero.
    """
    beyond = y > 0.0
    y = jnp.where(beyond, y, 1.0)
    nodes, weights = (
        jnp.reshape(jnp.asarray(v, y.dtype), (1,) * y.ndim + (-1,)) for v in nodes_and_weights(NODES)
    )
    # the distance is the integral of (1 + z) / E over ln(1 + z)
    inner = tuple(jnp.expand_dims(one, -1) if jnp.ndim(one) else one for one in (Om0, w0))
    at = y[..., None] * nodes
    distance = y * jnp.sum(weights * jnp.exp(at - log_rate(at, *inner)), axis=-1)
    found = 2.0 * jnp.log(distance) - log_rate(y, Om0, w0) + (evolution + 1.0) * y
    return jnp.where(beyond, found, -jnp.inf)


def log_rate(y: jax.Array, Om0: Real, w0: Real) -> jax.Array:
    """Ln E of a flat universe of matter and dark energy, as `kernels.cosmology.expansion_rate`.

    Args:
        y: ln(1 + z).
        Om0: the density parameter of matter.
        w0: the equation of state of dark energy.
    """
    return 0.5 * jnp.log(Om0 * jnp.exp(3.0 * y) + (1.0 - Om0) * jnp.exp(3.0 * (1.0 + w0) * y))


@register("comoving_volume")
@dataclass(frozen=True)
class ComovingVolume(Numerical):
    """Redshifts by comoving volume, p(z) ~ (1 + z)^evolution dV/dz, in a flat universe without radiation.

    dV/dz ~ C(z)^2 / E(z), with the comoving distance C and the expansion rate E (Hogg 1999, eq. 28).  A rate
    of events, such as supernovae, is seen slower: subtract 1 from `evolution`.

    Attributes:
        minimum: the smallest redshift, not below zero.
        maximum: the largest redshift.
        evolution: the power of 1 + z with which the number in a comoving volume grows.
        Om0: the density parameter of matter.
        w0: the equation of state of dark energy.
    """

    minimum: Real
    maximum: Real
    evolution: Real = 0.0
    Om0: Real = 0.3
    w0: Real = -1.0

    def density(self) -> Density:
        low, high = self.coordinate(self.minimum), self.coordinate(self.maximum)
        return Density(log_volume, low, high, (self.evolution, self.Om0, self.w0))

    def value(self, y: jax.Array) -> jax.Array:
        return jnp.expm1(y)

    def coordinate(self, x: Real) -> jax.Array:
        return jnp.log1p(x)

    def log_slope(self, x: jax.Array) -> jax.Array:
        return -jnp.log1p(x)

    def problems(self) -> list[str]:
        wrong = [f"minimum is {self.minimum}; it must not be below zero"] if self.minimum < 0 else []
        if not 0 <= self.Om0 <= 1:
            wrong += [f"Om0 is {self.Om0}; it must be between 0 and 1"]
        return wrong + super().problems()
