"""Sources that are images of a stack beside Sersic sources: `python -m validation.speed.stacks`.

Behind an elliptical power law, in one band of 100 x 100 pixels; 1,000 galaxies of 100 x 100 pixels.  One
source takes the image that is nearest by two columns of a table, mirrored or not, with the pixel scale of the
image at the redshift of the source.  Three
tasks are timed, which take turns: noisy images, images without noise of given parameters, and the gradient of
a sum over the images in the centre of the source and the Einstein radius.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from validation.agreement.inputs.scene_configs import uniform
from validation.speed.timing import Task, Timed, measure
from validation.speed.workloads import key

# A source that is an image may take this many times as long as a Sersic profile.
TARGET = 2.0
TASKS = ("noisy images", "images", "gradients")
SERSIC, LINEAR, CUBIC = "SERSIC_ELLIPSE", "INTERPOL", "INTERPOL, order 3"
NEAREST = "INTERPOL, nearest, mirrored, own scale"
# Galaxies of the stack, and pixels along a side of one and of the simulated image.
GALAXIES, SIDE, NUM_PIX = 1000, 100, 100
# arcsec
SOURCE_SCALE, PIXEL_SCALE = 0.03, 0.06


def stack(count: int, side: int) -> np.ndarray:
    """Images like galaxies: exponential disks, turned and inclined, with knots, (count, side, side)."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:side, :side] - 0.5 * (side - 1)
    found = np.empty((count, side, side), np.float32)
    for image in found:
        angle, ratio = rng.uniform(0.0, np.pi), rng.uniform(0.4, 1.0)
        u, v = x * np.cos(angle) + y * np.sin(angle), (y * np.cos(angle) - x * np.sin(angle)) / ratio
        image[:] = np.exp(-np.hypot(u, v) / (0.08 * side))
        for at_x, at_y in rng.normal(0.0, 0.12 * side, (5, 2)):
            image += 0.3 * np.exp(-0.5 * ((x - at_x) ** 2 + (y - at_y) ** 2) / 4.0)
    return found


def table(count: int) -> str:
    """The text of a table with a row for each galaxy: magnitude, redshift and pixel scale."""
    rng = np.random.default_rng(2)
    columns = rng.uniform(20, 24, count), rng.uniform(0.3, 2.0, count), rng.uniform(0.02, 0.04, count)
    rows = [",".join(f"{value:.5f}" for value in row) for row in zip(*columns, strict=True)]
    return "\n".join(["magnitude,redshift,pixel_scale", *rows])


def simulator(source: str, images: Path, num_pix: int = NUM_PIX) -> Simulator:
    """A lens whose source is of one kind.

    Args:
        source: SERSIC, LINEAR, CUBIC or NEAREST.
        images: the file of the stack; a table beside it, `.csv`, for NEAREST.
        num_pix: pixels along a side.
    """
    shape: dict[str, Any] = {
        "center_x": uniform(-0.2, 0.2),
        "center_y": uniform(-0.2, 0.2),
        "magnitude": uniform(21.0, 23.0) if source == NEAREST else 22.0,
    }
    if source == SERSIC:
        shape |= {"R_sersic": 0.3, "n_sersic": uniform(0.8, 2.5), "e1": 0.1, "e2": uniform(-0.2, 0.2)}
    elif source == NEAREST:
        near = {"magnitude": "LIGHT_PROFILE_1-magnitude", "redshift": "REDSHIFT"}
        shape |= {"image": {"FILE": str(images), "TABLE": str(images.with_suffix(".csv"))}}
        shape |= {"image_index": {"NEAREST": near}, "scale": "physical", "flip": "random", "phi_G": "random"}
    else:
        shape |= {"image": str(images), "scale": SOURCE_SCALE, "phi_G": uniform(-3.0, 3.0)}
        shape["order"] = 3 if source == CUBIC else 1
    lens = {"theta_E": uniform(0.8, 1.6), "gamma": uniform(1.8, 2.2), "e1": uniform(-0.2, 0.2), "e2": 0.1}
    exposure = {"exposure_time": 90, "num_exposures": 10, "magnitude_zero_point": 30}
    return Simulator(
        {
            "DATASET": {"NAME": "stacks", "PARAMETERS": {"SIZE": 1, "OUTDIR": "out"}},
            "COSMOLOGY": {"NAME": "FlatLambdaCDM", "PARAMETERS": {"H0": 70, "Om0": 0.3}},
            "IMAGE": {
                "PARAMETERS": {
                    **{"numPix": num_pix, "pixel_scale": PIXEL_SCALE, "psf_type": "GAUSSIAN"},
                    **{"exposure_time": exposure.pop("exposure_time"), "read_noise": 7},
                }
            },
            "SURVEY": {"PARAMETERS": {**exposure, "BANDS": "g", "seeing": 0.15, "sky_brightness": 22.0}},
            "SPECIES": {
                "GALAXY_1": {"NAME": "LENS", "MASS_PROFILE_1": {"NAME": "EPL", "PARAMETERS": lens}},
                "GALAXY_2": {
                    "NAME": "SOURCE",
                    "LIGHT_PROFILE_1": {
                        "NAME": SERSIC if source == SERSIC else LINEAR,
                        "PARAMETERS": shape,
                    },
                },
            },
            "GEOMETRY": {
                "CONFIGURATION_1": {
                    "FRACTION": 1,
                    "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.5}},
                    "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.5}},
                }
            },
        }
    )


