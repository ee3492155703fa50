"""Maps of a lens: convergence, shear, magnification, potential and arrival time at directions on the sky.

All follow from the map theta -> beta(theta) of the rays to the plane of the source, through all masses and
haloes in front of it, and from its matrix A = d beta / d theta (Schneider, Ehlers & Falco 1992, section 5.2):

    kappa = 1 - (A_xx + A_yy) / 2,       gamma1 = (A_yy - A_xx) / 2,       gamma2 = -(A_xy + A_yx) / 2,
    mu = 1 / det A.

Behind one plane of mass kappa is the projected mass over the critical density.  Behind several, or with
matter along the line of sight, A is the product of what all of them do, and need not be symmetric: kappa and
gamma are those of this effective matrix, as in lenstronomy's `kappa` and `gamma` of several planes, and are
no sums over the planes.
"""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp

from jaxlens.imaging.criteria import source_plane
from jaxlens.imaging.distances import plane_distances
from jaxlens.imaging.halo_lensing import halo_lensed_rays, halo_lensed_times
from jaxlens.imaging.halo_numbers import halo_numbers, have_room
from jaxlens.imaging.halo_rays import subhalo_potential
from jaxlens.imaging.lens_planes import plane_potential
from jaxlens.imaging.rays import (
    geometry_factor,
    lens_of,
    light_travel_times,
    mass_groups,
    one_or_nan,
    ray_numbers,
    ray_parameters,
    rays_to_plane,
)
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.halos import sums
from jaxlens.kernels.lensing.rays import Rays, delay_of, jacobian
from jaxlens.kernels.types import Pair, Params

# Rays whose times through haloes are in memory at once.
_TIMES = 256


def lensed_plane(scene: Scene, label: str | None = None) -> int:
    """The index of the plane of the source: that of a label, or else the farthest plane that has light.

    Args:
        scene: the static part of the configuration.
        label: the label of a plane, such as `PLANE_2`; None for the farthest plane that has light, or
            the last one where no plane but the first has.

    Raises:
        ValueError: if there is no such plane.
    """
    labels = [plane.redshift.partition("-")[0] for plane in scene.planes]
    if label is None:
        return source_plane(scene) or len(labels) - 1
    if label not in labels:
        raise ValueError(f"plane is {label!r}; give one of {', '.join(labels)}")
    return labels.index(label)


def rays_of(scene: Scene, j: int, params: Params) -> Rays:
    """The map `(x, y)` -> where the rays that are seen there cross plane `j`, arcsec.

    Haloes deflect exactly, without the error that images allow.

    Args:
        scene: the static part of the configuration.
        j: the index of the plane.
        params: the parameters of one system, with the arrays of profiles (see `with_tables`).
    """
    factor = geometry_factor(scene, params)
    if not scene.has_haloes_in_front(j):
        own = ray_parameters(scene, params, j)

        def smooth(x: jax.Array, y: jax.Array) -> Pair:
            beta_x, beta_y = rays_to_plane(scene, j, x, y, own)
            return beta_x * factor, beta_y * factor

        return smooth
    exact, defined = (
        dataclasses.replace(scene, halo_tolerance=0.0),
        factor * one_or_nan(have_room(scene, params)),
    )

    def rays(x: jax.Array, y: jax.Array) -> Pair:
        row = jnp.reshape(x, (1, 1, -1)), jnp.reshape(y, (1, 1, -1))
        beta_x, beta_y = halo_lensed_rays(exact, params, *row)[j]
        return jnp.reshape(beta_x, x.shape) * defined, jnp.reshape(beta_y, x.shape) * defined

    return rays


