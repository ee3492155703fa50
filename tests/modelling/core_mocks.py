"""A small lens in one band: a power law with shear, whose image its own columns or the simulator make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import jaxlens
from jaxlens.modelling.amplitude_priors import first_precision
from jaxlens.modelling.bases import Basis, MultiGaussian, Sersic
from jaxlens.modelling.columns import columns
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem, lens_problem
from tests.modelling.joint_mocks import (
    LIGHT,
    MASS,
    PIXEL_SCALE,
    SOURCE,
    configuration,
    kernel,
    normal,
    pixel_map,
)

SIDE = 24
SIGMA = 0.02
# pixels along a side of the PSF, and its width
PSF = kernel(0.8)
SHEAR = "PLANE_1-OBJECT_1-MASS_PROFILE_2"
GAUSSIANS: tuple[Basis, ...] = (MultiGaussian(LIGHT, 4, 0.1, 0.8), MultiGaussian(SOURCE, 4, 0.05, 0.4))
SERSICS: tuple[Basis, ...] = (Sersic(LIGHT), Sersic(SOURCE))
# the fluxes of `GAUSSIANS`, of which two are 0
FLUXES = np.array([5.0, 0.0, 20.0, 10.0, 1.0, 3.0, 4.0, 0.0])
TRUTH = {
    f"{LIGHT}-e1": 0.06,
    f"{MASS}-theta_E": 0.93,
    f"{MASS}-e1": 0.06,
    f"{MASS}-gamma": 2.05,
    f"{SHEAR}-gamma1": 0.03,
    f"{SHEAR}-gamma2": -0.02,
    f"{SOURCE}-center_x": 0.05,
    f"{SOURCE}-center_y": -0.08,
    f"{SOURCE}-R_sersic": 0.27,
}


class Lens(NamedTuple):
    """A lens, its image, and what moves."""

    problem: LensProblem
    data: LensData
    settings: Settings

    @property
    def truth(self) -> np.ndarray:
        """The coordinates of the mock."""
        return self.problem.unconstrained(np.array([TRUTH[name] for name in self.problem.names]))


def tree(slope: bool = True, shear: bool = True) -> dict[str, Any]:
    """The file: its mass an ellipse, with a free slope or isothermal, with or without shear."""
    found = configuration("g")
    lens = found["SPECIES"]["GALAXY_1"]
    if slope:
        lens["MASS_PROFILE_1"]["NAME"] = "EPL"
        lens["MASS_PROFILE_1"]["PARAMETERS"]["gamma"] = normal(2.0, 0.1)
    if shear:
        own = {"gamma1": normal(0.0, 0.05), "gamma2": normal(0.0, 0.05)}
        lens["MASS_PROFILE_2"] = {"NAME": "SHEAR", "PARAMETERS": own}
    return found


def problem_of(bases: Sequence[Basis] = GAUSSIANS, slope: bool = True, shear: bool = True) -> LensProblem:
    """The model of the lens; its sky is known."""
    found = _problem_of(tuple(bases), slope, shear, jax.config.read("jax_enable_x64"))
    return replace(found, base=dict(found.base))


@cache
def _problem_of(bases: tuple[Basis, ...], slope: bool, shear: bool, x64: bool) -> LensProblem:
    """The model in one precision, with which modules share programs."""
    found = lens_problem(_simulator(slope, shear), bases)
    return replace(found, lens=replace(found.lens, sky=False))


@cache
def _simulator(slope: bool, shear: bool) -> jaxlens.Simulator:
    return jaxlens.Simulator(tree(slope, shear))


def empty_data(side: int = SIDE, scale: float = PIXEL_SCALE) -> LensData:
    """An image without light, with so many pixels of this size (arcsec)."""
    image = np.zeros((1, 1, side, side))
    grid = pixel_map() * (scale / PIXEL_SCALE)
    return LensData(image, np.full_like(image, 1.0 / SIGMA), PSF[None, None], grid[None, None])


def params_of(problem: LensProblem) -> dict[str, jnp.ndarray]:
    """The parameters of the mock."""
    own = {name: TRUTH[name] for name in problem.names}
    return {name: jnp.asarray(value, float) for name, value in {**problem.base, **own}.items()}


# the images of the functions, (bands, exposures, count, n, n)
images_of = jax.jit(columns, static_argnums=0)


def mock(
    problem: LensProblem,
    amplitudes: np.ndarray,
    seed: int | None = None,
    side: int = SIDE,
    scale: float = PIXEL_SCALE,
) -> Lens:
    """The image of these amplitudes.

    Args:
        problem: the model.
        amplitudes: of its functions, (count,).
        seed: of its noise; None: there is none.
        side: pixels along a side.
        scale: their size, arcsec.
    """
    data = empty_data(side, scale)
    each = np.asarray(images_of(problem.lens, params_of(problem), data))
    image = np.einsum("i,bei...->be...", amplitudes, each)
    if seed is not None:
        image = image + SIGMA * np.random.default_rng(seed).standard_normal(image.shape)
    data = data._replace(image=image)
    return Lens(problem, data, Settings(np.ones(len(problem.names)), first_precision(problem, data)))
