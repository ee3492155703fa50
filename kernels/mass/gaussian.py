"""Mass profiles that are Gaussian: the convergence, or the potential.

A Gaussian of the mass `amp` (the integral of its convergence over the sky, arcsec^2) has

    kappa(r) = amp / (2 pi sigma^2) e^-u,            u = r^2 / (2 sigma^2)
    alpha(r) = amp / (2 pi sigma^2) E(u) r
    psi(r)   = amp / (2 pi) Ein(u)

with E and Ein of `fastmath.entire_exponential`.  Sums of such profiles with one centre are multi-Gaussian
expansions (Cappellari 2002, MNRAS 333, 400).  The potential is zero at the centre, as lenstronomy's is.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.entire_exponential import entire_exponential_integral, exponential_mean
from jaxlens.kernels.fastmath.sums import total
from jaxlens.kernels.mass.radial import Radial, register_elliptical_potential, register_round
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real, Reals

# What `amp` is for a Gaussian convergence.
MASS = Meaning("arcsec^2", "integral of the convergence over the sky, or of each Gaussian's", 0.5, 4.0)


def gaussian_slope(r_squared: jax.Array, *, amp: Real, sigma: Real) -> jax.Array:
    """psi'(r) / r of one Gaussian.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        amp: mass (arcsec^2).
        sigma: standard deviation (arcsec).

    Returns:
        The mean convergence within r.
    """
    inverse = 0.5 / jnp.square(sigma)
    return amp * inverse / jnp.pi * exponential_mean(r_squared * inverse)


def gaussian_potential_of_radius(r_squared: jax.Array, *, amp: Real, sigma: Real) -> jax.Array:
    """Psi of one Gaussian.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        amp: mass (arcsec^2).
        sigma: standard deviation (arcsec).

    Returns:
        psi in arcsec^2.
    """
    return amp * 0.5 / jnp.pi * entire_exponential_integral(r_squared * (0.5 / jnp.square(sigma)))


def multi_gaussian_slope(
    r_squared: jax.Array, *, amp: Reals, sigma: Reals, scale_factor: Real = 1.0
) -> jax.Array:
    """psi'(r) / r of a sum of Gaussians.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        amp: mass of each Gaussian (arcsec^2).
        sigma: standard deviation of each (arcsec).
        scale_factor: factor of all masses.

    Returns:
        The mean convergence within r.
    """
    return scale_factor * total(lambda a, s: gaussian_slope(r_squared, amp=a, sigma=s), amp=amp, sigma=sigma)


def multi_gaussian_potential(
    r_squared: jax.Array, *, amp: Reals, sigma: Reals, scale_factor: Real = 1.0
) -> jax.Array:
    """Psi of a sum of Gaussians.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        amp: mass of each Gaussian (arcsec^2).
        sigma: standard deviation of each (arcsec).
        scale_factor: factor of all masses.

    Returns:
        psi in arcsec^2.
    """
    return scale_factor * total(
        lambda a, s: gaussian_potential_of_radius(r_squared, amp=a, sigma=s), amp=amp, sigma=sigma
    )


GAUSSIAN = Radial(gaussian_slope, gaussian_potential_of_radius)
MULTI_GAUSSIAN = Radial(multi_gaussian_slope, multi_gaussian_potential)

gaussian = register_round(
    "GAUSSIAN",
    GAUSSIAN,
    """Round Gaussian convergence amp / (2 pi sigma^2) exp(-r^2 / (2 sigma^2)); lenstronomy's GAUSSIAN.

    The deflection is amp / (pi r) [1 - exp(-r^2 / (2 sigma^2))].  In older versions of lenstronomy
    this was GAUSSIAN_KAPPA, and GAUSSIAN a Gaussian potential, which is GAUSSIAN_POTENTIAL now.
    """,
    meanings={"amp": MASS},
)

gaussian_ellipse_potential = register_elliptical_potential(
    "GAUSSIAN_ELLIPSE_POTENTIAL",
    GAUSSIAN,
    """The potential of GAUSSIAN made elliptical; lenstronomy's GAUSSIAN_ELLIPSE_POTENTIAL.

    psi = amp / (2 pi) Ein(R^2 / (2 sigma^2)), R the elliptical radius of `mass.radial` (Golse & Kneib 2002).
    """,
    meanings={"amp": MASS},
)

multi_gaussian = register_round(
    "MULTI_GAUSSIAN",
    MULTI_GAUSSIAN,
    """A sum of round Gaussian convergences with one centre; lenstronomy's MULTI_GAUSSIAN.

    kappa = scale_factor sum_i amp_i / (2 pi sigma_i^2) exp(-r^2 / (2 sigma_i^2)) (Cappellari 2002).
    """,
    meanings={"amp": MASS},
)

multi_gaussian_ellipse_potential = register_elliptical_potential(
    "MULTI_GAUSSIAN_ELLIPSE_POTENTIAL",
    MULTI_GAUSSIAN,
    """The potential of MULTI_GAUSSIAN made elliptical; lenstronomy's MULTI_GAUSSIAN_ELLIPSE_POTENTIAL.

    psi = scale_factor sum_i amp_i / (2 pi) Ein(R^2 / (2 sigma_i^2)), with R of `mass.radial`.
    """,
    meanings={"amp": MASS},
)


def gaussian_potential(
    x: Real,
    y: Real,
    *,
    amp: Real,
    sigma_x: Real,
    sigma_y: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """The potential of GAUSSIAN_POTENTIAL, a Gaussian with axes along x and y.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: integral of the potential over the sky (arcsec^4).
        sigma_x: standard deviation along x (arcsec).
        sigma_y: standard deviation along y (arcsec).
        center_x: centre of the potential (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    in_x, in_y = 1.0 / jnp.asarray(sigma_x), 1.0 / jnp.asarray(sigma_y)
    u, v = (jnp.asarray(x) - center_x) * in_x, (jnp.asarray(y) - center_y) * in_y
    # XLA's own exponential: the deflection computes it for each of its components
    return jnp.exp(-0.5 * (u * u + v * v)) * (0.5 * amp / jnp.pi * (in_x * in_y))


@mass_profile(
    "GAUSSIAN_POTENTIAL",
    potential=gaussian_potential,
    meanings={"amp": Meaning("arcsec^4", "integral of the potential over the sky", 0.5, 4.0)},
)
def gaussian_potential_deflection(
    x: Real,
    y: Real,
    *,
    amp: Real,
    sigma_x: Real,
    sigma_y: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Deflection of a Gaussian potential with axes along x and y; lenstronomy's GAUSSIAN_POTENTIAL.

    psi = amp / (2 pi sigma_x sigma_y) exp(-x^2 / (2 sigma_x^2) - y^2 / (2 sigma_y^2)), and
    alpha = -psi (x / sigma_x^2, y / sigma_y^2).  Its total mass is zero.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: integral of the potential over the sky (arcsec^4).
        sigma_x: standard deviation along x (arcsec).
        sigma_y: standard deviation along y (arcsec).
        center_x: centre of the potential (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    psi = gaussian_potential(dx, dy, amp=amp, sigma_x=sigma_x, sigma_y=sigma_y)
    return psi * (dx * (-1.0 / jnp.square(sigma_x))), psi * (dy * (-1.0 / jnp.square(sigma_y)))
