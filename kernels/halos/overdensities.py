"""The mean density inside the radius that defines a halo's mass."""

from __future__ import annotations

from typing import Literal, get_args

import jax
import jax.numpy as jnp

from jaxlens.kernels.cosmology import expansion_rate
from jaxlens.kernels.types import Real

# How the mass of a halo is defined: 200 times the critical or the mean density, or virial.
MassDefinition = Literal["200c", "200m", "vir"]
MASS_DEFINITIONS: tuple[MassDefinition, ...] = get_args(MassDefinition)
# Solar masses per Mpc^3: the critical density for H = 100 km/s/Mpc, 3 H^2 / (8 pi G), as in lenstronomy.
CRITICAL_DENSITY = 2.77536627e11
# The density of a halo of the definitions 200c and 200m, over the critical or mean density.
OVERDENSITY = 200.0


def enclosed_density(
    definition: MassDefinition, z: Real, *, H0: Real, Om0: Real, **cosmology: Real
) -> jax.Array:
    """The mean density inside the radius of a halo at redshift z, in physical units.

    200c: 200 rho_crit(z);  200m: 200 Om0 (1 + z)^3 rho_crit(0);  vir: (18 pi^2 + 82 y - 39 y^2) rho_crit(z)
    with y = Om(z) - 1, the fit of Bryan & Norman (1998, ApJ 495, 80, eq. 6) to flat universes.

    Args:
        definition: the definition of the mass.
        z: redshift of the halo, any shape.
        H0: Hubble constant (km/s/Mpc).
        Om0: density parameter of matter.
        **cosmology: its other parameters, as in `jaxlens.kernels.cosmology`.

    Returns:
        Solar masses per Mpc^3, of the shape of z.
    """
    today = CRITICAL_DENSITY * jnp.square(H0 / 100.0)
    matter = Om0 * (1.0 + jnp.asarray(z)) ** 3
    if definition == "200m":
        return OVERDENSITY * today * matter
    expansion = jnp.square(expansion_rate(z, H0=H0, Om0=Om0, **cosmology))
    if definition == "200c":
        return OVERDENSITY * today * expansion
    y = matter / expansion - 1.0
    return (18.0 * jnp.pi**2 + (82.0 - 39.0 * y) * y) * today * expansion
