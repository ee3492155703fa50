"""One mock lens and its posterior density, for the examples of samplers.

A sampler works best in coordinates without bounds and with unit variance.  Here these are the coordinates z
in which the Laplace approximation of `jaxlens.fit` is a standard normal: u = u_best + L z, where L L^T is the
covariance, and the parameters are x = transform(u).  The density is that of `Simulator.log_posterior`.
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
    """A posterior in coordinates z (k,) in which it is about a standard normal, as pure functions.

    Attributes:
        log_density: the log of the density of z, up to a constant.
        parameters: the free parameters at z, (k,).
    """

    log_density: Callable[[jax.Array], jax.Array]
    parameters: Callable[[jax.Array], jax.Array]


# A function that returns draws (samples, k).  Its arguments are the posterior, k, the number of draws of the
# warm-up, the number of draws that are kept, and the seed.
Sampler = Callable[[Whitened, int, int, int, int], np.ndarray]

# Standard deviations of the fit: the largest difference of the means of draws and fit.
MAX_OFFSET = 0.3
# The largest relative difference of the standard deviations of draws and fit.
MAX_EXCESS = 0.15


def main(sampler: Sampler, purpose: str, arguments: list[str] | None = None) -> int:
    """Fit the mock lens, sample its posterior and print both.

    Args:
        sampler: the function that draws from the posterior.
        purpose: the purpose of the program, for its help text.
        arguments: the arguments of the program, by default those of the command line.

    Returns:
        The exit code: 0 where fit and draws agree, else 1.
    """
    parser = argparse.ArgumentParser(description=purpose)
    parser.add_argument("--samples", type=int, default=2000, help="draws that are kept (2000)")
    parser.add_argument("--warmup", type=int, default=500, help="draws before, that adapt the step (500)")
    parser.add_argument("--num-pix", type=int, default=40, help="side of the image in pixels (40)")
    parser.add_argument("--seed", type=int, default=4, help="seed of the lens and of the draws (4)")
    options = parser.parse_args(arguments)
    sim, images = mock(options.num_pix, options.seed)
    result = fit(sim, images)
    posterior = whitened(sim, images, result)
    started = time.perf_counter()
    drawn = sampler(posterior, len(result.names), options.warmup, options.samples, options.seed)
    print(f"{options.samples} draws in {time.perf_counter() - started:.1f} s, compilation included")
    table = comparison(result, drawn)
    print(table.to_string(float_format="{:.4f}".format))
    offset, excess = table["offset"].abs().max(), (table["ratio"] - 1.0).abs().max()
    print(f"means differ from the fit by at most {offset:.2f} sigma, standard deviations by {excess:.0%}")
    return 0 if offset < MAX_OFFSET and excess < MAX_EXCESS else 1


def whitened(sim: Simulator, images: jax.Array, result: FitResult) -> Whitened:
    """The posterior of one image in one band, in coordinates in which it is about a standard normal.

    Args:
        sim: the simulator that was fitted.
        images: the image, (1, 1, y, x).
        result: the fit of the image.

    Returns:
        The posterior.
    """
    best, transform = jnp.asarray(result.unconstrained[0]), result.transform
    root = jnp.asarray(np.linalg.cholesky(result.unconstrained_covariance[0]), best.dtype)
    others = {name: jnp.asarray(value) for name, value in result.params.items()}

    def unconstrained(z: jax.Array) -> jax.Array:
        return best + jnp.matmul(root, z, precision="highest")

    def parameters(z: jax.Array) -> jax.Array:
        return transform.constrained(unconstrained(z))

    def log_density(z: jax.Array) -> jax.Array:
        free = {name: x[None] for name, x in zip(result.names, parameters(z), strict=True)}
        # p(u) = p(x) dx/du; the determinant of du/dz = L is left out, because it is constant
        jacobian = jnp.sum(transform.log_derivative(unconstrained(z)))
        return sim.log_posterior(others | free, images, names=result.names)[0] + jacobian

    return Whitened(log_density, parameters)


def mock(num_pix: int, seed: int) -> tuple[Simulator, jax.Array]:
    """A simulator of arcs without light of the lens, and one image (1, 1, num_pix, num_pix) of it."""
    sim = Simulator(mock_file(num_pix))
    images, _ = sim(jax.random.key(seed, impl="threefry2x32"), 1)
    return sim, images


def comparison(result: FitResult, draws: np.ndarray) -> pd.DataFrame:
    """A row for each parameter: value and error of the fit, mean and standard deviation of the draws.

    `draws` are (samples, k).  The column `offset` is the difference of the means over the error, and `ratio`
    is the standard deviation over the error.
    """
    mean, std = draws.mean(axis=0), draws.std(axis=0)
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
