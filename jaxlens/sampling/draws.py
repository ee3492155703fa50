"""Draws of single quantities, from the parameters of their distributions and random bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jaxlens.config.model import Draw, Quantity
from jaxlens.config.naming import is_of_copy
from jaxlens.distributions import DISTRIBUTIONS, truncated_icdf
from jaxlens.kernels.types import Params, Real
from jaxlens.sampling.keys import named_keys, uniforms

# The largest number of draws of a function, or of a joint distribution of redshifts, until its values are
# within bounds.
MAX_DRAWS = 1000
# The distributions whose draws are computed together.  The quantiles of others, and of truncated ones, have
# sums of terms whose last bit depends on how the compiler joins them.
_TOGETHER = frozenset({"uniform", "normal", "lognormal", "loguniform"})
# The beginning of the name of a family of draws of copies.
_COPIES = "copies of "


@dataclass(frozen=True)
class SystemDraw:
    """A draw for one system.

    Attributes:
        draw: the distribution or function.
        parameters: its parameters by name.
        bands: the names of the bands.
        key: the key from which a function draws, (); None for a distribution.
        uniform: a random number in (0, 1), at which the inverse of a distribution's CDF is taken, ().
        of_copies: the path of the number, where it is that of a copy of an object; else "".
    """

    draw: Draw
    parameters: Params
    bands: tuple[str, ...]
    key: jax.Array | None
    uniform: jax.Array
    of_copies: str = ""

    @property
    def family(self) -> str:
        """What this draw has in common with those that are computed together with it; "" without any.

        Draws of one family differ in their numbers alone, and those of copies of an object in nothing.
        """
        together = _family(self.draw)
        return f"{_COPIES}{self.of_copies}" if self.of_copies and not together else together

    def value(self) -> jax.Array:
        """The drawn value, ()."""
        if self.draw.function:
            low, high = self.draw.truncate or (-jnp.inf, jnp.inf)
            return self._call_within(low, high) if self.draw.truncate else self._call(self._own_key())
        return self.draw.with_parameters(**self.parameters).icdf(self.uniform)

    def within(self, low: Real, high: Real) -> jax.Array:
        """The value drawn from the distribution truncated to `low`..`high`, ()."""
        if not self.draw.function:
            return truncated_icdf(self.draw.with_parameters(**self.parameters), self.uniform, low, high)
        if self.draw.truncate:
            low, high = jnp.maximum(low, self.draw.truncate[0]), jnp.minimum(high, self.draw.truncate[1])
        return self._call_within(low, high)

    def smallest(self) -> Real:
        """The smallest value that can be drawn."""
        if self.draw.function:
            return self.draw.truncate[0] if self.draw.truncate else -jnp.inf
        return self.draw.with_parameters(**self.parameters).support()[0]

    def largest(self) -> Real:
        """The largest value that can be drawn."""
        if self.draw.function:
            return self.draw.truncate[1] if self.draw.truncate else jnp.inf
        return self.draw.with_parameters(**self.parameters).support()[1]

    def _own_key(self) -> jax.Array:
        assert self.key is not None
        return self.key

    def _call(self, key: jax.Array) -> jax.Array:
        """The function's value with this key, in the draw's band, ()."""
        assert self.draw.function is not None
        if self.draw.pick is None:
            return jnp.asarray(self.draw.function(key, **self.parameters), jnp.result_type(float))
        values = self.draw.function(key, bands=self.bands, **self.parameters)
        return jnp.asarray(values, jnp.result_type(float))[self.draw.pick]

    def _call_within(self, low: Real, high: Real) -> jax.Array:
        """The function's first value within `low`..`high` among `MAX_DRAWS` keys; else the nearer bound."""

        def outside(attempt: jax.Array) -> jax.Array:
            value = jax.lax.stop_gradient(self._call(jax.random.fold_in(self._own_key(), attempt)))
            return ((value < low) | (value > high)) & (attempt < MAX_DRAWS)

        attempt = jax.lax.while_loop(outside, lambda a: a + 1, jnp.zeros((), jnp.uint32))
        return jnp.clip(self._call(jax.random.fold_in(self._own_key(), attempt)), low, high)


