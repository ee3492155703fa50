"""Between which values the numbers of a configuration can be drawn, by the file, its links and its tables.

A draw is the quantile of a float32 uniform in [2^-24, 1 - 2^-24], so that also a distribution without bounds
has a smallest and a largest draw.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property

import jax

from jaxlens.config.coverage import Tables, free_draws
from jaxlens.config.instrument import COSMOLOGY
from jaxlens.config.links.names import Links, links_of
from jaxlens.config.links.reading import PLUS, SCATTER, TIMES
from jaxlens.config.model import Config, Configuration, Draw, Joint, Quantity
from jaxlens.config.naming import named_quantities
from jaxlens.config.quantities import SMALLEST_PROBABILITY
from jaxlens.distributions import Distribution

# The smallest and the largest value.
Ends = tuple[float, float]
_UNKNOWN: Ends = (-math.inf, math.inf)
_ILLEGAL: Ends = (math.nan, math.nan)
# In how many standard deviations a normal draw of a table can be from its mean.
_SIGMAS = 5.5


class Supports:
    """The values that the numbers of one configuration can have.

    Args:
        config: what was read; it may have placeholders, which are NaN.
        configuration: one of its configurations.
    """

    def __init__(self, config: Config, configuration: Configuration) -> None:
        self._config, self._configuration = config, configuration
        backgrounds = (config.backgrounds,) if config.backgrounds else ()
        self._tables: Tables = (*config.joints, *backgrounds)
        self._quantities: dict[str, Quantity] = dict(
            named_quantities(config.cosmology, config.instrument, configuration)
        )
        self._found: dict[str, Ends] = {}

    @cached_property
    def _links(self) -> Links | None:
        return links_of(
            self._config.cosmology, self._config.instrument, self._configuration, self._config.joints
        )

    def cosmology(self) -> dict[str, Ends]:
        """The smallest and the largest values of the parameters of the cosmology, by astropy's names."""
        return {name: self.of(name) for name, _ in self._config.cosmology if name in COSMOLOGY}

    def of(self, name: str) -> Ends:
        """The smallest and the largest value of a parameter.

        They are infinite where they are not known, and NaN where the number is missing or illegal, which is
        reported elsewhere.

        Args:
            name: the name of the parameter, for example `LINE_OF_SIGHT-M_min`.
        """
        if name not in self._found:
            # a number that follows itself, which is reported elsewhere
            self._found[name] = _UNKNOWN
            ends = list(self._each(name))
            legal = not any(math.isnan(end) for pair in ends for end in pair)
            both = (
                (min(low for low, _ in ends), max(high for _, high in ends)) if ends and legal else _ILLEGAL
            )
            self._found[name] = both
        return self._found[name]

    def _each(self, name: str) -> Iterator[Ends]:
        """The ends of all that sets a parameter."""
        label, bands = self._configuration.label, self._config.bands
        for table in self._tables:
            ends = _normal_ends(table, name, label) if isinstance(table, Joint) else table.bounds(name)
            if ends is not None:
                yield ends
        quantity = self._quantities.get(name)
        if quantity is None:
            return
        for band, draw in free_draws(name, quantity, self._configuration, bands, self._tables):
            yield self._linked(name, band or "", draw) if draw.link else _ends(draw)

    def _linked(self, name: str, band: str, draw: Draw) -> Ends:
        """The ends of a number that follows another one; those of TRUNCATE for a RELATION."""
        cut = draw.truncate or _UNKNOWN
        links = self._links
        if links is None or draw.link is None or not draw.link.source:
            return cut
        found = links.find(name, draw.link)
        if found is None:
            return cut
        times, plus = self._part(draw, TIMES, 1.0), self._part(draw, PLUS, 0.0)
        scatter = self._part(draw, SCATTER, 0.0)[1] * _SIGMAS
        products = [a * b for a in self.of(found[0]) for b in times if not (a == 0.0 or b == 0.0)] or [0.0]
        low, high = min(products) + plus[0] - scatter, max(products) + plus[1] + scatter
        return max(low, cut[0]), min(high, cut[1])

    def _part(self, draw: Draw, key: str, default: float) -> Ends:
        """The ends of a number of a link."""
        constants = dict(draw.parameters)
        if key in constants:
            value = float(constants[key])  # type: ignore[arg-type]
            return value, value
        part = dict(draw.link.parts).get(key) if draw.link else None
        return (default, default) if part is None else _ends(part)


def _normal_ends(joint: Joint, name: str, label: str) -> Ends | None:
    """The ends of a column of a table, or of a multivariate normal; None where none sets the number."""
    ends = joint.bounds(name, label)
    if ends is None or joint.kind != "normal":
        return ends
    found = [
        (float(joint.arrays["mean"][i]), math.sqrt(float(joint.arrays["covariance"][i, i])), joint.log[i])
        for i, column in enumerate(joint.columns)
        if column.parameter == name and column.configuration in (None, label)
    ]
    lows, highs = [], []
    for mean, std, log in found:
        low, high = mean - _SIGMAS * std, mean + _SIGMAS * std
        lows.append(math.exp(min(low, 700.0)) if log else low)
        highs.append(math.exp(min(high, 700.0)) if log else high)
    return min(lows), max(highs)


def _ends(draw: Draw) -> Ends:
    """The smallest and the largest draw; infinite where they are not known."""
    if not draw.has_distribution:
        return draw.truncate or _UNKNOWN
    if any(value != value for _, value in draw.parameters):
        return _ILLEGAL
    low, high = draw.support()
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    below, above = _quantiles(draw.build())
    return low if math.isfinite(low) else float(below), high if math.isfinite(high) else float(above)


@jax.jit
def _quantiles(distribution: Distribution) -> tuple[jax.Array, jax.Array]:
    """The smallest and the largest draw; jitted, so that a class of distribution compiles once."""
    return distribution.icdf(SMALLEST_PROBABILITY), distribution.icdf_above(SMALLEST_PROBABILITY)
