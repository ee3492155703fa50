"""The prior: the density with which a file draws the parameters of a system.

A parameter that varies has either a density or a reason, in words, why it has none.  A constant has neither.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.config.errors import nearest
from jaxlens.config.geometry import REDSHIFT_GAP
from jaxlens.config.model import PIXEL_SCALE, TRANSFORM, Quantity
from jaxlens.distributions import Distribution, Truncated
from jaxlens.kernels.types import Params
from jaxlens.sampling.backgrounds import BACKGROUND
from jaxlens.sampling.draws import draw_bands
from jaxlens.sampling.joint_priors import (
    Priors,
    add_marginals,
    log_joint,
    normals,
    own_distributions,
    refused_joints,
    set_by,
)
from jaxlens.sampling.link_priors import add_link_priors, link_kinds, log_link, with_known
from jaxlens.sampling.population import Population
from jaxlens.sampling.special import special_changes


def log_prior(
    population: Population,
    hyperparameters: Mapping[str, ArrayLike],
    system: Params,
    names: Collection[str],
) -> jax.Array:
    """The log of the prior density of one system, summed over the parameters called `names`.

    The distribution of a redshift is truncated between the plane before it and the planes behind it.
    The parameters of a joint distribution enter with their joint density as soon as one of them is named.

    Args:
        population: the quantities of the configuration.
        hyperparameters: all of `population.hyperparameters`, by path in the file.
        system: the parameters by name, each (), (bands,), or (epochs, bands) or (epochs, 1) where it is drawn
            anew for each epoch; then the sum goes over all epochs that are drawn, observed or not.
        names: the parameters whose density is wanted; constants, and numbers that are tied to others by a
            link, count 0 among them.  A link with scatter counts with its density given what it follows.

    Returns:
        The log-density, (); NaN where one of these parameters is NaN.
    """
    values = _as_arrays(hyperparameters)
    total, in_joints = jnp.zeros((), jnp.result_type(float)), set()
    for joint in normals(population):
        own = {(name, band) for _, name, band in set_by(population, joint)}
        in_joints |= own
        if {name for name, _ in own} & set(names):
            total = total + log_joint(population, joint, values, system)
    for name, quantity in _drawn(population):
        if name in names and not quantity.is_constant:
            bands = draw_bands(quantity, population.bands)
            skip = [bool(in_joints & {(name, band), (name, None)}) for band in bands]
            total = total + _log_single(population, name, quantity, values, system, skip)
    known = with_known(population, values, system)
    for link in link_kinds(population, frozenset(system)).random:
        total = total + (log_link(population, link, values, known) if link.name in names else 0.0)
    given = [jnp.any(jnp.isnan(system[name])) for name in sorted(names) if name in system]
    # a density that is zero outside of an interval would be zero for NaN
    return jnp.where(jnp.any(jnp.asarray(given, bool)), jnp.nan, total)


def priors(
    population: Population,
    hyperparameters: Mapping[str, ArrayLike],
    parameters: Collection[str] | None = None,
) -> Priors:
    """The distribution of each parameter that varies and has a density: one, or one for each band.

    For the parameters of a joint distribution these are the marginal distributions.  Redshifts are given
    without the order of the planes, and linked numbers for the medians of what they follow; `log_prior`
    accounts for both.  What is tied to others by a link is not among them.

    Args:
        population: the quantities of the configuration.
        hyperparameters: all of `population.hyperparameters`, by path in the file.
        parameters: the parameters on which images depend; None for all.
    """
    values = _as_arrays(hyperparameters)
    refused = without_prior(population, parameters)
    found = {
        name: tuple(own_distributions(population, name, quantity, values))
        for name, quantity in _drawn(population)
        if not quantity.is_constant and name not in refused
    }
    for joint in normals(population):
        add_marginals(population, joint, values, found)
    add_link_priors(population, values, parameters, found)
    return {name: each for name, each in found.items() if name not in refused}


def varying(population: Population) -> set[str]:
    """The parameters that do not have the same value in every system."""
    found = {name for name, quantity in _drawn(population) if not quantity.is_constant}
    found |= {name for joint in population.joints for _, name, _ in set_by(population, joint)}
    found |= {*_of_pointings(population), *population.of_images, *population.halo_parameters}
    return found | ({BACKGROUND} if population.backgrounds else set())


def _drawn(population: Population) -> list[tuple[str, Quantity]]:
    """The quantities, without those that the nights of a pointing or the image of a stack set."""
    others = {*(population.epochs.of_pointing if population.epochs else ()), *population.of_images}
    return [(name, quantity) for name, quantity in population.quantities if name not in others]


def _of_pointings(population: Population) -> dict[str, str]:
    """Why the nights of one of several pointings have no density; with one pointing they are constants."""
    epochs = population.epochs
    if epochs is None or epochs.pointings == 1:
        return {}
    return dict.fromkeys(epochs.of_pointing, f"is that of one of {epochs.pointings} pointings")


def check_names(population: Population, names: Collection[str], parameters: Collection[str]) -> None:
    """Check that a prior density can be computed for parameters.

    Args:
        population: the quantities of the configuration.
        names: the parameters whose density is wanted.
        parameters: all parameters of the configuration.

    Raises:
        ValueError: where one of `names` is not a parameter, or varies and has no density.
    """
    for name in names:
        if name not in parameters:
            raise ValueError(f"{name} is no parameter; {nearest(name, parameters)}")
    refused = {name: why for name, why in without_prior(population, parameters).items() if name in names}
    if refused:
        listed = "; ".join(f"{name} {why}" for name, why in refused.items())
        raise ValueError(f"no prior density: {listed}; name the parameters that do have one")


def without_prior(population: Population, parameters: Collection[str] | None = None) -> dict[str, str]:
    """Why parameters that vary have no density, in words, by parameter.

    Args:
        population: the quantities of the configuration.
        parameters: the parameters on which images depend; None for all.
    """
    quantities, special = population.quantities, population.special
    found = {
        name: f"is drawn by {draw.distribution}, a function without a density"
        for name, quantity in _drawn(population)
        for draw in quantity.draws
        if draw.function
    }
    own = dict(quantities)
    if TRANSFORM[0] in own:
        found |= dict.fromkeys(population.in_pixels, "is drawn in pixels that have a map")
    elif PIXEL_SCALE in own and not own[PIXEL_SCALE].is_constant:
        found |= dict.fromkeys(population.in_pixels, "is drawn in pixels of a scale that varies")
    found |= refused_joints(population) | dict(link_kinds(population, parameters).refused)
    before = [(name, one) for name, one in quantities if name not in population.after_special]
    changes = special_changes(special, before, population.bands)
    found |= {name: f"is changed by {function} of SPECIAL" for name, function in changes.items()}
    found |= _of_pointings(population)
    found |= dict.fromkeys(population.of_images, "follows from the image that a system gets")
    for one in population.haloes:
        source = "comes from a list of haloes" if one.lists else "is drawn with the haloes of a system"
        found |= dict.fromkeys(one.names, source)
    return found | ({BACKGROUND: "chooses a real image"} if population.backgrounds else {})


def _as_arrays(hyperparameters: Mapping[str, ArrayLike]) -> dict[str, jax.Array]:
    return {path: jnp.asarray(v, jnp.result_type(float)) for path, v in hyperparameters.items()}


def _log_single(
    population: Population,
    name: str,
    quantity: Quantity,
    hyperparameters: Params,
    system: Params,
    skip: list[bool],
) -> jax.Array:
    """The log-density of a parameter that is drawn alone, (), summed over the bands in which it varies.

    `skip` is true for each band in which a joint distribution draws the parameter.
    """
    total = jnp.zeros((), jnp.result_type(float))
    each = own_distributions(population, name, quantity, hyperparameters)
    for k, (distribution, draw) in enumerate(zip(each, quantity.draws, strict=True)):
        if draw.is_constant or draw.link or skip[k]:
            continue
        if name in population.redshifts:
            distribution = _in_order(population, name, distribution, hyperparameters, system)
        value = system[name][..., k] if quantity.per_band else system[name]
        total = total + jnp.sum(distribution.log_prob(value))
    return total


def _in_order(
    population: Population, name: str, distribution: Distribution, hyperparameters: Params, system: Params
) -> Distribution:
    """The distribution of a redshift, truncated to where the planes before and behind can be in order.

    A plane behind whose redshift a joint distribution sets is where it is, as in `ordered_redshifts`.
    """
    quantities, redshifts = dict(population.quantities), population.redshifts
    fixed = {parameter for joint in population.joints for _, parameter, _ in set_by(population, joint)}
    place = redshifts.index(name)
    lower = system[redshifts[place - 1]] if place else jnp.zeros(())
    later = [
        system[behind]
        if behind in fixed
        else own_distributions(population, behind, quantities[behind], hyperparameters)[0].support()[1]
        for behind in redshifts[place + 1 :]
    ]
    upper = jnp.min(jnp.stack([jnp.asarray(jnp.inf), *map(jnp.asarray, later)]))
    return Truncated(distribution, lower + REDSHIFT_GAP, upper - REDSHIFT_GAP)
