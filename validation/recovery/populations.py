"""A population recovered by `fit_population`: `python -m validation.recovery.populations`.

2,000 lenses are drawn from a file for each of five seeds.  The mean and width of theta_E and the mean seeing
are fitted, starting from a file in which they are 30% smaller.  Prints a table, and exits with 1 if a value
is more than 5% or three bootstrap errors from the truth.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from typing import Any

import jax
import numpy as np

import jaxlens
from jaxlens.populations.fit_population import fit_population
from jaxlens.populations.result import PopulationFit

LENS = "SPECIES.GALAXY_1.MASS_PROFILE_1.theta_E"
# The true hyperparameters (arcsec) by path in the file.
TRUTH = {f"{LENS}.mean": 1.2, f"{LENS}.std": 0.2, "SURVEY.seeing.mean": 0.8}
# The start of the fit in units of the truth.
START = 0.7
SEEDS = (1, 2, 3, 4, 5)
# Lenses for each seed.
IMAGES = 2_000
# Largest error, as a fraction of the truth.
MAX_OFFSET = 0.05
# Largest error, in bootstrap errors.
MAX_SIGMA = 3.0


def configuration(theta_E: float, width: float, seeing: float) -> dict[str, Any]:
    """The file of elliptical galaxies that lens blue ones, observed from the ground in one band.

    Args:
        theta_E: mean of the Einstein radii in arcsec.
        width: their standard deviation before truncation.
        seeing: mean of the seeing in arcsec.
    """
    round_ish, faint_shear, near = _normal(0.0, 0.1), _normal(0.0, 0.03), _normal(0.0, 0.2)
    lens = {
        "NAME": "LENS",
        "LIGHT_PROFILE_1": _sersic(_normal(20.0, 0.4), (0.5, 1.0), (3.0, 5.0), round_ish),
        "MASS_PROFILE_1": {
            "NAME": "SIE",
            "PARAMETERS": {"theta_E": _normal(theta_E, width, [0.1, 3.0]), "e1": round_ish, "e2": round_ish},
        },
        "SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": {"gamma1": faint_shear, "gamma2": faint_shear}},
    }
    light = _sersic(_normal(22.0, 0.4), (0.2, 0.4), (0.8, 2.0), _normal(0.0, 0.15))
    light["PARAMETERS"] |= {"center_x": near, "center_y": near}
    planes = {
        f"PLANE_{k}": {"OBJECT_1": name, "PARAMETERS": {"REDSHIFT": z}}
        for k, name, z in ((1, "LENS", 0.4), (2, "SOURCE", 1.5))
    }
    image = {"exposure_time": 30, "numPix": 32, "pixel_scale": 0.2, "psf_type": "GAUSSIAN", "read_noise": 9}
    survey = {"BANDS": "i", "seeing": _normal(seeing, 0.05, [0.2, 2.0]), "magnitude_zero_point": 27.9}
    return {
        "DATASET": {"NAME": "Population", "PARAMETERS": {"SIZE": IMAGES, "OUTDIR": "Population"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey | {"sky_brightness": 20.5, "num_exposures": 184}},
        "SPECIES": {"GALAXY_1": lens, "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": light}},
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "LENSES", "FRACTION": 1.0} | planes},
    }


def _normal(mean: float, std: float, truncate: list[float] | None = None) -> dict[str, Any]:
    bounds = {"TRUNCATE": truncate} if truncate else {}
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}} | bounds}


def _uniform(low: float, high: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}


def _sersic(
    magnitude: dict[str, Any], radius: tuple[float, float], index: tuple[float, float], shape: dict[str, Any]
) -> dict[str, Any]:
    sizes = {"magnitude": magnitude, "R_sersic": _uniform(*radius), "n_sersic": _uniform(*index)}
    return {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": sizes | {"e1": shape, "e2": shape}}


def mock_images(seed: int, count: int) -> np.ndarray:
    """`count` images of the true population, (count, 1, 32, 32)."""
    sim = jaxlens.Simulator(configuration(*TRUTH.values()))
    key = jax.random.key(seed, impl="threefry2x32")
    parts = [sim(key, 250, start=first)[0] for first in range(0, count, 250)]
    return np.concatenate([np.asarray(part) for part in parts])[:count]


def recovered(seed: int, count: int = IMAGES) -> PopulationFit:
    """The fit of `count` mock images, started 30% below the truth."""
    start = jaxlens.Simulator(configuration(*(START * value for value in TRUTH.values())))
    return fit_population(start, mock_images(seed, count), free=list(TRUTH), key=jax.random.key(seed))


def main(arguments: list[str] | None = None) -> int:
    """Fit and print; 0 if every value is recovered, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.recovery.populations", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=SEEDS, help="seeds of the images (1 to 5)")
    options = parser.parse_args(arguments)
    print(f"jax {jax.__version__} on {jax.devices()[0].device_kind}, Python {platform.python_version()}")
    print(f"{IMAGES} images a seed, started at {START:g} of the truth")
    print(
        f"{'seed':>4} {'hyperparameter':<46} {'truth':>6} {'found':>7} {'error':>7} {'off':>7} {'sigma':>6}"
    )
    results = [_report(seed) for seed in options.seeds]
    return int(not all(results))


def _report(seed: int) -> bool:
    """Fit and print one seed; whether every value is recovered."""
    started = time.perf_counter()
    result = recovered(seed)
    seconds = time.perf_counter() - started
    good = result.converged
    for path, truth in TRUTH.items():
        found, error = result.hyperparameters[path], result.errors[path]
        off, sigma = (found - truth) / truth, (found - truth) / error
        good = good and abs(off) <= MAX_OFFSET and abs(sigma) <= MAX_SIGMA
        print(f"{seed:4} {path:<46} {truth:6.3f} {found:7.4f} {error:7.4f} {off:+7.2%} {sigma:+6.2f}")
    steps, verdict = len(result.history), "recovered" if good else "MISSED"
    print(f"{seed:4} {verdict} in {steps} steps, {seconds:.0f} s with compiling", flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main())
