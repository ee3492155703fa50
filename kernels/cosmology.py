"""Distances in Friedmann models with dark energy and curvature, equal to astropy's and differentiable.

    E(z)^2 = Om0 (1 + z)^3 + [Ogamma0 + Onu(z)] (1 + z)^4 + Ok0 (1 + z)^2
             + Ode0 (1 + z)^(3 (1 + w0 + wa)) exp(-3 wa z / (1 + z)).

The comoving distance is C(z) = (c / H0) int_0^z dz' / E(z').  For an observer at redshift
z_i, an object of comoving size s at z_j spans the angle s / T_ij, where the transverse comoving distance
(Hogg 1999, eq. 16) is

    T_ij = X S(Ok0 (H0 X / c)^2),     X = C(z_j) - C(z_i),
    S(u) = sinh(sqrt(u)) / sqrt(u) = sum over k of u^k / (2k + 1)!

The series converges for every u, so it and its derivatives hold in open (u > 0), flat and closed universes.

A cosmology is given as keyword arguments with astropy's names: H0 (km/s/Mpc), Om0, Tcmb0 (K), Neff, m_nu (eV,
the same for each species), w0, wa and Ode0, each of shape ().  Without Ode0 the universe is flat, and dark
energy has the density with which E(0) = 1.  Massive neutrinos follow the fit of Komatsu et al. (2011, eq.
26), as in astropy.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.types import Real

# km/s (SI).
SPEED_OF_LIGHT = 299792.458
# Radians in one arcsec.
ARCSEC = np.pi / 648000.0
# km (IAU 2015).
KM_PER_MPC = 3.0856775814913673e19
# Days in which light travels one Mpc.
MPC_IN_LIGHT_DAYS = KM_PER_MPC / SPEED_OF_LIGHT / 86400.0
# Ogamma0 / Tcmb0^4 (K^-4) for H0 = 1 km/s/Mpc: (4 sigma_B / c^3) (8 pi G / 3) (Mpc / km)^2, CODATA 2018.
PHOTON_DENSITY = 4.4816200893e-3
# Energy density of one species of massless neutrinos over that of the photons.
NEUTRINO_PER_PHOTON = 7.0 / 8.0 * (4.0 / 11.0) ** (4.0 / 3.0)
# Temperature of the neutrinos over that of the photons.
NEUTRINO_TEMPERATURE = (4.0 / 11.0) ** (1.0 / 3.0)
# Boltzmann's constant (eV/K), CODATA 2018.
BOLTZMANN_EV = 8.617333262e-05
# Coefficient and exponent of the fit to massive neutrinos (Komatsu et al. 2011, eq. 26).
KOMATSU_COEFFICIENT = 0.3173
# Exponent of the same fit.
KOMATSU_EXPONENT = 1.83
# Gauss-Legendre nodes of a comoving distance, with which its relative error is 1e-12 up to z = 20.
QUADRATURE_NODES = 24
# Terms of the series S(u), enough for float64 where abs(u) < 100; any model with a Big Bang has abs(u) < 50.
CURVATURE_TERMS = 26


def _neutrinos(z: Real, Tcmb0: Real, Neff: Real, m_nu: Real) -> jax.Array:
    """Neutrino over photon density at redshift z."""
    temperature = jnp.where(jnp.asarray(Tcmb0) > 0.0, Tcmb0, 1.0) * NEUTRINO_TEMPERATURE
    mass = m_nu / (BOLTZMANN_EV * temperature * (1.0 + z))
    return (
        NEUTRINO_PER_PHOTON
        * Neff
        * (1.0 + (KOMATSU_COEFFICIENT * mass) ** KOMATSU_EXPONENT) ** (1.0 / KOMATSU_EXPONENT)
    )


def _radiation(z: Real, H0: Real, Tcmb0: Real, Neff: Real, m_nu: Real) -> jax.Array:
    """Ogamma0 + Onu(z): the densities divided by (1 + z)^4, over the critical density today."""
    return PHOTON_DENSITY * Tcmb0**4 / jnp.square(H0) * (1.0 + _neutrinos(z, Tcmb0, Neff, m_nu))


def curvature(
    *,
    H0: Real,
    Om0: Real,
    Ode0: Real | None = None,
    Tcmb0: Real = 0.0,
    Neff: Real = 3.04,
    m_nu: Real = 0.0,
    **_: Real,
) -> jax.Array:
    """Density parameter of the curvature, Ok0 = 1 - Om0 - Ode0 - Ogamma0 - Onu0; astropy's Ok0.

    Args:
        H0: Hubble constant (km/s/Mpc).
        Om0: density parameter of matter.
        Ode0: density parameter of dark energy; None in a flat universe.
        Tcmb0: temperature of the microwave background (K).
        Neff: effective number of neutrino species.
        m_nu: mass of a neutrino (eV), the same for each species.

    Returns:
        Ok0; zero without Ode0.  Other parameters (w0, wa) are accepted and change nothing.

    >>> print(f"{curvature(H0=70.0, Om0=0.3, Ode0=0.6):.1f}")
    0.1
    """
    if Ode0 is None:
        return jnp.zeros(())
    return 1.0 - Om0 - Ode0 - _radiation(0.0, H0, Tcmb0, Neff, m_nu)


def expansion_rate(
    z: Real,
    *,
    H0: Real,
    Om0: Real,
    Ode0: Real | None = None,
    Tcmb0: Real = 0.0,
    Neff: Real = 3.04,
    m_nu: Real = 0.0,
    w0: Real = -1.0,
    wa: Real = 0.0,
) -> jax.Array:
    """E(z) = H(z) / H0; astropy's efunc.

    Args:
        z: redshift, any shape.
        H0: Hubble constant (km/s/Mpc).
        Om0: density parameter of matter.
        Ode0: density parameter of dark energy; None in a flat universe.
        Tcmb0: temperature of the microwave background (K).
        Neff: effective number of neutrino species.
        m_nu: mass of a neutrino (eV), the same for each species.
        w0: equation of state of dark energy today.
        wa: its derivative, w = w0 + wa z / (1 + z).

    Returns:
        E(z), of the shape of z.
    """
    radiation = _radiation(z, H0, Tcmb0, Neff, m_nu)
    Ok0 = curvature(H0=H0, Om0=Om0, Ode0=Ode0, Tcmb0=Tcmb0, Neff=Neff, m_nu=m_nu)
    dark = 1.0 - Om0 - Ok0 - _radiation(0.0, H0, Tcmb0, Neff, m_nu)
    one_plus_z = 1.0 + z
    dilution = jnp.exp(3.0 * ((1.0 + w0 + wa) * jnp.log(one_plus_z) - wa * z / one_plus_z))
    return jnp.sqrt(one_plus_z**3 * (Om0 + one_plus_z * radiation) + one_plus_z**2 * Ok0 + dark * dilution)


def comoving_distance(z: Real, *, H0: Real, **cosmology: Real) -> jax.Array:
    """C(z) in Mpc along the line of sight, for z of any shape; astropy's comoving_distance.

    Gauss-Legendre quadrature in ln(1 + z), in which the integrand is smoothest.
    """
    z = jnp.asarray(z, dtype=jnp.result_type(float))
    nodes, weights = (
        jnp.reshape(jnp.asarray(v, dtype=z.dtype), (1,) * z.ndim + (-1,))
        for v in np.polynomial.legendre.leggauss(QUADRATURE_NODES)
    )
    half = 0.5 * jnp.expand_dims(jnp.log1p(z), -1)
    one_plus_z = jnp.exp(half * (nodes + 1.0))
    integrand = one_plus_z / expansion_rate(one_plus_z - 1.0, H0=H0, **cosmology)
    return SPEED_OF_LIGHT / H0 * jnp.sum(integrand * half * weights, axis=-1)


def _transverse(comoving: jax.Array, H0: Real, **cosmology: Real) -> jax.Array:
    """X S(Ok0 (H0 X / c)^2) of comoving distances X (Mpc), of either sign."""
    u = curvature(H0=H0, **cosmology) * jnp.square(comoving * H0 / SPEED_OF_LIGHT)
    total = jnp.ones_like(u)
    for k in range(CURVATURE_TERMS, 0, -1):
        total = 1.0 + total * u / (2 * k * (2 * k + 1))
    return comoving * total


def transverse_from_comoving(comoving: Real, *, H0: Real, **cosmology: Real) -> jax.Array:
    """T in Mpc of comoving distances along the line of sight (Mpc), of any shape and of either sign."""
    gap = jnp.asarray(comoving)
    return gap if "Ode0" not in cosmology else _transverse(gap, H0, **cosmology)


def transverse_comoving_distance(z: Real, *, H0: Real, **cosmology: Real) -> jax.Array:
    """T(z) in Mpc, for z of any shape; astropy's comoving_transverse_distance.

    >>> print(f"{transverse_comoving_distance(1.0, H0=70.0, Om0=0.3):.1f}")
    3303.8
    """
    return transverse_from_comoving(comoving_distance(z, H0=H0, **cosmology), H0=H0, **cosmology)


def distances_between(z: Real, *, H0: Real, **cosmology: Real) -> jax.Array:
    """Transverse comoving distances T_ij (Mpc) from the plane at z_i to the plane at z_j, (planes, planes).

    `z` is (planes,), and T_ji = -T_ij.

    >>> print(distances_between(jnp.array([0.5, 1.0]), H0=70.0, Om0=0.3, Ode0=0.5).round())
    [[    0.  1310.]
     [-1310.     0.]]
    """
    comoving = comoving_distance(z, H0=H0, **cosmology)
    return transverse_from_comoving(comoving[None, :] - comoving[:, None], H0=H0, **cosmology)


def transverse_between(near: Real, far: Real, *, H0: Real, **cosmology: Real) -> jax.Array:
    """The transverse comoving distance between two redshifts.

    Args:
        near: the redshift at one end, of any shape.
        far: that at the other end.
        H0: Hubble constant (km/s/Mpc).
        **cosmology: as in `expansion_rate`.

    Returns:
        The distance (Mpc), of the shape to which the redshifts broadcast; negative where far < near.

    >>> print(f"{transverse_between(0.5, 1.0, H0=70.0, Om0=0.3):.1f}")
    1415.2
    """
    gap = comoving_distance(far, H0=H0, **cosmology) - comoving_distance(near, H0=H0, **cosmology)
    return transverse_from_comoving(gap, H0=H0, **cosmology)


def angular_diameter_distance(z: Real, **cosmology: Real) -> jax.Array:
    """D(z) = T(z) / (1 + z) in Mpc, for z of any shape; astropy's angular_diameter_distance."""
    return transverse_comoving_distance(z, **cosmology) / (1.0 + jnp.asarray(z))


