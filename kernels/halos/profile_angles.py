"""Haloes by mass, concentration and truncation radius as the parameters of their profile."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.cosmology import ARCSEC
from jaxlens.kernels.halos.angles import nfw_angles, point_mass_angle
from jaxlens.kernels.types import Real

# The inner radius of a PJAFFE halo over the scale radius of the NFW halo, as in pyHalo.
PJAFFE_CORE = 0.01


def profile_angles(
    profile: str,
    mass: Real,
    concentration: Real,
    r_trunc: Real,
    *,
    density: Real,
    sigma_crit: Real,
    D_lens: Real,
) -> dict[str, jax.Array]:
    """The parameters of haloes in `round_profiles`, without their positions.

    TNFW: those of `nfw_angles` and the truncation radius; NFW: without it; POINT_MASS: the Einstein radius.
    PJAFFE is as in pyHalo: its outer radius is the scale radius of the NFW halo, its inner radius a hundredth
    of that, and within the radius that defines the mass it has this mass.

    Args:
        profile: TNFW, NFW, PJAFFE or POINT_MASS.
        mass: solar masses.
        concentration: the radius that encloses the mass over the scale radius; a POINT_MASS has none.
        r_trunc: truncation radius (arcsec); that of a TNFW.
        density: the mean density inside the radius that encloses the mass (solar masses per Mpc^3).
        sigma_crit: critical surface density (solar masses per Mpc^2).
        D_lens: angular diameter distance of the halo (Mpc).

    Returns:
        Parameters by name, each of the shape to which the arguments broadcast.

    Raises:
        ValueError: there is no such profile.
    """
    if profile == "POINT_MASS":
        return {"theta_E": point_mass_angle(mass, sigma_crit, D_lens)}
    if profile == "PJAFFE":
        return _pjaffe(mass, concentration, density, sigma_crit, D_lens)
    if profile not in ("NFW", "TNFW"):
        raise ValueError(f"no halo is a {profile!r}; haloes can be TNFW, NFW, PJAFFE or POINT_MASS")
    Rs, alpha_Rs = nfw_angles(mass, concentration, density, sigma_crit, D_lens)
    angles = {"Rs": Rs, "alpha_Rs": alpha_Rs}
    return angles if profile == "NFW" else {**angles, "r_trunc": jnp.asarray(r_trunc)}


def _pjaffe(
    mass: Real, concentration: Real, density: Real, sigma_crit: Real, D_lens: Real
) -> dict[str, jax.Array]:
    """sigma0, Ra and Rs: the whole mass of the profile is 2 pi sigma0 Ra Rs Sigma_crit D_d^2."""
    c = jnp.asarray(concentration)
    angle = D_lens * ARCSEC
    Rs = jnp.cbrt(3.0 / (4.0 * jnp.pi) * (mass / density)) / (c * angle)
    # the share of the whole mass within the radius c Rs
    inside = jnp.arctan(c) - PJAFFE_CORE * jnp.arctan(c / PJAFFE_CORE)
    share = 2.0 / jnp.pi * inside / (1.0 - PJAFFE_CORE)
    # in this order nothing overflows in float32
    kappa = mass / jnp.asarray(sigma_crit) / jnp.square(Rs * angle)
    return {"sigma0": kappa / (2.0 * jnp.pi * PJAFFE_CORE * share), "Ra": PJAFFE_CORE * Rs, "Rs": Rs}
