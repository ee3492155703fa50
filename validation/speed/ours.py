"""The tasks of jaxlens on the workloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from itertools import count
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.engine.job import Job
from jaxlens.imaging.noise import observe
from validation.speed.targets import ENGINE, OWN_JIT
from validation.speed.timing import Task, side_by_side
from validation.speed.workloads import key

Params = dict[str, jax.Array]


def label(batch: int, at_once: int = 1) -> str:
    """The name of a row."""
    return f"jaxlens, batches of {batch}" + (f", {at_once} at once" if at_once > 1 else "")


def _task(workload: str, make: Callable[[int], object], batch: int, at_once: int) -> Task:
    """A task of `make(index of the first system)`, which makes `batch` systems, new ones at every call."""
    firsts = count(0, batch)

    def run() -> object:
        return jax.block_until_ready(make(next(firsts)))

    alone = Task(workload, label(batch), run, batch, batch)
    return alone if at_once == 1 else side_by_side(alone, label(batch, at_once), at_once)


def noisy(workload: str, sim: Simulator, batch: int, at_once: int = 1) -> Task:
    """Parameters drawn, images rendered, noise added, as for make_dataset and training loops.

    Args:
        workload: its letter.
        sim: its simulator.
        batch: systems of a batch.
        at_once: batches made at the same time, in threads, as make_dataset does.
    """
    seed = key()
    return _task(f"{workload}, noise", lambda i: sim.generate(seed, batch, i).images, batch, at_once)


def own_jit(sim: Simulator, batch: int) -> Task:
    """A as a training loop of one's own has it: `jax.jit` around `sim(key, n)`, one batch after the other."""
    seed = key()
    program = jax.jit(lambda first: sim(seed, batch, first)[0])
    return _task(OWN_JIT, lambda i: program(np.uint32(i)), batch, 1)


def engine(sim: Simulator, batch: int, at_once: int) -> Task:
    """A by the program that make_dataset runs, on the host, in as many threads.

    Args:
        sim: its simulator.
        batch: systems of a batch.
        at_once: batches made at the same time.
    """
    raw = np.asarray(jax.random.key_data(key()))
    job = Job(sim, raw, batch, batch, tuple(jax.local_devices()[:1]))
    # compiled in the first run, whose time is that of the compilation
    executable = cache(lambda: job.executable(batch))
    return _task(ENGINE, lambda i: executable().on_host(raw, i).images, batch, at_once)


def noiseless(workload: str, sim: Simulator, batch: int, at_once: int = 1) -> Task:
    """Parameters drawn and images rendered, in one program; the arguments are those of `noisy`."""
    seed = key()
    program = jax.jit(lambda first: sim.render(sim.sample(seed, batch, first)))
    return _task(f"{workload}, no noise", lambda i: program(np.uint32(i)), batch, at_once)


def chi_square(sim: Simulator, batch: int) -> tuple[Callable[[Params], jax.Array], Params]:
    """The chi-square of `batch` images as a function of params, and the params at which to evaluate it."""
    params = sim.sample(key(), batch)
    data = sim.observe(key(), params)
    sigma = jnp.sqrt(jnp.maximum(data, 0.0) / 900.0 + 1.0)

    return partial(chi_square_of, sim, data, sigma), {name: 1.001 * value for name, value in params.items()}


def chi_square_of(sim: Simulator, data: jax.Array, sigma: jax.Array, params: Params) -> jax.Array:
    """The sum over systems and pixels of ((model - data) / sigma)^2.

    Args:
        sim: the simulator, whose noiseless images are the model.
        data: images in counts/s, (n, bands, num_pix, num_pix).
        sigma: the standard deviation of each pixel, like `data`.
        params: the parameters of the model.

    Returns:
        The chi-square, ().
    """
    return jnp.sum(((sim.render(params) - data) / sigma) ** 2)


def gradients(sim: Simulator, batch: int) -> list[Task]:
    """E: the chi-square alone, and with its gradient with respect to all parameters."""
    function, params = chi_square(sim, batch)
    value, both = jax.jit(function), jax.jit(jax.value_and_grad(function))
    return [
        Task("E, value", label(batch), lambda: jax.block_until_ready(value(params)), batch, batch),
        Task("E, gradient", label(batch), lambda: jax.block_until_ready(both(params)), batch, batch),
    ]


def positions(sim: Simulator, batch: int) -> Task:
    """F: the image positions alone."""
    params = sim.sample(key(), batch)

    def run() -> object:
        return jax.block_until_ready(sim.image_positions(params))

    return Task("F", label(batch), run, batch, batch)


def noise_alone(workload: str, sim: Simulator, batch: int) -> Task:
    """G: noise added to given images.

    Args:
        workload: the name of the row's workload.
        sim: its simulator.
        batch: systems of a batch.
    """
    params = sim.sample(key(), batch)
    images = sim.render(params)
    keys = jax.vmap(partial(jax.random.fold_in, key()))(jnp.arange(batch, dtype=jnp.uint32))

    @jax.jit
    def program(params: Params, images: jax.Array, keys: jax.Array) -> jax.Array:
        return jax.vmap(partial(observe, sim.scene))(params, images, keys)

    return Task(
        workload, label(batch), lambda: jax.block_until_ready(program(params, images, keys)), batch, batch
    )


def cost(sim: Simulator, batch: int) -> dict[str, float]:
    """Operations of one noisy image, counted by XLA, and the least bytes and random words that it needs."""
    params = sim.sample(key(), batch)
    program = jax.jit(lambda values, seed: sim.observe(seed, values)).lower(params, key()).compile()
    counted: Any = program.cost_analysis()
    counted = counted[0] if isinstance(counted, list) else counted
    pixels = len(sim.bands) * sim.scene.num_pix**2
    flops = (counted["flops"] + counted.get("transcendentals", 0.0)) / batch
    return {"operations": flops, "bytes": 4.0 * pixels, "random_words": float(pixels)}


def images_of(sim: Simulator, n: int) -> np.ndarray:
    """The noiseless images of systems 0..n-1 in counts/s, (n, bands, num_pix, num_pix)."""
    return np.asarray(sim.render(sim.sample(key(), n)))
