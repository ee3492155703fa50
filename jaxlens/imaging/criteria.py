"""Whether a system meets the criteria of SELECT: bounds on its numbers, its image positions and its images.

    theta_E             the largest theta_E of the masses in front of the source plane, arcsec
    images              the number of images of the source
    image_separation    the largest distance between two of them, arcsec
    magnification       light of the source plane in the image over its light without a lens; of a point
                        source the sum of abs(mu) over its images
    snr                 sum S / sqrt(sum V) over the pixels in which S^2 > V, in the best band; S is the light
                        of the source plane and V the variance of the noise of all light

Haloes do not count: the criteria see the lens without them, and haloes are drawn after the selection.
The source plane is the farthest one that has light.  Copies of an object (NUMBER) are neighbours: their light
and masses act on the image, but neither theta_E nor the light of the source plane is theirs.  Time series are
measured at their first epoch, without what varies.  A criterion whose number is NaN is not met.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial

import jax
import jax.numpy as jnp

from jaxlens.config.model import Criterion
from jaxlens.config.naming import SLOTS_MANY_DEFLECTORS
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.derived import derived_quantities
from jaxlens.imaging.epochs import first_epoch
from jaxlens.imaging.likelihood import with_noise
from jaxlens.imaging.photometry import counts_by_band
from jaxlens.imaging.point_sources import main_source_images
from jaxlens.imaging.render import render
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.types import Params

# From a criterion to the number that it bounds, () or (bands,).
Measure = Callable[[Criterion], jax.Array]


def passed(scene: Scene, criteria: Sequence[Criterion], values: Params, assets: Assets) -> jax.Array:
    """Which criteria one system meets.

    Args:
        scene: the static part of the configuration.
        criteria: bounds of one kind.
        values: every drawn value of the system by name, each (), (bands,), or by epoch.
        assets: the arrays of the configuration.

    Returns:
        (criteria,), bool.
    """
    single, params = _single_exposure(scene, values)
    params = with_tables(single, params, assets)
    if criteria[0].kind == "numbers":
        measure = _numbers(single, params, values)
    elif criteria[0].kind == "positions":
        measure = _positions(single, params)
    else:
        measure = _images(single, criteria, params, assets)
    return jnp.stack([_is_met(one, measure(one)) for one in criteria])


def source_plane(scene: Scene) -> int:
    """The index of the farthest plane that has light beside that of copies; 0 where none has."""
    return max((j for j, plane in enumerate(scene.planes) if plane.light or plane.points), default=0)


def _is_met(criterion: Criterion, number: jax.Array) -> jax.Array:
    """Whether a number, () or (bands,), is within a bound in all its bands, ()."""
    bound = criterion.threshold
    return jnp.all(number >= bound if criterion.is_minimum else number <= bound)


def _single_exposure(scene: Scene, values: Params) -> tuple[Scene, Params]:
    """The scene of the first epoch without haloes, and its parameters.

    The number of image slots is the same whatever slots an image is made with: a batch may be made again with
    more of them, and its systems must stay the same.
    """
    scene = scene.macro
    params: Params = {name: values[name] for name in scene.parameters}
    if scene.series is not None:
        params = {name: value for name, value in first_epoch(scene, params).items() if value.ndim < 2}
    slots = SLOTS_MANY_DEFLECTORS
    return dataclasses.replace(scene, image_slots=slots, series=None, parameters=tuple(params)), params


def _numbers(scene: Scene, params: Params, values: Params) -> Measure:
    """The drawn and derived numbers of a system, among them the largest theta_E."""
    found = {**values, **derived_quantities(scene, params)}
    masses = [mass.prefix for plane in scene.planes[: source_plane(scene)] for mass in plane.mass]

    def measure(one: Criterion) -> jax.Array:
        if one.quantity == "theta_E":
            own = [found[name] for prefix in masses if (name := f"{prefix}-theta_E") in found]
            return jnp.max(jnp.stack(own))
        return _in_band(scene, one, found[one.quantity])

    return measure


def _positions(scene: Scene, params: Params) -> Measure:
    """What follows from the images of the source."""
    images = main_source_images(scene, params)
    dx, dy = images.x[:, None] - images.x[None, :], images.y[:, None] - images.y[None, :]
    both = images.mask[:, None] & images.mask[None, :]
    # NaN where the positions are
    magnification = jnp.sum(jnp.abs(images.magnification))
    found = {
        "images": images.found + 0.0 * magnification,
        "image_separation": jnp.max(jnp.where(both, jnp.hypot(dx, dy), 0.0)),
        "magnification": magnification,
    }
    return lambda one: found[one.quantity]


def _images(scene: Scene, criteria: Sequence[Criterion], params: Params, assets: Assets) -> Measure:
    """What follows from the images of the source plane and of all other light."""
    source = source_plane(scene)
    light = render(with_light_of(scene, lambda j: j == source), params, assets)
    found: dict[str, Measure] = {"magnification": partial(_magnification, scene, params, source, light)}
    if any(one.quantity == "snr" for one in criteria):
        others = with_light_of(scene, lambda j: j != source)
        _, sigma = with_noise(scene, params, light + render(others, params, assets), assets)
        found["snr"] = partial(_signal_to_noise, scene, light, sigma)
    return lambda one: found[one.quantity](one)


def with_light_of(scene: Scene, shown: Callable[[int], bool]) -> Scene:
    """The scene with the light of some planes alone, all masses, and without what varies in a time series.

    Stars of the foreground and all copies count to the planes in front of the source plane.

    Args:
        scene: the static part of the configuration.
        shown: whether the plane of an index has its light.
    """

    def is_steady(prefix: str) -> bool:
        return f"{prefix}-magnitude" in scene.parameters

    is_source = shown(source_plane(scene))
    planes = tuple(
        dataclasses.replace(
            plane,
            copies=_only_masses(plane.copies) if is_source else plane.copies,
            light=plane.light if shown(j) else (),
            points=tuple(point for point in plane.points if shown(j) and is_steady(point.prefix)),
        )
        for j, plane in enumerate(scene.planes)
    )
    stars = () if is_source else tuple(star for star in scene.stars if is_steady(star))
    return dataclasses.replace(scene, planes=planes, stars=stars)


def _only_masses(copies: Sequence[Copied]) -> tuple[Copied, ...]:
    """Copies of objects without their light, where they have mass."""
    return tuple(dataclasses.replace(one, light=()) for one in copies if one.mass)


def _magnification(
    scene: Scene, params: Params, source: int, light: jax.Array, criterion: Criterion
) -> jax.Array:
    """The light of the source plane in the image over its light without a lens, ().

    Without a band both are summed over the bands.
    """
    bands = (len(scene.bands),)
    own = [counts_by_band(scene, params, profile.prefix) for profile in scene.planes[source].light]
    unlensed = sum((jnp.broadcast_to(one, bands) for one in own), jnp.zeros(bands))
    lensed = jnp.sum(light, axis=(1, 2))
    if criterion.band is None:
        return jnp.sum(lensed) / jnp.sum(unlensed)
    return _in_band(scene, criterion, lensed / unlensed)


def _signal_to_noise(scene: Scene, light: jax.Array, sigma: jax.Array, criterion: Criterion) -> jax.Array:
    """The signal-to-noise ratio of light in the best band, or in the criterion's, ()."""
    ratio = signal_to_noise(light, sigma)
    return jnp.max(ratio) if criterion.band is None else _in_band(scene, criterion, ratio)


def signal_to_noise(light: jax.Array, sigma: jax.Array) -> jax.Array:
    """The signal-to-noise ratio of light in the pixels where it exceeds the noise.

    Args:
        light: without noise, counts/s, (bands, y, x).
        sigma: the standard deviation of the noise, of that shape.

    Returns:
        The sum of the light over the square root of that of the variance, (bands,); 0 where no pixel exceeds
        the noise, infinite where there is no noise.
    """
    used = light > sigma
    signal = jnp.sum(jnp.where(used, light, 0.0), axis=(1, 2))
    variance = jnp.sum(jnp.where(used, sigma**2, 0.0), axis=(1, 2))
    # NaN where the light is
    return jnp.where(signal > 0.0, signal / jnp.sqrt(variance), 0.0) + 0.0 * jnp.sum(light, axis=(1, 2))


def _in_band(scene: Scene, criterion: Criterion, number: jax.Array) -> jax.Array:
    """A number in the criterion's band, where it has one."""
    if criterion.band is None or not number.ndim:
        return number
    return number[scene.bands.index(criterion.band)]
