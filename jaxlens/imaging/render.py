"""From the parameters of one system to its image: the one place where kernels are put together.

Everything here is for a single system: params maps a name to () or (bands,).  The batch axis is added in
`systems.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.optics import blur, reach, stamped
from jaxlens.imaging.scene import COSMOLOGY, Assets, Hosted, Light, Mass, Scene
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES, cosmology
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.lensing.isothermal_search import Isothermal
from jaxlens.kernels.lensing.lens_equation import ImagePositions, image_positions
from jaxlens.kernels.lensing.rays import Rays, lensing_weights, shoot
from jaxlens.kernels.noise import draws
from jaxlens.kernels.noise import variance as noise
from jaxlens.kernels.types import Real

Params = Mapping[str, jax.Array]
NO_ASSETS = Assets()


def render(scene: Scene, params: Params, assets: Assets = NO_ASSETS) -> jax.Array:
    """The image without noise, (bands, num_pix, num_pix), in counts/s."""
    return render_with(scene, params, point_source_images(scene, params), assets)


def render_with(
    scene: Scene, params: Params, images: Mapping[str, ImagePositions], assets: Assets = NO_ASSETS
) -> jax.Array:
    """`render` for those who have the images of the lensed point sources already."""
    light = _blurred_light(scene, params, slice(None), assets)
    return light + _point_sources(scene, params, images, assets)


def render_planes(
    scene: Scene, params: Params, images: Mapping[str, ImagePositions], assets: Assets = NO_ASSETS
) -> jax.Array:
    """The parts of `render_with`, (3, bands, n, n): the lens's light, the source's and point sources.

    The source is the last of several planes, and the light of all others is the lens's.
    """
    source = max(1, len(scene.planes) - 1)
    light = [_blurred_light(scene, params, part, assets) for part in (slice(source), slice(source, None))]
    return jnp.stack([*light, _point_sources(scene, params, images, assets)])


def _blurred_light(scene: Scene, params: Params, planes: slice, assets: Assets) -> jax.Array:
    """The light profiles of some planes as they are seen through lenses and PSF, (bands, n, n), counts/s."""
    light = blur(scene.optics, params, _extended_light(scene, params, planes), assets.psf_kernel)
    return jnp.broadcast_to(light, (len(scene.bands), scene.num_pix, scene.num_pix))


def observe(
    scene: Scene, params: Params, image: jax.Array, key: jax.Array, assets: Assets = NO_ASSETS
) -> jax.Array:
    """`image` with the noise of the exposure and its real background; each band draws from its own key."""
    keys = _fold_names(key, scene.bands)
    if scene.poisson_shot_noise:
        exposure = _exposure(scene, params)
        photons = jax.vmap(draws.poisson_counts)(_fold_names(keys, ("shot_noise",)), image * exposure)
        observed = photons / exposure
        sigma = jnp.broadcast_to(per_pixel(background_sigma(scene, params)), image.shape)
    else:
        observed, sigma = image, noise_sigma(scene, params, image)
    observed = observed + jax.vmap(draws.gaussian_noise)(keys, sigma)
    for label in scene.noise_sources:
        mean = jnp.broadcast_to(per_pixel(params[f"{label}-mean"]), image.shape)
        observed = observed + jax.vmap(draws.poisson_counts)(_fold_names(keys, (label,)), mean)
    if assets.backgrounds is None:
        return observed
    return observed + real_background(params, assets.backgrounds)


def real_background(params: Params, images: jax.Array) -> jax.Array:
    """The real image (bands, n, n) of BACKGROUNDS that the system has, NaN where there is none of its index.

    It has the noise of its own sky, read-out and objects in it; simulated objects alone draw shot noise.
    """
    index = jnp.round(params["BACKGROUND_IDX"]).astype(jnp.int32)
    index = jnp.where(index < 0, len(images), index)
    return jnp.take(images, index, axis=0, mode="fill", fill_value=jnp.nan)


def noise_sigma(scene: Scene, params: Params, image: jax.Array) -> jax.Array:
    """Standard deviation (counts/s) of background and shot noise in every pixel of a noiseless image."""
    background = per_pixel(background_sigma(scene, params))
    shot = noise.shot_variance(image, _exposure(scene, params))
    variance = jnp.broadcast_to(background**2, image.shape) + shot
    # without background noise dark pixels have none at all, where the root has no slope
    noisy = variance > 0.0
    return jnp.where(noisy, jnp.sqrt(jnp.where(noisy, variance, 1.0)), 0.0)


def background_sigma(scene: Scene, params: Params) -> jax.Array:
    """Standard deviation of the simulated background in a pixel, counts/s: () or (bands,).

    It is 0 where real images stand in for the background.
    """
    if scene.backgrounds == "replace":
        return jnp.zeros((), jnp.result_type(float))
    if scene.background_given:
        return params["background_noise"]
    names = ("read_noise", "exposure_time", "num_exposures", "pixel_scale")
    sky = 10.0 ** (-0.4 * (params["sky_brightness"] - params["magnitude_zero_point"]))
    sigma = noise.background_sigma(sky_brightness=sky, **{name: params[name] for name in names})
    return sigma / params["ccd_gain"] if scene.adu else sigma


def counts(magnitude: Real, magnitude_zero_point: Real, gain: Real = 1.0) -> jax.Array:
    """Counts/s of a magnitude: 10^(-0.4 (m - zero point)) electrons/s, over the gain under ADU.

    A point source's amplitude; lenstronomy's magnitude2cps.

    >>> print(f"{counts(22.5, 25.0):.4f} {counts(22.5, 25.0, gain=2.0):.4f}")
    10.0000 5.0000
    """
    return 10.0 ** (-0.4 * (jnp.asarray(magnitude) - magnitude_zero_point)) / gain


def amplitude(profile: str, flux: Real, **shape: Real) -> jax.Array:
    """The `amp` (as in lenstronomy) at which a light profile gives `flux` in all: flux over that at amp = 1.

    `shape` has the profile's parameters by name.  In counts/s/arcsec^2 for Sersic profiles, which are 1 at
    R_sersic; in counts/s for Gaussians, whose amplitude is their flux.

    >>> print(f"{amplitude('SERSIC_ELLIPSE', 100.0, R_sersic=1.0, n_sersic=1.0, e1=0.1, e2=0.0):.4f}")
    8.3591
    """
    return jnp.asarray(flux) / LIGHT_PROFILES[profile].total_flux(**shape)


def point_source_images(scene: Scene, params: Params) -> dict[str, ImagePositions]:
    """The images of every lensed point source, by its prefix; each array (slots,), `found` ()."""
    found: dict[str, ImagePositions] = {}
    for j, plane in enumerate(scene.planes):
        if plane.points and _is_lensed(scene, j):
            found |= _images_in_plane(scene, params, j, plane.points)
    return found


def _images_in_plane(
    scene: Scene, params: Params, j: int, points: tuple[Hosted, ...]
) -> dict[str, ImagePositions]:
    """The images of the point sources of plane j, found together: the solver is compiled once."""
    solve = partial(
        image_positions,
        partial(_rays_to_plane, scene, j),
        half_width=_window(scene, params),
        slots=scene.image_slots,
        cells=scene.solver_cells,
        row=scene.solver_row,
        isothermal=_isothermal(scene, j),
    )
    positions = [_source_position(scene, params, j, point) for point in points]
    x, y = (jnp.stack(v) for v in zip(*positions, strict=True))
    args = _ray_parameters(scene, params, j)
    if len(points) == 1:
        return {points[0].prefix: solve(args, x[0], y[0])}
    images = jax.vmap(solve, (None, 0, 0))(args, x, y)
    return {point.prefix: jax.tree.map(lambda a, k=k: a[k], images) for k, point in enumerate(points)}


def _isothermal(scene: Scene, j: int) -> Callable[[Params], Isothermal] | None:
    """The parameters of the isothermal lens in front of plane j, as a function of params; None without."""
    k = next((k for k, plane in enumerate(scene.planes[:j]) if plane.mass), 0)
    mass = scene.isothermal_in_front(j)
    if mass is None:
        return None

    def parameters(params: Params) -> Isothermal:
        values = _mass_parameters(scene, params, k, mass)
        zero = jnp.zeros_like(values["theta_E"])
        return Isothermal(**{name: values.get(name, zero) for name in Isothermal._fields})

    return parameters


def _ray_parameters(scene: Scene, params: Params, j: int) -> dict[str, jax.Array]:
    """The numbers that the rays to plane j depend on: with all others the solver takes longer to compile."""
    masses = [mass for plane in scene.planes[:j] for mass in plane.mass]
    names = {f"{mass.prefix}-{name}" for mass in masses for name in mass.parameters}
    names |= {*COSMOLOGY, *(plane.redshift for plane in scene.planes)}
    return {name: value for name, value in params.items() if name in names}


def derived(scene: Scene, params: Params) -> dict[str, jax.Array]:
    """Numbers that follow from params: ra, dec of hosted point sources, theta_E where sigma_v is given."""
    values: dict[str, jax.Array] = {}
    for j, plane in enumerate(scene.planes):
        for mass in plane.mass:
            if mass.sigma_v:
                values[f"{mass.prefix}-theta_E"] = _einstein_radius(scene, params, j, mass)
        for point in plane.points:
            position = _source_position(scene, params, j, point)
            values[f"{point.prefix}-ra"], values[f"{point.prefix}-dec"] = position
    return values


def _exposure(scene: Scene, params: Params) -> jax.Array:
    """Total time in s, times the gain under ADU: counts/s times this are photons."""
    exposure = params["exposure_time"] * params["num_exposures"]
    return per_pixel(exposure * (params["ccd_gain"] if scene.adu else 1.0))


def per_pixel(value: jax.Array) -> jax.Array:
    """() stays, (bands,) becomes (bands, 1, 1)."""
    return value if value.ndim == 0 else jnp.reshape(value, (-1, 1, 1))


def _fold_names(keys: jax.Array, names: tuple[str, ...]) -> jax.Array:
    """Each key with each name folded in; either `keys` or `names` has one entry."""
    data = jnp.asarray(np.array([crc32(name.encode()) for name in names], np.uint32))
    if len(names) > 1 or keys.ndim == 0:
        return jax.vmap(jax.random.fold_in, (None, 0))(keys, data)
    return jax.vmap(jax.random.fold_in, (0, None))(keys, data[0])


def _counts(scene: Scene, params: Params, magnitude: jax.Array) -> jax.Array:
    """Counts/s of a magnitude in the scene's count unit."""
    return counts(magnitude, params["magnitude_zero_point"], params["ccd_gain"] if scene.adu else 1.0)


