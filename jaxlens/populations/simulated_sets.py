"""Sets of simulated systems: the statistics of their images, with derivatives, and training sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.fastmath.compiler import computed_once
from jaxlens.populations.hyperparameters import FreeHyperparameters, hyperparameters_at
from jaxlens.populations.statistics import Regression, as_channels, image_statistics
from jaxlens.sampling.population import Population
from jaxlens.simulator import batched
from jaxlens.simulator.batched_draws import draw, draw_each
from jaxlens.simulator.generation import Params

# A function from images (n, bands, y, x) to statistics (n, f).
Features = Callable[[jax.Array], jax.Array]

# The number of systems that are simulated at a time on a CPU; more do not fit into its caches.
_CPU_BATCH = 32
# The number of systems that are simulated at a time on a GPU.
_GPU_BATCH = 512


@dataclass(frozen=True)
class PopulationModel:
    """What is static under jit in a population fit.

    Attributes:
        population: the draws of the file.
        scene: the scene that is rendered.
        free: the hyperparameters that are fitted.
        features: statistics that the caller gave, or None.
    """

    population: Population
    scene: Scene
    free: FreeHyperparameters
    features: Features | None

    def statistics(self, images: jax.Array, regression: Regression | None, sigma: jax.Array) -> jax.Array:
        """The statistics of images.

        They are the caller's features, or `image_statistics`, from which `regression` estimates parameters if
        it is given.

        Args:
            images: (n, bands, y, x), or (n, epochs, bands, y, x) of time series.
            regression: the regression of parameters on image statistics, or None.
            sigma: the noise of each band, (bands,), and of each epoch, (epochs x bands,).

        Returns:
            The statistics, (n, f).
        """
        if self.features is not None:
            return self.features(images)
        statistics = image_statistics(as_channels(images), sigma)
        return statistics if regression is None else regression(statistics)


class SimulationInputs(NamedTuple):
    """The arrays that stay the same during a population fit.

    Attributes:
        hyperparameters: the file's hyperparameters, by their paths.
        assets: the file's arrays: PSF kernels and real images.
        sigma: the noise of the observed images in each band, (bands,).
        key: the random key of the simulated systems.
    """

    hyperparameters: Params
    assets: Assets
    sigma: jax.Array
    key: jax.Array


def batches_of(count: int) -> tuple[int, int]:
    """The number of batches and the size of a batch with which at least `count` systems are simulated."""
    size = _CPU_BATCH if jax.default_backend() == "cpu" else _GPU_BATCH
    return -(-count // size), size


def _simulated(
    model: PopulationModel, inputs: SimulationInputs, z: jax.Array, indices: jax.Array
) -> tuple[Params, jax.Array]:
    """The parameters and images of the systems `indices` (n,), each at its own coordinates z (n, p)."""
    population, scene = model.population, model.scene

    def numbers(coordinates: jax.Array) -> Params:
        return {**inputs.hyperparameters, **hyperparameters_at(model.free, coordinates)}

    def drawn(coordinates: jax.Array, index: jax.Array) -> Params:
        own, one = numbers(coordinates), index[None]
        system = draw(population, scene, own, inputs.key, one, inputs.assets)
        return {name: system[name][0] for name in scene.parameters}

    def selected() -> Params:
        """The same of systems that share the places of a selection's loop, and so are not mapped over."""
        shared = inputs.key, indices, inputs.assets
        systems = draw_each(population, scene, lambda z, k: numbers(z[k]), z, *shared)
        return {name: systems[name] for name in scene.parameters}

    params = computed_once(jax.vmap(drawn)(z, indices) if population.selection is None else selected())
    label = population.label
    return params, batched.observe(label, model.scene, params, inputs.key, indices, inputs.assets)


