"""Where haloes end: subhaloes by their place in the host, haloes in the field by their mean density."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.halos.overdensities import CRITICAL_DENSITY
from jaxlens.kernels.types import Real

# Solar masses: the mass for which truncation_norm is given.
MASS_PIVOT = 1e7
# kpc: the distance from the host's centre for which it is given.
RADIUS_PIVOT = 50.0
# kpc in a Mpc.
KPC = 1e3


def truncation_by_position(
    mass: Real,
    r3d: Real,
    *,
    truncation_norm: Real = 1.4,
    truncation_mass_slope: Real = 1.0 / 3.0,
    truncation_radius_slope: Real = 2.0 / 3.0,
) -> jax.Array:
    """r_t = norm (m / 1e7)^s (r / 50 kpc)^t, the tidal radius in an isothermal host.

    Cyr-Racine et al. (2016, PRD 94, 043505), Gilman et al. (2020, MNRAS 491, 6077); pyHalo's
    TruncationRoche, which rounds it to 1 pc.

    Args:
        mass: m (solar masses).
        r3d: r, the distance from the host's centre (proper kpc).
        truncation_norm: in proper kpc.
        truncation_mass_slope: s.
        truncation_radius_slope: t.

    Returns:
        r_t in proper kpc, of the shape to which the arguments broadcast.

    >>> print(f"{truncation_by_position(1e8, 100.0):.3f}")
    4.788
    """
    by_mass = (jnp.asarray(mass) / MASS_PIVOT) ** truncation_mass_slope
    return truncation_norm * by_mass * (jnp.asarray(r3d) / RADIUS_PIVOT) ** truncation_radius_slope


def truncation_by_overdensity(mass: Real, *, truncation_overdensity: Real, H0: Real, E: Real) -> jax.Array:
    """r_N = [3 m / (4 pi N rho_crit(z))]^(1/3); pyHalo's TruncationRN.

    Args:
        mass: m (solar masses).
        truncation_overdensity: N; 50 is near where field haloes end.
        H0: Hubble constant (km/s/Mpc).
        E: `cosmology.expansion_rate` at the halo's redshift.

    Returns:
        r_N in proper kpc, of the shape to which the arguments broadcast.

    >>> print(f"{truncation_by_overdensity(1e8, truncation_overdensity=50.0, H0=70.0, E=1.3):.2f}")
    12.76
    """
    density = CRITICAL_DENSITY * jnp.square(H0 / 100.0 * E)
    return KPC * jnp.cbrt(3.0 / (4.0 * jnp.pi) * (jnp.asarray(mass) / (truncation_overdensity * density)))
