"""Time series: J, images with light curves and noise by night; K, what ten nights cost beside one.

J: B with a lensed supernova, 10 epochs in five bands of 100 x 100 pixels, whose seeing and sky differ by
night and band; an item is the image of five bands at one epoch.  K: 10 epochs in four bands of 45 x 45 pixels
at constant seeing; an item is a system.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator, load_config
from jaxlens.imaging.epochs import point_light_epochs, transient_fluxes
from jaxlens.imaging.noise import observe
from jaxlens.imaging.point_sources import point_source_images
from jaxlens.imaging.render import render_static
from validation.agreement.inputs.scene_configs import uniform
from validation.speed.ours import label
from validation.speed.targets import SERIES_PARTS
from validation.speed.timing import Task, side_by_side
from validation.speed.workloads import Node, five_bands, key

EPOCHS = 10
# Days between epochs.
STEP = 7.0
# Seeing (arcsec) and sky brightness (mag/arcsec^2) of J: uniform between these.
SEEING, SKY = (0.6, 1.2), (21.5, 23.5)
# Bands, pixels along a side, and pixel scale (arcsec) of K: those of the Dark Energy Survey.
K_BANDS, K_PIXELS, K_SCALE = ("g", "r", "i", "z"), 45, 0.263


def simulator_j(num_pix: int = 100) -> Simulator:
    """The simulator of J."""
    file = _with_supernova(five_bands(num_pix), EPOCHS)
    file["SURVEY"]["PARAMETERS"] |= {"seeing": uniform(*SEEING), "sky_brightness": uniform(*SKY)}
    return Simulator(load_config(file))


def simulator_k(epochs: int = EPOCHS) -> Simulator:
    """The simulator of K, of ten epochs or of any other number.

    >>> simulator_k(3).scene.series.epochs
    3
    """
    file = _with_supernova(five_bands(K_PIXELS), epochs)
    file["IMAGE"]["PARAMETERS"]["pixel_scale"] = K_SCALE
    file["SURVEY"]["PARAMETERS"] |= {"BANDS": ",".join(K_BANDS), "seeing": 0.9}
    for galaxy in ("GALAXY_1", "GALAXY_2"):
        light = file["SPECIES"][galaxy]["LIGHT_PROFILE_1"]["PARAMETERS"]
        light["magnitude"] = {band: light["magnitude"][band] for band in K_BANDS}
    return Simulator(load_config(file))


def _with_supernova(file: Node, epochs: int) -> Node:
    """A file with a lensed supernova in its source, observed every week."""
    file["SURVEY"]["PARAMETERS"]["num_exposures"] = 1
    file["SPECIES"]["POINTSOURCE_1"] = {
        "NAME": "SUPERNOVA",
        "HOST": "SOURCE",
        "MODEL": "ia_random",
        "PARAMETERS": {"magnitude": 22.0, "sep": uniform(0.0, 0.3), "sep_unit": "arcsec"},
    }
    geometry = file["GEOMETRY"]["CONFIGURATION_1"]
    geometry["PLANE_2"]["OBJECT_2"] = "SUPERNOVA"
    geometry["TIMESERIES"] = {
        "OBJECTS": ["SUPERNOVA"],
        "NITES": [STEP * night for night in range(epochs)],
        "PEAK": uniform(0.0, 60.0),
    }
    return file


def epochs_of(sim: Simulator) -> int:
    """The number of epochs of a simulator of time series."""
    assert sim.scene.series is not None
    return sim.scene.series.epochs


def images(sim: Simulator, batch: int, at_once: int = 1) -> list[Task]:
    """J without noise, with noise, and with noise and forced photometry, as for make_dataset.

    Args:
        sim: the simulator of J.
        batch: systems of a batch.
        at_once: batches made at the same time, in threads.
    """
    seed = key()
    clean = jax.jit(lambda first: sim.render(sim.sample(seed, batch, first)))
    kinds: dict[str, Callable[[int], object]] = {
        "J, no noise": lambda i: clean(np.uint32(i)),
        "J, noise": lambda i: sim(seed, batch, i)[0],
        "J, dataset": lambda i: sim.generate(seed, batch, i).images,
    }
    return [_task(kind, make, batch, at_once, epochs_of(sim)) for kind, make in kinds.items()]


def _task(workload: str, make: Callable[[int], object], batch: int, at_once: int, items: int) -> Task:
    """A task of `make(index of the first system)`, new systems at every call, each of so many items."""
    firsts = count(0, batch)

    def run() -> object:
        return jax.block_until_ready(make(next(firsts)))

    alone = Task(workload, label(batch), run, items * batch, batch)
    return alone if at_once == 1 else side_by_side(alone, label(batch, at_once), at_once)


def nights(batch: int) -> list[Task]:
    """K: ten epochs and one, without noise and with, and the parts of ten epochs, each alone.

    The parts are what does not change by night (the parameters drawn, image positions, light curves, and the
    blurred light of lens and host), the supernova's images at every epoch, and the noise of every epoch.

    Args:
        batch: systems of a batch.
    """
    many, one = simulator_k(), simulator_k(1)
    made = {f"{kind}, {EPOCHS} epochs": make for kind, make in _whole(many, batch).items()}
    made |= {f"{kind}, 1 epoch": make for kind, make in _whole(one, batch).items()}
    made |= _parts(many, batch)
    return [_task(f"K, {name}", make, batch, 1, 1) for name, make in made.items()]


def _whole(sim: Simulator, batch: int) -> dict[str, Callable[[int], object]]:
    """Systems drawn and rendered, in one program, without noise and with."""
    seed = key()
    clean = jax.jit(lambda first: sim.render(sim.sample(seed, batch, first)))
    return {"no noise": lambda i: clean(np.uint32(i)), "noise": lambda i: sim(seed, batch, i)[0]}


def _parts(sim: Simulator, batch: int) -> dict[str, Callable[[int], object]]:
    """The parts of a time series, each on inputs that are computed beforehand."""
    scene, assets, seed = sim.scene, sim.assets, key()
    params = sim.sample(seed, batch)

    def found(values: dict[str, jax.Array]) -> tuple[Any, Any]:
        positions = point_source_images(scene, values)
        return positions, transient_fluxes(scene, values, positions, assets)

    def static(values: dict[str, jax.Array]) -> tuple[Any, Any, jax.Array]:
        # the light is the same at all epochs: XLA computes it once and copies one of them
        positions, curves = found(values)
        return positions, curves, render_static(scene, values, positions, assets)[0]

    once = jax.jit(lambda first: jax.vmap(static)(sim.sample(seed, batch, first)))
    positions, curves = jax.jit(jax.vmap(found))(params)
    stamps = jax.jit(jax.vmap(lambda p, i, c: point_light_epochs(scene, p, i, c, assets)))
    light, keys = sim.render(params), jax.random.split(seed, batch)
    noise = jax.jit(jax.vmap(partial(observe, scene)))
    made: list[Callable[[int], object]] = [
        lambda i: once(np.uint32(i)),
        lambda i: stamps(params, positions, curves),
        lambda i: noise(params, light, keys),
    ]
    return dict(zip(SERIES_PARTS, made, strict=True))


def noise_alone(sim: Simulator, batch: int) -> Task:
    """The noise of J alone, added to given images.

    Args:
        sim: the simulator of J.
        batch: systems of a batch.
    """
    params = sim.sample(key(), batch)
    light = sim.render(params)
    keys = jax.vmap(partial(jax.random.fold_in, key()))(jnp.arange(batch, dtype=jnp.uint32))
    program = jax.jit(jax.vmap(partial(observe, sim.scene)))
    return _task("J, noise alone", lambda i: program(params, light, keys), batch, 1, epochs_of(sim))