def _grid(scene: Scene, params: Params) -> tuple[jax.Array, jax.Array]:
    """Sub-pixel centres (arcsec): x (1, 1, N) and y (1, N, 1) with N = num_pix supersampling."""
    fine = scene.num_pix * scene.supersampling
    offsets = (np.arange(fine) - (fine - 1) / 2.0) / scene.supersampling
    axis = jnp.asarray(offsets, jnp.result_type(float)) * params["pixel_scale"]
    return jnp.reshape(axis, (1, 1, -1)), jnp.reshape(axis, (1, -1, 1))


def _extended_light(scene: Scene, params: Params, planes: slice) -> jax.Array:
    """The light of some planes as seen through the lenses: (1 or bands, N, N), N = num_pix supersampling.

    In counts/s of a whole pixel of that brightness.
    """
    x, y = jnp.broadcast_arrays(*_grid(scene, params))
    total = jnp.zeros_like(x)
    deflections = _deflections(scene, params, len(scene.planes))
    if len(deflections) > 1:
        # as in `_surface_brightness`: otherwise repeated wherever a ray goes on
        deflections = [partial(computed_apart, deflection) for deflection in deflections]
    positions = shoot(x, y, deflections, _weights(scene, params))
    for plane, (u, v) in zip(scene.planes[planes], positions[planes], strict=True):
        for light in plane.light:
            total = total + _surface_brightness(scene, params, light, u, v)
    return total * params["pixel_scale"] ** 2


