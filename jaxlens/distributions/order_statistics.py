"""The smallest of several redshifts, each by comoving volume."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jaxlens.distributions.base import Distribution, register
from jaxlens.distributions.volumes import ComovingVolume
from jaxlens.kernels.types import Real


@register("nearest_by_comoving_volume")
@dataclass(frozen=True)
class NearestByComovingVolume(Distribution):
    """The smallest of `number` redshifts, each of `comoving_volume`: Prob(value > z) = Prob(one > z)^number.

    With two, and with `comoving_volume` for the source behind, a lens and its source are two galaxies of the
    same volume, in order: the redshifts of the empirical prior of baobab (Park et al. 2021, ApJ 910, 39).

    Attributes:
        minimum: the smallest redshift, not below zero.
        maximum: the largest redshift.
        number: how many redshifts there are, above zero.
        evolution: as in `comoving_volume`.
        Om0: as in `comoving_volume`.
        w0: as in `comoving_volume`.
    """

    minimum: Real
    maximum: Real
    number: Real = 2.0
    evolution: Real = 0.0
    Om0: Real = 0.3
    w0: Real = -1.0

    @property
    def _one(self) -> ComovingVolume:
        """The distribution of each redshift."""
        return ComovingVolume(self.minimum, self.maximum, self.evolution, self.Om0, self.w0)

    def icdf(self, u: Real) -> jax.Array:
        # 1 - (1 - u)^(1 / number), which is precise where u is small
        share = -jnp.expm1(jnp.log1p(-jnp.asarray(u)) / self.number)
        return self._one.icdf(share)

    def icdf_above(self, q: Real) -> jax.Array:
        return self._one.icdf_above(jnp.asarray(q) ** (1.0 / self.number))

    def cdf(self, x: Real) -> jax.Array:
        below = self._one.cdf(x)
        return -jnp.expm1(self.number * jnp.log1p(-jnp.minimum(below, 1.0)))

    def above(self, x: Real) -> jax.Array:
        return self._one.above(x) ** self.number

    def log_prob(self, x: Real) -> jax.Array:
        left = self._one.above(x)
        possible = left > 0.0
        others = (self.number - 1.0) * jnp.log(jnp.where(possible, left, 1.0))
        found = jnp.log(self.number) + others + self._one.log_prob(x)
        return jnp.where(possible, found, -jnp.inf)

    def support(self) -> tuple[Real, Real]:
        return self.minimum, self.maximum

    def problems(self) -> list[str]:
        wrong = [f"number is {self.number}; it must be above zero"] if self.number <= 0 else []
        return wrong + self._one.problems()
