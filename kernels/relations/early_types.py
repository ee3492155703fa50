"""Relations of early-type galaxies: fundamental plane, Faber-Jackson, shapes and mass slopes by dispersion.

Sizes are half-light radii in kpc, for H0 = 70 km/s/Mpc; magnitudes are absolute and in the rest frame;
dispersions are in km/s.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.relations.registry import relation
from jaxlens.kernels.types import Real

# mag/arcsec^2: the mean surface brightness inside the half-light radius R of absolute magnitude M is
# M + 5 log10(R / kpc) + 2.5 log10(2 pi) + 5 log10(kpc / 10 pc in arcsec).
BRIGHTNESS_AT_KPC = float(2.5 * np.log10(2.0 * np.pi) + 5.0 * np.log10(100.0 * 648000.0 / np.pi))
# mag: absolute magnitude and dispersion of the curve below are real above this discriminant, up to 530 km/s.
SMALLEST_DISCRIMINANT = 1e-4
# The smallest scale of Rayleigh's distribution of flattenings; reached at 640 km/s.
SMALLEST_SCALE = 0.01


@relation("fundamental_plane", scatter=0.094, unit="dex")
def fundamental_plane(
    *,
    sigma_v: Real,
    surface_brightness: Real,
    dispersion_slope: Real = 1.49,
    brightness_slope: Real = 0.30,
    zero_point: Real = -8.778,
) -> jax.Array:
    """Half-light radius: log10 R = dispersion_slope log10(sigma_v) + brightness_slope mu + zero_point.

    The defaults are those of the r band of Bernardi et al. (2003, AJ 125, 1866, table 2, orthogonal maximum
    likelihood), whose means are sigma_v = 158 km/s and mu = 19.87.  Hyde & Bernardi (2009, MNRAS 396, 1171,
    table 2) have 1.4335, 0.3150 and -8.8979 in the same band, with a scatter of 0.0578.

    Args:
        sigma_v: the velocity dispersion (km/s).
        surface_brightness: mu, the mean surface brightness inside R in the rest frame (mag/arcsec^2).
        dispersion_slope: the slope in log10 of the dispersion.
        brightness_slope: the slope in mu.
        zero_point: log10 R at 1 km/s and mu = 0.

    Returns:
        R (kpc).
    """
    log_sigma = jnp.log10(jnp.asarray(sigma_v))
    return 10.0 ** (dispersion_slope * log_sigma + brightness_slope * surface_brightness + zero_point)


@relation("fundamental_plane_of_magnitude", scatter=0.188, unit="dex")
def fundamental_plane_of_magnitude(
    *,
    sigma_v: Real,
    absolute_magnitude: Real,
    dispersion_slope: Real = 1.49,
    brightness_slope: Real = 0.30,
    zero_point: Real = -8.778,
) -> jax.Array:
    """Half-light radius on the plane of `fundamental_plane` of a galaxy of known absolute magnitude.

    With mu = M + 5 log10 R + 38.57, (1 - 5 brightness_slope) log10 R = dispersion_slope log10(sigma_v) +
    brightness_slope (M + 38.57) + zero_point.  Deviations from the plane are larger than in
    `fundamental_plane` by the factor 1 / (5 brightness_slope - 1) = 2, and so is the scatter.

    Args:
        sigma_v: the velocity dispersion (km/s).
        absolute_magnitude: M, in the rest frame and the band of the coefficients.
        dispersion_slope: as in `fundamental_plane`.
        brightness_slope: as in `fundamental_plane`; not 0.2.
        zero_point: as in `fundamental_plane`.

    Returns:
        R (kpc).
    """
    at_kpc = absolute_magnitude + BRIGHTNESS_AT_KPC
    plane = dispersion_slope * jnp.log10(jnp.asarray(sigma_v)) + brightness_slope * at_kpc + zero_point
    return 10.0 ** (plane / (1.0 - 5.0 * brightness_slope))


@relation("faber_jackson")
def faber_jackson(*, sigma_v: Real, magnitude_at_200: Real = -21.165, slope: Real = -5.0) -> jax.Array:
    """Absolute magnitude: M = magnitude_at_200 + slope log10(sigma_v / 200).

    The defaults, log10(L_V / L_sun) = 2.0 log10(sigma_v) + 5.8 with M_sun = 4.84, are those of D'Onofrio et
    al. (2017, ApJ 838, 163, figure 7), as in the empirical prior of baobab.  A luminosity that grows as the
    fourth power of the dispersion has a slope of -10.

    Args:
        sigma_v: the velocity dispersion (km/s).
        magnitude_at_200: M at 200 km/s.
        slope: the change of M by a factor of ten in the dispersion.

    Returns:
        M; of the V band with the defaults.
    """
    return magnitude_at_200 + slope * jnp.log10(jnp.asarray(sigma_v) / 200.0)


@relation("magnitude_of_dispersion", scatter=0.0625)
def magnitude_of_dispersion(*, sigma_v: Real) -> jax.Array:
    """Absolute r magnitude from log10(sigma_v) = -2.97 - 0.37 M - 0.006 M^2.

    The curve is that of Hyde & Bernardi (2009, MNRAS 394, 1978) for M between -20 and -24; it and the scatter
    are used so in LensPop (Collett 2015, ApJ 811, 20).

    Args:
        sigma_v: the velocity dispersion, 100 to 400 km/s; M ends at -30 beyond 530 km/s.

    Returns:
        M, of the r band.
    """
    constant = 2.97 + jnp.log10(jnp.asarray(sigma_v))
    discriminant = jnp.maximum(0.37**2 - 4.0 * 0.006 * constant, SMALLEST_DISCRIMINANT)
    return (jnp.sqrt(discriminant) - 0.37) / (2.0 * 0.006)


@relation("size_of_dispersion", scatter=0.11, unit="dex")
def size_of_dispersion(*, sigma_v: Real) -> jax.Array:
    """Half-light radius: log10 R = 2.46 - 2.79 V + 0.84 V^2 with V = log10(sigma_v).

    Of the r band, from Hyde & Bernardi (2009, MNRAS 394, 1978); it and the scatter are used so in LensPop
    (Collett 2015, ApJ 811, 20).

    Args:
        sigma_v: the velocity dispersion, 100 to 400 km/s.

    Returns:
        R (kpc).
    """
    log_sigma = jnp.log10(jnp.asarray(sigma_v))
    return 10.0 ** (2.46 - 2.79 * log_sigma + 0.84 * log_sigma**2)


@relation("axis_ratio_of_dispersion")
def axis_ratio_of_dispersion(
    *,
    sigma_v: Real,
    rank: Real = 0.5,
    scale_at_zero: Real = 0.378,
    scale_slope: Real = -5.72e-4,
    minimum: Real = 0.2,
) -> jax.Array:
    """Axis ratio q, whose flattening 1 - q is Rayleigh's with the scale scale_at_zero + scale_slope sigma_v.

    Massive galaxies are rounder.  The coefficients are those of LensPop (Collett 2015, ApJ 811, 20, eq. 4),
    from the SDSS; the paper prints the slope with the other sign.  A uniform `rank` gives the whole
    distribution, without the axis ratios below `minimum`.

    Args:
        sigma_v: the velocity dispersion (km/s).
        rank: the probability of smaller axis ratios: a DISTRIBUTION uniform between 0 and 1.
        scale_at_zero: the scale of small dispersions.
        scale_slope: the change of the scale by 1 km/s.
        minimum: the smallest axis ratio.

    Returns:
        q.
    """
    scale = jnp.maximum(scale_at_zero + scale_slope * jnp.asarray(sigma_v), SMALLEST_SCALE)
    kept = -jnp.expm1(-0.5 * jnp.square((1.0 - minimum) / scale))
    return 1.0 - scale * jnp.sqrt(-2.0 * jnp.log1p(-(1.0 - jnp.asarray(rank)) * kept))


@relation("mass_slope_of_size", scatter=0.14)
def mass_slope_of_size(*, size: Real, slope_at_kpc: Real = 2.39, size_slope: Real = -0.41) -> jax.Array:
    """Slope of the total mass density: gamma = slope_at_kpc + size_slope log10(R / kpc).

    The lenses of the SLACS (Auger et al. 2010, ApJ 724, 511, table 4).

    Args:
        size: R, the half-light radius (kpc).
        slope_at_kpc: gamma at 1 kpc.
        size_slope: the change by a factor of ten in the size.

    Returns:
        gamma, as in the profile EPL: 2 is isothermal.
    """
    return slope_at_kpc + size_slope * jnp.log10(jnp.asarray(size))
