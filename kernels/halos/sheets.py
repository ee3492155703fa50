"""The mean convergence of planes of haloes, which negative sheets take out.

Where haloes of projected mass M(R) are scattered over a disc of radius R, with N of them on average, the mean
convergence at its centre is that of all their mass projected within R,

    kappa = int dN / dln M <M_halo(R)> dln M / (pi R^2 Sigma_crit) = int dN / dln M <alpha / r at R> dln M,

with the mean over concentrations.  It is finite for NFW haloes too, whose whole mass is not, and it is what
the haloes of the plane add near the line of sight: what of a large halo is outside the disc is not counted,
nor is what a halo beyond the disc would add.  pyHalo counts the whole M_200 of every halo.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.cosmology import transverse_between
from jaxlens.kernels.halos.angles import critical_surface_density
from jaxlens.kernels.halos.concentrations import SMALLEST
from jaxlens.kernels.halos.cone import Slabs
from jaxlens.kernels.halos.field_haloes import FieldPlanes
from jaxlens.kernels.halos.field_masses import interval_integrals
from jaxlens.kernels.halos.overdensities import MassDefinition, enclosed_density
from jaxlens.kernels.halos.profile_angles import profile_angles
from jaxlens.kernels.halos.round_profiles import round_profile
from jaxlens.kernels.types import Real

# Gauss-Hermite nodes of the mean over concentrations, right to 1e-4 of it for a scatter of 0.2 dex.
NODES = 3
# ln of a dex.
LN_10 = float(np.log(10.0))


def mean_convergences(
    planes: FieldPlanes,
    profile: str,
    z_source: Real,
    *,
    concentration: Real,
    concentration_scatter: Real,
    r_trunc: Real,
    definition: MassDefinition = "200c",
    **cosmology: Real,
) -> jax.Array:
    """The mean convergence of each plane, for a source in the last plane of the scene.

    Args:
        planes: the planes of haloes.
        profile: what each halo is: TNFW, NFW, PJAFFE or POINT_MASS.
        z_source: redshift of the last plane.
        concentration: the median at the masses `planes.mass_grid` and redshifts `planes.z_grid`, (planes,
            masses); not used for a POINT_MASS.
        concentration_scatter: of its decadic logarithm (dex).
        r_trunc: truncation radius there (arcsec), (planes, masses); used for TNFW and PJAFFE.
        definition: the definition of the masses.
        **cosmology: as in `jaxlens.kernels.cosmology`.

    Returns:
        kappa, (planes,).
    """
    physical = _physical(planes.slabs, z_source, definition, cosmology)
    offsets, weights = _scatter(planes.masses.ln_mass.dtype)
    spread = jnp.exp(LN_10 * concentration_scatter * offsets)[None, :, None]
    c, truncation = (jnp.expand_dims(jnp.asarray(values), -2) for values in (concentration, r_trunc))
    c = jnp.maximum(c * spread, SMALLEST)
    angles = profile_angles(profile, planes.mass_grid[:, None, :], c, truncation, **physical)
    squared = jnp.square(planes.slabs.radius)[:, None, None]
    each = round_profile(profile).radial.slope(squared, **angles)
    return _over_masses(planes, jnp.log(jnp.sum(weights[None, :, None] * each, axis=1)))


def _over_masses(planes: FieldPlanes, ln_mean: jax.Array) -> jax.Array:
    """The integrals over haloes of a quantity whose logarithm at `planes.mass_grid` is (planes, masses)."""
    # a power law between the masses of the grid, which are every second node
    between = 0.5 * (ln_mean[:, 1:] + ln_mean[:, :-1])
    pairs = jnp.stack([ln_mean[:, :-1], between], axis=-1).reshape(len(ln_mean), -1)
    at_nodes = jnp.concatenate([pairs, ln_mean[:, -1:]], axis=1)
    parts = interval_integrals(planes.masses.ln_mass, planes.masses.ln_density + at_nodes)
    return planes.volume * jnp.sum(parts, axis=-1)


def _physical(
    slabs: Slabs, z_source: Real, definition: MassDefinition, cosmology: dict[str, Real]
) -> dict[str, jax.Array]:
    """The densities and distances of `profile_angles`, each (planes, 1, 1)."""
    z, T = slabs.z, slabs.distance
    T_source, between = (transverse_between(near, z_source, **cosmology) for near in (jnp.zeros(()), z))
    values = {
        "density": enclosed_density(definition, z, **cosmology),
        "sigma_crit": critical_surface_density(z, T, T_source, between),
        "D_lens": T / (1.0 + z),
    }
    return {name: value[:, None, None] for name, value in values.items()}


def _scatter(dtype: np.dtype) -> tuple[jax.Array, jax.Array]:
    """Normal numbers, and the weights of a mean over them."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return jnp.asarray(nodes, dtype), jnp.asarray(weights / weights.sum(), dtype)