def convergence(scene: Scene, j: int, params: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """The convergence kappa of the effective matrix of the rays to plane `j`.

    Args:
        scene: the static part of the configuration.
        j: the index of the source's plane.
        params: the parameters of one system, with the arrays of profiles.
        x: directions on the sky (arcsec), any shape.
        y: the other coordinate, of the same shape.

    Returns:
        kappa, of the shape of `x`; lenstronomy's `LensModel.kappa`.
    """
    a_xx, _, _, a_yy = jacobian(rays_of(scene, j, params), x, y)
    return 1.0 - 0.5 * (a_xx + a_yy)


def shear(scene: Scene, j: int, params: Params, x: jax.Array, y: jax.Array) -> Pair:
    """The shear of the effective matrix of the rays to plane `j`.

    Args:
        scene: the static part of the configuration.
        j: the index of the source's plane.
        params: the parameters of one system, with the arrays of profiles.
        x: directions on the sky (arcsec), any shape.
        y: the other coordinate, of the same shape.

    Returns:
        gamma1 and gamma2, each of the shape of `x`; lenstronomy's `LensModel.gamma`.
    """
    a_xx, a_xy, a_yx, a_yy = jacobian(rays_of(scene, j, params), x, y)
    return 0.5 * (a_yy - a_xx), -0.5 * (a_xy + a_yx)


def magnification(scene: Scene, j: int, params: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """The signed magnification 1 / det A of the rays to plane `j`, infinite on critical curves.

    Args:
        scene: the static part of the configuration.
        j: the index of the source's plane.
        params: the parameters of one system, with the arrays of profiles.
        x: directions on the sky (arcsec), any shape.
        y: the other coordinate, of the same shape.

    Returns:
        mu, of the shape of `x`; lenstronomy's `LensModel.magnification`.
    """
    a_xx, a_xy, a_yx, a_yy = jacobian(rays_of(scene, j, params), x, y)
    return 1.0 / (a_xx * a_yy - a_xy * a_yx)


def potential(scene: Scene, j: int, params: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """The lensing potential psi behind the only plane of mass: the deflection is its gradient.

    Args:
        scene: the static part of the configuration.
        j: the index of the source's plane.
        params: the parameters of one system, with the arrays of profiles.
        x: directions on the sky (arcsec), any shape.
        y: the other coordinate, of the same shape.

    Returns:
        psi in arcsec^2, of the shape of `x`; lenstronomy's `LensModel.potential`.

    Raises:
        ValueError: where several planes deflect, so that there is no potential, or a mass has none.
    """
    lens = _only_lens(scene, j, "potential")
    if lens is None:
        return jnp.zeros_like(x)
    psi = plane_potential(*lens_of(scene, params, lens), x, y, mass_groups(scene, params, lens))
    if scene.planes[lens].subhaloes:
        psi = psi + subhalo_potential(scene, lens, halo_numbers(scene, params), _halo_potential)(x, y)
    weight = ray_numbers(scene, params).weights.get((lens, j), 1.0)
    return psi * weight * geometry_factor(scene, params)


def arrival_time(
    scene: Scene, j: int, params: Params, x: jax.Array, y: jax.Array, source: Pair | None = None
) -> jax.Array:
    """The time that light from plane `j` needs beyond an undeflected path, seen at directions on the sky.

    Without `source` each path is that of the ray that is seen there, which comes from where it crosses the
    plane.  With it all paths begin at the source, whose images are where the time is stationary:

        tau = (1 + z_d) D_d D_s / (c D_ds)  [ |theta - beta|^2 / 2 - psi(theta) ].

    Args:
        scene: the static part of the configuration.
        j: the index of the source's plane.
        params: the parameters of one system, with the arrays of profiles.
        x: directions on the sky (arcsec), any shape.
        y: the other coordinate, of the same shape.
        source: x and y of the source (arcsec), each ().

    Returns:
        Days, of the shape of `x`; lenstronomy's `LensModel.arrival_time`.

    Raises:
        ValueError: where a mass has no potential, or `source` is given and several planes deflect.
    """
    factor = geometry_factor(scene, params)
    if scene.has_haloes_in_front(j):
        flat = jnp.ravel(x), jnp.ravel(y)
        time = jax.lax.map(lambda place: halo_lensed_times(scene, params, j, *place), flat, batch_size=_TIMES)
        time = jnp.reshape(time, x.shape)
    else:
        time = light_travel_times(scene, params, j, x, y)
    if source is None:
        return time * factor
    lens = _only_lens(scene, j, "time of paths that rays do not take")
    if lens is None:
        raise ValueError(f"no mass is in front of plane {j + 1}, so there is no arrival time")
    beta_x, beta_y = rays_of(scene, j, params)(x, y)
    more = 0.5 * ((x - source[0]) ** 2 + (y - source[1]) ** 2 - (x - beta_x) ** 2 - (y - beta_y) ** 2)
    distances, between = plane_distances(scene, params)
    return (time + delay_of(more, distances[lens], distances[j], between[lens, j])) * factor


def _only_lens(scene: Scene, j: int, what: str) -> int | None:
    """The index of the only plane that deflects in front of plane `j`; None without any."""
    lenses = [i for i, plane in enumerate(scene.planes[:j]) if plane.masses or plane.subhaloes]
    field = scene.field_haloes is not None and any(scene.field_haloes.planes[: j + 1])
    if len(lenses) > 1 or field or any(scene.planes[i].line_of_sight for i in lenses):
        raise ValueError(
            f"there is no {what} behind several planes that deflect or matter along the line of sight; "
            "take arrival_time of rays, which there is"
        )
    return lenses[0] if lenses else None


def _halo_potential(
    profile: str, x: jax.Array, y: jax.Array, numbers: dict[str, jax.Array], present: jax.Array
) -> jax.Array:
    """The potential of haloes, arcsec^2."""
    return sums.potential(profile, x, y, numbers, present > 0.0)
