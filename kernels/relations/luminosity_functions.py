"""Luminosity functions: densities, and magnitudes of galaxies and quasars by redshift.

A relation cannot draw: it takes the rank of the galaxy, the probability of brighter ones, and a uniform rank
gives the whole luminosity function.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.quantiles import quantile
from jaxlens.kernels.relations.registry import relation
from jaxlens.kernels.types import Real

# ln of the factor of the luminosity in a magnitude.
LN_MAGNITUDE = 0.4 * math.log(10.0)

# The upper ends of redshift bins, the slopes alpha and the magnitudes M_star at 1500 Angstrom of galaxies:
# up to redshift 3.4 of Arnouts et al. (2005, ApJ 619, L43, table 1), beyond of Finkelstein et al. (2015,
# ApJ 810, 71, table 4), as in baobab (Park et al. 2021, ApJ 910, 39).
ULTRAVIOLET = np.array(
    [
        (0.2, -1.21, -18.05),
        (0.4, -1.19, -18.38),
        (0.6, -1.55, -19.49),
        (0.8, -1.60, -19.84),
        (1.2, -1.63, -20.11),
        (2.25, -1.49, -20.33),
        (3.4, -1.47, -21.08),
        (4.5, -1.56, -20.73),
        (5.5, -1.67, -20.81),
        (6.5, -2.02, -21.13),
        (7.5, -2.03, -21.03),
        (math.inf, -2.36, -20.89),
    ]
)
# The upper ends of redshift bins, bright and faint slopes and the magnitudes M_star at 1450 Angstrom of
# quasars (Kulkarni, Worseck & Hennawi 2019, MNRAS 488, 1035), as in baobab.
QUASARS = np.array(
    [
        (0.40, -2.74, -1.07, -21.30),
        (0.60, -3.49, -1.55, -23.38),
        (0.80, -3.55, -1.89, -24.21),
        (1.00, -3.69, -1.88, -24.60),
        (1.20, -4.24, -1.84, -25.24),
        (1.40, -4.02, -1.88, -25.41),
        (1.60, -4.35, -1.87, -25.77),
        (1.80, -3.94, -1.69, -25.56),
        (2.20, -4.26, -1.98, -26.35),
        (2.40, -3.34, -1.61, -25.50),
        (2.50, -3.61, -1.60, -25.86),
        (2.60, -3.31, -1.38, -25.33),
        (2.70, -3.13, -1.05, -25.16),
        (2.80, -3.78, -1.34, -25.94),
        (2.90, -3.61, -1.46, -26.22),
        (3.00, -5.01, -1.71, -26.52),
        (3.10, -4.72, -1.70, -26.48),
        (3.20, -4.39, -1.96, -27.10),
        (3.30, -4.39, -1.93, -27.19),
        (3.40, -4.76, -2.08, -27.39),
        (3.50, -3.72, -1.25, -26.65),
        (4.10, -4.84, -2.07, -27.26),
        (4.70, -4.19, -2.20, -27.37),
        (5.50, -4.55, -2.31, -27.89),
        (math.inf, -5.00, -2.40, -29.19),
    ]
)


def log_schechter(y: jax.Array, alpha: Real, beta: Real) -> jax.Array:
    """Ln of x^alpha exp(-x^beta), a density of y = ln x.

    Args:
        y: ln x.
        alpha: the power of small x.
        beta: the power in the exponential.
    """
    return alpha * y - jnp.exp(beta * y)


def log_double_power_law(y: jax.Array, bright: Real, faint: Real) -> jax.Array:
    """Ln of 1 / (e^((bright + 1) y) + e^((faint + 1) y)).

    Args:
        y: 0.4 ln(10) times the magnitude from the break, which grows to the faint side.
        bright: the slope of bright objects.
        faint: the slope of faint ones.
    """
    return -jnp.logaddexp((bright + 1.0) * y, (faint + 1.0) * y)


def _row(table: np.ndarray, redshift: Real) -> list[jax.Array]:
    """The entries of the bin of a redshift, without the end of the bin."""
    z = jnp.asarray(redshift, jnp.result_type(float))
    edges = jnp.asarray(table[:-1, 0], z.dtype).reshape((1,) * z.ndim + (-1,))
    number = jnp.sum(z[..., None] >= edges, axis=-1)
    # NaN in, NaN out
    return [jnp.where(jnp.isnan(z), z, jnp.asarray(column, z.dtype)[number]) for column in table[:, 1:].T]


@relation("ultraviolet_magnitude")
def ultraviolet_magnitude(
    *, redshift: Real, rank: Real, minimum: Real = -23.0, maximum: Real = -17.8
) -> jax.Array:
    """Absolute magnitude of a galaxy at 1500 Angstrom, from Schechter functions in bins of redshift.

    Up to redshift 3.4 of Arnouts et al. (2005, ApJ 619, L43, table 1), beyond of Finkelstein et al. (2015,
    ApJ 810, 71, table 4), as in the empirical prior of baobab.

    Args:
        redshift: z.
        rank: the probability of brighter galaxies: a DISTRIBUTION uniform between 0 and 1.
        minimum: the brightest magnitude.
        maximum: the faintest magnitude.

    Returns:
        The magnitude.
    """
    alpha, M_star = _row(ULTRAVIOLET, redshift)
    # brighter galaxies have a larger y
    low, high = LN_MAGNITUDE * (M_star - maximum), LN_MAGNITUDE * (M_star - minimum)
    y = quantile(log_schechter, 1.0 - jnp.asarray(rank), rank, low, high, alpha + 1.0, 1.0)
    return M_star - y / LN_MAGNITUDE


@relation("quasar_magnitude")
def quasar_magnitude(
    *, redshift: Real, rank: Real, minimum: Real = -30.0, maximum: Real = -19.0
) -> jax.Array:
    """Absolute magnitude of a quasar at 1450 Angstrom, from double power laws in bins of redshift.

    Of Kulkarni, Worseck & Hennawi (2019, MNRAS 488, 1035), as in the empirical prior of baobab.

    Args:
        redshift: z.
        rank: the probability of brighter quasars: a DISTRIBUTION uniform between 0 and 1.
        minimum: the brightest magnitude.
        maximum: the faintest magnitude.

    Returns:
        The magnitude.
    """
    bright, faint, M_star = _row(QUASARS, redshift)
    low, high = LN_MAGNITUDE * (minimum - M_star), LN_MAGNITUDE * (maximum - M_star)
    y = quantile(log_double_power_law, rank, 1.0 - jnp.asarray(rank), low, high, bright, faint)
    return M_star + y / LN_MAGNITUDE
