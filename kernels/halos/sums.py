"""Deflections and potentials of many round haloes at many rays.

    alpha(theta) = sum over k of s_k(|theta - theta_k|^2) (theta - theta_k),    psi = sum of psi_k

where s_k is the deflection over the radius of halo k.  The haloes of a system are arrays of one length, of
which `shown` tells the ones that exist, so that systems with more and with fewer haloes share a program.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.pairs import summed_over_b
from jaxlens.kernels.halos.far_field import cells_of, far_and_near
from jaxlens.kernels.halos.pair_terms import deflection_terms, potential_terms, prepared
from jaxlens.kernels.halos.round_profiles import numbers_of
from jaxlens.kernels.types import Pair, Real


def deflection(
    profile: str,
    x: jax.Array,
    y: jax.Array,
    haloes: Mapping[str, jax.Array],
    shown: jax.Array,
    tolerance: Real | None = None,
) -> Pair:
    """The sum of the deflections of the haloes that are shown.

    Args:
        profile: what each halo is: TNFW, NFW, PJAFFE or POINT_MASS.
        x: where rays cross the plane of the haloes (arcsec), any shape.
        y: the other coordinate, of the same shape.
        haloes: x and y (arcsec) and the parameters of the profile by lenstronomy's names, each (n,); what is
            not shown may be zero, or not finite.
        shown: which haloes exist, (n,), of bool.
        tolerance: the largest error of the sum (arcsec) that is allowed, by which fewer pairs are computed
            for the rays of an image (..., ny, nx) on a CPU; None for the exact sum.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape of x.

    Raises:
        ValueError: no halo has such a profile, or numbers of it are missing.
    """
    x, y = _of_one_type(x, y)
    numbers, count = numbers_of(profile, haloes, shown), _length(shown)
    exact = partial(_exact, profile)
    if tolerance is None or cells_of(x.shape) is None:
        return exact(x, y, numbers, count)
    # elsewhere the exact sum is one kernel, while lists of haloes would be many
    found: Pair = jax.lax.platform_dependent(
        x, y, numbers, count, tolerance, cpu=partial(far_and_near, profile), default=exact
    )
    return found


def _exact(
    profile: str, x: jax.Array, y: jax.Array, numbers: dict[str, jax.Array], count: jax.Array, _: Real = 0.0
) -> Pair:
    """The sum over all haloes at each ray; the last argument is the tolerance, which it does not need."""
    own = list(prepared(profile, numbers, x.dtype).values())
    rays = [jnp.ravel(x), jnp.ravel(y)]
    found = summed_over_b(deflection_terms(profile, x.dtype), rays, own, count)
    alpha_x, alpha_y = (jnp.reshape(each, x.shape) for each in found)
    return alpha_x, alpha_y


def potential(
    profile: str,
    x: jax.Array,
    y: jax.Array,
    haloes: Mapping[str, jax.Array],
    shown: jax.Array,
) -> jax.Array:
    """The sum of the potentials of the haloes that are shown.

    Args:
        profile: as in `deflection`.
        x: as in `deflection`.
        y: as in `deflection`.
        haloes: as in `deflection`.
        shown: as in `deflection`.

    Returns:
        psi in arcsec^2, of the shape of x; that of each halo is zero where the profile's own potential is.

    Raises:
        ValueError: no halo has such a profile, or numbers of it are missing.
    """
    x, y = _of_one_type(x, y)
    numbers = [each.astype(x.dtype) for each in numbers_of(profile, haloes, shown).values()]
    rays = [jnp.ravel(x), jnp.ravel(y)]
    (psi,) = summed_over_b(potential_terms(profile), rays, numbers, _length(shown))
    return jnp.reshape(psi, jnp.shape(x))


def _length(shown: jax.Array) -> jax.Array:
    """The number of haloes up to the last one that is shown."""
    return jnp.max(jnp.where(shown, jnp.arange(1, len(shown) + 1), 0), initial=0)


def _of_one_type(x: jax.Array, y: jax.Array) -> Pair:
    """Both as arrays of the same floating type."""
    dtype = jnp.result_type(x, y, float)
    return jnp.asarray(x, dtype), jnp.asarray(y, dtype)
