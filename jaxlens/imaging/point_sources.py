"""Point sources: where they are, where their lensed images are, and the light that they leave in an image."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.copies import positions, shown
from jaxlens.imaging.distances import cosmology_parameters
from jaxlens.imaging.enclosed_mass import einstein_radius, main_centre
from jaxlens.imaging.halo_lensing import LensArguments, halo_lensed_to_plane, lens_arguments
from jaxlens.imaging.halo_numbers import have_room
from jaxlens.imaging.optics import stamp_radius, stamped
from jaxlens.imaging.photometry import counts_by_band
from jaxlens.imaging.pixel_grid import farthest_angle, image_pixels, pixel_grid
from jaxlens.imaging.rays import geometry_factor, mass_parameters, one_or_nan, ray_parameters, rays_to_plane
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Hosted
from jaxlens.kernels import cosmology
from jaxlens.kernels.lensing.direction_search import PowerLaw
from jaxlens.kernels.lensing.lens_equation import ImagePositions, image_positions
from jaxlens.kernels.lensing.searches import PowerLawOf, RaysWithArgs, Smooth
from jaxlens.kernels.types import Pair, Params

# Points on the Einstein ring at which the deflection of haloes shifts the source for the search of images.
RING = 8


def point_source_images(scene: Scene, params: Params) -> dict[str, ImagePositions]:
    """The images of every lensed point source, by its prefix; each array (slots,), `found` ()."""
    found: dict[str, ImagePositions] = {}
    for j, plane in enumerate(scene.planes):
        if plane.points and scene.is_lensed(j):
            positions = {p.prefix: source_position(scene, params, j, p) for p in plane.points}
            found |= _images_in_plane(scene, params, j, positions)
    return found


def centre_images(scene: Scene, params: Params) -> dict[str, ImagePositions]:
    """The images of the centre of every lensed galaxy's light, by its prefix; arrays as above.

    The centre is that of the galaxy's first light profile that has one.
    """
    found: dict[str, ImagePositions] = {}
    for j, plane in enumerate(scene.planes):
        if plane.centres and scene.is_lensed(j):
            positions = {
                prefix: (params[f"{light}-center_x"], params[f"{light}-center_y"])
                for prefix, light in plane.centres.items()
            }
            found |= _images_in_plane(scene, params, j, positions)
    return found


def main_source(scene: Scene) -> str | None:
    """The prefix of the source whose images count: the last lensed point source, else a lensed galaxy.

    That is the first galaxy with a centre of the farthest plane that has one; None where nothing is lensed.
    """
    if scene.lensed_points:
        return scene.lensed_points[-1]
    if not scene.lensed_centres:
        return None
    farthest = scene.lensed_centres[-1].partition("-")[0]
    return next(name for name in scene.lensed_centres if name.startswith(f"{farthest}-"))


def main_source_images(scene: Scene, params: Params) -> ImagePositions:
    """The images of `main_source`, or of its centre where it is a galaxy; arrays (slots,).

    Args:
        scene: the static part of the configuration, in which something is lensed.
        params: the parameters of one system, with the arrays of profiles.
    """
    prefix = main_source(scene)
    for j, plane in enumerate(scene.planes):
        for point in plane.points:
            if point.prefix == prefix:
                position = source_position(scene, params, j, point)
                return _images_in_plane(scene, params, j, {prefix: position})[prefix]
        if prefix is not None and prefix in plane.centres:
            light = plane.centres[prefix]
            position = params[f"{light}-center_x"], params[f"{light}-center_y"]
            return _images_in_plane(scene, params, j, {prefix: position})[prefix]
    raise ValueError("no source is behind a mass, so that there are no lensed images")


def _images_in_plane(
    scene: Scene, params: Params, j: int, positions: Mapping[str, tuple[jax.Array, jax.Array]]
) -> dict[str, ImagePositions]:
    """The images of the sources at `positions` in plane `j`, from one vmapped solver, compiled once."""
    lens = _lens(scene, params, j)
    solve = partial(
        image_positions,
        lens.rays,
        half_width=_window(scene, params) * _defined(scene, params),
        slots=scene.image_slots,
        cells=scene.solver_cells,
        row=scene.solver_row,
        power_law=lens.power_law,
        smooth=lens.smooth,
    )
    x, y = (jnp.stack(v) for v in zip(*positions.values(), strict=True))
    args = lens.arguments
    if len(positions) == 1:
        return {prefix: solve(args, x[0], y[0]) for prefix in positions}
    images = jax.vmap(solve, (None, 0, 0))(args, x, y)
    return {prefix: jax.tree.map(lambda a, k=k: a[k], images) for k, prefix in enumerate(positions)}


def _defined(scene: Scene, params: Params) -> jax.Array:
    """1 where images are defined; NaN where the planes are not in order, or haloes have no room."""
    factor = geometry_factor(scene, params)
    return factor * one_or_nan(have_room(scene, params)) if scene.haloes else factor


class _Lens(NamedTuple):
    """What `image_positions` takes of the lens in front of a plane."""

    rays: RaysWithArgs
    arguments: Any
    power_law: PowerLawOf | None
    smooth: Smooth | None


def _lens(scene: Scene, params: Params, j: int) -> _Lens:
    """The lens in front of plane `j`.

    With haloes, images are searched for behind the masses alone, and followed to those behind all.  An image
    that a single halo makes, close to the halo and far from all others, is not among them.
    """
    rays, power_law = partial(rays_to_plane, scene, j), _power_law(scene, j)
    if not scene.has_haloes_in_front(j):
        return _Lens(rays, ray_parameters(scene, params, j), power_law, None)

    def smooth(x: jax.Array, y: jax.Array, arguments: LensArguments) -> Pair:
        return rays(x, y, arguments.params)

    def own(arguments: LensArguments) -> PowerLaw:
        return power_law(arguments.params)  # type: ignore[misc]

    ring = Smooth(smooth, *_ring(scene, params))
    return _Lens(
        partial(halo_lensed_to_plane, scene, j), lens_arguments(scene, params, j), power_law and own, ring
    )


def _ring(scene: Scene, params: Params) -> Pair:
    """Points on the Einstein ring of the lens, x and y, arcsec, each (RING,)."""
    angle = np.arange(RING) * (2.0 * np.pi / RING)
    (x, y), radius = main_centre(scene, params), einstein_radius(scene, params)
    return x + radius * np.cos(angle).astype(radius.dtype), y + radius * np.sin(angle).astype(radius.dtype)


def _window(scene: Scene, params: Params) -> jax.Array:
    """Half the width (arcsec) of the image plus the radius of a stamp: sources beyond it add no light.

    With a map of pixels the window is the square about (0, 0) with all of the image.
    """
    return farthest_angle(pixel_grid(params), scene.num_pix / 2.0 + stamp_radius(scene.optics, params))


def _power_law(scene: Scene, j: int) -> Callable[[Params], PowerLaw] | None:
    """A function from params to the power-law lens in front of plane `j`; None where there is none.

    None selects the general solver of the lens equation.
    """
    k = next((k for k, plane in enumerate(scene.planes[:j]) if plane.masses), 0)
    mass = scene.power_law_in_front(j)
    if mass is None:
        return None

    def parameters(params: Params) -> PowerLaw:
        # all parameters of a power law are numbers
        values = cast(dict[str, jax.Array], mass_parameters(scene, params, k, mass))
        zero = jnp.zeros_like(values["theta_E"])
        shape = {name: values.get(name, zero) for name in ("theta_E", "e1", "e2", "center_x", "center_y")}
        return PowerLaw(**shape, gamma=values.get("gamma"))

    return parameters


def source_position(scene: Scene, params: Params, j: int, point: Hosted) -> tuple[jax.Array, jax.Array]:
    """Unlensed position (arcsec) of a hosted point source: its host's centre plus `sep` towards `angle`.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        j: the index of the point source's plane.
        point: the point source.

    Returns:
        x and y, each ().
    """
    sep, angle = params[f"{point.prefix}-sep"], params[f"{point.prefix}-angle"]
    if point.sep_unit == "kpc":
        z = params[scene.planes[j].redshift]
        sep = sep * cosmology.arcsec_per_kpc_proper(z, **cosmology_parameters(params))
    x, y = params[f"{point.host}-center_x"], params[f"{point.host}-center_y"]
    return x + sep * jnp.cos(angle), y + sep * jnp.sin(angle)


def point_source_light(
    scene: Scene, params: Params, images: Mapping[str, ImagePositions], assets: Assets
) -> jax.Array:
    """The light of every point source, blurred by the PSF, in counts/s.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        images: the images of every lensed point source, from `point_source_images`.
        assets: the arrays of the configuration, of which the kernel of psf_type PIXEL is used.

    Returns:
        (bands, num_pix, num_pix).
    """
    bands, n = len(scene.bands), scene.num_pix
    points = list(point_positions(scene, params, images))
    if not points:
        return jnp.zeros((bands, n, n), jnp.result_type(float))
    flux = jnp.concatenate([fluxes(scene, params, prefix, mu) for prefix, mu, _, _ in points], axis=1)
    x = jnp.concatenate([x for _, _, x, _ in points])
    y = jnp.concatenate([y for _, _, _, y in points])
    pixel_x, pixel_y = image_pixels(pixel_grid(params), n, x, y)
    return stamped(scene.optics, params, flux, pixel_x, pixel_y, assets.psf_kernel)


def point_positions(
    scene: Scene, params: Params, lensed: Mapping[str, ImagePositions]
) -> Iterator[tuple[str, jax.Array, jax.Array, jax.Array]]:
    """Where the images of all point sources are: lensed ones, unlensed ones, then foreground stars.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        lensed: the images of every lensed point source, from `point_source_images`.

    Yields:
        Prefix, abs(magnification), x and y (arcsec), each (k,), of one source.
    """
    unlensed = jnp.ones((1,), jnp.result_type(float))
    for prefix, images in lensed.items():
        yield prefix, jnp.abs(images.magnification), images.x, images.y
    for j, plane in enumerate(scene.planes):
        for point in () if scene.is_lensed(j) else plane.points:
            x, y = source_position(scene, params, j, point)
            yield point.prefix, unlensed, x[None], y[None]
    for star in scene.stars:
        yield star, unlensed, params[f"{star}-ra_image"][None], params[f"{star}-dec_image"][None]
    for copied in (copied for plane in scene.planes for copied in plane.copies if copied.is_star):
        # the magnification of a copy that the system has not is 0
        mask = shown(copied, params).astype(unlensed.dtype)
        each = zip(mask, *positions(copied, params), strict=True)
        yield from ((star, *(v[None] for v in own)) for star, own in zip(copied.prefixes, each, strict=True))


def fluxes(scene: Scene, params: Params, prefix: str, magnification: jax.Array) -> jax.Array:
    """The fluxes of the images of one point source.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        prefix: the prefix of the point source.
        magnification: abs(magnification) of each image, (k,).

    Returns:
        Counts/s, (bands, k).
    """
    unlensed = jnp.broadcast_to(counts_by_band(scene, params, prefix), (len(scene.bands),))
    return unlensed[:, None] * magnification[None, :]
