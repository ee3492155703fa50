"""One mock lens and its posterior density, for the examples of samplers.

A sampler needs a function of numbers without bounds that vary alike.  Here that is the log posterior of
`Simulator.log_posterior` in the coordinates z in which the Laplace approximation of `jaxlens.fit` is a
standard normal: u = u_best + L z with L L^T the covariance, and the parameters x = transform(u).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from jaxlens.fitting.fit import fit
from jaxlens.fitting.result import FitResult
from jaxlens.simulator.simulator import Simulator

Node = dict[str, Any]


class Whitened(NamedTuple):
    """A posterior around its maximum: its log density at z (k,) and the parameters there, pure functions."""

    log_density: Callable[[jax.Array], jax.Array]
    numbers: Callable[[jax.Array], jax.Array]


Draw = Callable[[Whitened, int, int, int, int], np.ndarray]

# How far the draws may be from a Gaussian of the fit's errors, in these errors.
OFFSET, RATIO = 0.3, 0.15


def main(draws: Draw, purpose: str, arguments: list[str] | None = None) -> int:
    """Fit the mock lens, sample its posterior, print both: 0 where they agree, else 1."""
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--samples", type=int, default=2000, help="how many draws are kept (2000)")
    parser.add_argument("--warmup", type=int, default=500, help="how many find the step before (500)")
    parser.add_argument("--num-pix", type=int, default=40, help="the image's side in pixels (40)")
    parser.add_argument("--seed", type=int, default=4, help="of the lens and of the draws (4)")
    options = parser.parse_args(arguments)
    sim, images = mock(options.num_pix, options.seed)
    result = fit(sim, images)
    posterior = whitened(sim, images, result)
    began = time.perf_counter()
    drawn = draws(posterior, len(result.names), options.warmup, options.samples, options.seed)
    print(f"{options.samples} draws in {time.perf_counter() - began:.1f} s, compilation included")
    table = beside(result, drawn)
    print(table.to_string(float_format="{:.4f}".format))
    off, wide = table["offset"].abs().max(), (table["ratio"] - 1.0).abs().max()
    print(f"means differ from the fit by at most {off:.2f} sigma, standard deviations by {wide:.0%}")
    return 0 if off < OFFSET and wide < RATIO else 1


def whitened(sim: Simulator, images: jax.Array, result: FitResult) -> Whitened:
    """The posterior of one image (1, 1, y, x) of one band around the fit of it."""
    best, transform = jnp.asarray(result.unconstrained[0]), result.transform
    root = jnp.asarray(np.linalg.cholesky(result.unconstrained_covariance[0]), best.dtype)
    others = {name: jnp.asarray(value) for name, value in result.params.items()}

    def unconstrained(z: jax.Array) -> jax.Array:
        return best + jnp.matmul(root, z, precision="highest")

    def numbers(z: jax.Array) -> jax.Array:
        return transform.constrained(unconstrained(z))

    def log_density(z: jax.Array) -> jax.Array:
        free = {name: x[None] for name, x in zip(result.names, numbers(z), strict=True)}
        # a density in x is one in u after the slope dx/du; L is the same everywhere
        slope = jnp.sum(transform.log_derivative(unconstrained(z)))
        return sim.log_posterior(others | free, images, names=result.names)[0] + slope

    return Whitened(log_density, numbers)


def mock(num_pix: int, seed: int) -> tuple[Simulator, jax.Array]:
    """A simulator of arcs without their lens galaxy, and an image (1, 1, num_pix, num_pix) of it."""
    sim = Simulator(mock_file(num_pix))
    images, _ = sim(jax.random.key(seed, impl="threefry2x32"), 1)
    return sim, images


def beside(result: FitResult, draws: np.ndarray) -> pd.DataFrame:
    """Value and error of the fit beside mean and standard deviation of the draws (samples, k)."""
    mean, std = draws.mean(axis=0), draws.std(axis=0)
    columns = {"fit": result.values[0], "sigma": result.sigma[0], "mean": mean, "std": std}
    table = pd.DataFrame(columns, index=list(result.names))
    table["offset"] = (table["mean"] - table["fit"]) / table["sigma"]
    table["ratio"] = table["std"] / table["sigma"]
    return table


def mock_file(num_pix: int = 40) -> Node:
    """A file of one configuration and one band; nine numbers of a system vary.

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
