"""The hyperparameters of a file that a population fit moves: their bounds and unconstrained coordinates.

A hyperparameter is a number of the file on which draws depend, such as the mean of a distribution.  Its name
is its path in the file, as in `Simulator.hyperparameters`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jaxlens.config.columns import known_names
from jaxlens.config.copies import POSITION
from jaxlens.config.errors import nearest
from jaxlens.config.model import Draw
from jaxlens.config.quantities import ANY, Rule
from jaxlens.kernels.types import Real
from jaxlens.sampling.draws import draw_bands, draw_hyperparameters
from jaxlens.simulator.simulator import Simulator

# Parameters of distributions that must be above zero whatever parameter of a system is drawn.
_WIDTHS = frozenset({"std", "sigma", "a", "b", "scale", "sigma_star", "beta", "exponent", "number"})
# Parameters of distributions that are values of the drawn parameter, and so have its bounds.
_VALUES = frozenset({"mean", "minimum", "maximum", "r1", "r2", "M_star"})
# The distributions whose interval must be above zero.
_POSITIVE = frozenset(
    {
        "loguniform",
        "power_law",
        "velocity_dispersion_function",
        "comoving_volume",
        "nearest_by_comoving_volume",
    }
)
# The lower end of an interval -> the upper end, below which it must be.
_LOWER = {"minimum": "maximum", "r1": "r2"}
# The upper end of an interval -> the lower end, above which it must be.
_UPPER = {upper: lower for lower, upper in _LOWER.items()}


@dataclass(frozen=True)
class FreeHyperparameter:
    """A hyperparameter and its bounds, each a number or the path of another free hyperparameter.

    Its unconstrained coordinate is ln((x - low) / (high - x)) between two bounds, ln(x - low) above a lower
    one, -ln(high - x) below an upper one, and x itself without bounds.
    """

    path: str
    low: float | str = -math.inf
    high: float | str = math.inf

    def coordinate(self, hyperparameters: Mapping[str, Real]) -> jax.Array:
        """The unconstrained coordinate of this hyperparameter, ()."""
        low, high = _bound(self.low, hyperparameters), _bound(self.high, hyperparameters)
        value = jnp.asarray(hyperparameters[self.path], jnp.result_type(float))
        above = jnp.log(value - low) if self._has_low else jnp.zeros(())
        below = jnp.log(high - value) if self._has_high else jnp.zeros(())
        return above - below if self.bounded else value

    def value(self, coordinate: Real, hyperparameters: Mapping[str, Real]) -> jax.Array:
        """The value at a coordinate, (); `hyperparameters` holds the values of those that bound it."""
        z = jnp.asarray(coordinate)
        low, high = _bound(self.low, hyperparameters), _bound(self.high, hyperparameters)
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


def _bound(bound: float | str, hyperparameters: Mapping[str, Real]) -> Real:
    return hyperparameters[bound] if isinstance(bound, str) else bound


FreeHyperparameters = tuple[FreeHyperparameter, ...]


def coordinates(free: FreeHyperparameters, hyperparameters: Mapping[str, Real]) -> jax.Array:
    """The unconstrained coordinates of the free hyperparameters, (p,)."""
    return jnp.stack([each.coordinate(hyperparameters) for each in free])


def hyperparameters_at(free: FreeHyperparameters, z: jax.Array) -> dict[str, jax.Array]:
    """The free hyperparameters at coordinates z (p,), by their paths."""
    found: dict[str, jax.Array] = {}
    for each, coordinate in zip(free, z, strict=True):
        found[each.path] = each.value(coordinate, found)
    return found


@dataclass(frozen=True)
class ParameterDraw:
    """How a parameter of a system is drawn.

    Attributes:
        name: the name of the parameter.
        band: the band in which it is drawn; empty where all bands share one draw.
        draw: its distribution, function or constant.
        paths: the paths of the draw's hyperparameters.
    """

    name: str
    band: str
    draw: Draw
    paths: tuple[str, ...]


def parameter_draws(sim: Simulator) -> Iterator[ParameterDraw]:
    """The draws of all parameters of a configuration."""
    for name, quantity in sim.population.quantities:
        for band, draw in zip(draw_bands(quantity, sim.bands), quantity.draws, strict=True):
            paths = tuple(path for path, _ in draw_hyperparameters(quantity, band, draw))
            yield ParameterDraw(name, band, draw, paths)


def free_hyperparameters(sim: Simulator, paths: Sequence[str]) -> FreeHyperparameters:
    """The hyperparameters with these paths, and their bounds.

    A standard deviation or shape parameter must be above zero, and a minimum below its maximum.  Means, ends
    of intervals and constants have the same bounds as the parameter itself has when the file is checked.

    Args:
        sim: the simulator of the configuration.
        paths: the paths of the hyperparameters, as in `sim.hyperparameters`, or endings that only one has.

    Returns:
        The hyperparameters; one that is bounded by another comes after it.

    Raises:
        ValueError: if a path is not in the file, may mean several, or is given twice, or is that of an array
            or of a parameter of a discrete distribution; if a hyperparameter starts on or beyond its bound.

    >>> import jaxlens
    >>> free_hyperparameters(jaxlens.Simulator("galaxy_galaxy"), ["COSMOLOGY.H0"])
    (FreeHyperparameter(path='COSMOLOGY.H0', low=0.0, high=inf),)
    """
    if isinstance(paths, str):
        raise ValueError(f"free is a text; give a list of paths, as [{paths!r}]")
    draws = {path: each for each in parameter_draws(sim) for path in each.paths}
    every = sim.hyperparameters
    if not paths:
        raise ValueError("free is empty; give the paths of the numbers to fit, of sim.hyperparameters")
    full = [_full(sim, path) for path in paths]
    for path in full:
        _check(path, every, draws)
        if full.count(path) > 1:
            raise ValueError(f"{path} stands in free {full.count(path)} times; name it once")
    rules = _rules(sim)
    found = [_free(path, draws[path], rules[draws[path].name], set(full), every) for path in full]
    found.sort(key=lambda each: isinstance(each.low, str) or isinstance(each.high, str))
    for each in found:
        _check_inside(each, {path: float(every[path]) for path in draws if every[path].ndim == 0})
    return tuple(found)


def _full(sim: Simulator, path: str) -> str:
    """The full path that a short one means; an unknown one as it is."""
    return sim.short_paths.full(path, "free") if sim.short_paths.meant(path) else path


def _check(path: str, every: Mapping[str, jax.Array], draws: Mapping[str, ParameterDraw]) -> None:
    """ValueError where a path is not that of a scalar with respect to which draws can be differentiated."""
    if path not in every:
        raise ValueError(f"{path!r} is no number of the file; {nearest(path, draws)}")
    if path not in draws or every[path].ndim:
        right = "give the path of one number of a distribution, as one that ends in .mean"
        raise ValueError(f"{path} is an array of numbers, which cannot be fitted; {right}")
    if f".{POSITION}." in path:
        raise ValueError(f"{path} is of the {POSITION} of copies, which cannot be fitted; fit other numbers")
    draw = draws[path].draw
    if draw.has_distribution and not draw.is_constant and draw.build().discrete:
        right = "its draws do not follow its numbers smoothly; use a distribution with a density, as normal"
        raise ValueError(f"{path} belongs to the discrete distribution {draw.distribution}; {right}")


def _rules(sim: Simulator) -> Mapping[str, Rule]:
    """The allowed values of each parameter, by its name."""
    config = sim.config
    names = known_names(config.cosmology, config.instrument, (sim.configuration,))
    return names.rules[sim.configuration.label]


def _free(
    path: str, owner: ParameterDraw, rule: Rule, free: Collection[str], every: Mapping[str, jax.Array]
) -> FreeHyperparameter:
    """One hyperparameter with its bounds; `rule` has the allowed values of the parameter that is drawn."""
    draw, (base, _, last) = owner.draw, path.rpartition(".")
    if draw.is_constant:
        return FreeHyperparameter(path, rule.low, rule.high)
    if draw.link is not None:
        return FreeHyperparameter(path, 0.0 if last == "SCATTER" else -math.inf)
    if draw.function is not None:
        return FreeHyperparameter(path)
    if last in _WIDTHS:
        return FreeHyperparameter(path, 0.0)
    # the mean of a lognormal is that of ln x, which has no bounds; a mean outside the bounds may stay outside
    own = last in _VALUES and draw.distribution != "lognormal" and rule.allows(float(every[path]))
    limits = rule if own else ANY
    above_zero = last in ("r1", "r2") or (draw.distribution in _POSITIVE and last in _LOWER | _UPPER)
    low: float | str = 0.0 if above_zero else limits.low
    high: float | str = limits.high
    if last in _UPPER:
        other = f"{base}.{_UPPER[last]}"
        low = other if other in free else float(every[other])
    elif last in _LOWER:
        other = f"{base}.{_LOWER[last]}"
        # where both ends are free the lower one bounds the upper one
        high = limits.high if other in free or other not in every else float(every[other])
    return FreeHyperparameter(path, low, high)


def _check_inside(free: FreeHyperparameter, values: Mapping[str, float]) -> None:
    """ValueError where a hyperparameter is on its bound, where its coordinate is infinite."""
    low, high = (values[bound] if isinstance(bound, str) else bound for bound in (free.low, free.high))
    if not low < values[free.path] < high:
        ends = f"above {low:g}" if math.isinf(high) else f"below {high:g}"
        ends = f"between {low:g} and {high:g}" if math.isfinite(low) and math.isfinite(high) else ends
        raise ValueError(f"{free.path} starts at {values[free.path]:g}; it must start {ends}")
