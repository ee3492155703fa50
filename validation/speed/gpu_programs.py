"""The programs that `validation.speed.gpu` compiles: what is rendered, fitted and streamed, in batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.engine.columns import Layout
from jaxlens.engine.executable import generated
from jaxlens.fitting import least_squares
from jaxlens.fitting.expansion import expansion
from jaxlens.fitting.free_parameters import free_parameters
from jaxlens.fitting.image_checks import check_images
from jaxlens.fitting.posterior import Constants, FitData, Model
from jaxlens.fitting.problem import GPU_BATCH, fit_data, problem
from jaxlens.kernels.halos.sums import deflection
from jaxlens.kernels.types import Pair
from jaxlens.streams.batches import StreamBatch, placed
from jaxlens.streams.columns import mixed_columns
from validation.speed.ours import chi_square_of
from validation.speed.workloads import key, simulator

# Systems of a batch.
BATCH = 1024
# Haloes of a system whose deflections are compiled.
HALOES = 1000
# Packaged files of which images are compiled.
PACKAGED = ("lensed_quasar", "double_source_plane")

Shapes = Any


@dataclass(frozen=True)
class Source:
    """The functions of one row, which run one after the other, with the shapes of their arguments.

    Attributes:
        programs: each function with its arguments.
        batch: the systems that they make, or the images that they fit.
        image_bytes: those of one system's image.
    """

    programs: tuple[tuple[Callable[..., Any], tuple[Shapes, ...]], ...]
    batch: int
    image_bytes: int


Build = Callable[[Path, int], Source]


def _source(sim: Simulator, batch: int, *programs: tuple[Callable[..., Any], tuple[Shapes, ...]]) -> Source:
    return Source(programs, batch, 4 * int(np.prod(sim.scene.image_shape)))


def _bits() -> jax.ShapeDtypeStruct:
    """The raw data of a key."""
    return jax.ShapeDtypeStruct((2,), jnp.uint32)


def _as_key(bits: jax.Array) -> jax.Array:
    return jax.random.wrap_key_data(bits, impl="threefry2x32")


def images(sim: Simulator, batch: int) -> Source:
    """Systems drawn and rendered, and noise added: `sim(key, n)`."""
    return _source(sim, batch, (lambda bits: sim(_as_key(bits), batch)[0], (_bits(),)))


def _params_and_images(sim: Simulator, batch: int) -> tuple[Shapes, Shapes]:
    params = jax.eval_shape(lambda bits: sim.sample(_as_key(bits), batch), _bits())
    return params, jax.eval_shape(sim.render, params)


def value(sim: Simulator, batch: int) -> Source:
    """The log-likelihood of images."""
    return _source(sim, batch, (partial(_log_likelihood, sim), _params_and_images(sim, batch)))


def gradient(sim: Simulator, batch: int) -> Source:
    """The log-likelihood of images and its gradient."""
    function = jax.value_and_grad(partial(_log_likelihood, sim))
    return _source(sim, batch, (function, _params_and_images(sim, batch)))


def _log_likelihood(sim: Simulator, params: dict[str, jax.Array], images: jax.Array) -> jax.Array:
    return jnp.sum(sim.log_likelihood(params, images))


def chi_square_gradient(sim: Simulator, batch: int) -> Source:
    """E: the chi-square of images and its gradient."""
    params, data = _params_and_images(sim, batch)
    function = jax.value_and_grad(partial(chi_square_of, sim), argnums=2)
    return _source(sim, batch, (function, (data, data, params)))


def fit_step(sim: Simulator, batch: int) -> Source:
    """A step of Levenberg and Marquardt's method on `batch` images with the derivatives of all parameters."""
    drawn = sim.sample(key(), 1)
    free = free_parameters(sim, drawn, batch)
    model, constants = problem(sim, free, sigma_given=False)
    data = fit_data(model, check_images(sim, np.ones((batch, *sim.scene.image_shape), np.float32)), free)
    points = jax.ShapeDtypeStruct((batch, len(free.places)), jnp.float32)
    states = jax.eval_shape(jax.vmap(least_squares.start), points)
    return _source(sim, batch, (partial(_step, model), (constants, data, states)))