def tasks(sim: Simulator, source: str, batch: int) -> list[Task]:
    """What is timed, in the order of TASKS.

    Args:
        sim: the simulator.
        source: the name of the source's kind.
        batch: systems at a time.
    """
    params = sim.sample(key(), batch)
    names = ("PLANE_2-OBJECT_1-LIGHT_PROFILE_1-center_x", "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E")
    own = {name: params[name] for name in names}

    @jax.jit
    def gradient(own: dict[str, jax.Array]) -> dict[str, jax.Array]:
        return jax.grad(lambda own: jnp.sum(sim.render({**params, **own}) ** 2))(own)

    runs: tuple[Callable[[], object], ...] = (
        lambda: jax.block_until_ready(sim(key(), batch)[0]),
        lambda: jax.block_until_ready(sim.render(params)),
        lambda: jax.block_until_ready(gradient(own)),
    )
    return [Task(task, source, run, batch, batch) for task, run in zip(TASKS, runs, strict=True)]


def ratios(found: list[Timed]) -> dict[tuple[str, str], float]:
    """The time of a system over that of a Sersic source, by task and source."""
    seconds = {(one.workload, one.method): one.seconds or np.nan for one in found}
    return {(task, source): value / seconds[task, SERSIC] for (task, source), value in seconds.items()}


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 0 where linear interpolation is within TARGET of a Sersic source, else 1.

    Also where the image is the nearest one.
    """
    parser = argparse.ArgumentParser(prog="python -m validation.speed.stacks", description=__doc__)
    parser.add_argument("--batch", type=int, default=64, help="systems at a time (default: 64)")
    parser.add_argument("--repeats", type=int, default=9, help="how often each is timed (default: 9)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "galaxies.npy"
        np.save(path, stack(GALAXIES, SIDE))
        path.with_suffix(".csv").write_text(table(GALAXIES))
        sources = (SERSIC, LINEAR, NEAREST, CUBIC)
        made = [tasks(simulator(source, path), source, options.batch) for source in sources]
        found = measure([task for each in made for task in each], options.repeats, seconds=0.3)
    by_name = ratios(found)
    print(f"| task | source | systems/s | time over that of {SERSIC} |\n|---|---|---|---|")
    for one in sorted(found, key=lambda one: TASKS.index(one.workload)):
        ratio = by_name[one.workload, one.method]
        print(f"| {one.workload} | {one.method} | {one.per_second:,.0f} | {ratio:.2f} |")
    return int(max(by_name[task, source] for task in TASKS for source in (LINEAR, NEAREST)) > TARGET)


if __name__ == "__main__":
    sys.exit(main())
