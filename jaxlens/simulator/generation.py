"""One system of a dataset: its image, all its values, and what is measured on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.imaging import likelihood, noise, point_sources
from jaxlens.imaging import render as rendering
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.derived import derived_quantities
from jaxlens.imaging.epochs import point_light_epochs, transient_fluxes, without_missing
from jaxlens.imaging.forced_photometry import forced_photometry
from jaxlens.imaging.light_curves import ImageFluxes
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.series_columns import measured_quantities, series_quantities
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.products.columns import product_values

Params = dict[str, jax.Array]
Positions = dict[str, ImagePositions]


class Batch(NamedTuple):
    """Simulated systems.  What was not asked for is None.

    The images of a time series are (n, epochs, bands, num_pix, num_pix), and its planes and difference images
    have the axis of epochs there too.

    Attributes:
        images: (n, bands, num_pix, num_pix), float32, counts/s, with noise.
        values: every parameter of each system by name, (n,), (n, bands) or (n, epochs, bands), also those on
            which its image does not depend, and those that follow from others.
        overflow: (n,), whether a point source has more images than slots.
        finite: (n,), whether every value and pixel is finite.
        positions: the images of each lensed point source, as `Simulator.image_positions` gives them.
        planes: (n, 4, bands, num_pix, num_pix), the parts that add up to the image: the light of the lens and
            of the source, point sources, and noise.
        difference: the images minus the template of DIFFERENCE, like `images`.
        haloes: the arrays of haloes by name, (n, haloes), and (n, planes) of `kappa_sheet`, which are not
            among `values`; None where the configuration has no haloes.
        halo_overflow: (n,), whether a system, or a plane of haloes of it, has more haloes than there is room
            for, so that its image is NaN; None where the configuration has no haloes.
    """

    images: jax.Array | None
    values: Params
    overflow: jax.Array
    finite: jax.Array
    positions: Positions
    planes: jax.Array | None = None
    difference: jax.Array | None = None
    haloes: Params | None = None
    halo_overflow: jax.Array | None = None


def generate_system(
    scene: Scene, assets: Assets, planes: bool, measured: bool, values: Params, key: jax.Array
) -> Batch:
    """One system, whose arrays have no axis of systems.

    Args:
        scene: what is imaged.
        assets: the arrays that all systems share.
        planes: whether the parts that add up to the image are made too.
        measured: whether the fluxes of transients are measured on the images of a time series.
        values: every drawn value by name.
        key: the key of the system's noise, ().

    Returns:
        The system.
    """
    params = dict(with_tables(scene, {name: values[name] for name in scene.parameters}, assets))
    positions = point_sources.point_source_images(scene, params)
    overflow = jnp.any(jnp.asarray([i.found > scene.image_slots for i in positions.values()], dtype=bool))
    curves = transient_fluxes(scene, params, positions, assets) if scene.series else None
    parts = None
    if planes:
        parts = rendering.render_planes(scene, params, positions, assets, curves)
        light = jnp.sum(parts, axis=0)
    else:
        light = rendering.render_with(scene, params, positions, assets, curves)
    image = noise.observe(scene, params, light, key, assets)
    values = values | derived_quantities(scene, params, positions)
    difference = None
    if curves is not None:
        # Otherwise XLA's CPU compiler draws the noise again for each of its uses.
        image, light = computed_apart(_unchanged, image, light)
        values = values | series_quantities(scene, params, positions, curves)
        if measured:
            values = values | _measured(scene, params, assets, positions, curves, light, image)
        difference = _difference(scene, params, assets, positions, image)
    if parts is not None:
        parts = _by_epoch(scene, jnp.concatenate([parts, (image - light)[None]]).astype(jnp.float32))
    image = image.astype(jnp.float32)
    finite = all_finite(values, image)
    if scene.products:
        values = values | product_values(scene, values, assets)
    return Batch(image, values, overflow, finite, positions, parts, difference)


def tabulate_system(scene: Scene, assets: Assets, values: Params) -> Params:
    """Every value of one system, without its image.

    Args:
        scene: what is imaged.
        assets: the arrays that all systems share.
        values: every drawn value by name.

    Returns:
        The drawn values and those that follow from them, by name.
    """
    params = with_tables(scene, {name: values[name] for name in scene.parameters}, assets)
    more = product_values(scene, values, assets) if scene.products else {}
    values = values | derived_quantities(scene, params) | more
    if scene.series is None:
        return values
    positions = point_sources.point_source_images(scene, params)
    curves = transient_fluxes(scene, params, positions, assets)
    return values | series_quantities(scene, params, positions, curves)


def all_finite(*arrays: Mapping[str, jax.Array] | jax.Array) -> jax.Array:
    """Whether every element of all arrays is finite, ()."""
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(arrays)]))


def _unchanged(*arrays: jax.Array) -> tuple[jax.Array, ...]:
    return arrays


def _measured(
    scene: Scene,
    params: Params,
    assets: Assets,
    positions: Positions,
    curves: Mapping[str, ImageFluxes],
    light: jax.Array,
    image: jax.Array,
) -> Params:
    """The fluxes of transients that are measured on the image of a time series."""
    mean, sigma = likelihood.with_noise(scene, params, light, assets)
    only = {transient.prefix for transient in scene.series.transients} if scene.series else set()
    transients = point_light_epochs(scene, params, positions, curves, assets, only=only)
    residual, sigma = computed_apart(_unchanged, image - mean + transients, sigma)
    measured = forced_photometry(scene, params, positions, curves, residual, sigma, assets)
    return measured_quantities(scene, params, measured)


def _difference(
    scene: Scene, params: Params, assets: Assets, positions: Positions, image: jax.Array
) -> jax.Array | None:
    """The difference images of a time series; None where the file asks for none."""
    template = scene.series.template if scene.series else None
    if template is None:
        return None
    if template == "static":
        subtracted = rendering.render_static(scene, params, positions, assets)
    else:
        subtracted = image[template][None]
    return without_missing(scene, params, image - subtracted).astype(jnp.float32)


def _by_epoch(scene: Scene, planes: jax.Array) -> jax.Array:
    """Planes with the axis of epochs, if there is one, in front."""
    return planes if scene.series is None else jnp.swapaxes(planes, 0, 1)
