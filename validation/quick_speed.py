"""Images per second, jaxlens beside lenstronomy: `python validation/quick_speed.py`.

One band, 100 x 100 pixels: SIE and shear, a Sersic lens and a Sersic source, Gaussian PSF, noise; random
parameters in every image.  The median of several runs after compilation, which is given apart; both in
the same process on the same machine.  lenstronomy goes through its SimulationAPI, one image after another.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import jax
import numpy as np

from jaxlens import Simulator, load_config
from validation.extras import MissingExtra, lenstronomy_version
from validation.scene_configs import uniform

BATCHES = (1, 16, 128)
LENSTRONOMY_IMAGES = 20


def configuration(num_pix: int = 100) -> dict[str, Any]:
    """The file of the benchmark."""

    def sersic(magnitude: float, low: float, high: float, offset: float) -> dict[str, Any]:
        parameters = {"magnitude": magnitude, "R_sersic": uniform(low, high), "n_sersic": uniform(1.0, 4.0)}
        parameters |= {"e1": uniform(-0.2, 0.2), "e2": uniform(-0.2, 0.2)}
        parameters |= {"center_x": uniform(-offset, offset), "center_y": uniform(-offset, offset)}
        return {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": parameters}

    sie: dict[str, Any] = {"theta_E": uniform(0.8, 1.6), "e1": uniform(-0.2, 0.2), "e2": uniform(-0.2, 0.2)}
    sie |= {"center_x": 0.0, "center_y": 0.0}
    shear = {"gamma1": uniform(-0.05, 0.05), "gamma2": uniform(-0.05, 0.05)}
    image = {
        "exposure_time": 90,
        "numPix": num_pix,
        "pixel_scale": 0.1,
        "psf_type": "GAUSSIAN",
        "read_noise": 7,
    }
    survey = {"BANDS": "g", "seeing": 0.6, "magnitude_zero_point": 30.0, "sky_brightness": 23.5}
    return {
        "DATASET": {"NAME": "speed", "PARAMETERS": {"SIZE": 1, "OUTDIR": "speed", "SEED": 0}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey | {"num_exposures": 10}},
        "SPECIES": {
            "GALAXY_1": {
                "NAME": "LENS",
                "LIGHT_PROFILE_1": sersic(19.0, 0.5, 1.0, 0.0),
                "MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": sie},
                "SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": shear},
            },
            "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": sersic(22.0, 0.1, 0.4, 0.3)},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "GALAXY_GALAXY",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.4}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.5}},
            }
        },
    }


def seconds(task: Callable[[], object], repeats: int) -> float:
    """The median time of a task."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def jaxlens_speed(simulator: Simulator, batch: int, repeats: int) -> tuple[float, float]:
    """Images per second (sampled, rendered, with noise), and seconds until the first batch is there."""
    key = jax.random.key(0, impl="threefry2x32")
    start = time.perf_counter()
    program = jax.jit(lambda key, first: simulator(key, batch, first)[0])
    jax.block_until_ready(program(key, 0))
    compilation = time.perf_counter() - start
    firsts = iter(range(batch, 10**9, batch))
    return batch / seconds(lambda: jax.block_until_ready(program(key, next(firsts))), repeats), compilation


def lenstronomy_speed(simulator: Simulator, repeats: int) -> float:
    """Images per second of lenstronomy, with noise, for systems that jaxlens has drawn.

    Its models are built once, outside the time: only parameters change from image to image.
    """
    from lenstronomy.SimulationAPI.sim_api import SimAPI

    params = simulator.sample(jax.random.key(0, impl="threefry2x32"), LENSTRONOMY_IMAGES)
    arrays = {name: np.asarray(value, dtype=float) for name, value in params.items()}
    rows = [{name: value[i] for name, value in arrays.items()} for i in range(LENSTRONOMY_IMAGES)]
    names = ("pixel_scale", "exposure_time", "num_exposures", "magnitude_zero_point", "seeing")
    band = {name: float(rows[0][name]) for name in (*names, "read_noise", "sky_brightness")}
    models = {"lens_model_list": ["SIE", "SHEAR"]}
    models |= {kind: ["SERSIC_ELLIPSE"] for kind in ("lens_light_model_list", "source_light_model_list")}
    sim = SimAPI(simulator.scene.num_pix, band, models)
    image_model = sim.image_model_class({})

    def task() -> None:
        for row in rows:
            galaxy, source = ([_part(row, f"PLANE_{k}-OBJECT_1-LIGHT_PROFILE_1-")] for k in (1, 2))
            galaxy, source, _ = sim.magnitude2amplitude(galaxy, source)
            lens = [_part(row, f"PLANE_1-OBJECT_1-{kind}_PROFILE_1-") for kind in ("MASS", "SHEAR")]
            image = image_model.image(lens, source, galaxy)
            image += sim.noise_for_model(image)

    return LENSTRONOMY_IMAGES / seconds(task, repeats)


def _part(row: dict[str, np.ndarray], prefix: str) -> dict[str, float]:
    """The parameters of one profile."""
    return {name[len(prefix) :]: float(value) for name, value in row.items() if name.startswith(prefix)}


def machine() -> str:
    """What this ran on."""
    versions = (
        f"Python {platform.python_version()}, jax {jax.__version__}, lenstronomy {lenstronomy_version()}"
    )
    devices = ", ".join(sorted({device.device_kind for device in jax.devices()}))
    return f"{versions}; {os.cpu_count()} CPU cores; jax device: {devices}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 where lenstronomy is missing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=7, help="runs of which the median counts (7)")
    parser.add_argument("--batch", type=int, nargs="+", default=BATCHES, help="batch sizes of jaxlens")
    options = parser.parse_args(arguments)
    try:
        print(machine())
    except MissingExtra as error:
        print(error, file=sys.stderr)
        return 1
    simulator = Simulator(load_config(configuration()))
    peer = lenstronomy_speed(simulator, options.repeats)
    print("galaxy-galaxy, one band, 100 x 100 pixels, float32, with noise")
    print(f"{'':<26}{'images/s':>10}{'ratio':>9}{'compilation':>14}")
    print(f"{'lenstronomy, one by one':<26}{peer:>10.1f}{1.0:>9.1f}{'-':>14}")
    for batch in options.batch:
        speed, compilation = jaxlens_speed(simulator, batch, options.repeats)
        print(f"{f'jaxlens, batches of {batch}':<26}{speed:>10.1f}{speed / peer:>9.1f}{compilation:>12.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
