"""Masses and concentrations of haloes of which a file has lenstronomy's angles, as pyHalo's output does.

The angles are for one source: with the critical surface density Sigma_crit of a source in the last plane and
the angular diameter distance D_d of the halo

    rho0 = alpha_Rs Sigma_crit / (4 (1 - ln 2) Rs^2 D_d),
    M = (4 pi / 3) density (c Rs D_d)^3,  with  c^3 / [ln(1 + c) - c / (1 + c)] = 3 rho0 / density

for haloes of NFW and TNFW, where `density` is the mean density of the mass definition, and
M = pi (D_d theta_E)^2 Sigma_crit for point masses.  So the redshift of the source and the cosmology of the
file must be those with which the angles were made, and the same for all systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.cosmology import ARCSEC, transverse_between, transverse_comoving_distance
from jaxlens.kernels.halos import MassDefinition, critical_surface_density, enclosed_density
from jaxlens.kernels.halos.angles import NFW_AT_RS

# Between which concentrations a halo's is sought.
_SMALLEST, _LARGEST = 1e-3, 1e6
# Redshifts for which distances are computed at once, so that they are compiled once.
_BLOCK = 256
# Halvings of that interval in its logarithm, which leave 1e-14.
_HALVINGS = 52


def with_masses(
    arrays: Mapping[str, np.ndarray],
    z_source: float,
    definition: MassDefinition,
    cosmology: Mapping[str, float],
) -> dict[str, np.ndarray]:
    """Arrays of lists with mass and concentration in place of Rs and alpha_Rs, or of theta_E.

    Args:
        arrays: by name, each (lists, haloes): z, and Rs and alpha_Rs, or theta_E (arcsec); zero where there
            is no halo.
        z_source: redshift of the source.
        definition: how the mass is defined.
        cosmology: the parameters of the cosmology, by astropy's names.

    Returns:
        The arrays without the angles, and with mass (solar masses) and, of NFW haloes, concentration.
    """
    kept = {name: one for name, one in arrays.items() if name not in ("Rs", "alpha_Rs", "theta_E")}
    shown = np.arange(arrays["z"].shape[1])[None, :] < arrays["number"][:, None]
    z = np.where(shown, arrays["z"], arrays["z"].max(initial=0.0))
    angle, sigma, density = _at_redshifts(z, z_source, definition, cosmology)
    if "theta_E" in arrays:
        return kept | {"mass": np.pi * np.square(arrays["theta_E"] * angle) * sigma}
    Rs = np.where(shown, arrays["Rs"], 1.0)
    rho0 = arrays["alpha_Rs"] * sigma / (4.0 * NFW_AT_RS * np.square(Rs) * angle)
    c = concentrations(np.where(shown, 3.0 * rho0 / density, 1.0))
    mass = 4.0 / 3.0 * np.pi * density * (c * Rs * angle) ** 3
    return kept | {"mass": np.where(shown, mass, 0.0), "concentration": np.where(shown, c, 0.0)}


def _at_redshifts(
    z: np.ndarray, z_source: float, definition: MassDefinition, cosmology: Mapping[str, float]
) -> tuple[np.ndarray, ...]:
    """The length of an arcsec (Mpc), Sigma_crit and the mean density of haloes, each of the shape of z."""
    redshifts, place = np.unique(z, return_inverse=True)
    padded = np.full(-(-max(len(redshifts), 1) // _BLOCK) * _BLOCK, redshifts[:1])
    padded[: len(redshifts)] = redshifts
    found = _around(jnp.asarray(padded), z_source, cosmology, definition)
    return tuple(np.asarray(one, np.float64)[place.reshape(z.shape)] for one in found)


@partial(jax.jit, static_argnums=3)
def _around(
    z: jax.Array, z_source: float, cosmology: Mapping[str, float], definition: MassDefinition
) -> tuple[jax.Array, ...]:
    T_lens, T_source = (transverse_comoving_distance(one, **cosmology) for one in (z, z_source))
    between = transverse_between(z, z_source, **cosmology)
    sigma = critical_surface_density(z, T_lens, T_source, between)
    return T_lens / (1.0 + z) * ARCSEC, sigma, enclosed_density(definition, z, **cosmology)


def concentrations(contrast: np.ndarray) -> np.ndarray:
    """The c with c^3 / [ln(1 + c) - c / (1 + c)] of these values, of any shape, by halving.

    >>> f"{concentrations(np.array([10.0**3 / (np.log(11.0) - 10.0 / 11.0)]))[0]:.6f}"
    '10.000000'
    """
    low = np.full_like(contrast, np.log(_SMALLEST))
    high = np.full_like(contrast, np.log(_LARGEST))
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        c = np.exp(middle)
        above = c**3 / (np.log1p(c) - c / (1.0 + c)) > contrast
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.exp(0.5 * (low + high))
