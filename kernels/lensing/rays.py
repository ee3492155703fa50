"""Ray shooting through one or several planes, magnification, and arrival times.

Rays run backwards from the observer at angle theta.  Their angular position in plane j is

    theta_j = theta - sum over i < j of B_ij alpha_i(theta_i),     B_ij = D_ij D_s / (D_j D_is),

with alpha_i the reduced deflection of plane i for a source in the last plane s (Schneider, Ehlers &
Falco 1992, eq. 9.7; lenstronomy's z_source_convention).  With two planes B = 1 and this is the lens equation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from jaxlens.kernels.cosmology import ARCSEC, MPC_IN_LIGHT_DAYS
from jaxlens.kernels.types import Real

Rays = Callable[[jax.Array, jax.Array], tuple[jax.Array, jax.Array]]

# abs(mu) is capped here: on a caustic or a ring a point has no finite magnification.
MAX_MAGNIFICATION = 1e4


def lensing_weights(distances: jax.Array, between: jax.Array | None = None) -> jax.Array:
    """B_ij (planes, planes) from the planes' transverse comoving distances (planes,); 0 unless i < j.

    B_ij = T_ij T_s / (T_j T_is), which is 1 for j = s.  `between` (planes, planes) are the T_ij of
    `cosmology.distances_between`; without them the universe is flat, where T_ij = T_j - T_i.
    """
    gap = _flat(distances) if between is None else between
    before = jnp.triu(jnp.ones((distances.size,) * 2, dtype=bool), k=1)
    middle = before.at[:, -1].set(False)
    denominator = jnp.where(middle, distances[None, :] * gap[:, -1:], 1.0)
    return jnp.where(middle, gap * distances[-1] / denominator, before.astype(distances.dtype))


def _flat(distances: jax.Array) -> jax.Array:
    return distances[None, :] - distances[:, None]


def shoot(
    x: Real, y: Real, deflections: Sequence[Rays], weights: jax.Array
) -> list[tuple[jax.Array, jax.Array]]:
    """Where the rays seen at (x, y) cross each plane: one (x, y) pair a plane, nearest plane first.

    `deflections` has one function for each plane but the farthest of interest; `weights` is B.
    """
    positions: list[tuple[jax.Array, jax.Array]] = [(jnp.asarray(x), jnp.asarray(y))]
    angles: list[tuple[jax.Array, jax.Array]] = []
    for j, deflection in enumerate(deflections, start=1):
        angles.append(deflection(*positions[-1]))
        beta_x, beta_y = jnp.asarray(x), jnp.asarray(y)
        for i, (alpha_x, alpha_y) in enumerate(angles):
            beta_x = beta_x - weights[i, j] * alpha_x
            beta_y = beta_y - weights[i, j] * alpha_y
        positions.append((beta_x, beta_y))
    return positions


def jacobian(rays: Rays, x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """d(beta) / d(theta) by forward differentiation: (A_xx, A_xy, A_yx, A_yy), of the shape of x."""

    def along(dx: jax.Array, dy: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jax.jvp(rays, (x, y), (jnp.broadcast_to(dx, x.shape), jnp.broadcast_to(dy, y.shape)))[1]

    # Both directions at once: one trace of the derivative, half the program.
    unit = jnp.eye(2, dtype=x.dtype)
    beta_x, beta_y = jax.vmap(along)(unit[0], unit[1])
    return beta_x[0], beta_x[1], beta_y[0], beta_y[1]


def bounded_determinant(a_xx: jax.Array, a_xy: jax.Array, a_yx: jax.Array, a_yy: jax.Array) -> jax.Array:
    """The determinant of A, kept at least 1 / MAX_MAGNIFICATION away from zero (its sign stays)."""
    determinant = a_xx * a_yy - a_xy * a_yx
    floor = 1.0 / MAX_MAGNIFICATION
    bounded = jnp.maximum(jnp.abs(determinant), floor)
    return jnp.where(determinant < 0.0, -bounded, bounded)


def magnification(rays: Rays, x: jax.Array, y: jax.Array) -> jax.Array:
    """Signed magnification mu = 1 / det(d beta / d theta), with abs(mu) <= 1e4."""
    return 1.0 / bounded_determinant(*jacobian(rays, x, y))


def fermat_potential(x: Real, y: Real, beta_x: Real, beta_y: Real, potential: Real) -> jax.Array:
    """|theta - beta|^2 / 2 - psi(theta) of a single-plane lens, in arcsec^2.

    >>> print(fermat_potential(1.0, 0.0, 0.5, 0.0, potential=1.0))
    -0.875
    """
    return jnp.asarray(0.5 * ((x - beta_x) ** 2 + (y - beta_y) ** 2) - potential)


def arrival_time(
    positions: Sequence[tuple[jax.Array, jax.Array]],
    potentials: Sequence[jax.Array],
    distances: jax.Array,
    between: jax.Array | None = None,
) -> jax.Array:
    """Light travel time (days) relative to an unlensed straight path; lenstronomy's arrival_time.

        c t = sum over i of  T_i T_(i+1) / T_i(i+1) |theta_i - theta_(i+1)|^2 / 2
                           - T_i T_s / T_is psi_i(theta_i)

    `positions` are those of `shoot` in planes 1..s, `potentials` the reduced potentials (arcsec^2) of the
    planes in front of the last, `distances` the transverse comoving distances T_i (Mpc) of planes 1..s and
    `between` the T_ij, which may be left out in a flat universe.
    """
    gap = _flat(distances) if between is None else between
    total = jnp.zeros_like(positions[0][0])
    for i, potential in enumerate(potentials):
        (x, y), (next_x, next_y) = positions[i], positions[i + 1]
        here, beyond, last = distances[i], distances[i + 1], distances[-1]
        path = 0.5 * ((x - next_x) ** 2 + (y - next_y) ** 2) * here * beyond / gap[i, i + 1]
        total = total + path - potential * here * last / gap[i, -1]
    return total * ARCSEC**2 * MPC_IN_LIGHT_DAYS