def _surface_brightness(scene: Scene, params: Params, light: Light, x: jax.Array, y: jax.Array) -> jax.Array:
    """A profile's shape, once for all bands that share it, times each band's amplitude."""
    names = (name for name in light.parameters if name != "magnitude")
    shape = {name: per_pixel(params[f"{light.prefix}-{name}"]) for name in names}
    flux = per_pixel(_counts(scene, params, params[f"{light.prefix}-magnitude"]))
    profile = LIGHT_PROFILES[light.profile].surface_brightness

    def brightness(x: jax.Array, y: jax.Array, *values: jax.Array) -> jax.Array:
        return profile(x, y, **dict(zip(shape, values, strict=True)))

    # With several bands XLA's CPU compiler would otherwise repeat profile and rays in each of them.
    evaluate = partial(computed_apart, brightness) if len(scene.bands) > 1 else brightness
    return amplitude(light.profile, flux, **shape) * evaluate(x, y, *shape.values())


def _universe(params: Params) -> dict[str, jax.Array]:
    return {name: params[name] for name in COSMOLOGY if name in params}


def _distances(scene: Scene, params: Params) -> tuple[jax.Array, jax.Array]:
    """Transverse comoving distances (Mpc) of the planes, and those between each two."""
    redshifts = jnp.stack([params[plane.redshift] for plane in scene.planes])
    universe = _universe(params)
    distances = cosmology.transverse_comoving_distance(redshifts, **universe)
    return distances, cosmology.distances_between(redshifts, **universe)


def _weights(scene: Scene, params: Params) -> jax.Array:
    """The lensing weights B_ij; with two planes they are 1 whatever the cosmology."""
    if len(scene.planes) <= 2:
        return jnp.asarray(np.triu(np.ones((len(scene.planes),) * 2), k=1), jnp.result_type(float))
    return lensing_weights(*_distances(scene, params))


