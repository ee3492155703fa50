"""Haloes that cluster about the halo of the lens: how many more than on average each slab has.

    n(r) / n - 1 = b(M_host) D(z)^2 xi(r) + 0.1 [r / (5 r_200)]^-4

with the bias b of Tinker et al. (2010, ApJ 724, 878, eq. 6), the correlation function xi of the linear field
today, and the excess near the host of Lazar et al. (2021, MNRAS 502, 6064, eq. 3), as in pyHalo.  r is the
comoving distance along the line of sight, not less than 0.5 Mpc, and r_200 the host's radius in proper Mpc.
pyHalo places these haloes at the redshift of the lens; here they are in the slabs in front of it and
behind it, up to 60 Mpc/h.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.cosmology import comoving_distance
from jaxlens.kernels.halos.matter_field import correlation_integral, growth, ln_sigma
from jaxlens.kernels.halos.overdensities import MassDefinition, enclosed_density
from jaxlens.kernels.halos.sheth_tormen import COLLAPSE
from jaxlens.kernels.types import Real

# Mpc: haloes nearer to the host than this are its subhaloes; pyHalo's rmin.
NEAREST = 0.5
# b_e and s_e of Lazar et al. (2021).
EXCESS = 0.1
EXCESS_EXPONENT = 4.0
# The radius at which the excess is EXCESS, over r_200.
EXCESS_RADIUS = 5.0


def clustering(
    near: jax.Array,
    far: jax.Array,
    z_lens: Real,
    M_host: Real,
    *,
    definition: MassDefinition = "200c",
    H0: Real,
    Om0: Real,
    **cosmology: Real,
) -> jax.Array:
    """The mean of n / n_mean - 1 in slabs in front of a host and behind it.

    Args:
        near: comoving distance of the front of each slab (Mpc), (planes,).
        far: that of its back.
        z_lens: redshift of the host, which is at the edge of a slab.
        M_host: mass of the host (solar masses).
        definition: the definition of that mass.
        H0: Hubble constant (km/s/Mpc).
        Om0: density parameter of matter.
        **cosmology: its other parameters, as in `jaxlens.kernels.cosmology`.

    Returns:
        The mean excess of each slab, (planes,).
    """
    own = {"H0": H0, "Om0": Om0, **cosmology}
    host = comoving_distance(z_lens, **own)
    ends = [jnp.maximum(jnp.abs(edge - host), NEAREST) for edge in (near, far)]
    inner, outer = jnp.minimum(*ends), jnp.maximum(*ends)
    density = enclosed_density(definition, z_lens, **own)
    linear = host_bias(M_host, z_lens, definition=definition, **own) * jnp.square(growth(z_lens, **own))
    matter = correlation_integral(outer, H0=H0) - correlation_integral(inner, H0=H0)
    r_200 = jnp.cbrt(0.75 / jnp.pi * (M_host / density))
    power = 1.0 - EXCESS_EXPONENT
    scale = EXCESS_RADIUS * r_200
    beyond = EXCESS * scale / power * ((outer / scale) ** power - (inner / scale) ** power)
    return (linear * matter + beyond) / (far - near)


def host_bias(
    mass: Real, z: Real, *, definition: MassDefinition = "200c", H0: Real, Om0: Real, **cosmology: Real
) -> jax.Array:
    """The linear bias of haloes, Tinker et al. (2010, ApJ 724, 878, eq. 6); colossus' `tinker10`.

    Args:
        mass: solar masses, any shape.
        z: redshift, of a shape that broadcasts with the mass's.
        definition: the definition of the mass.
        H0: Hubble constant (km/s/Mpc).
        Om0: density parameter of matter.
        **cosmology: its other parameters, as in `jaxlens.kernels.cosmology`.

    Returns:
        b, of the shape to which the arguments broadcast.
    """
    own = {"H0": H0, "Om0": Om0, **cosmology}
    mean = enclosed_density("200m", z, **own) / 200.0
    y = jnp.log10(enclosed_density(definition, z, **own) / mean)
    nu = COLLAPSE / (growth(z, **own) * jnp.exp(ln_sigma(mass, H0=H0, Om0=Om0)[0]))
    rise = jnp.exp(-((4.0 / y) ** 4))
    A, a = 1.0 + 0.24 * y * rise, 0.44 * y - 0.88
    C = 0.019 + 0.107 * y + 0.19 * rise
    return 1.0 - A * nu**a / (nu**a + COLLAPSE**a) + 0.183 * nu**1.5 + C * nu**2.4