@partial(jax.jit, static_argnums=(0, 4))
def training_set(
    model: PopulationModel,
    inputs: SimulationInputs,
    z: jax.Array,
    width: jax.Array,
    batches: tuple[int, int],
) -> tuple[jax.Array, Params]:
    """Statistics and parameters of systems whose hyperparameters scatter about z.

    Args:
        model: the static part of the fit.
        inputs: the arrays that stay the same during the fit.
        z: the coordinates of the free hyperparameters, (p,).
        width: the standard deviation of their scatter, (p,).
        batches: the number of batches and the size of a batch, as `batches_of` returns them.

    Returns:
        The statistics without regression, (m, f), and the parameters, (m,) or (m, bands).
    """
    count, size = batches
    # no system of the training set is one that is compared with the observed images
    indices = jnp.arange(count * size, dtype=jnp.uint32).reshape(count, size) + np.uint32(2**31)
    shifts = jax.random.normal(jax.random.fold_in(inputs.key, 1), (count, size, len(z)), z.dtype)

    def batch(indices_and_shift: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, Params]:
        indices, shift = indices_and_shift
        params, images = _simulated(model, inputs, z[None] + shift * width[None], indices)
        # haloes are no numbers of a system from whose images they could be estimated
        numbers = {name: params[name] for name in model.scene.macro.parameters}
        return model.statistics(images, None, inputs.sigma), numbers

    found = jax.lax.map(batch, (indices, shifts))
    return jax.tree.map(lambda a: a.reshape(count * size, *a.shape[2:]), found)


@partial(jax.jit, static_argnums=(0, 4))
def simulated_statistics(
    model: PopulationModel,
    inputs: SimulationInputs,
    z: jax.Array,
    regression: Regression | None,
    batches: tuple[int, int],
) -> tuple[jax.Array, jax.Array]:
    """Statistics of simulated systems and their derivatives with respect to the coordinates z.

    Poisson noise, being whole numbers of photons, has no derivative; that of Gaussian noise of the same
    variance is used.  The minimum of the distance, where simulated and observed images have the same
    distribution, does not depend on it.

    Args:
        model: the static part of the fit.
        inputs: the arrays that stay the same during the fit.
        z: the coordinates of the free hyperparameters, (p,).
        regression: the regression of parameters on image statistics, or None.
        batches: the number of batches and the size of a batch, as `batches_of` returns them.

    Returns:
        The statistics, (m, f), and their derivatives, (p, m, f).
    """
    count, size = batches
    poisson = model.scene.poisson_shot_noise
    gaussian_model = replace(model, scene=replace(model.scene, poisson_shot_noise=False))
    indices = jnp.arange(count * size, dtype=jnp.uint32).reshape(count, size)

    def batch(indices: jax.Array) -> tuple[jax.Array, jax.Array]:
        def statistics(coordinates: jax.Array, model: PopulationModel = gaussian_model) -> jax.Array:
            every = jnp.broadcast_to(coordinates, (size, len(z)))
            _, images = _simulated(model, inputs, every, indices)
            return model.statistics(images, regression, inputs.sigma)

        values, derivatives = jax.lax.map(
            lambda tangent: jax.jvp(statistics, (z,), (tangent,)), jnp.eye(len(z), dtype=z.dtype)
        )
        return statistics(z, model) if poisson else values[0], derivatives

    values, derivatives = jax.lax.map(batch, indices)
    derivatives = jnp.moveaxis(derivatives, 1, 0)
    return values.reshape(count * size, -1), derivatives.reshape(len(z), count * size, -1)


@partial(jax.jit, static_argnums=0)
def observed_statistics(
    model: PopulationModel, images: jax.Array, regression: Regression | None, sigma: jax.Array
) -> jax.Array:
    """The statistics of the observed images, computed as those of the simulated ones.

    Args:
        model: the static part of the fit.
        images: (n, bands, y, x).
        regression: the regression of parameters on image statistics, or None.
        sigma: the noise of each band, (bands,).

    Returns:
        The statistics, (n, f).
    """

    def statistics(image: jax.Array) -> jax.Array:
        return model.statistics(image[None], regression, sigma)[0]

    return jax.lax.map(statistics, images, batch_size=_CPU_BATCH)
