"""A small lensed quasar for tests: its file, its model, and the numbers of the lens by hand."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.kernels.types import Params
from jaxlens.modelling.bases import MultiGaussian
from jaxlens.modelling.quasars.problem import QuasarProblem, quasar_problem

HOST = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"
Z_LENS, Z_SOURCE = 0.5, 1.7
THETA_E, BETA = 1.0, 0.2
# The images of a singular isothermal sphere at 0: on the line of source and lens, at BETA +- THETA_E.
POSITIONS = np.array([[BETA + THETA_E, 0.0], [BETA - THETA_E, 0.0]])
PIXEL = 0.2
NUM_PIX = 16


def normal(mean: float, std: float) -> dict[str, Any]:
    """The entry of a parameter with a normal distribution."""
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


def file() -> dict[str, Any]:
    """An SIS and shear in front of a host, with a free H0."""
    middle: dict[str, Any] = {"center_x": 0.0, "center_y": 0.0}
    shear = {"gamma1": normal(0.0, 0.05), "gamma2": 0.0}
    host: dict[str, Any] = {"magnitude": 22.0, "R_sersic": 0.3, "n_sersic": 1.0, "e1": 0.1, "e2": 0.0}
    host |= {"center_x": normal(BETA, 0.1), "center_y": normal(0.0, 0.1)}
    image = {"numPix": NUM_PIX, "pixel_scale": PIXEL, "psf_type": "NONE", "exposure_time": 1000}
    return {
        "DATASET": {"NAME": "QUAD", "PARAMETERS": {"SIZE": 1, "OUTDIR": "quad", "SEED": 0}},
        "COSMOLOGY": {"PARAMETERS": {"H0": normal(70.0, 10.0), "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image | {"read_noise": 4, "ccd_gain": 1}},
        "SURVEY": {
            "PARAMETERS": {
                "BANDS": "i",
                "seeing": 0.3,
                "magnitude_zero_point": 26.0,
                "sky_brightness": 22,
                "num_exposures": 1,
            }
        },
        "SPECIES": {
            "GALAXY_1": {
                "NAME": "LENS",
                "MASS_PROFILE_1": {"NAME": "SIS", "PARAMETERS": {"theta_E": normal(THETA_E, 0.1)} | middle},
                "SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": shear},
            },
            "GALAXY_2": {
                "NAME": "SOURCE",
                "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": host},
            },
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "QUAD",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": Z_LENS}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": Z_SOURCE}},
            }
        },
    }


@cache
def simulator() -> Simulator:
    """The simulator of `file`."""
    return Simulator(file())


@cache
def small_problem(fluxes: str = "free", own_center: bool = True) -> QuasarProblem:
    """The model of the quasar, in double precision."""
    with jax.enable_x64(True):
        return quasar_problem(
            simulator(),
            (MultiGaussian(HOST, 3, 0.1, 0.5),),
            POSITIONS,
            PIXEL,
            fluxes=fluxes,
            host=None if own_center else HOST,
            delays=True,
        )


def sphere_params(problem: QuasarProblem, **changes: float) -> Params:
    """The parameters of the isothermal sphere with the quasar at BETA, where nothing else is said.

    Args:
        problem: of `small_problem`.
        **changes: values by the ends of the names, such as `theta_E`.
    """
    params = {name: jnp.asarray(value, jnp.result_type(float)) for name, value in problem.base.items()}
    params |= {f"{MASS}-theta_E": jnp.asarray(THETA_E), "H0": jnp.asarray(70.0)}
    params["PLANE_1-OBJECT_1-SHEAR_PROFILE_1-gamma1"] = jnp.asarray(0.0)
    for i, place in enumerate(POSITIONS):
        for axis, value in zip("xy", place, strict=True):
            params[f"QUASAR-IMAGE_{i + 1}-{axis}"] = jnp.asarray(value)
    for axis, value in zip(problem.quasar.center, (BETA, 0.0), strict=True):
        params[axis] = jnp.asarray(value)
    for ending, value in changes.items():
        (name,) = [name for name in params if name.endswith(ending)]
        params[name] = jnp.asarray(value)
    return params
