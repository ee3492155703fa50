"""Rays through the planes of a scene with haloes, and through the planes of haloes between them.

In `kernels.lensing.rays.shoot` the deflection of plane i enters plane j with B_ij = T_ij T_s / (T_j T_is).
With q_i = T_is / (T_i T_s) that is 1 - q_j / q_i in every Friedmann model, since
T_ij = T_i T_j (q_i - q_j), and so

    theta_j = theta - A_j + q_j G_j,     A_j = sum over i < j of alpha_i,     G_j = sum of alpha_i / q_i.

A ray is followed by these two sums, from plane to plane; q_s = 0.  Between two planes it runs along

    theta_i - theta_(i+1) = (q_i - q_(i+1)) G_(i+1),

and its light travel time beyond a straight path's is, in units of arcsec^2 / c,

    sum over i of (q_i - q_(i+1)) |G_(i+1)|^2 / 2 - psi_i(theta_i) / q_i.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.halo_numbers import FieldNumbers, HaloNumbers
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Haloes
from jaxlens.kernels.cosmology import ARCSEC, MPC_IN_LIGHT_DAYS
from jaxlens.kernels.lensing.rays import Rays
from jaxlens.kernels.types import Pair, Real

# The deflection of a plane of the scene, from where rays cross it and that of its subhaloes.
PlaneDeflection: TypeAlias = Callable[[jax.Array, jax.Array, Rays], Pair]
# The deflection of haloes: (profile, x, y, numbers, present) -> (alpha_x, alpha_y).
HaloDeflection: TypeAlias = Callable[..., Pair]
# The potential of haloes, likewise.
HaloPotential: TypeAlias = Callable[..., jax.Array]


class Bent(NamedTuple):
    """Rays on their way, each an array of the shape of the rays.

    Attributes:
        a_x: A of the module's equation, arcsec.
        a_y: the other component.
        g_x: G, arcsec Mpc.
        g_y: the other component.
    """

    a_x: jax.Array
    a_y: jax.Array
    g_x: jax.Array
    g_y: jax.Array

    def at(self, x: jax.Array, y: jax.Array, q: Real) -> Pair:
        """Where the rays cross a plane.

        Args:
            x: directions in which the rays are seen (arcsec).
            y: the other coordinate.
            q: that of the plane, 1 / Mpc.
        """
        return x - self.a_x + q * self.g_x, y - self.a_y + q * self.g_y

    def behind(self, alpha: Pair, q: jax.Array) -> Bent:
        """The rays behind the plane with this q and deflection."""
        # q is 0 at the redshift of the source, where nothing behind it is reached
        inverse = jnp.where(q > 0.0, 1.0 / jnp.where(q > 0.0, q, 1.0), 0.0)
        return Bent(
            self.a_x + alpha[0],
            self.a_y + alpha[1],
            self.g_x + inverse * alpha[0],
            self.g_y + inverse * alpha[1],
        )


def shoot_through_haloes(
    scene: Scene,
    x: jax.Array,
    y: jax.Array,
    masses: Sequence[PlaneDeflection],
    numbers: HaloNumbers,
    deflection: HaloDeflection,
    planes: int | None = None,
) -> list[Pair]:
    """Where rays cross the planes of a scene, nearest plane first.

    Args:
        scene: the static part of the configuration.
        x: directions in which rays are seen (arcsec), any shape.
        y: the other coordinate, of the same shape.
        masses: the deflection of each plane of the scene but the last, given that of its subhaloes.
        numbers: what haloes do.
        deflection: `(profile, x, y, numbers, present)` -> the deflection of haloes.
        planes: how many planes are reached; all by default.

    Returns:
        A pair (x, y) for each plane, arcsec, each of the shape of `x`.
    """
    zero = jnp.zeros_like(x)
    reached, last = len(scene.planes) if planes is None else planes, len(scene.planes) - 1
    bent, positions = Bent(zero, zero, zero, zero), []
    for j in range(reached):
        bent = _through_field(scene, j, x, y, bent, numbers.field, deflection)
        q = numbers.q[j]
        here = (x - bent.a_x, y - bent.a_y) if j == last else bent.at(x, y, q)
        positions.append(here)
        if j < reached - 1:
            bent = bent.behind(masses[j](*here, subhalo_deflection(scene, j, numbers, deflection)), q)
    return positions


def travel_times_through_haloes(
    scene: Scene,
    j: int,
    x: jax.Array,
    y: jax.Array,
    masses: Sequence[tuple[PlaneDeflection, Callable[[jax.Array, jax.Array], jax.Array]]],
    numbers: HaloNumbers,
    deflection: HaloDeflection,
    potential: HaloPotential,
) -> jax.Array:
    """The light travel times from plane `j`, beyond a straight path's.

    Args:
        scene: the static part of the configuration.
        j: the index of the plane.
        x: directions in which rays are seen (arcsec), any shape.
        y: the other coordinate, of the same shape.
        masses: the deflection of each plane in front, given that of its subhaloes, and its potential without
            them.
        numbers: what haloes do.
        deflection: `(profile, x, y, numbers, present)` -> the deflection of haloes.
        potential: `(profile, x, y, numbers, present)` -> the potential of haloes.

    Returns:
        Days, of the shape of `x`.
    """
    zero = jnp.zeros_like(x)
    bent, before, time = Bent(zero, zero, zero, zero), jnp.zeros_like(numbers.q[0]), zero
    for i in range(j + 1):
        fields = _field_in_front(scene, i, numbers.field)
        if fields is not None and scene.field_haloes is not None:
            step = partial(_timed_step, scene.field_haloes, x, y, deflection, potential)
            (bent, before, time), _ = jax.lax.scan(step, (bent, before, time), fields)
        q = numbers.q[i]
        time = time + _path(bent, before, q)
        if i < j:
            here, own = bent.at(x, y, q), subhalo_deflection(scene, i, numbers, deflection)
            psi = masses[i][1](*here) + subhalo_potential(scene, i, numbers, potential)(*here)
            time = time - psi / q
            bent, before = bent.behind(masses[i][0](*here, own), q), q
    return time * ARCSEC**2 * MPC_IN_LIGHT_DAYS


def subhalo_deflection(scene: Scene, j: int, numbers: HaloNumbers, deflection: HaloDeflection) -> Rays:
    """The deflection `(x, y)` of the subhaloes of a plane.

    Args:
        scene: the static part of the configuration.
        j: the index of the plane.
        numbers: what haloes do.
        deflection: that of some haloes.
    """
    kinds = list(zip(scene.planes[j].subhaloes, numbers.subhaloes[j], strict=True))

    def total(x: jax.Array, y: jax.Array) -> Pair:
        alpha_x, alpha_y = jnp.zeros_like(x), jnp.zeros_like(y)
        for haloes, own in kinds:
            more_x, more_y = deflection(haloes.profile, x, y, own.numbers, own.present)
            alpha_x, alpha_y = alpha_x + more_x, alpha_y + more_y
        return alpha_x, alpha_y

    return total


def subhalo_potential(
    scene: Scene, j: int, numbers: HaloNumbers, potential: HaloPotential
) -> Callable[[jax.Array, jax.Array], jax.Array]:
    """The potential `(x, y)` of the subhaloes of a plane, arcsec^2.

    Args:
        scene: the static part of the configuration.
        j: the index of the plane.
        numbers: what haloes do.
        potential: that of some haloes.
    """
    kinds = list(zip(scene.planes[j].subhaloes, numbers.subhaloes[j], strict=True))

    def total(x: jax.Array, y: jax.Array) -> jax.Array:
        psi = jnp.zeros_like(x)
        for haloes, own in kinds:
            psi = psi + potential(haloes.profile, x, y, own.numbers, own.present)
        return psi

    return total


def _through_field(
    scene: Scene,
    j: int,
    x: jax.Array,
    y: jax.Array,
    bent: Bent,
    field: FieldNumbers | None,
    deflection: HaloDeflection,
) -> Bent:
    """The rays behind the planes of haloes in front of plane `j`.

    A reverse derivative computes each plane again, so that it keeps two vectors a plane and ray.
    """
    planes = _field_in_front(scene, j, field)
    if planes is None or scene.field_haloes is None:
        return bent
    haloes = scene.field_haloes

    @partial(jax.checkpoint, prevent_cse=False)
    def step(bent: Bent, plane: FieldNumbers) -> tuple[Bent, None]:
        here = bent.at(x, y, plane.q)
        return bent.behind(_field_deflection(haloes, here, plane, deflection), plane.q), None

    return jax.lax.scan(step, bent, planes)[0]


def _timed_step(
    haloes: Haloes,
    x: jax.Array,
    y: jax.Array,
    deflection: HaloDeflection,
    potential: HaloPotential,
    carry: tuple[Bent, jax.Array, jax.Array],
    plane: FieldNumbers,
) -> tuple[tuple[Bent, jax.Array, jax.Array], None]:
    """The rays behind a plane of haloes, its q, and the time until there."""
    bent, before, time = carry
    here = bent.at(x, y, plane.q)
    psi = potential(haloes.profile, *here, plane.haloes.numbers, plane.haloes.present)
    psi = psi - 0.5 * plane.sheet * (here[0] ** 2 + here[1] ** 2)
    time = time + _path(bent, before, plane.q) - psi / plane.q
    alpha = _field_deflection(haloes, here, plane, deflection)
    return (bent.behind(alpha, plane.q), plane.q, time), None


def _path(bent: Bent, before: jax.Array, q: jax.Array) -> jax.Array:
    """The geometric part of the time between two planes; in front of the first one rays are straight."""
    return 0.5 * (before - q) * (bent.g_x**2 + bent.g_y**2)


def _field_deflection(haloes: Haloes, here: Pair, plane: FieldNumbers, deflection: HaloDeflection) -> Pair:
    """The deflection of a plane of haloes and of its negative sheet, -kappa (x, y)."""
    alpha_x, alpha_y = deflection(haloes.profile, *here, plane.haloes.numbers, plane.haloes.present)
    return alpha_x - plane.sheet * here[0], alpha_y - plane.sheet * here[1]


def _field_in_front(scene: Scene, j: int, field: FieldNumbers | None) -> FieldNumbers | None:
    """The planes of haloes in front of plane `j` of the scene, behind the one before; None without any."""
    if field is None or scene.field_haloes is None or not scene.field_haloes.planes[j]:
        return None
    start = int(np.sum(scene.field_haloes.planes[:j]))
    own = slice(start, start + scene.field_haloes.planes[j])
    found: FieldNumbers = jax.tree.map(lambda a: a[own], field)
    return found
