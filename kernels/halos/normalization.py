"""How many subhaloes there are on average, by their mass near the lens or by their number on the sky.

Both normalisations fix N0 of `power_law_masses`, and so each follows from the other.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Real

# Solar masses: the mass of the host for which Sigma_sub is given.
HOST_PIVOT = 1e13
# Sigma_sub is given for the redshift at which z plus this is one.
REDSHIFT_SHIFT = 0.5
# Powers of the host's mass and of z + 0.5 (Gilman et al. 2020, MNRAS 491, 6077, eq. 5); pyHalo 1.5's presets
# have 0.55 and 0.37 (Gannon et al. 2025).
MASS_SCALING, REDSHIFT_SCALING = 0.88, 1.7


def host_scaling(
    M_host: Real, z: Real, *, mass_scaling: Real = MASS_SCALING, redshift_scaling: Real = REDSHIFT_SCALING
) -> jax.Array:
    """F with log10 F = 0.88 log10(M_host / 1e13) + 1.7 log10(z + 0.5); pyHalo's host_scaling_function.

    Args:
        M_host: mass of the host's halo (solar masses).
        z: its redshift.
        mass_scaling: the factor 0.88.
        redshift_scaling: the factor 1.7.

    Returns:
        F, of the shape to which the arguments broadcast.

    >>> print(f"{host_scaling(1e13, 0.5):.3f}")
    1.000
    """
    host = jnp.asarray(M_host) / HOST_PIVOT
    return host**mass_scaling * (jnp.asarray(z) + REDSHIFT_SHIFT) ** redshift_scaling


def number_from_Sigma_sub(
    Sigma_sub: Real, *, number: Real, M_host: Real, z: Real, radius: Real, **scaling: Real
) -> jax.Array:
    """The mean number of subhaloes in a disc: pi R^2 Sigma_sub F(M_host, z) times the number integral.

    pyHalo's normalization_sigmasub: d2N / (dm dA) = Sigma_sub F / M_pivot (m / M_pivot)^slope T.

    Args:
        Sigma_sub: haloes a kpc^2 (proper) and a unit of ln m at the pivot, for a host of 1e13 solar masses at
            redshift 0.5.
        number: `power_law_masses.number_integral`.
        M_host: mass of the host's halo (solar masses).
        z: its redshift.
        radius: of the disc (proper kpc).
        **scaling: as in `host_scaling`.

    Returns:
        The mean number, of the shape to which the arguments broadcast.

    >>> print(f"{number_from_Sigma_sub(0.1, number=70.089, M_host=1e13, z=0.5, radius=15.0):.0f}")
    4954
    """
    return jnp.pi * jnp.square(radius) * Sigma_sub * host_scaling(M_host, z, **scaling) * number


def number_from_f_sub(
    f_sub: Real, *, number: Real, mass: Real, projected_mass: Real, share: Real
) -> jax.Array:
    """The mean number of subhaloes whose mass in a cylinder is on average f_sub times the lens's own.

    N <m> s = f_sub M: of N haloes of mean mass <m> the share s is in projection within f_sub_radius.  Their
    masses are those of the mass function; what truncation takes off or a profile has outside is not counted.

    Args:
        f_sub: mean fraction of the projected mass within f_sub_radius that is in subhaloes.
        number: `power_law_masses.number_integral`.
        mass: `power_law_masses.mass_integral` of the same mass function (solar masses).
        projected_mass: M, the lens's own mass in projection within f_sub_radius (solar masses).
        share: the share of the subhaloes that are there: `positions.uniform_share` or `cored_nfw_share`.

    Returns:
        The mean number, of the shape to which the arguments broadcast.

    >>> print(f"{number_from_f_sub(0.01, number=70.089, mass=9.5394e8, projected_mass=1e11, share=0.25):.1f}")
    293.9
    """
    return f_sub * (jnp.asarray(projected_mass) / mass) * number / share


def f_sub_of(mean: Real, *, number: Real, mass: Real, projected_mass: Real, share: Real) -> jax.Array:
    """The f_sub that gives a mean number of subhaloes; the inverse of `number_from_f_sub`.

    Args:
        mean: the mean number.
        number: as there.
        mass: as there.
        projected_mass: as there.
        share: as there.

    Returns:
        f_sub, of the shape to which the arguments broadcast.
    """
    return mean * share * (jnp.asarray(mass) / projected_mass) / number


def Sigma_sub_of(
    mean: Real, *, number: Real, M_host: Real, z: Real, radius: Real, **scaling: Real
) -> jax.Array:
    """The Sigma_sub that gives a mean number of subhaloes; the inverse of `number_from_Sigma_sub`.

    Args:
        mean: the mean number.
        number: as there.
        M_host: as there.
        z: as there.
        radius: as there.
        **scaling: as there.

    Returns:
        Sigma_sub (kpc^-2), of the shape to which the arguments broadcast.
    """
    return mean / number_from_Sigma_sub(1.0, number=number, M_host=M_host, z=z, radius=radius, **scaling)
