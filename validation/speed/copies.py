"""Copies of a neighbour beside neighbours written out: `python -m validation.speed.copies`.

Behind an elliptical power law, in bands of 100 x 100 pixels.  Neighbours are SERSIC_ELLIPSE in the plane of
the lens.  Three tasks are timed, which take turns: noisy images, images without noise of given parameters,
and the gradient of a sum over the images in the magnitude and place of a neighbour and the Einstein radius.
Before, each program is compiled once, and the time of that is given too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens import Simulator
from validation.agreement.inputs.scene_configs import uniform
from validation.speed.timing import Task, measure
from validation.speed.workloads import key

TASKS = ("noisy images", "images", "gradients")
# Neighbours of a system, as copies and written out.
COUNTS = (3, 14)
NUM_PIX, PIXEL_SCALE = 100, 0.1
BANDS = ("g", "r", "i")


def simulator(objects: dict[str, Any], bands: tuple[str, ...]) -> Simulator:
    """A lens with neighbours.

    Args:
        objects: OBJECT_2 and others of the plane of the lens, which may name NEIGHBOUR.
        bands: the names of the bands.
    """
    lens = {"theta_E": uniform(0.8, 1.6), "gamma": uniform(1.8, 2.2), "e1": uniform(-0.2, 0.2), "e2": 0.1}
    shape: dict[str, Any] = {"R_sersic": uniform(0.2, 0.8), "n_sersic": uniform(0.8, 4.0)}
    shape["e1"] = uniform(-0.2, 0.2)
    place = {"center_x": uniform(-4.0, 4.0), "center_y": uniform(-4.0, 4.0)}
    magnitude = {band: uniform(19.0, 23.0) for band in bands}
    shape = {**shape, **place, "e2": 0.0, "magnitude": magnitude}
    neighbour = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": shape}
    source = {"R_sersic": 0.3, "n_sersic": 1.0, "e1": 0.1, "e2": 0.0, "magnitude": 22.0}
    exposure = {"num_exposures": 10, "magnitude_zero_point": 30, "seeing": 0.7, "sky_brightness": 21.0}
    image = {"numPix": NUM_PIX, "pixel_scale": PIXEL_SCALE, "psf_type": "GAUSSIAN", "read_noise": 7}
    return Simulator(
        {
            "DATASET": {"NAME": "copies", "PARAMETERS": {"SIZE": 1, "OUTDIR": "out"}},
            "COSMOLOGY": {"NAME": "FlatLambdaCDM", "PARAMETERS": {"H0": 70, "Om0": 0.3}},
            "IMAGE": {"PARAMETERS": image | {"exposure_time": 90}},
            "SURVEY": {"PARAMETERS": exposure | {"BANDS": ",".join(bands)}},
            "SPECIES": {
                "GALAXY_1": {"NAME": "LENS", "MASS_PROFILE_1": {"NAME": "EPL", "PARAMETERS": lens}},
                "GALAXY_2": {
                    "NAME": "SOURCE",
                    "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": source},
                },
                "GALAXY_3": {"NAME": "NEIGHBOUR", "LIGHT_PROFILE_1": neighbour},
            },
            "GEOMETRY": {
                "CONFIGURATION_1": {
                    "FRACTION": 1,
                    "PLANE_1": {"OBJECT_1": "LENS", **objects, "PARAMETERS": {"REDSHIFT": 0.5}},
                    "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.5}},
                }
            },
        }
    )


def kinds() -> dict[str, dict[str, Any]]:
    """What stands beside the lens, by its name in the table."""
    poisson = {"DISTRIBUTION": {"NAME": "poisson", "PARAMETERS": {"mean": 3.0}}}
    found: dict[str, dict[str, Any]] = {"none": {}}
    for count in COUNTS:
        found[f"{count} objects"] = {f"OBJECT_{k + 2}": "NEIGHBOUR" for k in range(count)}
        found[f"{count} copies"] = {"OBJECT_2": {"NAME": "NEIGHBOUR", "NUMBER": count}}
    return found | {"poisson of mean 3": {"OBJECT_2": {"NAME": "NEIGHBOUR", "NUMBER": poisson}}}


def tasks(sim: Simulator, kind: str, batch: int) -> tuple[list[Task], list[float]]:
    """What is timed, in the order of TASKS, and the seconds that the first call of each takes.

    Args:
        sim: the simulator.
        kind: what stands beside the lens.
        batch: systems at a time.
    """
    params = sim.sample(key(), batch)
    names = ["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"]
    light = [name for name in params if name.endswith(("PROFILE_1-magnitude", "LIGHT_PROFILE_1-center_x"))]
    own = {name: params[name] for name in [*names, *light]}

    @jax.jit
    def gradient(own: dict[str, jax.Array]) -> dict[str, jax.Array]:
        return jax.grad(lambda own: jnp.sum(sim.render({**params, **own}) ** 2))(own)

    runs: tuple[Callable[[], object], ...] = (
        lambda: jax.block_until_ready(sim(key(), batch)[0]),
        lambda: jax.block_until_ready(sim.render(params)),
        lambda: jax.block_until_ready(gradient(own)),
    )
    return [Task(task, kind, run, batch, batch) for task, run in zip(TASKS, runs, strict=True)], [
        _seconds(run) for run in runs
    ]


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 0 where copies take at most as long as as many objects, within a tenth; else 1."""
    parser = argparse.ArgumentParser(prog="python -m validation.speed.copies", description=__doc__)
    parser.add_argument("--batch", type=int, default=64, help="systems at a time (default: 64)")
    parser.add_argument("--repeats", type=int, default=7, help="how often each is timed (default: 7)")
    parser.add_argument("--bands", default=",".join(BANDS), help=f"bands (default: {','.join(BANDS)})")
    options = parser.parse_args(arguments)
    bands = tuple(options.bands.split(","))
    made = {kind: tasks(simulator(it, bands), kind, options.batch) for kind, it in kinds().items()}
    found = measure([task for each, _ in made.values() for task in each], options.repeats, seconds=0.3)
    seconds = {(one.workload, one.method): one.seconds or float("nan") for one in found}
    print("| task | beside the lens | ms a system | first call, s |\n|---|---|---|---|")
    for i, task in enumerate(TASKS):
        for kind, (_, first) in made.items():
            print(f"| {task} | {kind} | {1e3 * seconds[task, kind]:.3f} | {first[i]:.1f} |")
    slower = [seconds[t, f"{n} copies"] > 1.1 * seconds[t, f"{n} objects"] for t in TASKS for n in COUNTS]
    return int(any(slower))


if __name__ == "__main__":
    sys.exit(main())
