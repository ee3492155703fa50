"""Light of a system without noise: its parts, their fluxes, the magnification of the source, and its S/N.

The source is the farthest plane that has light, as for SELECT: the arcs are its extended light.  The lens is
all other extended light.  Point sources are those behind a mass.  Time series are taken at their first epoch
without what varies.

The signal-to-noise ratio of a pixel is S / sigma, with S the light of the source and sigma the noise of all
light and the sky.  That of an image is

    sum S / sqrt(sum sigma^2)    over the pixels in which S > sigma.

It is the kind of ratio by which Collett (2015, ApJ 811, 20) forecasts what surveys find, with a threshold of
20; there the pixels are those that make it largest, a few more than these.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.criteria import signal_to_noise, source_plane, with_light_of
from jaxlens.imaging.epochs import first_epoch
from jaxlens.imaging.extended_light import extended_light, rays_of_image
from jaxlens.imaging.likelihood import with_noise
from jaxlens.imaging.photometry import counts, counts_by_band
from jaxlens.imaging.point_sources import fluxes, point_source_images
from jaxlens.imaging.render import render
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.types import Params


class Fluxes(NamedTuple):
    """Fluxes or magnitudes of the parts of a system, each (bands,), of n systems (n, bands).

    Attributes:
        lens: extended light in front of the source's plane, within the image.
        arcs: extended light of the source's plane, lensed, within the image.
        point_sources: all images of the point sources behind a mass.
    """

    lens: jax.Array
    arcs: jax.Array
    point_sources: jax.Array


class Visibility(NamedTuple):
    """How the source and the lens stand out of the noise, each (bands, num_pix, num_pix), and for n systems.

    Attributes:
        arcs: the light of the source's plane over the noise.
        lens: all other light over the noise.
        total: the signal-to-noise ratio of the source in the image, (bands,).
    """

    arcs: jax.Array
    lens: jax.Array
    total: jax.Array


def lensed_fluxes(scene: Scene, params: Params, assets: Assets) -> Fluxes:
    """The fluxes of the parts of one system, without the PSF, in counts/s.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        assets: the arrays of the configuration.
    """
    scene, params = _exposure(scene, params, assets)
    source, rays = _source(scene), rays_of_image(scene, params)
    parts = [
        _by_band(
            scene, jnp.sum(extended_light(scene, params, own, rays), axis=(1, 2)) / scene.supersampling**2
        )
        for own in (slice(source), slice(source, None))
    ]
    return Fluxes(parts[0], parts[1], _lensed_points(scene, params))


def lensed_magnitudes(scene: Scene, params: Params, assets: Assets) -> Fluxes:
    """`lensed_fluxes` as magnitudes; infinite where there is no light.

    Args:
        scene: as in `lensed_fluxes`.
        params: as in `lensed_fluxes`.
        assets: as in `lensed_fluxes`.
    """
    found = lensed_fluxes(scene, params, assets)
    exposure, first = _exposure(scene, params, assets)
    unit = counts(0.0, first["magnitude_zero_point"], first["ccd_gain"] if exposure.adu else 1.0)
    return Fluxes(*(_magnitudes(flux / _by_band(scene, unit)) for flux in found))


def source_magnification(scene: Scene, params: Params, assets: Assets) -> jax.Array:
    """The flux of the source with the lens over that without it, (bands,).

    With the lens it is the light of the source's plane in the image, without the PSF, and all images of its
    point sources; without it the total flux of its profiles and point sources.  Copies do not count.

    Args:
        scene: as in `lensed_fluxes`.
        params: as in `lensed_fluxes`.
        assets: as in `lensed_fluxes`.

    Raises:
        ValueError: where a light profile of the source has no finite flux.
    """
    scene, params = _exposure(scene, params, assets)
    source = _source(scene)
    alone = with_light_of(scene, lambda j: j == source)
    plane = alone.planes[source]
    endless = [light.profile for light in plane.light if light.kernel.total_flux is None]
    if endless:
        raise ValueError(
            f"the source has {endless[0]}, which has no finite flux, so there is no magnification"
        )
    rays = rays_of_image(alone, params)
    light = extended_light(alone, params, slice(source, None), rays)
    lensed = _by_band(scene, jnp.sum(light, axis=(1, 2)) / scene.supersampling**2)
    prefixes = [*(one.prefix for one in plane.light), *(one.prefix for one in plane.points)]
    own = [counts_by_band(scene, params, prefix) for prefix in prefixes]
    unlensed = sum((_by_band(scene, flux) for flux in own), jnp.zeros_like(lensed))
    return (lensed + _lensed_points(alone, params)) / unlensed


def visibility(scene: Scene, params: Params, assets: Assets) -> Visibility:
    """How the light of one system stands out of the noise, with the PSF.

    Args:
        scene: as in `lensed_fluxes`.
        params: as in `lensed_fluxes`.
        assets: as in `lensed_fluxes`.
    """
    scene, params = _exposure(scene, params, assets)
    source = _source(scene)
    arcs, lens = (
        render(with_light_of(scene, shown), params, assets)
        for shown in (lambda j: j == source, lambda j: j != source)
    )
    _, sigma = with_noise(scene, params, arcs + lens, assets)
    return Visibility(arcs / sigma, lens / sigma, signal_to_noise(arcs, sigma))


def _source(scene: Scene) -> int:
    """The index of the source's plane."""
    return source_plane(scene) or len(scene.planes) - 1


def _exposure(scene: Scene, params: Params, assets: Assets) -> tuple[Scene, Params]:
    """The scene of the first epoch without what varies, and its parameters with the arrays of profiles."""
    if scene.series is not None:
        first = first_epoch(scene, {name: params[name] for name in scene.parameters})
        params = {name: value for name, value in first.items() if value.ndim < 2}
        scene = dataclasses.replace(scene, series=None, parameters=tuple(params))
        scene = with_steady_light(scene)
    return scene, dict(with_tables(scene, params, assets))


def with_steady_light(scene: Scene) -> Scene:
    """The scene without point sources that have no magnitude of their own, which are those that vary."""

    def is_steady(prefix: str) -> bool:
        return f"{prefix}-magnitude" in scene.parameters

    planes = tuple(
        dataclasses.replace(plane, points=tuple(one for one in plane.points if is_steady(one.prefix)))
        for plane in scene.planes
    )
    return dataclasses.replace(scene, planes=planes, stars=tuple(filter(is_steady, scene.stars)))


def _lensed_points(scene: Scene, params: Params) -> jax.Array:
    """The flux of all images of the point sources behind a mass, (bands,)."""
    total = jnp.zeros((len(scene.bands),), jnp.result_type(float))
    for prefix, images in point_source_images(scene, params).items():
        total = total + jnp.sum(fluxes(scene, params, prefix, jnp.abs(images.magnification)), axis=1)
    return total


def _by_band(scene: Scene, value: jax.Array) -> jax.Array:
    """A value (), (1,) or (bands,) as (bands,)."""
    return jnp.broadcast_to(value, (len(scene.bands),))


def _magnitudes(maggies: jax.Array) -> jax.Array:
    """Magnitudes of fluxes, infinite where there is no light."""
    is_dark = maggies == 0.0
    return jnp.where(is_dark, jnp.inf, -2.5 * jnp.log10(jnp.where(is_dark, 1.0, maggies)))
