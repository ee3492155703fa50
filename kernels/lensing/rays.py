"""Ray shooting through one or several planes, magnification, and arrival times.

Rays run backwards from the observer at angle theta.  Their angular position in plane j is

    theta_j = theta - sum over i < j of B_ij alpha_i(theta_i),     B_ij = D_ij D_s / (D_j D_is),

with alpha_i the reduced deflection of plane i for a source in the last plane s (Schneider, Ehlers &
Falco 1992, eq. 9.7; lenstronomy's z_source_convention).  With two planes B = 1 and this is the lens equation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import jax
import jax.numpy as jnp

from jaxlens.kernels.cosmology import ARCSEC, MPC_IN_LIGHT_DAYS
from jaxlens.kernels.types import Pair, Real

Rays = Callable[[jax.Array, jax.Array], Pair]

# The largest abs(mu) that is returned: on a critical curve the magnification of a point is infinite.
MAX_MAGNIFICATION = 1e4


def lensing_weights(distances: jax.Array, between: jax.Array | None = None) -> jax.Array:
    """The weights B_ij = T_ij T_s / (T_j T_is) of the deflections, which are 1 for j = s.

    Args:
        distances: transverse comoving distances T_i to the planes (Mpc), (planes,).
        between: T_ij as in `cosmology.distances_between` (planes, planes); in a flat universe it may be left
            out, and is T_j - T_i.

    Returns:
        B (planes, planes), which is 0 unless i < j.
    """
    gap = _flat(distances) if between is None else between
    before = jnp.triu(jnp.ones((distances.size,) * 2, dtype=bool), k=1)
    middle = before.at[:, -1].set(False)
    denominator = jnp.where(middle, distances[None, :] * gap[:, -1:], 1.0)
    return jnp.where(middle, gap * distances[-1] / denominator, before.astype(distances.dtype))


def _flat(distances: jax.Array) -> jax.Array:
    """T_ij = T_j - T_i of a flat universe."""
    return distances[None, :] - distances[:, None]


def shoot(
    x: Real, y: Real, deflections: Sequence[Rays], weights: jax.Array | Mapping[tuple[int, int], Real]
) -> list[Pair]:
    """Where rays cross each plane, by the equation above; lenstronomy's multi-plane ray shooting.

    Args:
        x: direction in which a ray is seen (arcsec), any shape.
        y: the other coordinate.
        deflections: `(x, y)` -> (alpha_x, alpha_y) in arcsec of each plane, the nearest first, without the
            last plane.
        weights: B of `lensing_weights` (planes, planes), or B_ij by (i, j).

    Returns:
        One pair of coordinates (arcsec) for each plane, the nearest first.
    """
    positions: list[Pair] = [(jnp.asarray(x), jnp.asarray(y))]
    angles: list[Pair] = []
    for j, deflection in enumerate(deflections, start=1):
        angles.append(deflection(*positions[-1]))
        beta_x, beta_y = jnp.asarray(x), jnp.asarray(y)
        for i, (alpha_x, alpha_y) in enumerate(angles):
            beta_x = beta_x - weights[i, j] * alpha_x
            beta_y = beta_y - weights[i, j] * alpha_y
        positions.append((beta_x, beta_y))
    return positions


def jacobian(rays: Rays, x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """The matrix A = d beta / d theta by forward differentiation.

    Args:
        rays: `(x, y)` -> (beta_x, beta_y), from the sky to the source plane (arcsec).
        x: position on the sky (arcsec), any shape.
        y: the other coordinate, of the same shape.

    Returns:
        A_xx, A_xy, A_yx and A_yy, each of the shape of x.
    """
    return rays_and_jacobian(rays, x, y)[1]


def rays_and_jacobian(
    rays: Rays, x: jax.Array, y: jax.Array
) -> tuple[Pair, tuple[jax.Array, jax.Array, jax.Array, jax.Array]]:
    """Where rays end and the matrix A there, from one evaluation of the rays.

    Args:
        rays: `(x, y)` -> (beta_x, beta_y), from the sky to the source plane (arcsec).
        x: position on the sky (arcsec), any shape.
        y: the other coordinate, of the same shape.

    Returns:
        (beta_x, beta_y) and (A_xx, A_xy, A_yx, A_yy), each of the shape of x.
    """

    def along(dx: jax.Array, dy: jax.Array) -> tuple[Pair, Pair]:
        return jax.jvp(rays, (x, y), (jnp.broadcast_to(dx, x.shape), jnp.broadcast_to(dy, y.shape)))

    # vmap over both directions traces the derivative once, which halves the compiled program.
    unit = jnp.eye(2, dtype=x.dtype)
    beta, (beta_x, beta_y) = jax.vmap(along, out_axes=(None, 0))(unit[0], unit[1])
    return beta, (beta_x[0], beta_x[1], beta_y[0], beta_y[1])


def bounded_determinant(a_xx: jax.Array, a_xy: jax.Array, a_yx: jax.Array, a_yy: jax.Array) -> jax.Array:
    """The determinant of A, with its modulus at least 1 / MAX_MAGNIFICATION and its sign unchanged.

    Args:
        a_xx: an element of A, any shape.
        a_xy: an element of A.
        a_yx: an element of A.
        a_yy: an element of A.

    Returns:
        The determinant, of the same shape.
    """
    determinant = a_xx * a_yy - a_xy * a_yx
    floor = 1.0 / MAX_MAGNIFICATION
    bounded = jnp.maximum(jnp.abs(determinant), floor)
    return jnp.where(determinant < 0.0, -bounded, bounded)


def magnification(rays: Rays, x: jax.Array, y: jax.Array) -> jax.Array:
    """Signed magnification mu = 1 / det(d beta / d theta), with abs(mu) <= 1e4.

    Args:
        rays: `(x, y)` -> (beta_x, beta_y), from the sky to the source plane (arcsec).
        x: position on the sky (arcsec), any shape.
        y: the other coordinate, of the same shape.

    Returns:
        mu, of the shape of x.
    """
    return 1.0 / bounded_determinant(*jacobian(rays, x, y))


def fermat_potential(x: Real, y: Real, beta_x: Real, beta_y: Real, potential: Real) -> jax.Array:
    """Fermat potential |theta - beta|^2 / 2 - psi(theta) of a single-plane lens.

    Args:
        x: position of an image (arcsec), any shape.
        y: the other coordinate.
        beta_x: position of the source (arcsec).
        beta_y: the other coordinate.
        potential: psi at the image (arcsec^2).

    Returns:
        The Fermat potential in arcsec^2, of the shape to which the arguments broadcast.

    >>> print(fermat_potential(1.0, 0.0, 0.5, 0.0, potential=1.0))
    -0.875
    """
    return jnp.asarray(0.5 * ((x - beta_x) ** 2 + (y - beta_y) ** 2) - potential)


def arrival_time(
    positions: Sequence[Pair],
    potentials: Sequence[jax.Array],
    distances: jax.Array,
    between: jax.Array | None = None,
) -> jax.Array:
    """Light travel time relative to an unlensed straight path; lenstronomy's arrival_time.

        c t = sum over i of  T_i T_(i+1) / T_i(i+1) |theta_i - theta_(i+1)|^2 / 2
                           - T_i T_s / T_is psi_i(theta_i)

    Args:
        positions: positions of a ray in planes 1..s (arcsec), as `shoot` returns them; coordinates of any
            shape.
        potentials: the reduced potentials psi_i (arcsec^2) of all planes but the last.
        distances: transverse comoving distances T_i to planes 1..s (Mpc), (planes,).
        between: T_ij as in `cosmology.distances_between` (planes, planes); in a flat universe it may be left
            out.

    Returns:
        The time in days, of the shape of a coordinate.
    """
    gap = _flat(distances) if between is None else between
    total = jnp.zeros_like(positions[0][0])
    for i, potential in enumerate(potentials):
        (x, y), (next_x, next_y) = positions[i], positions[i + 1]
        here, beyond, last = distances[i], distances[i + 1], distances[-1]
        path = 0.5 * ((x - next_x) ** 2 + (y - next_y) ** 2) * here * beyond / gap[i, i + 1]
        total = total + path - potential * here * last / gap[i, -1]
    return total * ARCSEC**2 * MPC_IN_LIGHT_DAYS


def delay_of(fermat: jax.Array, lens: Real, source: Real, between: Real) -> jax.Array:
    """The light travel time of a Fermat potential, relative to an unlensed straight path.

    Args:
        fermat: the Fermat potential of a single-plane lens (arcsec^2), any shape.
        lens: the transverse comoving distance to the lens (Mpc).
        source: that to the source.
        between: that from the lens to the source.

    Returns:
        c t = T_d T_s / T_ds times the Fermat potential, as a time in days.
    """
    return fermat * (lens * source / between) * ARCSEC**2 * MPC_IN_LIGHT_DAYS
