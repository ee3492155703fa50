"""Functions of the field: velocity dispersions of galaxies, magnitudes of galaxies and of quasars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp

from jaxlens.distributions.base import not_positive, register
from jaxlens.distributions.numerical import Density, Numerical, log_of
from jaxlens.kernels.relations.luminosity_functions import (
    LN_MAGNITUDE,
    log_double_power_law,
    log_schechter,
)
from jaxlens.kernels.types import Real

# The densities are computed up to where the exponential has fallen by e^-60; less than 1e-25 is left out.
LARGEST_EXPONENT = 60.0
# Below this alpha the coordinate of velocity dispersions is that of this one.
SMALLEST_ALPHA = 0.4


def cut_off(low: jax.Array, high: jax.Array, beta: Real) -> jax.Array:
    """The upper end of y = ln x, or less: where exp(-x^beta) is e^-60 of its value at the lower end.

    Args:
        low: the lower end.
        high: the upper end.
        beta: the power in the exponential.
    """
    return jnp.minimum(high, jnp.log(jnp.exp(beta * low) + LARGEST_EXPONENT) / beta)


def log_gamma_density(y: jax.Array, power: Real, exponent: Real) -> jax.Array:
    """The logarithm of y^(power - 1) exp(-y^exponent), a density of y >= 0.

    Args:
        y: the coordinate.
        power: the power of small y, plus one.
        exponent: the power in the exponential.
    """
    log_y = log_of(y)
    return (power - 1.0) * log_y - jnp.exp(exponent * log_y)


@register("velocity_dispersion_function")
@dataclass(frozen=True)
class VelocityDispersionFunction(Numerical):
    """Velocity dispersions of galaxies in a volume.

    p(sigma) ~ x^(alpha - 1) exp(-x^beta) with x = sigma / sigma_star.  The defaults are those of
    early-type galaxies in the SDSS (Choi, Park & Vogeley 2007, ApJ 658, 884).  For all galaxies Bernardi et
    al. (2010, MNRAS 404, 2087) have sigma_star 113.78, alpha 0.94 and beta 1.85.

    Attributes:
        minimum: the smallest dispersion (km/s), not below zero.
        maximum: the largest dispersion (km/s).
        sigma_star: the characteristic dispersion (km/s), above zero.
        alpha: the power of small dispersions.
        beta: the power in the exponential, above zero.
    """

    minimum: Real
    maximum: Real
    sigma_star: Real = 161.0
    alpha: Real = 2.32
    beta: Real = 2.67

    def _root(self) -> jax.Array:
        """The power r of the coordinate y = x^r, in which the density begins as y^3 where alpha > 0.4."""
        return jnp.maximum(jnp.asarray(self.alpha, jnp.result_type(float)), SMALLEST_ALPHA) / 4.0

    def density(self) -> Density:
        low, high, root = self.coordinate(self.minimum), self.coordinate(self.maximum), self._root()
        power = self.beta / root
        end = jnp.exp(jnp.log(low**power + LARGEST_EXPONENT) / power)
        return Density(log_gamma_density, low, jnp.minimum(high, end), (self.alpha / root, power))

    def value(self, y: jax.Array) -> jax.Array:
        return self.sigma_star * jnp.exp(log_of(y) / self._root())

    def coordinate(self, x: Real) -> jax.Array:
        x = jnp.asarray(x, jnp.result_type(x, float))
        positive = x > 0.0
        log_x = jnp.log(jnp.where(positive, x, 1.0)) - jnp.log(self.sigma_star)
        return jnp.where(positive, jnp.exp(self._root() * log_x), 0.0)

    def log_slope(self, x: jax.Array) -> jax.Array:
        return jnp.log(self._root()) + log_of(self.coordinate(x)) - log_of(x)

    def problems(self) -> list[str]:
        wrong = not_positive(sigma_star=self.sigma_star, beta=self.beta)
        if self.minimum < 0:
            wrong += [f"minimum is {self.minimum}; it must not be below zero"]
        if self.minimum == 0 and self.alpha <= 0:
            wrong += [f"alpha {self.alpha} diverges at minimum 0; take a minimum above zero"]
        return wrong + super().problems()


@register("schechter_magnitude")
@dataclass(frozen=True)
class SchechterMagnitude(Numerical):
    """Absolute magnitudes of galaxies in a volume, p(M) ~ x^(alpha + 1) exp(-x), x = 10^(0.4 (M_star - M)).

    Schechter (1976, ApJ 203, 297).  In the r band of redshift 0.1 Blanton et al. (2003, ApJ 592, 819) have
    M_star - 5 log10(h) = -20.44 and alpha = -1.05.

    Attributes:
        M_star: the characteristic magnitude.
        alpha: the slope of faint galaxies.
        minimum: the brightest magnitude.
        maximum: the faintest magnitude.
    """

    M_star: Real
    alpha: Real
    minimum: Real
    maximum: Real
    falling: ClassVar[bool] = True

    def density(self) -> Density:
        low, high = self.coordinate(self.maximum), self.coordinate(self.minimum)
        return Density(log_schechter, low, cut_off(low, high, 1.0), (self.alpha + 1.0, 1.0))

    def value(self, y: jax.Array) -> jax.Array:
        return self.M_star - y / LN_MAGNITUDE

    def coordinate(self, x: Real) -> jax.Array:
        return LN_MAGNITUDE * jnp.asarray(self.M_star - x)

    def log_slope(self, x: jax.Array) -> jax.Array:
        return jnp.full_like(x, math.log(LN_MAGNITUDE))


@register("double_power_law_magnitude")
@dataclass(frozen=True)
class DoublePowerLawMagnitude(Numerical):
    """Absolute magnitudes of quasars in a volume.

    p(M) ~ 1 / (10^(0.4 (bright_slope + 1) (M - M_star)) + 10^(0.4 (faint_slope + 1) (M - M_star))), as Boyle
    et al. (2000, MNRAS 317, 1014).  Slopes and M_star by redshift are in Kulkarni et al. (2019, MNRAS 488,
    1035): at redshifts of 1.8 to 2.2, M_star = -26.35 at 1450 Angstrom, bright_slope = -4.26, faint_slope
    = -1.98.

    Attributes:
        M_star: the magnitude of the break.
        bright_slope: the slope of bright quasars, alpha of these papers.
        faint_slope: the slope of faint quasars, their beta.
        minimum: the brightest magnitude.
        maximum: the faintest magnitude.
    """

    M_star: Real
    bright_slope: Real
    faint_slope: Real
    minimum: Real
    maximum: Real

    def density(self) -> Density:
        low, high = self.coordinate(self.minimum), self.coordinate(self.maximum)
        return Density(log_double_power_law, low, high, (self.bright_slope, self.faint_slope))

    def value(self, y: jax.Array) -> jax.Array:
        return self.M_star + y / LN_MAGNITUDE

    def coordinate(self, x: Real) -> jax.Array:
        return LN_MAGNITUDE * jnp.asarray(x - self.M_star)

    def log_slope(self, x: jax.Array) -> jax.Array:
        return jnp.full_like(x, math.log(LN_MAGNITUDE))
