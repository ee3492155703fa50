"""Physical sizes as angles, and back."""

from __future__ import annotations

import jax

from jaxlens.kernels.cosmology import arcsec_per_kpc_proper
from jaxlens.kernels.relations.registry import relation
from jaxlens.kernels.types import Params, Real


@relation("kpc_to_arcsec", unit="dex")
def kpc_to_arcsec(*, size: Real, redshift: Real, cosmology: Params) -> jax.Array:
    """The angle of a proper length: size / D_A(z), with the angular diameter distance D_A.

    Args:
        size: the length (kpc).
        redshift: z, above zero.
        cosmology: the parameters of the cosmology.

    Returns:
        The angle (arcsec).
    """
    return size * arcsec_per_kpc_proper(redshift, **cosmology)


@relation("arcsec_to_kpc", unit="dex")
def arcsec_to_kpc(*, angle: Real, redshift: Real, cosmology: Params) -> jax.Array:
    """The proper length of an angle: angle D_A(z), with the angular diameter distance D_A.

    Args:
        angle: the angle (arcsec).
        redshift: z, above zero.
        cosmology: the parameters of the cosmology.

    Returns:
        The length (kpc).
    """
    return angle / arcsec_per_kpc_proper(redshift, **cosmology)
