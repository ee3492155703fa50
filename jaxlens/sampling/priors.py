"""The density of what a file draws: what is known of a system before its image is seen.

What varies has a density, or else a reason, in words, for having none.  A constant of the file has neither.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import jax
import jax.numpy as jnp
from jax.scipy.stats import multivariate_normal
from jax.typing import ArrayLike

from jaxlens.config.errors import nearest
from jaxlens.config.model import Joint, Quantity
from jaxlens.distributions import Distribution, LogNormal, Normal, Scaled, Truncated
from jaxlens.sampling.backgrounds import BACKGROUND
from jaxlens.sampling.draws import Numbers, draw_bands, own_numbers
from jaxlens.sampling.joints import array_path
from jaxlens.sampling.population import REDSHIFT_GAP, Population, special_changes

Priors = dict[str, tuple[Distribution, ...]]


def priors(who: Population, hyperparameters: Mapping[str, ArrayLike]) -> Priors:
    """The distribution of each parameter that varies and has a density: one, or one a band.

    Of numbers that are drawn together it is the distribution of the single number.  Redshifts are given
    without the order of the planes, which `log_prior` knows.
    """
    numbers = _as_arrays(hyperparameters)
    refused = without_prior(who)
    found = {
        name: tuple(_distributions(who, name, quantity, numbers))
        for name, quantity in who.quantities
        if not quantity.is_constant and name not in refused
    }
    for joint in _normals(who):
        _with_marginals(who, joint, numbers, found)
    return {name: each for name, each in found.items() if name not in refused}


def varying(who: Population) -> set[str]:
    """The parameters that are not the same number in every system."""
    found = {name for name, quantity in who.quantities if not quantity.is_constant}
    found |= {name for joint in who.joints for _, name, _ in _set_by(who, joint)}
    return found | ({BACKGROUND} if who.backgrounds else set())


def without_prior(who: Population) -> dict[str, str]:
    """Why what varies has no density, in words, by parameter."""
    found = {
        name: f"is drawn by {draw.distribution}, a function without a density"
        for name, quantity in who.quantities
        for draw in quantity.draws
        if draw.function
    }
    quantities = dict(who.quantities)
    if "pixel_scale" in quantities and not quantities["pixel_scale"].is_constant:
        found |= dict.fromkeys(who.in_pixels, "is drawn in pixels of a scale that varies")
    found |= _refused_joints(who, quantities)
    found |= {name: f"is changed by {function} of SPECIAL" for name, function in special_changes(who).items()}
    return found | ({BACKGROUND: "chooses a real image"} if who.backgrounds else {})


def _refused_joints(who: Population, quantities: Mapping[str, Quantity]) -> dict[str, str]:
    found: dict[str, str] = {}
    seen: set[tuple[str, str | None]] = set()
    for joint in who.joints:
        for _, name, band in _set_by(who, joint):
            if joint.kind != "normal":
                found[name] = f"is drawn from the rows of {joint.label}"
            elif name in who.redshifts:
                found[name] = f"is a redshift that {joint.label} draws until the planes are in order"
            elif (name, band) in seen:
                found[name] = "is drawn by two joint distributions"
            elif band is None and quantities[name].per_band:
                found[name] = f"gets one number of {joint.label} for all bands"
            seen.add((name, band))
    return found


def log_prior(
    who: Population,
    hyperparameters: Mapping[str, ArrayLike],
    system: Mapping[str, jax.Array],
    names: Collection[str],
) -> jax.Array:
    """The log-density of the numbers called `names` of one system, (): {name: () or (bands,)}.

    A redshift's distribution is truncated between the planes before and after it.  Numbers that are drawn
    together count together, as soon as one of them is named.
    """
    numbers = _as_arrays(hyperparameters)
    total, joined = jnp.zeros((), jnp.result_type(float)), set()
    for joint in _normals(who):
        own = {(name, band) for _, name, band in _set_by(who, joint)}
        joined |= own
        if {name for name, _ in own} & set(names):
            total = total + _log_joint(who, joint, numbers, system)
    for name, quantity in who.quantities:
        if name in names and not quantity.is_constant:
            skip = [joined & {(name, band), (name, None)} for band in draw_bands(quantity, who.bands)]
            total = total + _log_single(who, name, quantity, numbers, system, list(map(bool, skip)))
    return total


def _log_single(
    who: Population,
    name: str,
    quantity: Quantity,
    numbers: Numbers,
    system: Mapping[str, jax.Array],
    skip: list[bool],
) -> jax.Array:
    """The log-density of a number that is drawn alone, (), summed over the bands that vary.

    `skip` says of each band whether a joint distribution has drawn it.
    """
    total = jnp.zeros((), jnp.result_type(float))
    each = _distributions(who, name, quantity, numbers)
    for k, (one, draw) in enumerate(zip(each, quantity.draws, strict=True)):
        if not (draw.is_constant or skip[k]):
            one = _in_order(who, name, one, numbers, system) if name in who.redshifts else one
            total = total + one.log_prob(system[name][k] if quantity.per_band else system[name])
    return total


def check_names(who: Population, names: Collection[str], parameters: Collection[str]) -> None:
    """ValueError where one of `names` is no parameter, or varies and has no density."""
    for name in names:
        if name not in parameters:
            raise ValueError(f"{name} is no parameter; {nearest(name, parameters)}")
    refused = {name: why for name, why in without_prior(who).items() if name in names}
    if refused:
        listed = "; ".join(f"{name} {why}" for name, why in refused.items())
        raise ValueError(f"no prior density: {listed}; name the parameters that do have one")


def _as_arrays(hyperparameters: Mapping[str, ArrayLike]) -> dict[str, jax.Array]:
    return {path: jnp.asarray(v, jnp.result_type(float)) for path, v in hyperparameters.items()}


def _distributions(who: Population, name: str, quantity: Quantity, numbers: Numbers) -> list[Distribution]:
    """The distribution of each draw of a quantity, in the parameter's own unit."""
    bands = draw_bands(quantity, who.bands)
    each = [
        draw.with_parameters(**own_numbers(quantity, band, draw, numbers))
        for band, draw in zip(bands, quantity.draws, strict=True)
    ]
    if name not in who.in_pixels:
        return each
    scale = numbers[dict(who.quantities)["pixel_scale"].path]
    return [Scaled(one, scale) for one in each]


