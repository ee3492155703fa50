"""Parameters that are tied to free ones by links: which depend on which, and their values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.instrument import COSMOLOGY
from jaxlens.config.links.reading import TIMES
from jaxlens.config.model import LinkedDraw
from jaxlens.distributions import Distribution, LogNormal, Normal, Truncated
from jaxlens.kernels.types import Params
from jaxlens.sampling.link_priors import link_kinds, with_known, with_ties
from jaxlens.sampling.links import parts
from jaxlens.sampling.population import Population
from jaxlens.simulator.simulator import Simulator


def ties(sim: Simulator, dissolved: Collection[str] = ()) -> tuple[LinkedDraw, ...]:
    """The links by which parameters follow others without scatter, each after those that it follows.

    Args:
        sim: the simulator of the configuration.
        dissolved: the names of parameters that do not follow others, since the caller sets or frees them.
    """
    kinds = link_kinds(sim.static_population, sim.parameter_names)
    return tuple(link for link in kinds.tied if link.name not in dissolved)


def tied_params(
    sim: Simulator, every: Sequence[LinkedDraw], params: Mapping[str, np.ndarray]
) -> Mapping[str, np.ndarray]:
    """The parameters of n images, with those that follow others computed from them.

    Args:
        sim: the simulator of the configuration.
        every: the ties.
        params: all parameters, (n,), (n, bands) or (n, epochs, bands).
    """
    if not every:
        return params
    found = _tied(sim.static_population, tuple(every), sim.hyperparameters, dict(params))
    return {name: np.asarray(value) for name, value in found.items()}


@partial(jax.jit, static_argnums=(0, 1))
def _tied(
    population: Population, every: tuple[LinkedDraw, ...], hyperparameters: Params, params: Params
) -> Params:
    def of_one(system: Params) -> Params:
        known = with_known(population, hyperparameters, system)
        found = with_ties(every, population.bands, hyperparameters, known)
        return {name: found[name] for name in system}

    return jax.vmap(of_one)({name: jnp.asarray(value) for name, value in params.items()})


def marginal(
    sim: Simulator, place: tuple[str, int | None], prior: Distribution, drawn: Mapping[str, ArrayLike]
) -> Distribution:
    """The distribution that sets the scale in which a free parameter moves.

    It is the prior, but for a parameter that is linked with scatter: this may be far from the median of what
    it follows, so that its scale is that of all systems.

    Args:
        sim: the simulator of the configuration.
        place: the name of the parameter and, where each band has its own value, the band's index.
        prior: its prior in the file, given the medians of what it follows.
        drawn: the parameters of systems that the file draws, (m,) or (m, bands).
    """
    name, band = place
    kinds = link_kinds(sim.static_population, sim.parameter_names)
    bands = {"" if band is None else sim.bands[band], ""}
    if not any(link.name == name and link.band in bands for link in kinds.random):
        return prior
    values = np.asarray(drawn[name], np.float64)
    values = values if band is None else values[:, band]
    inner = prior.inner if isinstance(prior, Truncated) else prior
    positive = isinstance(inner, LogNormal)
    numbers = np.log(values) if positive else values
    moments = jnp.asarray(np.mean(numbers), float), jnp.asarray(np.std(numbers), float)
    wide: Distribution = LogNormal(*moments) if positive else Normal(*moments)
    return Truncated(wide, prior.lower, prior.upper) if isinstance(prior, Truncated) else wide


def dependent_ties(ties: Iterable[LinkedDraw], names: Collection[str]) -> tuple[LinkedDraw, ...]:
    """The ties whose numbers depend on some parameters, directly or by other ties, in order.

    Args:
        ties: the ties, each after those that it follows.
        names: the names of the parameters.
    """
    moving, found = set(names), []
    for tie in ties:
        if not moving.isdisjoint(followed(tie)):
            found.append(tie)
            moving.add(tie.name)
    return tuple(found)


def followed(tie: LinkedDraw) -> set[str]:
    """The names of the numbers that a tie follows at once; a relation follows the cosmology too."""
    cosmology = () if tie.source else COSMOLOGY
    return {*filter(None, [tie.source]), *parts(tie).values(), *cosmology}


def is_linear(ties: Sequence[LinkedDraw], name: str, magnitudes: tuple[str, ...]) -> bool:
    """Whether an image stays linear in the flux of a magnitude, with all that is tied to the magnitude.

    It does where all of these are magnitudes themselves at a constant difference.

    Args:
        ties: the ties, each after those that it follows.
        name: the name of the magnitude.
        magnitudes: the ends of the names of magnitudes.
    """
    return all(
        tie.source and TIMES not in dict(tie.draw.parameters) and tie.name.endswith(magnitudes)
        for tie in dependent_ties(ties, {name})
    )
