"""The numbers of a file that a population fit moves: their bounds, and where they stand in the file.

A number is called by its path in the file, as in `Simulator.hyperparameters`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.columns import known_names
from jaxlens.config.errors import nearest
from jaxlens.config.model import Draw
from jaxlens.config.quantities import ANY, Rule
from jaxlens.config.updates import config_dict, set_parameters
from jaxlens.kernels.types import Real
from jaxlens.sampling.draws import draw_bands, draw_hyperparameters
from jaxlens.simulator.simulator import Simulator

# The parameters of distributions that are above zero whatever is drawn, and those that bound each other.
_WIDTHS = frozenset({"std", "sigma", "a", "b"})
_LOWER = {"minimum": "maximum", "r1": "r2"}
_UPPER = {upper: lower for lower, upper in _LOWER.items()}


@dataclass(frozen=True)
class FreeNumber:
    """A number of the file between two others, each a number or the path of another free one.

    Between finite bounds the fit moves ln((x - low) / (high - x)), above a lower one ln(x - low), and so on:
    `coordinate` has no bounds.
    """

    path: str
    low: float | str = -math.inf
    high: float | str = math.inf

    def coordinate(self, numbers: Mapping[str, Real]) -> jax.Array:
        """The coordinate of this number, one of `numbers`."""
        low, high = _bound(self.low, numbers), _bound(self.high, numbers)
        value = jnp.asarray(numbers[self.path], jnp.result_type(float))
        above = jnp.log(value - low) if self._has_low else jnp.zeros(())
        below = jnp.log(high - value) if self._has_high else jnp.zeros(())
        return above - below if self.bounded else value

    def value(self, coordinate: Real, numbers: Mapping[str, Real]) -> jax.Array:
        """The number at a coordinate; `numbers` has those that bound it."""
        z = jnp.asarray(coordinate)
        low, high = _bound(self.low, numbers), _bound(self.high, numbers)
        if self._has_low and self._has_high:
            return low + (high - low) * jax.nn.sigmoid(z)
        if self._has_low:
            return low + jnp.exp(z)
        return high - jnp.exp(-z) if self._has_high else z

    @property
    def bounded(self) -> bool:
        """Whether it has a bound."""
        return self._has_low or self._has_high

    @property
    def _has_low(self) -> bool:
        return isinstance(self.low, str) or math.isfinite(self.low)

    @property
    def _has_high(self) -> bool:
        return isinstance(self.high, str) or math.isfinite(self.high)


def _bound(bound: float | str, numbers: Mapping[str, Real]) -> Real:
    return numbers[bound] if isinstance(bound, str) else bound


FreeNumbers = tuple[FreeNumber, ...]


def coordinates(free: FreeNumbers, numbers: Mapping[str, Real]) -> jax.Array:
    """Where numbers of the file stand in the space without bounds, (p,)."""
    return jnp.stack([one.coordinate(numbers) for one in free])


def at_coordinates(free: FreeNumbers, z: jax.Array) -> dict[str, jax.Array]:
    """The numbers of the file at z (p,): {path: ()}."""
    found: dict[str, jax.Array] = {}
    for one, coordinate in zip(free, z, strict=True):
        found[one.path] = one.value(coordinate, found)
    return found


@dataclass(frozen=True)
class _Owner:
    """What a path of the file belongs to: the parameter `name` in `band` ("" for all), and its draw."""

    name: str
    band: str
    draw: Draw
    paths: tuple[str, ...]


def _owners(sim: Simulator) -> Iterator[_Owner]:
    bands = sim.bands
    for name, quantity in sim.population.quantities:
        for band, draw in zip(draw_bands(quantity, bands), quantity.draws, strict=True):
            yield _Owner(
                name, band, draw, tuple(path for path, _ in draw_hyperparameters(quantity, band, draw))
            )


def free_numbers(sim: Simulator, paths: Sequence[str]) -> FreeNumbers:
    """The numbers of the file called `paths`, with their bounds.

    A width is above zero, a minimum below its maximum; means, ends and constants are where the file's own
    checks want them.  A number comes after those that bound it.

    Raises ValueError for a path that the file has not, one that is named twice, an array or a number of a
    discrete distribution, and one that stands on its bound.
    """
    if isinstance(paths, str):
        raise ValueError(f"free is a text; give a list of paths, as [{paths!r}]")
    owners = {path: owner for owner in _owners(sim) for path in owner.paths}
    every = sim.hyperparameters
    if not paths:
        raise ValueError("free is empty; give the paths of the numbers to fit, of sim.hyperparameters")
    for path in paths:
        _check(path, every, owners)
        if list(paths).count(path) > 1:
            raise ValueError(f"{path} stands in free {list(paths).count(path)} times; name it once")
    rules = _rules(sim)
    found = [_free(path, owners[path], rules[owners[path].name], set(paths), every) for path in paths]
    # first those that others are bounded by
    found.sort(key=lambda one: isinstance(one.low, str) or isinstance(one.high, str))
    for one in found:
        _check_inside(one, {path: float(every[path]) for path in owners if every[path].ndim == 0})
    return tuple(found)


def _check(path: str, every: Mapping[str, jax.Array], owners: Mapping[str, _Owner]) -> None:
    """ValueError where a path is no number that a gradient can be taken with respect to."""
    if path not in every:
        raise ValueError(f"{path!r} is no number of the file; {nearest(path, owners)}")
    if path not in owners or every[path].ndim:
        right = "give the path of one number of a distribution, as one that ends in .mean"
        raise ValueError(f"{path} is an array of numbers, which cannot be fitted; {right}")
    draw = owners[path].draw
    if draw.function is None and not draw.is_constant and draw.build().discrete:
        right = "its draws do not follow its numbers smoothly; use a distribution with a density, as normal"
        raise ValueError(f"{path} belongs to the discrete distribution {draw.distribution}; {right}")


def _rules(sim: Simulator) -> Mapping[str, Rule]:
    """What each parameter may be, by its name."""
    config = sim.config
    names = known_names(config.cosmology, config.instrument, (sim.configuration,))
    return names.rules[sim.configuration.label]


def _free(
    path: str, owner: _Owner, rule: Rule, free: Collection[str], numbers: Mapping[str, jax.Array]
) -> FreeNumber:
    """One free number and its bounds."""
    draw, (base, _, last) = owner.draw, path.rpartition(".")
    if draw.is_constant:
        return FreeNumber(path, rule.low, rule.high)
    if draw.function is not None:
        return FreeNumber(path)
    if last in _WIDTHS:
        return FreeNumber(path, 0.0)
    # the mean of a lognormal is that of a logarithm; a mean outside of its rule is the user's choice
    limits = ANY if draw.distribution == "lognormal" or not rule.allows(float(numbers[path])) else rule
    low: float | str = 0.0 if last in ("r1", "r2") or draw.distribution == "loguniform" else limits.low
    high: float | str = limits.high
    if last in _UPPER:
        other = f"{base}.{_UPPER[last]}"
        low = other if other in free else float(numbers[other])
    elif last in _LOWER:
        other = f"{base}.{_LOWER[last]}"
        # where both are free the upper one keeps above the lower one
        high = limits.high if other in free else float(numbers[other])
    return FreeNumber(path, low, high)


def _check_inside(one: FreeNumber, numbers: Mapping[str, float]) -> None:
    """ValueError where a number stands on its bound, from where it cannot move."""
    low, high = (numbers[end] if isinstance(end, str) else end for end in (one.low, one.high))
    if not low < numbers[one.path] < high:
        ends = f"above {low:g}" if math.isinf(high) else f"below {high:g}"
        ends = f"between {low:g} and {high:g}" if math.isfinite(low) and math.isfinite(high) else ends
        raise ValueError(f"{one.path} starts at {numbers[one.path]:g}; it must start {ends}")


def updated_file(sim: Simulator, numbers: Mapping[str, float]) -> dict[str, Any]:
    """The whole file as a dictionary in which `numbers`, by their paths, are those of the file.

    What the file says at other paths stays, also where the YAML text shares an anchor with these.
    """
    tree = config_dict(sim.config)
    done: set[tuple[str, ...]] = set()
    for owner in _owners(sim):
        # several planes may hold the same object of the file
        if owner.paths not in done and any(path in numbers for path in owner.paths):
            done.add(owner.paths)
            name = f"{owner.name}-{owner.band}" if owner.band else owner.name
            set_parameters(tree, sim.config, sim.configuration.label, {name: _entry(owner, numbers)})
    return tree


def _entry(owner: _Owner, numbers: Mapping[str, float]) -> float | dict[str, Any]:
    """What stands in the file for a draw in which some numbers have changed."""
    draw = owner.draw
    pairs = zip(owner.paths, draw.parameters, strict=True)
    values = {name: numbers.get(path, old) for path, (name, old) in pairs}
    if draw.is_constant:
        return float(np.asarray(values["value"]))
    plain = {name: np.asarray(value, float).tolist() for name, value in values.items()}
    truncate = {"TRUNCATE": list(draw.truncate)} if draw.truncate else {}
    return {"DISTRIBUTION": {"NAME": draw.distribution, "PARAMETERS": plain} | truncate}
