"""Many systems of one configuration at once: the functions of one system, mapped over a batch and jitted.

Each function takes what is static first (a `Population`, a `Scene`, a label), and then arrays with the
systems on their first axis.  The functions of one system are in `jaxlens.sampling` and `jaxlens.imaging`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.imaging import likelihood, noise, point_sources
from jaxlens.imaging import render as rendering
from jaxlens.imaging import time_delays as delays
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.fastmath.compiler import computed_once
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.sampling import priors
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import Population
from jaxlens.simulator.batched_draws import draw
from jaxlens.simulator.generation import Batch, Params, all_finite, generate_system, tabulate_system
from jaxlens.simulator.halo_draws import haloes_apart
from jaxlens.simulator.programs import compiled


class Observed(NamedTuple):
    """Observed images, the standard deviation of their noise, and the mask of used pixels.

    Each has the shape of one image, the same for all systems, or (n, ...): an image is
    (bands, num_pix, num_pix), that of a time series (epochs, bands, num_pix, num_pix).  `sigma` is
    None where the parameters decide it, `mask` where all pixels are used.
    """

    images: jax.Array
    sigma: jax.Array | None = None
    mask: jax.Array | None = None


@compiled(0, 3)
def log_prior(
    population: Population,
    hyperparameters: Mapping[str, ArrayLike],
    params: Params,
    names: frozenset[str],
) -> jax.Array:
    """The log-density of some parameters of n systems.

    Args:
        population: what is drawn; static.
        hyperparameters: the numbers of the file by their paths.
        params: {name: (n,) or (n, bands)}.
        names: the parameters over which the sum goes; static.

    Returns:
        The log-density, (n,).
    """
    return jax.vmap(lambda system: priors.log_prior(population, hyperparameters, system, names))(params)


@compiled(0)
def render(scene: Scene, params: Params, assets: Assets) -> jax.Array:
    """The images without noise.

    Args:
        scene: what is imaged; static.
        params: {name: (n,) or (n, bands)}.
        assets: the arrays that all systems share.

    Returns:
        (n, bands, num_pix, num_pix), counts/s.
    """
    return jax.vmap(partial(rendering.render, scene), (0, None))(params, assets)


@compiled(0)
def image_positions(scene: Scene, params: Params, assets: Assets) -> dict[str, ImagePositions]:
    """The images of every lensed point source, by its name; arrays (n, slots).

    Args:
        scene: what is imaged; static.
        params: {name: (n,) or (n, bands)}.
        assets: the arrays that all systems share.
    """

    def of_system(system: Params) -> dict[str, ImagePositions]:
        return point_sources.point_source_images(scene, with_tables(scene, system, assets))

    return jax.vmap(of_system)(params)


@compiled(0)
def time_delays(scene: Scene, params: Params, assets: Assets) -> dict[str, jax.Array]:
    """The delays of the images of every lensed point source in days, by its name; arrays (n, slots).

    Args:
        scene: what is imaged; static.
        params: {name: (n,) or (n, bands)}.
        assets: the arrays that all systems share.
    """

    def of_system(system: Params) -> dict[str, jax.Array]:
        whole = with_tables(scene, system, assets)
        return delays.source_delays(scene, whole, point_sources.point_source_images(scene, whole))

    return jax.vmap(of_system)(params)


@compiled(0)
def expected(scene: Scene, params: Params, assets: Assets) -> tuple[jax.Array, jax.Array]:
    """Mean and standard deviation of every pixel of the observed images.

    Args:
        scene: what is imaged; static.
        params: {name: (n,) or (n, bands)}.
        assets: the arrays that all systems share.

    Returns:
        Two arrays, each (n, bands, num_pix, num_pix), counts/s.
    """
    return jax.vmap(partial(likelihood.expected, scene), (0, None))(params, assets)


@compiled(0)
def log_likelihood(scene: Scene, params: Params, assets: Assets, observed: Observed) -> jax.Array:
    """The log-density of observed images.

    Args:
        scene: what is imaged; static.
        params: {name: (n,) or (n, bands)}.
        assets: the arrays that all systems share.
        observed: the images, of each system or the same for all.

    Returns:
        The log-density, (n,).
    """
    single = len(scene.image_shape)
    axes = jax.tree.map(lambda array: None if array.ndim == single else 0, observed)

    def of_system(system: Params, seen: Observed) -> jax.Array:
        return likelihood.log_likelihood(scene, system, assets, *seen)

    return jax.vmap(of_system, (0, axes))(params, observed)


@compiled(0, 1)
def observe(
    label: str, scene: Scene, params: Params, key: jax.Array, indices: ArrayLike, assets: Assets
) -> jax.Array:
    """The images with noise.

    Args:
        label: the configuration's label, on which the noise's keys depend; static.
        scene: what is imaged; static.
        params: {name: (n,) or (n, bands)}.
        key: the key of the dataset's seed, or its raw data.
        indices: the index of each system, (n,), or its two words, (n, 2), uint32.
        assets: the arrays that all systems share.

    Returns:
        (n, bands, num_pix, num_pix), counts/s.
    """

    def of_system(system: Params, key: jax.Array) -> jax.Array:
        return noise.observe(scene, system, rendering.render(scene, system, assets), key, assets)

    return jax.vmap(of_system)(params, _noise_keys(key, label, indices))


@compiled(0, 1)
def sample_and_observe(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    key: jax.Array,
    indices: ArrayLike,
    assets: Assets,
) -> tuple[jax.Array, Params]:
    """Images with noise, and the parameters on which they depend.

    Args:
        population: what is drawn; static.
        scene: what is imaged; static.
        hyperparameters: the numbers of the file by their paths.
        key: the key of the dataset's seed, or its raw data.
        indices: the index of each system, (n,), or its two words, (n, 2), uint32.
        assets: the arrays that all systems share.

    Returns:
        Images (n, bands, num_pix, num_pix), counts/s, and {name: (n,) or (n, bands)}.
    """
    values = computed_once(draw(population, scene, hyperparameters, key, indices, assets))
    params = {name: values[name] for name in scene.parameters}
    return observe(population.label, scene, params, key, indices, assets), params


@compiled(0, 1, 6, 7)
def generate(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    key: jax.Array,
    indices: ArrayLike,
    assets: Assets,
    planes: bool,
    measured: bool = True,
) -> Batch:
    """Systems that are drawn, rendered and observed.

    Args:
        population: what is drawn; static.
        scene: what is imaged; static.
        hyperparameters: the numbers of the file by their paths.
        key: the key of the dataset's seed, or its raw data.
        indices: the index of each system, (n,), or its two words, (n, 2), uint32.
        assets: the arrays that all systems share.
        planes: whether the parts that add up to the images are made too; static.
        measured: whether the fluxes of transients are measured on the images of a time series; static.

    Returns:
        The systems.
    """
    values = computed_once(draw(population, scene, hyperparameters, key, indices, assets))
    noise_keys = _noise_keys(key, population.label, indices)
    batch = jax.vmap(partial(generate_system, scene, assets, planes, measured))(values, noise_keys)
    return haloes_apart(population, scene, batch) if population.haloes else batch


@compiled(0, 1)
def tabulate(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    key: jax.Array,
    indices: ArrayLike,
    assets: Assets,
) -> Batch:
    """Every value of some systems, without their images.

    Args:
        population: what is drawn; static.
        scene: what is imaged; static.
        hyperparameters: the numbers of the file by their paths.
        key: the key of the dataset's seed, or its raw data.
        indices: the index of each system, (n,), or its two words, (n, 2), uint32.
        assets: the arrays that all systems share, of which those of light curves are used.

    Returns:
        The systems; `images` and `planes` are None.
    """
    values = draw(population, scene, hyperparameters, key, indices, assets)
    values = jax.vmap(partial(tabulate_system, scene, assets))(values)
    no_overflow = jnp.zeros(jnp.shape(indices)[:1], dtype=bool)
    drawn = {name: value for name, value in values.items() if name not in scene.products}
    batch = Batch(None, values, no_overflow, jax.vmap(all_finite)(drawn), {})
    return haloes_apart(population, scene, batch) if population.haloes else batch


def _noise_keys(key: ArrayLike, label: str, indices: ArrayLike) -> jax.Array:
    """`system_keys`, which the compiler must not compute again in every pixel."""
    keys = system_keys(key, label, indices)
    data = computed_once(jax.random.key_data(keys))
    return jax.random.wrap_key_data(data, impl=jax.random.key_impl(keys))
