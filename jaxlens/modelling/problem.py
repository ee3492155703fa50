"""From a configuration to the model of a lens: which light is a basis, what moves, and where it is in u."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.fitting.free_parameters import Free, FreeParameters, free_parameters
from jaxlens.fitting.full_names import full_names
from jaxlens.fitting.posterior import Constants
from jaxlens.fitting.problem import problem
from jaxlens.kernels.types import Params
from jaxlens.modelling.bases import Basis
from jaxlens.modelling.model import LensModel
from jaxlens.simulator.simulator import Simulator

# Systems that are drawn to learn the scale in which linked parameters move.
DRAWS = 64


@dataclass(frozen=True, eq=False)
class LensProblem:
    """The model of a lens with its priors.

    Attributes:
        sim: the simulator of the configuration.
        lens: the static part of the model.
        constants: the priors and the transform.
        base: all parameters of a lens; the values of the free ones are not used.
        free: the free parameters.
        names: their names, with `-<band>` where each band has its own.
    """

    sim: Simulator
    lens: LensModel
    constants: Constants
    base: Params
    free: FreeParameters
    names: tuple[str, ...]

    def indices(self, beginning: str, endings: Sequence[str] = ("",)) -> np.ndarray:
        """The indices of the free parameters whose names begin and end so."""
        found = [
            i
            for i, (name, _) in enumerate(self.lens.model.free)
            if name.startswith(beginning) and name.endswith(tuple(endings))
        ]
        return np.array(found, np.int32)

    def of_the_lens_light(self) -> np.ndarray:
        """The indices of the free parameters of the lens's light, and of the offsets of exposures."""
        lights = [self.indices(basis.prefix) for basis in self.lens.bases if not self.lens.plane_of(basis)]
        offsets = [self.indices(name) for offset in self.lens.offsets for name in offset.parameters]
        return np.concatenate([np.zeros(0, np.int32), *lights, *offsets])

    def constrained(self, u: ArrayLike) -> np.ndarray:
        """The parameters at coordinates u, (..., k)."""
        return np.asarray(self.constants.transform.constrained(u))

    def unconstrained(self, x: ArrayLike) -> np.ndarray:
        """The coordinates of parameters x, (..., k)."""
        return np.asarray(self.constants.transform.unconstrained(x))


def lens_problem(
    sim: Simulator,
    bases: Sequence[Basis],
    free: Free | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
    besides: Collection[str] = (),
) -> LensProblem:
    """The model of a lens.

    The parameters of light profiles that no basis uses, such as magnitudes, do not move.

    Args:
        sim: the simulator of the configuration.
        bases: the light.
        free: as in `jaxlens.fit`; by default all that varies in the file and acts on the image.
        fixed: as in `jaxlens.fit`.
        besides: names that move although no image depends on them, such as H0 where delays are known.

    Returns:
        The model with its priors.

    Raises:
        ValueError: as `jaxlens.fit` for names and priors.
    """
    free, fixed, _ = full_names(sim, free, fixed)
    drawn = dict(sim.sample(0, DRAWS))
    given = {} if fixed is None else dict(fixed)
    moving = set(() if free is None else free) | set(besides)
    still = {
        name: np.median(np.asarray(drawn[name]), axis=0)
        for name in sim.priors
        if name in _unused(sim, bases) and name not in moving and name not in given
    }
    parameters = free_parameters(sim, drawn, 1, free, {**still, **given})
    model, constants = problem(sim, parameters, True)
    base = {name: jnp.asarray(value[0]) for name, value in parameters.params.items()}
    names = parameters.names(sim.bands)
    return LensProblem(
        sim, LensModel(model, tuple(bases), sim.scene.supersampling), constants, base, parameters, names
    )


def _unused(sim: Simulator, bases: Collection[Basis]) -> set[str]:
    """The names of the parameters of light and noise that the bases do not use."""
    masses = {
        f"{mass.prefix}-{name}"
        for plane in sim.scene.planes
        for mass in plane.masses
        for name in mass.parameters
    }
    used = {f"{basis.prefix}-{name}" for basis in bases for name in basis.parameters}
    redshifts = {plane.redshift for plane in sim.scene.planes}
    return set(sim.parameter_names) - masses - used - redshifts
