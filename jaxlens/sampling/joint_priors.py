"""The densities of parameters that a multivariate normal distribution draws together."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.config.model import PIXEL_SCALE, Joint, Quantity
from jaxlens.distributions import DeltaFunction, Distribution, LogNormal, Normal, Scaled
from jaxlens.kernels.types import Params
from jaxlens.sampling.draws import draw_bands, draw_parameters
from jaxlens.sampling.joints import array_path
from jaxlens.sampling.population import Population

Priors = dict[str, tuple[Distribution, ...]]


def normals(population: Population) -> list[Joint]:
    """The joint distributions of this configuration that have a density."""
    return [joint for joint in population.joints if joint.kind == "normal" and set_by(population, joint)]


def set_by(population: Population, joint: Joint) -> list[tuple[int, str, str | None]]:
    """(column, parameter, band or None) of all that a joint distribution sets in this configuration."""
    quantities = dict(population.quantities)
    return [
        (i, column.parameter, column.band)
        for i, column in enumerate(joint.columns)
        if column.configuration in (None, population.label) and column.parameter in quantities
    ]


def refused_joints(population: Population) -> dict[str, str]:
    """Why parameters of joint distributions have no density."""
    quantities = dict(population.quantities)
    found: dict[str, str] = {}
    seen: set[tuple[str, str | None]] = set()
    for joint in population.joints:
        for _, name, band in set_by(population, joint):
            if joint.kind != "normal":
                found[name] = f"is drawn from the rows of {joint.label}"
            elif name in population.redshifts:
                found[name] = f"is a redshift that {joint.label} draws until the planes are in order"
            elif (name, band) in seen:
                found[name] = "is drawn by two joint distributions"
            elif band is None and quantities[name].per_band:
                found[name] = f"gets one number of {joint.label} for all bands"
            seen.add((name, band))
    return found


def add_marginals(population: Population, joint: Joint, hyperparameters: Params, found: Priors) -> None:
    """Add the marginal distribution of each parameter of a normal vector to `found`.

    Args:
        population: the quantities of the configuration.
        joint: the joint distribution.
        hyperparameters: the numbers of the file, by path.
        found: the distributions of each parameter, one or one for each band.
    """
    mean, covariance = _moments(joint, hyperparameters)
    for i, name, band in set_by(population, joint):
        kind = LogNormal if joint.log[i] else Normal
        marginal = kind(mean[i], jnp.sqrt(covariance[i, i]))
        if band is None:
            found[name] = (marginal,)
            continue
        quantity = dict(population.quantities)[name]
        each = list(found.get(name) or own_distributions(population, name, quantity, hyperparameters))
        each = each if len(each) > 1 else each * len(population.bands)
        each[population.bands.index(band)] = marginal
        found[name] = tuple(each)


def log_joint(population: Population, joint: Joint, hyperparameters: Params, system: Params) -> jax.Array:
    """The log of the multivariate normal density of the columns that this configuration uses, ().

    Args:
        population: the quantities of the configuration.
        joint: the joint distribution.
        hyperparameters: the numbers of the file, by path.
        system: the parameters by name, each (), (bands,) or (epochs, bands).
    """
    # its package imports many distributions
    from jax.scipy.stats import multivariate_normal

    mean, covariance = _moments(joint, hyperparameters)
    used = set_by(population, joint)
    columns = [i for i, _, _ in used]
    drawn = [_in_band(population, system[name], band) for _, name, band in used]
    logs = [jnp.log(x) for i, x in zip(columns, drawn, strict=True) if joint.log[i]]
    vector = jnp.stack([jnp.log(x) if joint.log[i] else x for i, x in zip(columns, drawn, strict=True)])
    chosen = jnp.asarray(columns)
    density: jax.Array = jnp.asarray(
        multivariate_normal.logpdf(vector, mean[chosen], covariance[chosen[:, None], chosen[None, :]])
    )
    # d(log x)/dx = 1/x for each column whose logarithm is normal
    return density - sum(logs, jnp.zeros(()))


def _moments(joint: Joint, hyperparameters: Params) -> tuple[jax.Array, jax.Array]:
    """Mean (columns,) and covariance (columns, columns) of a normal vector."""
    path = array_path(joint)
    return hyperparameters[f"{path}.mean"], hyperparameters[f"{path}.covariance"]


def _in_band(population: Population, value: jax.Array, band: str | None) -> jax.Array:
    """The number that a joint distribution set; it sets all epochs alike, (epochs, bands)."""
    if value.ndim == 2:
        return value[0, population.bands.index(band) if band else 0]
    return value[population.bands.index(band)] if band and value.ndim else value


def own_distributions(
    population: Population, name: str, quantity: Quantity, hyperparameters: Params
) -> list[Distribution]:
    """The distribution of each draw of a quantity, in the parameter's own unit; a constant 0 for a link.

    Args:
        population: the quantities of the configuration.
        name: the name of the quantity.
        quantity: the quantity.
        hyperparameters: the numbers of the file, by path.
    """
    bands = draw_bands(quantity, population.bands)
    each = [
        # what a link gives is added apart
        DeltaFunction(jnp.zeros(()))
        if draw.link
        else draw.with_parameters(**draw_parameters(quantity, band, draw, hyperparameters))
        for band, draw in zip(bands, quantity.draws, strict=True)
    ]
    side = dict(population.quantities).get(PIXEL_SCALE)
    # with a map of pixels there is no density, which `without_prior` says
    if name not in population.in_pixels or side is None:
        return each
    pixel_scale = hyperparameters[side.path]
    return [Scaled(distribution, pixel_scale) for distribution in each]
