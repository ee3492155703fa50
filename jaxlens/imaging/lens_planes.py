"""What all masses of one plane do together: deflection, potential, and Fermat potential.

Masses are given with the parameters of their kernels, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp

from jaxlens.imaging.copies import Copy, CopyNumbers
from jaxlens.imaging.scene_objects import Copied, Mass
from jaxlens.kernels import MASS_PROFILES, MassProfile
from jaxlens.kernels.fastmath.copies import summed
from jaxlens.kernels.lensing.rays import Rays
from jaxlens.kernels.registry import LineOfSight
from jaxlens.kernels.types import Pair

# The parameters of a kernel by name.
Own: TypeAlias = Mapping[str, Any]
# The potential (arcsec^2) at (x, y).
Potential: TypeAlias = Callable[[jax.Array, jax.Array], jax.Array]
# Objects of which there are copies, with the numbers of these.
Groups: TypeAlias = Sequence[tuple[Copied, CopyNumbers]]


def plane_deflection(
    masses: Sequence[Mass],
    values: Sequence[Own],
    x: jax.Array,
    y: jax.Array,
    groups: Groups = (),
    subhaloes: Rays | None = None,
) -> Pair:
    """The reduced deflection of a plane: the sum of its masses', which a line of sight changes.

    Args:
        masses: the masses of the plane.
        values: the parameters of each.
        x: where rays cross the plane (arcsec), any shape.
        y: the other coordinate.
        groups: the objects with copies that have mass, and the numbers of the copies.
        subhaloes: the deflection `(x, y)` of the plane's subhaloes, or None.

    Returns:
        (alpha_x, alpha_y) in arcsec, each of the shape of `x`.
    """
    line, lens = _split(masses, values)
    deflection = _with_subhaloes(partial(_sum_of_deflections, lens, groups), subhaloes)
    if line is None:
        return deflection(x, y)
    behind, own = line
    return behind.deflection(x, y, deflection, **own)


def plane_potential(
    masses: Sequence[Mass], values: Sequence[Own], x: jax.Array, y: jax.Array, groups: Groups = ()
) -> jax.Array:
    """The sum of the reduced potentials of the masses of a plane, without a line of sight.

    Args:
        masses: the masses of the plane.
        values: the parameters of each.
        x: where rays cross the plane (arcsec), any shape.
        y: the other coordinate.
        groups: as in `plane_deflection`.

    Returns:
        psi in arcsec^2, of the shape of `x`.

    Raises:
        ValueError: a mass has no potential.
    """
    for mass in (*masses, *(mass for copied, _ in groups for mass in copied.mass)):
        profile = MASS_PROFILES[mass.profile]
        if profile.potential is None and profile.line_of_sight is None:
            raise ValueError(
                f"{mass.prefix} is {mass.profile}, which has no potential; time delays need a mass profile "
                "that has one"
            )
    return _sum_of_potentials(_split(masses, values)[1], groups, x, y)


def plane_fermat_potential(
    masses: Sequence[Mass],
    values: Sequence[Own],
    x: jax.Array,
    y: jax.Array,
    groups: Groups = (),
    subhaloes: tuple[Rays, Potential] | None = None,
) -> jax.Array:
    """The Fermat potential at images behind a plane that has a line of sight, and all mass.

    Args:
        masses: the masses of the plane.
        values: the parameters of each.
        x: the images (arcsec), any shape.
        y: the other coordinate.
        groups: as in `plane_deflection`.
        subhaloes: the deflection and the potential of the plane's subhaloes, or None.

    Returns:
        arcsec^2, of the shape of `x`.

    Raises:
        ValueError: there is no line of sight, or a mass has no potential.
    """
    line, lens = _split(masses, values)
    if line is None:
        raise ValueError("no mass stands for matter along the line of sight; use arrival_time")
    behind, own = line
    more, psi = subhaloes or (None, None)
    deflection = _with_subhaloes(partial(_sum_of_deflections, lens, groups), more)

    def potential(x: jax.Array, y: jax.Array) -> jax.Array:
        total = plane_potential(masses, values, x, y, groups)
        return total if psi is None else total + psi(x, y)

    return behind.fermat(x, y, deflection, potential, **own)


# Profiles with the parameters of their kernels.
_Lens = Sequence[tuple[MassProfile, Own]]


def _with_subhaloes(deflection: Rays, subhaloes: Rays | None) -> Rays:
    """A deflection `(x, y)`, with that of subhaloes added."""
    if subhaloes is None:
        return deflection

    def total(x: jax.Array, y: jax.Array) -> Pair:
        (a, b), (more_a, more_b) = deflection(x, y), subhaloes(x, y)
        return a + more_a, b + more_b

    return total


def _split(masses: Sequence[Mass], values: Sequence[Own]) -> tuple[tuple[LineOfSight, Own] | None, _Lens]:
    """The line of sight among the masses of a plane, if there is one, and the other masses."""
    profiles = _profiles(masses, values)
    lines = [(profile.line_of_sight, own) for profile, own in profiles if profile.line_of_sight is not None]
    return (lines[0] if lines else None), [one for one in profiles if one[0].line_of_sight is None]


def _profiles(masses: Sequence[Mass], values: Sequence[Own]) -> _Lens:
    """Profiles with the parameters of their kernels, whole numbers among them."""
    return [
        (MASS_PROFILES[mass.profile], {**own, **dict(mass.integers)})
        for mass, own in zip(masses, values, strict=True)
    ]


def _sum_of_deflections(lens: _Lens, groups: Groups, x: jax.Array, y: jax.Array) -> Pair:
    alpha_x, alpha_y = jnp.zeros_like(x), jnp.zeros_like(y)
    for profile, own in lens:
        more_x, more_y = profile.deflection(x, y, **own)
        alpha_x, alpha_y = alpha_x + more_x, alpha_y + more_y
    for copied, numbers in groups:
        more_x, more_y = _of_copies(copied, numbers, _sum_of_deflections, x, y)
        alpha_x, alpha_y = alpha_x + more_x, alpha_y + more_y
    return alpha_x, alpha_y


def _sum_of_potentials(lens: _Lens, groups: Groups, x: jax.Array, y: jax.Array) -> jax.Array:
    total = jnp.zeros_like(x)
    for profile, own in lens:
        total = total + profile.psi(x, y, **own)
    for copied, numbers in groups:
        total = total + _of_copies(copied, numbers, _sum_of_potentials, x, y)
    return total


def _of_copies(
    copied: Copied,
    numbers: CopyNumbers,
    sum_of: Callable[[_Lens, Groups, jax.Array, jax.Array], Any],
    x: jax.Array,
    y: jax.Array,
) -> Any:
    """What `sum_of` gives of the masses of each copy, summed over the copies that are shown."""

    def of_copy(own: Copy) -> Any:
        return sum_of(_profiles(copied.mass, own.profiles), (), x - own.x, y - own.y)

    return summed(of_copy, numbers.shown, numbers.each)
