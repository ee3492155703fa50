"""The angles of haloes from their masses, for a source in the last plane: what the profiles' kernels take."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.imaging.mass_angles import Distances
from jaxlens.imaging.scene_objects import Haloes
from jaxlens.kernels.halos import critical_surface_density, enclosed_density, nfw_angles, point_mass_angle
from jaxlens.kernels.halos.pseudo_jaffe_angles import pseudo_jaffe_angles


def halo_angles(
    haloes: Haloes,
    numbers: Mapping[str, jax.Array],
    shown: jax.Array,
    distances: Distances,
    cosmology: Mapping[str, jax.Array],
) -> dict[str, jax.Array]:
    """The parameters of the kernel of each halo.

    Args:
        haloes: what the haloes are.
        numbers: `haloes.arrays` by name, each of the shape of `shown`; zero where there is no halo.
        shown: which of them exist, any shape, of bool.
        distances: where the haloes and the source are, each of a shape that broadcasts with `shown`.
        cosmology: the parameters of the cosmology, by astropy's names.

    Returns:
        x and y, and by the names of the kernel (TNFW: Rs, alpha_Rs, r_trunc; NFW: Rs, alpha_Rs; PJAFFE:
        sigma0, Ra, Rs; POINT_MASS: theta_E) arcsec, of the shape of `shown`; finite where there is no halo.
    """
    # Otherwise a division by zero where there is no halo would make all derivatives NaN.
    own = {name: jnp.where(shown, value, _harmless(name)) for name, value in numbers.items()}
    sigma_crit = critical_surface_density(*distances)
    to_lens = distances.lens / (1.0 + distances.z)
    place = {name: own[name] for name in ("x", "y")}
    if haloes.profile == "POINT_MASS":
        return place | {"theta_E": point_mass_angle(own["mass"], sigma_crit, to_lens)}
    density = enclosed_density(haloes.mass_definition, distances.z, **cosmology)
    physical = own["mass"], own["concentration"]
    if haloes.profile == "PJAFFE":
        found = pseudo_jaffe_angles(*physical, own["r_trunc"], density, sigma_crit, to_lens)
        return place | dict(zip(("sigma0", "Ra", "Rs"), found, strict=True))
    Rs, alpha_Rs = nfw_angles(*physical, density, sigma_crit, to_lens)
    truncation = {"r_trunc": own["r_trunc"]} if haloes.profile == "TNFW" else {}
    return place | {"Rs": Rs, "alpha_Rs": alpha_Rs} | truncation


def _harmless(name: str) -> float:
    """What stands where there is no halo."""
    return 0.0 if name in ("x", "y") else 1.0
