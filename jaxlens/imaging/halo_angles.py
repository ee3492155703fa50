"""The angles of haloes from their masses, for a source in the last plane: what the profiles' kernels take."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.imaging.mass_angles import Distances
from jaxlens.imaging.scene_objects import Haloes
from jaxlens.kernels.halos import critical_surface_density, enclosed_density
from jaxlens.kernels.halos.profile_angles import profile_angles


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
    angles = profile_angles(
        haloes.profile,
        own["mass"],
        own.get("concentration", 1.0),
        own.get("r_trunc", 1.0),
        density=enclosed_density(haloes.mass_definition, distances.z, **cosmology),
        sigma_crit=sigma_crit,
        D_lens=distances.lens / (1.0 + distances.z),
    )
    return {"x": own["x"], "y": own["y"]} | angles


def _harmless(name: str) -> float:
    """What stands where there is no halo."""
    return 0.0 if name in ("x", "y") else 1.0
