"""One number at a time: a draw of a distribution, with its parameters and its random bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jaxlens.config.model import Draw, Quantity
from jaxlens.distributions import truncated_icdf
from jaxlens.kernels.types import Real
from jaxlens.sampling.keys import named_keys, uniforms

# How often a distribution is asked for numbers inside their bounds.
MOST_DRAWS = 1000

Numbers = Mapping[str, jax.Array]


@dataclass(frozen=True)
class OneDraw:
    """One draw with its numbers and its random bits."""

    draw: Draw
    numbers: Numbers
    bands: tuple[str, ...]
    key: jax.Array
    uniform: jax.Array

    def value(self) -> jax.Array:
        """The drawn number."""
        if self.draw.function:
            low, high = self.draw.truncate or (-jnp.inf, jnp.inf)
            return self._call_within(low, high) if self.draw.truncate else self._call(self.key)
        return self.draw.with_parameters(**self.numbers).icdf(self.uniform)

    def within(self, low: Real, high: Real) -> jax.Array:
        """The drawn number, drawn between `low` and `high`."""
        if not self.draw.function:
            return truncated_icdf(self.draw.with_parameters(**self.numbers), self.uniform, low, high)
        if self.draw.truncate:
            low, high = jnp.maximum(low, self.draw.truncate[0]), jnp.minimum(high, self.draw.truncate[1])
        return self._call_within(low, high)

    def smallest(self) -> Real:
        """The smallest number that can be drawn."""
        if self.draw.function:
            return self.draw.truncate[0] if self.draw.truncate else -jnp.inf
        return self.draw.with_parameters(**self.numbers).support()[0]

    def largest(self) -> Real:
        """The largest number that can be drawn."""
        if self.draw.function:
            return self.draw.truncate[1] if self.draw.truncate else jnp.inf
        return self.draw.with_parameters(**self.numbers).support()[1]

    def _call(self, key: jax.Array) -> jax.Array:
        assert self.draw.function is not None
        if self.draw.pick is None:
            return jnp.asarray(self.draw.function(key, **self.numbers), jnp.result_type(float))
        every = jnp.asarray(self.draw.function(key, bands=self.bands, **self.numbers), jnp.result_type(float))
        return every[self.draw.pick]

    def _call_within(self, low: Real, high: Real) -> jax.Array:
        """Ask again with new keys until the number is inside; the nearer end where it never is."""

        def outside(attempt: jax.Array) -> jax.Array:
            value = jax.lax.stop_gradient(self._call(jax.random.fold_in(self.key, attempt)))
            return ((value < low) | (value > high)) & (attempt < MOST_DRAWS)

        attempt = jax.lax.while_loop(outside, lambda a: a + 1, jnp.zeros((), jnp.uint32))
        return jnp.clip(self._call(jax.random.fold_in(self.key, attempt)), low, high)


def one_draws(
    quantities: Iterable[tuple[str, Quantity]], bands: tuple[str, ...], numbers: Numbers, key: jax.Array
) -> dict[str, list[OneDraw]]:
    """Every draw of a system by parameter name: one, or one a band.

    `numbers` has the parameters of the distributions, by their path in the file.
    """
    listed = [
        (name, band, quantity, draw)
        for name, quantity in quantities
        for band, draw in zip(draw_bands(quantity, bands), quantity.draws, strict=True)
    ]
    # what a function draws for all bands at once comes from one key
    columns = [f"{name}-{band}" if band and draw.pick is None else name for name, band, _, draw in listed]
    keys = named_keys(key, columns)
    bits = uniforms(keys).astype(jnp.result_type(float))
    found: dict[str, list[OneDraw]] = {}
    for i, (name, band, quantity, draw) in enumerate(listed):
        own = own_numbers(quantity, band, draw, numbers)
        found.setdefault(name, []).append(OneDraw(draw, own, bands, keys[i], bits[i]))
    return found


def draw_bands(quantity: Quantity, bands: tuple[str, ...]) -> tuple[str, ...]:
    """The band of each draw of a quantity; "" for one that the bands share."""
    return bands if quantity.per_band else ("",)


def draw_numbers(
    quantity: Quantity, band: str, draw: Draw
) -> Iterator[tuple[str, float | tuple[float, ...]]]:
    """(path, value) of a draw's parameters; a constant's path is its quantity's."""
    base = f"{quantity.path}.{band}" if band else quantity.path
    for name, value in draw.parameters:
        yield (base if draw.is_constant else f"{base}.{name}"), value


def own_numbers(quantity: Quantity, band: str, draw: Draw, numbers: Numbers) -> dict[str, jax.Array]:
    """The parameters of a draw's distribution, by their names there."""
    paths = [path for path, _ in draw_numbers(quantity, band, draw)]
    return {name: numbers[path] for (name, _), path in zip(draw.parameters, paths, strict=True)}