def system_draws(
    quantities: Iterable[tuple[str, Quantity]],
    bands: tuple[str, ...],
    hyperparameters: Params,
    key: jax.Array,
) -> dict[str, list[SystemDraw]]:
    """Every draw of one system.

    Args:
        quantities: the quantities by name.
        bands: the names of the bands.
        hyperparameters: the parameters of all distributions, by path in the file.
        key: the key of the system, ().

    Returns:
        The draws of each quantity by its name: one, or one for each band.
    """
    listed = [
        (name, band, quantity, draw)
        for name, quantity in quantities
        for band, draw in zip(draw_bands(quantity, bands), quantity.draws, strict=True)
    ]
    # Draws that are computed together stand together; a key depends on its name, and not on the order.
    order = sorted(range(len(listed)), key=lambda i: _family(listed[i][3]))
    # A function that draws for all bands at once has one key, named without a band.
    columns = [
        f"{name}-{band}" if band and draw.pick is None else name
        for name, band, _, draw in map(listed.__getitem__, order)
    ]
    keys = named_keys(key, columns)
    bits = jnp.unstack(uniforms(keys).astype(jnp.result_type(float)))
    places = {i: place for place, i in enumerate(order)}
    found: dict[str, list[SystemDraw]] = {}
    # the draws of a quantity are in the order of the bands
    for i, (name, band, quantity, draw) in enumerate(listed):
        own = draw_parameters(quantity, band, draw, hyperparameters)
        key_of_function = keys[places[i]] if draw.function else None
        copies = f"{quantity.path}.{quantity.part}.{band}" if is_of_copy(name) and not draw.function else ""
        drawn = SystemDraw(draw, own, bands, key_of_function, bits[places[i]], copies)
        found.setdefault(name, []).append(drawn)
    return found


def _family(draw: Draw) -> str:
    """Draws of one family differ in their numbers alone; "" where a draw is computed by itself."""
    together = draw.function is None and draw.truncate is None and draw.distribution in _TOGETHER
    return draw.distribution if together else ""


def drawn_values(draws: Sequence[SystemDraw]) -> list[jax.Array]:
    """The value of each draw, ().

    All draws of one family are computed by one operation on arrays, which takes less time to compile than an
    operation for each of them.
    """
    families: dict[str, list[int]] = {}
    for i, draw in enumerate(draws):
        families.setdefault(draw.family, []).append(i)
    found = {i: draws[i].value() for i in families.pop("", [])}
    for name, members in families.items():
        values = jnp.unstack(_values_of_family(name, [draws[i] for i in members]))
        found |= zip(members, values, strict=True)
    return [found[i] for i in range(len(draws))]


def _values_of_family(name: str, draws: Sequence[SystemDraw]) -> jax.Array:
    """The values of the draws of a family, (draws,)."""
    if name.startswith(_COPIES):
        distribution = draws[0].draw.with_parameters(**draws[0].parameters)
        return distribution.icdf(jnp.stack([one.uniform for one in draws]))
    parameters = {key: jnp.stack([one.parameters[key] for one in draws]) for key in draws[0].parameters}
    return DISTRIBUTIONS[name](**parameters).icdf(jnp.stack([one.uniform for one in draws]))


def draw_bands(quantity: Quantity, bands: tuple[str, ...]) -> tuple[str, ...]:
    """The band of each draw of a quantity; "" for a draw that the bands share."""
    return bands if quantity.per_band else ("",)


def draw_hyperparameters(
    quantity: Quantity, band: str, draw: Draw
) -> Iterator[tuple[str, float | tuple[float, ...]]]:
    """(path, value) of each parameter of a draw, with its path in the file.

    Args:
        quantity: the quantity; a constant has the quantity's path.
        band: the band of the draw, "" where the bands share it.
        draw: one of the quantity's draws.
    """
    if draw.implied:
        return
    base = ".".join(filter(None, (quantity.path, band, quantity.part)))
    for name, value in draw.parameters:
        yield (base if draw.is_constant else f"{base}.{name}"), value


def draw_parameters(
    quantity: Quantity, band: str, draw: Draw, hyperparameters: Params
) -> dict[str, jax.Array]:
    """The parameters of a draw's distribution by their names in it, from the hyperparameters by path.

    Args:
        quantity: as in `draw_hyperparameters`.
        band: as in `draw_hyperparameters`.
        draw: as in `draw_hyperparameters`.
        hyperparameters: the parameters of all distributions, by path in the file.
    """
    if draw.implied:
        return {name: jnp.asarray(value, jnp.result_type(float)) for name, value in draw.parameters}
    paths = [path for path, _ in draw_hyperparameters(quantity, band, draw)]
    return {name: hyperparameters[path] for (name, _), path in zip(draw.parameters, paths, strict=True)}
