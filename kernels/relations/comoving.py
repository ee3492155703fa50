"""Comoving lengths as angles."""

from __future__ import annotations

import jax

from jaxlens.kernels.cosmology import arcsec_per_kpc_proper
from jaxlens.kernels.relations.registry import relation
from jaxlens.kernels.types import Params, Real


@relation("comoving_kpc_to_arcsec", unit="dex")
def comoving_kpc_to_arcsec(*, size: Real, redshift: Real, cosmology: Params) -> jax.Array:
    """The angle of a comoving length: size / (D_A(z) (1 + z)), with the angular diameter distance D_A.

    Args:
        size: the comoving length (kpc).
        redshift: z, above zero.
        cosmology: the parameters of the cosmology.

    Returns:
        The angle (arcsec).
    """
    return size * arcsec_per_kpc_proper(redshift, **cosmology) / (1.0 + redshift)
