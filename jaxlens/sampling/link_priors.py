"""The densities of linked numbers, given the numbers that they follow.

A linked number is tied where the link has nothing random: it is then known with what it follows.  With a
scatter, or with one random factor or summand, it has a conditional density.  Otherwise there is a reason, in
words, why it has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.links.parts import part_name
from jaxlens.config.links.reading import PLUS, SCATTER, TIMES
from jaxlens.config.model import LinkedDraw, Quantity
from jaxlens.distributions import DeltaFunction, Distribution
from jaxlens.kernels.types import Params
from jaxlens.sampling.draws import draw_bands, draw_parameters
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.links import (
    conditional,
    has_scatter,
    mean,
    of_random_part,
    parts,
    placed,
)
from jaxlens.sampling.population import Population, draw_system

# The number of systems whose medians stand for those of what links follow.
_SYSTEMS = 255


@dataclass(frozen=True)
class LinkKinds:
    """The links of a population by what is known of them, each after those that it follows.

    Attributes:
        tied: those whose numbers are known with what they follow.
        random: those with a conditional density.
        refused: why others have no density, by the names of their numbers.
    """

    tied: tuple[LinkedDraw, ...] = ()
    random: tuple[LinkedDraw, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def link_kinds(population: Population, parameters: Collection[str] | None = None) -> LinkKinds:
    """The links of a population by what is known of them.

    Args:
        population: the quantities of the configuration.
        parameters: the parameters whose values are known, on which images depend; None for all that are no
            parts of links.
    """
    if not population.links:
        return LinkKinds()
    return _link_kinds(population, None if parameters is None else frozenset(parameters))


@lru_cache(maxsize=64)
def _link_kinds(population: Population, parameters: frozenset[str] | None) -> LinkKinds:
    quantities = dict(population.quantities)
    known = set(parameters or (name for name, one in quantities.items() if not one.part))
    known |= {name for name, one in quantities.items() if one.is_constant}
    of_tables = {column.parameter for joint in population.joints for column in joint.columns}
    tied, random, refused = [], [], {}
    for link in population.links:
        reason = _reason(link, quantities, known)
        if not of_tables.isdisjoint(parts(link).values()):
            reason = "has a link whose numbers come from a table"
        if reason:
            refused[link.name] = reason
        elif _randomness(link, quantities):
            random.append(link)
        else:
            tied.append(link)
            known.add(link.name)
    kept = [link for link in random if link.name not in refused]
    return LinkKinds(tuple(tied), tuple(kept), tuple(refused.items()))


def _reason(link: LinkedDraw, quantities: Mapping[str, Quantity], known: Collection[str]) -> str:
    """Why a linked number has no density and is not tied; "" where it has one, or is tied."""
    own = parts(link)
    linked = [name for name in own.values() if quantities[name].is_linked]
    hidden = [name for name in (link.source, *linked) if name and name not in known]
    if hidden:
        return f"follows {hidden[0]}, on which images do not depend"
    randomness = _randomness(link, quantities)
    if len(randomness) > 1:
        return f"has a link with several random numbers, {', '.join(randomness)}"
    if randomness and (link.by_band or link.given):
        return "gets one random number for all bands"
    if randomness and not (has_scatter(link) or randomness[0] in (TIMES, PLUS)):
        return f"has a RELATION with the random argument {randomness[0].rpartition('.')[2]}"
    if randomness and not has_scatter(link):
        draw = dict(link.draw.link.parts)[randomness[0]] if link.draw.link else link.draw
        if not draw.has_distribution:
            return f"is linked by {draw.distribution}, a function without a density"
        if draw.build().discrete:
            return f"is linked by {draw.distribution}, which takes separate values only"
    return ""


def _randomness(link: LinkedDraw, quantities: Mapping[str, Quantity]) -> list[str]:
    """What is random in a link: the keys of numbers that are drawn, and the scatter."""
    drawn = [key for key, name in parts(link).items() if not quantities[name].is_linked]
    # a scatter that is drawn is random twice: its size and its number
    return [*drawn, SCATTER] if has_scatter(link) else drawn


def log_link(population: Population, link: LinkedDraw, hyperparameters: Params, system: Params) -> jax.Array:
    """The log of the conditional density of a linked number, ().

    Args:
        population: the quantities of the configuration.
        link: one of `LinkKinds.random`.
        hyperparameters: the numbers of the file, by path.
        system: the parameters by name, with what `with_known` adds, each () or (bands,).
    """
    value = system[link.name]
    value = value[population.bands.index(link.band)] if link.band else value
    return link_distribution(population, link, hyperparameters, system).log_prob(value)


def link_distribution(
    population: Population, link: LinkedDraw, hyperparameters: Params, system: Params
) -> Distribution:
    """The distribution of a linked number, given those that it follows.

    Args:
        population: the quantities of the configuration.
        link: one of `LinkKinds.random`.
        hyperparameters: the numbers of the file, by path.
        system: the parameters by name, with what `with_known` adds, each () or (bands,).
    """
    quantities, bands = dict(population.quantities), population.bands
    if has_scatter(link):
        return conditional(link, bands, hyperparameters, system)
    key = _randomness(link, quantities)[0]
    part = quantities[part_name(link.name, key)]
    draw = part.draws[bands.index(link.band)] if link.band else part.draws[0]
    inner = draw.with_parameters(**draw_parameters(part, link.band, draw, hyperparameters))
    return of_random_part(link, key, inner, bands, hyperparameters, system)


def with_known(population: Population, hyperparameters: Params, system: Params) -> dict[str, jax.Array]:
    """The parameters of a system, with other numbers that links follow: constants, and tied parts of links.

    Args:
        population: the quantities of the configuration.
        hyperparameters: the numbers of the file, by path.
        system: the parameters by name, each () or (bands,).
    """
    if not population.links:
        return dict(system)
    kinds, quantities = link_kinds(population, frozenset(system)), dict(population.quantities)
    found = dict(system)
    for name in {link.source for link in population.links if link.source} - found.keys():
        if quantities[name].is_constant:
            found[name] = _constant(quantities[name], population.bands, hyperparameters)
    hidden = [link for link in kinds.tied if link.name not in system]
    return with_ties(hidden, population.bands, hyperparameters, found)


def with_ties(
    ties: Iterable[LinkedDraw], bands: tuple[str, ...], hyperparameters: Params, system: Params
) -> dict[str, jax.Array]:
    """The parameters of a system, with the numbers of these links computed from what they follow.

    Args:
        ties: links without randomness, each after those that it follows.
        bands: the names of the bands.
        hyperparameters: the numbers of the file, by path.
        system: the parameters by name, each () or (bands,).
    """
    found = dict(system)
    for link in ties:
        value = mean(link, bands, hyperparameters, found)
        shape = (len(bands),) if link.band or link.by_band else ()
        old = found.get(link.name, jnp.zeros(shape, value.dtype))
        found[link.name] = placed(link, value, old, bands)
    return found


def _constant(quantity: Quantity, bands: tuple[str, ...], hyperparameters: Params) -> jax.Array:
    """The value of a constant, () or (bands,)."""
    own = [
        draw_parameters(quantity, band, draw, hyperparameters)["value"]
        for band, draw in zip(draw_bands(quantity, bands), quantity.draws, strict=True)
    ]
    return jnp.stack(own) if quantity.per_band else own[0]


def medians(population: Population, hyperparameters: Params) -> dict[str, jax.Array]:
    """The median of every number over many systems, each () or (bands,); of a time series also by epoch."""
    return _medians(population, hyperparameters)


@partial(jax.jit, static_argnums=0)
def _medians(population: Population, hyperparameters: Params) -> dict[str, jax.Array]:
    indices = jnp.arange(_SYSTEMS, dtype=jnp.uint32)
    keys = system_keys(np.zeros(2, np.uint32), population.label, indices)
    values = jax.vmap(partial(draw_system, population, hyperparameters))(keys, indices)
    return {name: jnp.median(value, axis=0) for name, value in values.items()}


def add_link_priors(
    population: Population,
    hyperparameters: Params,
    parameters: Collection[str] | None,
    found: dict[str, tuple[Distribution, ...]],
) -> None:
    """Put the distributions of linked numbers into `found`, and remove what is tied in all bands.

    Args:
        population: the quantities of the configuration.
        hyperparameters: the numbers of the file, by path.
        parameters: the parameters on which images depend; None for all.
        found: the distributions of each parameter, one or one for each band.
    """
    kinds = link_kinds(population, parameters)
    random = {(link.name, link.band): link for link in kinds.random}
    tied = {(link.name, link.band) for link in kinds.tied}
    bands = {name: draw_bands(one, population.bands) for name, one in population.quantities if one.is_linked}
    for name in bands.keys() & found.keys():
        if {(name, band) for band in bands[name]} <= tied:
            del found[name]
    left = bands.keys() & found.keys()
    at = medians(population, hyperparameters) if left else {}
    for name in left:
        each = list(found[name])
        for k, band in enumerate(bands[name]):
            if (name, band) in random:
                each[k] = link_distribution(population, random[name, band], hyperparameters, at)
            elif (name, band) in tied:
                each[k] = DeltaFunction(at[name][k])
        found[name] = tuple(each)