def _in_order(
    who: Population, name: str, one: Distribution, numbers: Numbers, system: Mapping[str, jax.Array]
) -> Distribution:
    """The distribution of a redshift between the plane before it and what later planes can reach."""
    quantities = dict(who.quantities)
    place = who.redshifts.index(name)
    lower = system[who.redshifts[place - 1]] if place else jnp.zeros(())
    later = [_distributions(who, n, quantities[n], numbers)[0] for n in who.redshifts[place + 1 :]]
    upper = jnp.min(jnp.stack([jnp.asarray(jnp.inf), *(jnp.asarray(d.support()[1]) for d in later)]))
    return Truncated(one, lower + REDSHIFT_GAP, upper - REDSHIFT_GAP)


def _normals(who: Population) -> list[Joint]:
    """The joint distributions of this configuration that have a density."""
    return [joint for joint in who.joints if joint.kind == "normal" and _set_by(who, joint)]


def _set_by(who: Population, joint: Joint) -> list[tuple[int, str, str | None]]:
    """What a joint distribution sets in this configuration: column, parameter, and band or None."""
    known = dict(who.quantities)
    return [
        (i, column.parameter, column.band)
        for i, column in enumerate(joint.columns)
        if column.configuration in (None, who.label) and column.parameter in known
    ]


def _with_marginals(who: Population, joint: Joint, numbers: Numbers, found: Priors) -> None:
    """Put the distribution of each single number of a normal vector into `found`."""
    mean, covariance = (numbers[f"{array_path(joint)}.{name}"] for name in ("mean", "covariance"))
    for i, name, band in _set_by(who, joint):
        kind = LogNormal if joint.log[i] else Normal
        one = kind(mean[i], jnp.sqrt(covariance[i, i]))
        if band is None:
            found[name] = (one,)
            continue
        quantity = dict(who.quantities)[name]
        each = list(found.get(name) or _distributions(who, name, quantity, numbers))
        each = each if len(each) > 1 else each * len(who.bands)
        each[who.bands.index(band)] = one
        found[name] = tuple(each)


def _log_joint(who: Population, joint: Joint, numbers: Numbers, system: Mapping[str, jax.Array]) -> jax.Array:
    """The log of the multivariate normal density of what this configuration takes of a vector, ()."""
    mean, covariance = (numbers[f"{array_path(joint)}.{name}"] for name in ("mean", "covariance"))
    columns = [i for i, _, _ in _set_by(who, joint)]
    drawn = [_of_band(who, system[name], band) for _, name, band in _set_by(who, joint)]
    logs = [jnp.log(x) for i, x in zip(columns, drawn, strict=True) if joint.log[i]]
    vector = jnp.stack([jnp.log(x) if joint.log[i] else x for i, x in zip(columns, drawn, strict=True)])
    chosen = jnp.asarray(columns)
    density: jax.Array = jnp.asarray(
        multivariate_normal.logpdf(vector, mean[chosen], covariance[chosen[:, None], chosen[None, :]])
    )
    return density - sum(logs, jnp.zeros(()))


def _of_band(who: Population, value: jax.Array, band: str | None) -> jax.Array:
    return value[who.bands.index(band)] if band and value.ndim else value
