"""A small lens at the parameters of its mock, as the result of a fit that has found them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np

from jaxlens.modelling.descent import solution_at
from jaxlens.modelling.joint_problem import joint_problem
from jaxlens.modelling.lens_data import lens_data
from jaxlens.modelling.model import Settings
from jaxlens.modelling.problem import LensProblem, lens_problem
from jaxlens.simulator.simulator import Simulator
from tests.modelling.joint_mocks import (
    BASES,
    LIGHT,
    TRUTH,
    configuration,
    kernel,
    observed,
    pixel_map,
    rendered,
    windows_of,
)
from tests.modelling.samples.conftest import made_up_fit

SIGMA, SKY, RADIUS = 0.05, 0.1, 1.2


def values_of(problem: LensProblem, **changed: float) -> dict[str, np.ndarray]:
    """All parameters of the mock, with some of them changed."""
    base = {name: np.asarray(value) for name, value in problem.base.items()}
    return base | {name: np.asarray(v) for name, v in {**TRUTH, f"{LIGHT}-e1": 0.1, **changed}.items()}


@cache
def fitted_mock() -> Any:
    """A fit whose `light` and `lens_light` are the images of the simulator that made it, without noise."""
    sim = Simulator(configuration("g"))
    with jax.enable_x64(True):
        problem = lens_problem(sim, BASES)
    windows, psf = windows_of(sim), kernel(1.0)
    images = [
        rendered(windows, values_of(problem, **changed), pixel_map(), psf)
        for changed in ({}, {"PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude": 60.0})
    ]
    noise = SIGMA * np.random.default_rng(8).normal(size=images[0].shape)
    seen = observed(images[0] + noise + SKY, SIGMA, psf, bands=("g",))
    with jax.enable_x64(True):
        stack = lens_data(sim, seen, RADIUS)
        problem = joint_problem(problem, stack)
        values = values_of(problem)
        point = problem.unconstrained(np.array([values[name] for name in problem.names]))
        settings = Settings(np.ones(len(problem.names)), np.full(problem.lens.count, 1e-8))
        found = solution_at(problem, stack.data, settings, point)
    weight = np.asarray(stack.data.weight)
    sigma = np.divide(1.0, weight, out=np.ones_like(weight), where=weight > 0.0)
    residual = np.reshape(np.asarray(found.residual), weight.shape)
    shape = (1, -1, *weight.shape[2:])
    fit = made_up_fit().fit
    numbers = {
        "names": problem.names,
        "values": problem.constrained(point)[None],
        "covariance": 1e-4 * np.eye(len(point))[None],
        "unconstrained": point[None],
        "bands": ("g",),
        "images": np.reshape(stack.data.image, shape),
        "model": np.reshape(stack.data.image - residual * sigma, shape),
        "noise_sigma": np.reshape(sigma, shape),
        "mask": np.reshape(weight > 0.0, shape),
    }
    return SimpleNamespace(
        **{**vars(made_up_fit()), "fit": replaced(fit, numbers), "amplitudes": np.asarray(found.amplitudes)}
        | {"rungs": (SimpleNamespace(label="SIE + shear", point=point),), "settings": settings},
        problem=problem,
        data=stack.data,
        images=stack,
        light=images[0],
        lens_light=images[1],
    )


def replaced(fit: Any, numbers: dict[str, Any]) -> Any:
    """A result with other parameters, whose priors are of nothing in particular."""
    k = len(numbers["names"])
    return replace(
        fit,
        **numbers,
        priors=("normal",) * k,
        unconstrained_covariance=1e-4 * np.eye(k)[None],
        transform=replace(
            fit.transform,
            **{n: np.resize(getattr(fit.transform, n), k) for n in ("low", "high", "center", "scale")},
        ),
        start_values=np.repeat(numbers["values"][:, None], 3, axis=1),
        at_bound=np.zeros((1, k), bool),
    )
