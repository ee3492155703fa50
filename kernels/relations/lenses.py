"""The strength of a lens from its stars' motions and its place."""

from __future__ import annotations

import jax

from jaxlens.kernels.cosmology import sigma_v_to_theta_E, transverse_between, transverse_comoving_distance
from jaxlens.kernels.relations.registry import relation
from jaxlens.kernels.types import Params, Real


@relation("einstein_radius", unit="dex")
def einstein_radius(*, sigma_v: Real, redshift: Real, redshift_source: Real, cosmology: Params) -> jax.Array:
    """The Einstein radius of an isothermal lens, theta_E = 4 pi (sigma_v / c)^2 D_ds / D_s.

    It is what `sigma_v` in place of theta_E gives, but theta_E is then a parameter, to which others may be
    linked.  The velocity dispersion of the stars is 1.01 times that of the lens, with a scatter of 0.065
    (Treu et al. 2006, ApJ 640, 662).

    Args:
        sigma_v: velocity dispersion (km/s).
        redshift: that of the lens.
        redshift_source: that of the source; NaN comes out where it is in front of the lens.
        cosmology: the parameters of the cosmology.

    Returns:
        theta_E (arcsec).
    """
    between = transverse_between(redshift, redshift_source, **cosmology)
    to_source = transverse_comoving_distance(redshift_source, **cosmology)
    return sigma_v_to_theta_E(sigma_v, to_source - between, to_source, between)