def _step(
    model: Model, constants: Constants, data: FitData, states: least_squares.Descent
) -> least_squares.Descent:
    def step(image: FitData, state: least_squares.Descent) -> least_squares.Descent:
        level = jnp.zeros((), jnp.int32)
        return least_squares.descend(partial(expansion, model, constants, image, level), state)

    return jax.vmap(step)(data, states)


def stream_batch(sim: Simulator, batch: int) -> Source:
    """A batch of a stream: its systems, and their places in the batch."""
    columns = mixed_columns([sim])
    shapes: Layout = {}
    make = partial(_made, sim, shapes)
    given = (sim.hyperparameters, sim.assets, _bits(), jax.ShapeDtypeStruct((batch, 2), jnp.uint32))
    made = jax.eval_shape(make, *given)
    numbers = jax.ShapeDtypeStruct((batch,), jnp.int32)
    labels = np.arange(len(columns.places[0]), dtype=np.int32)

    def place(parts: Shapes, places: jax.Array, configuration: jax.Array, index: jax.Array) -> StreamBatch:
        return placed([0], columns, labels, parts, places, configuration, index, files=np.zeros(1, np.int32))

    return _source(sim, batch, (make, given), (place, ([made], numbers, numbers, given[-1])))


def _made(sim: Simulator, shapes: Layout, *given: Any) -> tuple[jax.Array, jax.Array]:
    batch = generated(sim.static_population, sim.scene, ("images",), False, False, shapes, *given)
    images: Any = batch.images
    packed: Any = batch.values
    return images, packed


def haloes(batch: int, with_gradient: bool) -> Source:
    """Deflections of HALOES TNFW haloes at the rays of an image of 64 x 64 pixels with 4 rays each."""
    rays = jax.ShapeDtypeStruct((batch, 1, 128, 128), jnp.float32)
    numbers = jax.ShapeDtypeStruct((batch, HALOES), jnp.float32)
    own = dict.fromkeys(("x", "y", "Rs", "alpha_Rs", "r_trunc"), numbers)
    shown = jax.ShapeDtypeStruct((batch, HALOES), jnp.bool_)

    def sums(x: jax.Array, y: jax.Array, own: Shapes, shown: jax.Array) -> Shapes:
        tolerance = jnp.full((), 1e-4)

        def of_system(x: jax.Array, y: jax.Array, own: dict[str, jax.Array], shown: jax.Array) -> Pair:
            return deflection("TNFW", x, y, own, shown, tolerance)

        return jax.vmap(of_system)(x, y, own, shown)

    def total(x: jax.Array, y: jax.Array, own: Shapes, shown: jax.Array) -> jax.Array:
        return jnp.sum(jnp.square(jnp.stack(sums(x, y, own, shown))))

    function = jax.grad(total, argnums=(0, 1, 2)) if with_gradient else sums
    return Source(((function, (rays, rays, own, shown)),), batch, 4 * 64 * 64)


def _of_workload(letter: str, build: Callable[[Simulator, int], Source]) -> Build:
    return lambda folder, batch: build(simulator(letter, folder), batch)


def of_file(file: str) -> Build:
    """The images of a packaged file, or of a file of the user's."""
    return lambda folder, batch: images(Simulator(file), batch)


ROWS: dict[str, Build] = {
    "A": _of_workload("A", images),
    "A-value": _of_workload("A", value),
    "A-gradient": _of_workload("A", gradient),
    **{letter: _of_workload(letter, images) for letter in "BCD"},
    "E": _of_workload("A", chi_square_gradient),
    **{name: of_file(name) for name in PACKAGED},
    "fit": lambda folder, batch: fit_step(simulator("A", folder), min(batch, GPU_BATCH)),
    "stream": _of_workload("A", stream_batch),
    "haloes": lambda folder, batch: haloes(batch, with_gradient=False),
    "haloes-gradient": lambda folder, batch: haloes(batch, with_gradient=True),
}
