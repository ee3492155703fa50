"""The normalisation of subhaloes that a file does not give, from the one that it gives: a label."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.config.model import Substructure
from jaxlens.kernels.halos.normalization import Sigma_sub_of, f_sub_of
from jaxlens.kernels.halos.power_law_masses import mass_integral, number_integral
from jaxlens.kernels.types import Params
from jaxlens.sampling.haloes import HaloDraws
from jaxlens.sampling.subhaloes import Host, mean_number, shape_of_masses, share_within, space_of


def other_normalization(
    draws: HaloDraws,
    values: Params,
    host: Host,
    cosmology: Mapping[str, jax.Array],
    radius: jax.Array,
) -> dict[str, jax.Array]:
    """Sigma_sub where the file gives f_sub, and f_sub where it gives Sigma_sub.

    Args:
        draws: the subhaloes.
        values: the numbers of the system by name.
        host: the object, with its projected mass within `radius`.
        cosmology: the parameters of the cosmology, by astropy's names.
        radius: f_sub is the mean fraction of the object's mass within this radius (arcsec), (); it is
            `f_sub_radius` where the file gives that.

    Returns:
        The number, (), by its name; none for the lists of a file.  f_sub is 0 where the radius is.
    """
    haloes, own = draws.haloes, draws.own(values)
    if draws.lists or not isinstance(haloes, Substructure) or host.mass is None:
        return {}
    space = space_of(haloes, own, host, cosmology)
    mean, number = mean_number(haloes, own, host, space), number_integral(**shape_of_masses(own))
    disc = own["radius"] * space.kpc
    if "f_sub" in own:
        found = Sigma_sub_of(mean, number=number, M_host=own["M_host"], z=host.z, radius=disc)
        return {f"{draws.prefix}-Sigma_sub": found}
    exists = radius > 0.0
    mass, projected = mass_integral(**shape_of_masses(own)), jnp.where(exists, host.mass, 1.0)
    share = share_within(haloes, jnp.where(exists, radius, 1.0) * space.kpc, disc, space)
    found = f_sub_of(mean, number=number, mass=mass, projected_mass=projected, share=share)
    return {f"{draws.prefix}-f_sub": jnp.where(exists, found, 0.0)}
