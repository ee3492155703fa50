"""Each stage of workload A measured alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import h5py
import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.imaging.noise import observe
from jaxlens.imaging.optics import blur
from jaxlens.kernels.light.sersic import sersic_ellipse
from jaxlens.kernels.mass.external import shear
from jaxlens.kernels.mass.isothermal import sie
from validation.speed.timing import Task
from validation.speed.workloads import key, profiles

Values = dict[str, dict[str, jax.Array]]


def _grid(num_pix: int, scale: float) -> tuple[jax.Array, jax.Array]:
    axis = jnp.asarray((np.arange(num_pix) - (num_pix - 1) / 2.0) * scale, jnp.float32)
    x, y = jnp.meshgrid(axis, axis)
    return x, y


def _rays(x: jax.Array, y: jax.Array, values: Values) -> tuple[jax.Array, jax.Array]:
    by_sie, by_shear = sie(x, y, **values["SIE"]), shear(x, y, **values["SHEAR"])
    return x - by_sie[0] - by_shear[0], y - by_sie[1] - by_shear[1]


def _sersic(x: jax.Array, y: jax.Array, values: Values) -> jax.Array:
    shape = {name: value for name, value in values["lens_light"].items() if name != "amp"}
    return sersic_ellipse(x, y, **shape)


def tasks(sim: Simulator, batch: int) -> list[Task]:
    """The stages, each on inputs that are computed beforehand."""
    params = sim.sample(key(), batch)
    values = profiles(params)
    scale = float(params["pixel_scale"][0])
    x, y = _grid(sim.scene.num_pix, scale)
    images, keys = sim.render(params), jax.random.split(key(), batch)
    rays = jax.jit(jax.vmap(partial(_rays, x, y)))
    light = jax.jit(jax.vmap(partial(_sersic, x, y)))
    blurred = jax.jit(jax.vmap(lambda p, image: blur(sim.scene.optics, p, image, None)))
    noise = jax.jit(jax.vmap(partial(observe, sim.scene)))
    stages: dict[str, Callable[[], object]] = {
        "parameters drawn": lambda: sim.sample(key(), batch),
        "rays (SIE and shear)": lambda: rays(values),
        "a Sersic profile": lambda: light(values),
        "blur": lambda: blurred(params, images),
        "noise": lambda: noise(params, images, keys),
        "all stages": lambda: sim.generate(key(), batch).images,
    }
    return [_stage(name, run, batch) for name, run in stages.items()] + _output(images, batch)


def _stage(name: str, run: Callable[[], object], batch: int) -> Task:
    return Task("stages of A", name, lambda: jax.block_until_ready(run()), batch, batch)


def _output(images: jax.Array, batch: int) -> list[Task]:
    """The copy of a batch to the host, and an HDF5 file of it."""
    on_host = np.asarray(images)
    double = jax.jit(lambda x: 2.0 * x)

    def write() -> None:
        with tempfile.TemporaryDirectory() as folder, h5py.File(Path(folder) / "images.h5", "w") as file:
            file.create_dataset("images", data=on_host, chunks=(1, *on_host.shape[1:]))

    return [
        Task("stages of A", "copy to the host", lambda: np.array(double(images)), batch, batch),
        Task("stages of A", "HDF5", write, batch, batch),
    ]
