"""The images of a time series: what does not change is made once, and each epoch adds what changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar
from zlib import crc32

import jax
import jax.numpy as jnp

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.light_curves import ImageFluxes, image_fluxes
from jaxlens.imaging.optics import blur, stamped, unit_stamps
from jaxlens.imaging.photometry import counts
from jaxlens.imaging.pixel_grid import image_pixels, pixel_grid
from jaxlens.imaging.point_sources import fluxes, point_positions
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params

T = TypeVar("T")
# The parameters on which the PSF depends, where its kind has them.
_OF_PSF = ("seeing", "moffat_beta")


def split_epochs(scene: Scene, params: Params) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
    """The parameters of a system that all epochs share, and those of the instrument that differ by epoch."""
    assert scene.series is not None
    moving = {name: value for name, value in params.items() if name in scene.series.by_epoch}
    return {name: value for name, value in params.items() if name not in moving}, moving


def map_epochs(function: Callable[..., T], scene: Scene, params: Params, *arrays: jax.Array) -> T:
    """`function(params of an epoch, *arrays of it)` of every epoch, with the epochs on the first axis.

    Args:
        function: takes the parameters of one epoch, each () or (bands,), and one element of each array.
        scene: the static part of the configuration, a time series.
        params: the parameters of one system.
        *arrays: arrays whose first axis is the epochs.

    Returns:
        What `function` returns, stacked.
    """
    shared, moving = split_epochs(scene, params)

    def at(own: dict[str, jax.Array], *values: jax.Array) -> T:
        return function(shared | own, *values)

    return jax.vmap(at)(moving, *arrays) if moving or arrays else _repeated(scene, at({}))


def first_epoch(scene: Scene, params: Params) -> dict[str, jax.Array]:
    """The parameters of the first epoch, each () or (bands,)."""
    shared, moving = split_epochs(scene, params)
    return shared | {name: value[0] for name, value in moving.items()}


def epoch_keys(scene: Scene, key: jax.Array) -> jax.Array:
    """The keys of the noise of each epoch, (epochs,), which do not depend on the number of epochs."""
    assert scene.series is not None
    own = jax.random.fold_in(key, crc32(b"epoch"))
    numbers = jnp.arange(scene.series.epochs, dtype=jnp.uint32)
    return jax.vmap(jax.random.fold_in, (None, 0))(own, numbers)


def observed_epochs(scene: Scene, params: Params) -> jax.Array:
    """Which epochs are observed in which band, (epochs, bands); the others have no light and no noise.

    All are where `num_epochs` is NaN, so that no image is hidden that is NaN.
    """
    assert scene.series is not None
    numbers = jnp.arange(scene.series.epochs, dtype=jnp.result_type(float))
    return ~(numbers[:, None] >= params["num_epochs"][None, :])


def without_missing(scene: Scene, params: Params, images: jax.Array) -> jax.Array:
    """Images that are zero where an epoch is not observed.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system.
        images: (epochs, bands, ny, nx).
    """
    return jnp.where(observed_epochs(scene, params)[:, :, None, None], images, 0.0)


def brightness_factor(scene: Scene, params: Params) -> jax.Array:
    """Counts/s at each epoch divided by those of the first, (epochs, bands): zero point and gain change."""
    assert scene.series is not None
    names = {"magnitude_zero_point"} | ({"ccd_gain"} if scene.adu else set())
    if not names & scene.series.by_epoch:
        return jnp.ones((scene.series.epochs, 1), jnp.result_type(float))

    def unit(own: dict[str, jax.Array]) -> jax.Array:
        gain = own["ccd_gain"] if scene.adu else 1.0
        return jnp.broadcast_to(counts(0.0, own["magnitude_zero_point"], gain), (len(scene.bands),))

    of_epochs = map_epochs(unit, scene, params)
    return of_epochs / of_epochs[:1]


def psf_moves(scene: Scene) -> bool:
    """Whether the PSF differs by epoch."""
    assert scene.series is not None
    return any(name in scene.series.by_epoch for name in _OF_PSF if name in scene.optics.parameters)


def blurred_epochs(scene: Scene, params: Params, light: jax.Array, assets: Assets) -> jax.Array:
    """Extended light at every epoch, blurred by its PSF.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system.
        light: the light on sub-pixels with the zero point and gain of the first epoch, (1 or bands, N, N).
        assets: the arrays of the configuration, of which the kernel of psf_type PIXEL is used.

    Returns:
        Counts/s, (epochs, bands, num_pix, num_pix).
    """
    assert scene.series is not None
    shape = (len(scene.bands), scene.num_pix, scene.num_pix)

    def blurred(own: Params) -> jax.Array:
        return jnp.broadcast_to(blur(scene.optics, own, light, assets.psf_kernel), shape)

    if psf_moves(scene):
        images = map_epochs(blurred, scene, params)
    else:
        images = blurred(first_epoch(scene, params))[None]
    return brightness_factor(scene, params)[:, :, None, None] * images


def transient_fluxes(
    scene: Scene, params: Params, images: Mapping[str, ImagePositions], assets: Assets
) -> dict[str, ImageFluxes]:
    """The fluxes of the images of every transient, by its prefix.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system.
        images: the images of every lensed point source.
        assets: the arrays of the configuration, of which passbands and libraries are used.
    """
    assert scene.series is not None
    return {
        t.prefix: image_fluxes(scene, params, t, images.get(t.prefix), assets)
        for t in scene.series.transients
    }


def point_light_epochs(
    scene: Scene,
    params: Params,
    images: Mapping[str, ImagePositions],
    light_curves: Mapping[str, ImageFluxes],
    assets: Assets,
    only: Collection[str] | None = None,
) -> jax.Array:
    """The light of every point source at every epoch, with the PSF.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system.
        images: the images of every lensed point source.
        light_curves: the fluxes of every transient; one that is not among them has no light.
        assets: the arrays of the configuration, of which the kernel of psf_type PIXEL is used.
        only: the prefixes of the sources that have light; None means all.

    Returns:
        Counts/s, (epochs, bands, num_pix, num_pix).
    """
    assert scene.series is not None
    shape = (scene.series.epochs, len(scene.bands))
    steady = {t.prefix for t in scene.series.transients}
    first = first_epoch(scene, params)
    points = [
        point
        for point in point_positions(scene, params, images)
        if (point[0] in light_curves or point[0] not in steady) and (only is None or point[0] in only)
    ]
    if not points:
        return jnp.zeros((*shape, scene.num_pix, scene.num_pix), jnp.result_type(float))
    factor = brightness_factor(scene, params)[:, :, None]
    flux = [
        epoch_counts(scene, params, light_curves[prefix].observed)
        if prefix in light_curves
        else fluxes(scene, first, prefix, mu)[None] * factor
        for prefix, mu, _, _ in points
    ]
    flux = [jnp.broadcast_to(f, (*shape, f.shape[-1])) for f in flux]
    x, y = _coordinates(points)
    return stamped_epochs(scene, params, jnp.concatenate(flux, axis=-1), x, y, assets)


def epoch_counts(scene: Scene, params: Params, maggies: jax.Array) -> jax.Array:
    """Counts/s of fluxes.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system.
        maggies: fluxes in maggies, (epochs, bands, k).
    """
    one = map_epochs(
        lambda own: jnp.broadcast_to(
            counts(0.0, own["magnitude_zero_point"], own["ccd_gain"] if scene.adu else 1.0),
            (len(scene.bands),),
        ),
        scene,
        params,
    )
    return maggies * one[:, :, None]


def stamped_epochs(
    scene: Scene, params: Params, flux: jax.Array, x: jax.Array, y: jax.Array, assets: Assets
) -> jax.Array:
    """The image of point sources at every epoch.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system.
        flux: counts/s, (epochs, bands, k).
        x: positions on the sky, arcsec, (k,).
        y: the other coordinate.
        assets: the arrays of the configuration, of which the kernel of psf_type PIXEL is used.

    Returns:
        Counts/s, (epochs, bands, num_pix, num_pix).
    """
    pixel_x, pixel_y = pixel_coordinates(scene, params, x, y)
    if psf_moves(scene):

        def stamp(own: Params, values: jax.Array) -> jax.Array:
            return stamped(scene.optics, own, values, pixel_x, pixel_y, assets.psf_kernel)

        return map_epochs(stamp, scene, params, flux)
    first, psf = first_epoch(scene, params), scene.optics.parameters

    def stamps(u: jax.Array, v: jax.Array, *widths: jax.Array) -> jax.Array:
        own = first | dict(zip(sorted(psf), widths, strict=True))
        return unit_stamps(scene.optics, own, u, v, assets.psf_kernel)

    # Otherwise XLA's CPU compiler computes the stamps again in every epoch.
    made = computed_apart(stamps, pixel_x, pixel_y, *(first[name] for name in sorted(psf)))
    return _weighted_sum(flux, made)


def _weighted_sum(flux: jax.Array, stamps: jax.Array) -> jax.Array:
    """The sum over k of flux (epochs, bands, k) times stamps (k, bands or 1, ny, nx)."""
    total = jnp.zeros((*flux.shape[:2], *stamps.shape[2:]), flux.dtype)
    for k in range(len(stamps)):
        total = total + flux[:, :, k, None, None] * stamps[k][None]
    return total


def pixel_coordinates(
    scene: Scene, params: Params, x: jax.Array, y: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Positions (arcsec) in pixels from the centre of the image's first pixel.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system.
        x: positions on the sky, arcsec, of any shape.
        y: the other coordinate.
    """
    return image_pixels(pixel_grid(params), scene.num_pix, x, y)


def _coordinates(
    points: list[tuple[str, jax.Array, jax.Array, jax.Array]],
) -> tuple[jax.Array, jax.Array]:
    """The x and the y of all images of all points, each (k,)."""
    return jnp.concatenate([x for _, _, x, _ in points]), jnp.concatenate([y for _, _, _, y in points])


def _repeated(scene: Scene, tree: T) -> T:
    """What one epoch gives, for all epochs."""
    assert scene.series is not None
    epochs = scene.series.epochs
    return jax.tree.map(lambda a: jnp.broadcast_to(a, (epochs, *a.shape)), tree)
