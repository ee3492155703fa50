"""The angles of a mass from its physical parameters: theta_E of sigma_v or M, Rs and alpha_Rs of M200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.config.physical import LOG_M, POINT_MASS, SIGMA_V, Form
from jaxlens.kernels.cosmology import sigma_v_to_theta_E
from jaxlens.kernels.halos import (
    MassDefinition,
    critical_surface_density,
    enclosed_density,
    gnfw_angles,
    nfw_angles,
    point_mass_angle,
)


class Distances(NamedTuple):
    """Where a mass and the source behind it are, each ().

    Attributes:
        z: redshift of the mass.
        lens: transverse comoving distance to the mass (Mpc).
        source: transverse comoving distance to the source (Mpc).
        between: transverse comoving distance from the mass to the source (Mpc).
    """

    z: jax.Array
    lens: jax.Array
    source: jax.Array
    between: jax.Array


def angles(
    form: Form,
    values: Mapping[str, jax.Array],
    distances: Distances,
    cosmology: Mapping[str, jax.Array],
    definition: MassDefinition = "200c",
) -> dict[str, jax.Array]:
    """The angles of a mass, for a source in the last plane.

    Args:
        form: the physical parameters of the mass.
        values: the parameters of the mass by name, each ().
        distances: where the mass and the source are.
        cosmology: the parameters of the cosmology, by astropy's names.
        definition: how the mass of a halo is defined.

    Returns:
        The parameters of the profile by name, arcsec, each ().
    """
    if form == SIGMA_V:
        return {"theta_E": sigma_v_to_theta_E(values["sigma_v"], *distances[1:])}
    sigma_crit, to_lens = critical_surface_density(*distances), distances.lens / (1.0 + distances.z)
    if form == POINT_MASS:
        return {"theta_E": point_mass_angle(values["M"], sigma_crit, to_lens)}
    mass = jnp.power(10.0, values["logM"]) if form == LOG_M else values["M200"]
    density = enclosed_density(definition, distances.z, **cosmology)
    if "gamma_in" in values:
        slopes = values["concentration"], values["gamma_in"]
        found = gnfw_angles(mass, *slopes, density, sigma_crit, to_lens)
    else:
        found = nfw_angles(mass, values["concentration"], density, sigma_crit, to_lens)
    return dict(zip(form.replaced, found, strict=True))
