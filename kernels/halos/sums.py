"""Deflections and potentials of many round haloes at many rays.

    alpha(theta) = sum over k of s_k(|theta - theta_k|^2) (theta - theta_k),    psi = sum of psi_k

where s_k is the deflection over the radius of halo k.  The haloes of a system are arrays of one length, of
which `shown` tells the ones that exist, so that systems with more and with fewer haloes share a program.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax

from jaxlens.kernels.fastmath.copies import summed
from jaxlens.kernels.halos.round_profiles import numbers_of, round_profile
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
        tolerance: the largest error of the sum (arcsec) that is allowed; None for the exact sum.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape of x.

    Raises:
        ValueError: no halo has such a profile, or numbers of it are missing.
    """
    radial = round_profile(profile).radial
    numbers = numbers_of(profile, haloes, shown)

    def of_halo(halo: dict[str, jax.Array]) -> Pair:
        own = dict(halo)
        dx, dy = x - own.pop("x"), y - own.pop("y")
        slope = radial.slope(dx * dx + dy * dy, **own)
        return slope * dx, slope * dy

    return summed(of_halo, shown, numbers)


def potential(
    profile: str,
    x: jax.Array,
    y: jax.Array,
    haloes: Mapping[str, jax.Array],
    shown: jax.Array,
    tolerance: Real | None = None,
) -> jax.Array:
    """The sum of the potentials of the haloes that are shown.

    Args:
        profile: as in `deflection`.
        x: as in `deflection`.
        y: as in `deflection`.
        haloes: as in `deflection`.
        shown: as in `deflection`.
        tolerance: the largest error of the gradient of the sum (arcsec) that is allowed; None for the exact
            sum.

    Returns:
        psi in arcsec^2, of the shape of x; that of each halo is zero where the profile's own potential is.

    Raises:
        ValueError: no halo has such a profile, or numbers of it are missing.
    """
    radial = round_profile(profile).radial
    numbers = numbers_of(profile, haloes, shown)

    def of_halo(halo: dict[str, jax.Array]) -> jax.Array:
        own = dict(halo)
        dx, dy = x - own.pop("x"), y - own.pop("y")
        return radial.potential(dx * dx + dy * dy, **own)

    found: jax.Array = summed(of_halo, shown, numbers)
    return found