def _einstein_radius(scene: Scene, params: Params, j: int, mass: Mass) -> jax.Array:
    distances, between = _distances(scene, params)
    sigma_v = params[f"{mass.prefix}-sigma_v"]
    return cosmology.sigma_v_to_theta_E(sigma_v, distances[j], distances[-1], between[j, -1])


def _deflections(scene: Scene, params: Params, planes: int) -> list[Rays]:
    """The deflection of each plane in front of plane number `planes` (counted from 1)."""
    return [partial(_deflection, scene, params, j) for j in range(planes - 1)]


def _deflection(
    scene: Scene, params: Params, j: int, x: jax.Array, y: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Summed reduced deflection of the masses in plane j."""
    alpha_x, alpha_y = jnp.zeros_like(x), jnp.zeros_like(y)
    for mass in scene.planes[j].mass:
        values = _mass_parameters(scene, params, j, mass)
        more_x, more_y = MASS_PROFILES[mass.profile].deflection(x, y, **values)
        alpha_x, alpha_y = alpha_x + more_x, alpha_y + more_y
    return alpha_x, alpha_y


def _mass_parameters(scene: Scene, params: Params, j: int, mass: Mass) -> dict[str, jax.Array]:
    """The parameters that the profile of a mass in plane j has."""
    values = {n: params[f"{mass.prefix}-{n}"] for n in mass.parameters if n != "sigma_v"}
    if mass.sigma_v:
        values["theta_E"] = _einstein_radius(scene, params, j, mass)
    return values


def _rays_to_plane(
    scene: Scene, j: int, x: jax.Array, y: jax.Array, params: Params
) -> tuple[jax.Array, jax.Array]:
    """Where the rays seen at (x, y) cross plane j."""
    return shoot(x, y, _deflections(scene, params, j + 1), _weights(scene, params))[j]


def _is_lensed(scene: Scene, j: int) -> bool:
    return any(plane.mass for plane in scene.planes[:j])


def _source_position(scene: Scene, params: Params, j: int, point: Hosted) -> tuple[jax.Array, jax.Array]:
    """Unlensed position (arcsec) of a hosted point source: its host's centre, `sep` away at `angle`."""
    sep, angle = params[f"{point.prefix}-sep"], params[f"{point.prefix}-angle"]
    if point.sep_unit == "kpc":
        z = params[scene.planes[j].redshift]
        sep = sep * cosmology.arcsec_per_kpc_proper(z, **_universe(params))
    x, y = params[f"{point.host}-center_x"], params[f"{point.host}-center_y"]
    return x + sep * jnp.cos(angle), y + sep * jnp.sin(angle)


def _window(scene: Scene, params: Params) -> jax.Array:
    """Half width (arcsec) of the field plus the PSF's radius: beyond it a source leaves no light."""
    return (scene.num_pix / 2.0 + reach(scene.optics, params)) * params["pixel_scale"]


def _point_sources(
    scene: Scene, params: Params, images: Mapping[str, ImagePositions], assets: Assets
) -> jax.Array:
    """The image (bands, n, n), counts/s, of every point source."""
    bands, n = len(scene.bands), scene.num_pix
    flux, x, y = _all_points(scene, params, images)
    if not x:
        return jnp.zeros((bands, n, n), jnp.result_type(float))
    pixel_x, pixel_y = (jnp.concatenate(v) / params["pixel_scale"] + (n - 1) / 2.0 for v in (x, y))
    counts_by_band = jnp.concatenate(flux, axis=1)
    return stamped(scene.optics, params, counts_by_band, pixel_x, pixel_y, assets.psf_kernel)


def _all_points(
    scene: Scene, params: Params, lensed: Mapping[str, ImagePositions]
) -> tuple[list[jax.Array], list[jax.Array], list[jax.Array]]:
    """Fluxes (bands, k) and positions (k,) of lensed, unlensed and foreground point sources."""
    flux, x, y = [], [], []

    def add(prefix: str, weight: jax.Array, at_x: jax.Array, at_y: jax.Array) -> None:
        counts = _counts(scene, params, params[f"{prefix}-magnitude"])
        flux.append(jnp.broadcast_to(counts, (len(scene.bands),))[:, None] * weight[None, :])
        x.append(at_x)
        y.append(at_y)

    one = jnp.ones((1,), jnp.result_type(float))
    for prefix, images in lensed.items():
        add(prefix, jnp.abs(images.magnification), images.x, images.y)
    for j, plane in enumerate(scene.planes):
        for point in plane.points if not _is_lensed(scene, j) else ():
            at_x, at_y = _source_position(scene, params, j, point)
            add(point.prefix, one, at_x[None], at_y[None])
    for star in scene.stars:
        add(star, one, params[f"{star}-ra_image"][None], params[f"{star}-dec_image"][None])
    return flux, x, y