def arcsec_per_kpc_proper(z: Real, **cosmology: Real) -> jax.Array:
    """The angle (arcsec) of one proper kpc at redshift z; astropy's arcsec_per_kpc_proper."""
    return 1e-3 / (ARCSEC * angular_diameter_distance(z, **cosmology))


def sigma_v_to_theta_E(
    sigma_v: Real, T_lens: Real, T_source: Real, T_between: Real | None = None
) -> jax.Array:
    """Einstein radius (arcsec) of an isothermal lens of velocity dispersion sigma_v (km/s).

    theta_E = 4 pi (sigma_v / c)^2 D_ds / D_s, with D_ds / D_s = T_between / T_source; lenstronomy's
    sis_sigma_v2theta_E.

    Args:
        sigma_v: velocity dispersion (km/s).
        T_lens: transverse comoving distance to the lens (Mpc).
        T_source: transverse comoving distance to the source (Mpc).
        T_between: transverse comoving distance from the lens to the source (Mpc); in a flat universe it may
            be left out, and is T_source - T_lens.

    Returns:
        theta_E in arcsec, of the shape to which the arguments broadcast; NaN where the source is in front.

    >>> print(f"{sigma_v_to_theta_E(250.0, 1000.0, 2000.0):.3f}")
    0.901
    """
    between = jnp.asarray(T_source - T_lens if T_between is None else T_between)
    ratio = jnp.where(between < 0.0, jnp.nan, between) / T_source
    return 4.0 * jnp.pi * jnp.square(sigma_v / SPEED_OF_LIGHT) * ratio / ARCSEC
