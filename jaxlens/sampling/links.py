"""Links: numbers of a system that follow others, computed after all others are drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.config.instrument import COSMOLOGY
from jaxlens.config.links.parts import part_name
from jaxlens.config.links.reading import PLUS, RELATION, SCATTER, TIMES
from jaxlens.config.model import LinkedDraw
from jaxlens.distributions import Affine, Distribution, LogNormal, Normal, Truncated
from jaxlens.kernels.relations import RELATIONS
from jaxlens.kernels.types import Params
from jaxlens.sampling.draws import draw_parameters
from jaxlens.sampling.keys import named_keys, uniforms

# The beginning of the keys of the arguments of a relation.
_ARGUMENT = f"{RELATION}."
# ln 10: a scatter of 1 dex is one of this in the natural logarithm.
_LN_10 = 2.302585092994046
# The parameters of a cosmology on which distances depend: all but the density of baryons.
_COSMOLOGY = tuple(name for name in COSMOLOGY if name != "Ob0")


def linked_values(
    links: Sequence[LinkedDraw],
    bands: tuple[str, ...],
    hyperparameters: Params,
    system: Params,
    key: jax.Array,
) -> dict[str, jax.Array]:
    """The numbers of one system that follow others.

    The scatter of a link comes from the key that a DISTRIBUTION in its place would have.

    Args:
        links: the links, each after those that it follows.
        bands: the names of the bands.
        hyperparameters: the numbers of the file, by path.
        system: all numbers by name, each () or (bands,); what links set is not used, but where tables set it.
        key: the key of the system, ().

    Returns:
        The linked numbers by name, each () or (bands,).
    """
    scattered = [link for link in links if has_scatter(link)]
    columns = ["-".join(filter(None, (link.name, link.band))) for link in scattered]
    bits = uniforms(named_keys(key, columns)).astype(jnp.result_type(float)) if columns else ()
    uniform = dict(zip(scattered, bits, strict=True))
    values, found = dict(system), {}
    for level in _levels(links):
        for alike in _alike(level, values):
            new = _together(alike, bands, hyperparameters, values, uniform)
            for link, value in zip(alike, new, strict=True):
                found[link.name] = values[link.name] = placed(link, value, values[link.name], bands)
    return found


def _levels(links: Sequence[LinkedDraw]) -> list[list[LinkedDraw]]:
    """The links by level: each follows numbers that are drawn, or are linked on levels before."""
    level_of: dict[str, int] = {}
    levels: list[list[LinkedDraw]] = []
    for link in links:
        # the links of one number by band are on different levels, since they are put into one array
        before = (link.name, *_followed(link), *(() if link.source else _COSMOLOGY))
        level = max(level_of.get(name, 0) for name in before)
        level_of[link.name] = level + 1
        levels += [[]] * (level + 1 - len(levels))
        levels[level] = [*levels[level], link]
    return levels


def _followed(link: LinkedDraw) -> list[str]:
    """The names of the numbers that a link follows at once, but for those of the cosmology."""
    return [*filter(None, [link.source]), *parts(link).values()]


def _alike(level: Sequence[LinkedDraw], system: Params) -> list[list[LinkedDraw]]:
    """The links of a level, with those together that are one link of the file, as in copies of an object."""
    found: dict[Any, list[LinkedDraw]] = {}
    for link in level:
        shapes = tuple(system[name].shape for name in _followed(link))
        own = dataclasses.replace(link, name="", source=link.source and "x")
        found.setdefault((own, shapes), []).append(link)
    return list(found.values())


def _together(
    alike: Sequence[LinkedDraw],
    bands: tuple[str, ...],
    hyperparameters: Params,
    system: Params,
    uniform: Mapping[LinkedDraw, jax.Array],
) -> Sequence[jax.Array]:
    """The values of links that are one link of the file, by one operation on arrays of all of them.

    Compiling it takes as long as for one link.
    """
    first = alike[0]
    if len(alike) == 1:
        return [_value(first, bands, hyperparameters, system, uniform.get(first))]
    names = dict.fromkeys(_followed(first))
    places = {name: _followed(first).index(name) for name in names}
    each = {name: jnp.stack([system[_followed(one)[i]] for one in alike]) for name, i in places.items()}
    bits = jnp.stack([uniform[one] for one in alike]) if first in uniform else None

    def value(own: Params, u: jax.Array | None) -> jax.Array:
        return _value(first, bands, hyperparameters, {**system, **own}, u)

    return jnp.unstack(jax.vmap(value, (0, None if bits is None else 0))(each, bits))


def _value(
    link: LinkedDraw,
    bands: tuple[str, ...],
    hyperparameters: Params,
    system: Params,
    uniform: jax.Array | None,
) -> jax.Array:
    """The value of a link, with the scatter at a random number in (0, 1), if it has any."""
    if uniform is None:
        return mean(link, bands, hyperparameters, system)
    return conditional(link, bands, hyperparameters, system).icdf(uniform)


def has_scatter(link: LinkedDraw) -> bool:
    """Whether a link has a scatter, constant or drawn."""
    return SCATTER in dict(link.draw.parameters) or SCATTER in parts(link)


def parts(link: LinkedDraw) -> dict[str, str]:
    """The numbers of a link that are drawn or linked themselves: their keys and the names of their values."""
    assert link.draw.link is not None
    return {key: part_name(link.name, key) for key, _ in link.draw.link.parts}


def mean(link: LinkedDraw, bands: tuple[str, ...], hyperparameters: Params, system: Params) -> jax.Array:
    """A linked number without its scatter.

    Args:
        link: the link.
        bands: the names of the bands.
        hyperparameters: the numbers of the file, by path.
        system: the numbers that it follows by name, each () or (bands,).

    Returns:
        The number, (); (bands,) where the link gives each band its own.
    """
    numbers = _numbers(link, bands, hyperparameters, system)
    relation = link.draw.link.relation if link.draw.link else ""
    if relation:
        given = {key.removeprefix(_ARGUMENT): x for key, x in numbers.items() if key.startswith(_ARGUMENT)}
        cosmology = {name: system[name] for name in _COSMOLOGY if name in system}
        return RELATIONS[relation].mean(cosmology, **given)
    value = _in_band(system[link.source], link.source_band or link.band, bands)
    value = value * numbers[TIMES] if TIMES in numbers else value
    return value + numbers[PLUS] if PLUS in numbers else value


def conditional(
    link: LinkedDraw, bands: tuple[str, ...], hyperparameters: Params, system: Params
) -> Distribution:
    """The distribution of a linked number with scatter, given the numbers that it follows.

    Args:
        link: the link.
        bands: the names of the bands.
        hyperparameters: the numbers of the file, by path.
        system: the numbers that it follows by name, each () or (bands,).
    """
    middle = mean(link, bands, hyperparameters, system)
    width = _numbers(link, bands, hyperparameters, system)[SCATTER]
    relation = link.draw.link.relation if link.draw.link else ""
    found: Distribution = Normal(middle, width)
    if relation and RELATIONS[relation].unit == "dex":
        found = LogNormal(jnp.log(middle), _LN_10 * width)
    return Truncated(found, *link.draw.truncate) if link.draw.truncate else found


def of_random_part(
    link: LinkedDraw,
    key: str,
    inner: Distribution,
    bands: tuple[str, ...],
    hyperparameters: Params,
    system: Params,
) -> Distribution:
    """The distribution of a number that is SAME_AS another one, where TIMES or PLUS alone is random.

    Args:
        link: the link.
        key: TIMES or PLUS, whichever is random.
        inner: the distribution of that number.
        bands: the names of the bands.
        hyperparameters: the numbers of the file, by path.
        system: the number that it follows by name, () or (bands,).

    Returns:
        The distribution of the linked number, given the number that it follows.
    """
    own = draw_parameters(link.quantity, link.band, link.draw, hyperparameters)
    value = _in_band(system[link.source], link.source_band or link.band, bands)
    if key == TIMES:
        return Affine(inner, value, own.get(PLUS, jnp.zeros(())))
    return Affine(inner, jnp.ones(()), value * own[TIMES] if TIMES in own else value)


def placed(link: LinkedDraw, value: jax.Array, old: jax.Array, bands: tuple[str, ...]) -> jax.Array:
    """A number with what a link sets.

    Args:
        link: the link.
        value: what it sets, () or (bands,).
        old: the number before, () or (bands,), of which the other bands and those of tables are kept.
        bands: the names of the bands.

    Returns:
        The number, () or (bands,).
    """
    if link.band:
        return old.at[bands.index(link.band)].set(value)
    if not link.given:
        return value
    by_table = jnp.asarray([band in link.given for band in bands])
    return jnp.where(by_table, old, value)


def _numbers(
    link: LinkedDraw, bands: tuple[str, ...], hyperparameters: Params, system: Params
) -> dict[str, jax.Array]:
    """The numbers of a link by their keys, each () or (bands,)."""
    own = draw_parameters(link.quantity, link.band, link.draw, hyperparameters)
    return own | {key: _in_band(system[name], link.band, bands) for key, name in parts(link).items()}


def _in_band(value: jax.Array, band: str, bands: tuple[str, ...]) -> jax.Array:
    """A number in one band; all of it where `band` is empty, or where bands share it."""
    return value[bands.index(band)] if band and value.ndim else value
