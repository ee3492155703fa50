"""Haloes by mass, concentration and truncation radius as the parameters of their profile."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.halos.angles import nfw_angles, point_mass_angle
from jaxlens.kernels.halos.pseudo_jaffe_angles import pseudo_jaffe_angles
from jaxlens.kernels.types import Real


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

    TNFW: those of `nfw_angles` and the truncation radius; NFW: without it; PJAFFE: `pseudo_jaffe_angles`;
    POINT_MASS: the Einstein radius.

    Args:
        profile: TNFW, NFW, PJAFFE or POINT_MASS.
        mass: solar masses.
        concentration: the radius that encloses the mass over the scale radius; a POINT_MASS has none.
        r_trunc: truncation radius (arcsec); TNFW and PJAFFE have one.
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
        found = pseudo_jaffe_angles(mass, concentration, r_trunc, density, sigma_crit, D_lens)
        return dict(zip(("sigma0", "Ra", "Rs"), found, strict=True))
    if profile not in ("NFW", "TNFW"):
        raise ValueError(f"no halo is a {profile!r}; haloes can be TNFW, NFW, PJAFFE or POINT_MASS")
    Rs, alpha_Rs = nfw_angles(mass, concentration, density, sigma_crit, D_lens)
    angles = {"Rs": Rs, "alpha_Rs": alpha_Rs}
    return angles if profile == "NFW" else {**angles, "r_trunc": jnp.asarray(r_trunc)}
