"""One mock lens whose posterior is sampled and compared with its fit, for the examples of samplers."""

from __future__ import annotations

import argparse
import time
from typing import Any

import jax
import pandas as pd

from jaxlens.fitting.fit import fit
from jaxlens.fitting.posteriors.posterior_draws import Posterior
from jaxlens.fitting.result import FitResult
from jaxlens.simulator.simulator import Simulator

Node = dict[str, Any]


# Standard deviations of the fit: the largest difference of the means of draws and fit.
MAX_OFFSET = 0.3
# The largest relative difference of the standard deviations of draws and fit.
MAX_EXCESS = 0.15


def main(method: str, purpose: str, arguments: list[str] | None = None) -> int:
    """Fit the mock lens, sample its posterior and print both.

    Args:
        method: a method of `FitResult.sample`.
        purpose: the purpose of the program, for its help text.
        arguments: the arguments of the program, by default those of the command line.

    Returns:
        The exit code: 0 where fit and draws agree, else 1.
    """
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--samples", type=int, default=500, help="draws of each of four chains (500)")
    parser.add_argument("--warmup", type=int, default=200, help="draws before, that adapt the step (200)")
    parser.add_argument("--num-pix", type=int, default=40, help="side of the image in pixels (40)")
    parser.add_argument("--seed", type=int, default=4, help="seed of the lens (4)")
    options = parser.parse_args(arguments)
    sim, images = mock(options.num_pix, options.seed)
    result = fit(sim, images)
    started = time.perf_counter()
    posterior = result.sample(method, options.samples, warmup=options.warmup)
    print(f"{posterior!r} in {time.perf_counter() - started:.1f} s, compilation included")
    table = comparison(result, posterior)
    print(table.to_string(float_format="{:.4f}".format))
    offset, excess = table["offset"].abs().max(), (table["ratio"] - 1.0).abs().max()
    print(f"means differ from the fit by at most {offset:.2f} sigma, standard deviations by {excess:.0%}")
    return 0 if offset < MAX_OFFSET and excess < MAX_EXCESS else 1


def mock(num_pix: int, seed: int) -> tuple[Simulator, jax.Array]:
    """A simulator of arcs without light of the lens, and one image (1, 1, num_pix, num_pix) of it."""
    sim = Simulator(mock_file(num_pix))
    images, _ = sim(seed, 1)
    return sim, images


def comparison(result: FitResult, posterior: Posterior) -> pd.DataFrame:
    """A row for each parameter: value and error of the fit, mean and standard deviation of the draws.

    The column `offset` is the difference of the means over the error, and `ratio` is the standard deviation
    over the error.
    """
    mean, std = posterior.mean[0], posterior.std[0]
    columns = {"fit": result.values[0], "sigma": result.sigma[0], "mean": mean, "std": std}
    table = pd.DataFrame(columns, index=list(result.names))
    table["offset"] = (table["mean"] - table["fit"]) / table["sigma"]
    table["ratio"] = table["std"] / table["sigma"]
    return table


def mock_file(num_pix: int = 40) -> Node:
    """A configuration in one band; nine parameters of a system vary.

    >>> Simulator(mock_file()).scene.num_pix
    40
    """
    return {
        "DATASET": {"NAME": "MockArcs", "PARAMETERS": {"SIZE": 1, "OUTDIR": "MockArcs", "SEED": 3}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": _EXPOSURE | {"numPix": num_pix}},
        "SURVEY": {"PARAMETERS": _SURVEY},
        "SPECIES": {"GALAXY_1": _LENS, "GALAXY_2": _SOURCE},
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "ARCS",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.5}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 2.0}},
            }
        },
    }


def _normal(mean: float, std: float) -> Node:
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


def _uniform(low: float, high: float) -> Node:
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}


_EXPOSURE = {"exposure_time": 500, "read_noise": 4, "pixel_scale": 0.1, "psf_type": "GAUSSIAN"}
_SURVEY = {
    "BANDS": "F160W",
    "seeing": 0.16,
    "magnitude_zero_point": 25.96,
    "sky_brightness": 22.3,
    "num_exposures": 4,
}
_LENS = {
    "NAME": "LENS",
    "MASS_PROFILE_1": {
        "NAME": "SIE",
        "PARAMETERS": {"theta_E": _uniform(0.7, 1.1), "e1": _normal(0.0, 0.1), "e2": _normal(0.0, 0.1)},
    },
    "SHEAR_PROFILE_1": {
        "NAME": "SHEAR",
        "PARAMETERS": {"gamma1": _normal(0.0, 0.04), "gamma2": _normal(0.0, 0.04)},
    },
}
_SOURCE = {
    "NAME": "SOURCE",
    "LIGHT_PROFILE_1": {
        "NAME": "SERSIC_ELLIPSE",
        "PARAMETERS": {
            "magnitude": _normal(22.8, 0.3),
            "R_sersic": _uniform(0.1, 0.6),
            "n_sersic": 1.0,
            "e1": 0.1,
            "e2": -0.05,
            "center_x": _normal(0.1, 0.1),
            "center_y": _normal(-0.05, 0.1),
        },
    },
}
