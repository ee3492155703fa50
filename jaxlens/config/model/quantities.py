"""One numeric entry of the file: a constant or a distribution, shared by the bands or one for each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jaxlens.distributions import DISTRIBUTIONS, Distribution, Truncated
from jaxlens.distributions.host import support


@dataclass(frozen=True)
class Draw:
    """How one value is drawn: a distribution's name and its parameters.

    Attributes:
        distribution: the name of the distribution; a constant is a `delta_function`.
        parameters: (name, value) pairs of the distribution's parameters.
        truncate: the interval [low, high] in which draws are kept, or None.
        function: the function of a distribution that a user registered, called with a key, or None.
        pick: the index of the band whose value is used, where `function` returns a value for each band.
    """

    distribution: str
    parameters: tuple[tuple[str, float | tuple[float, ...]], ...]
    truncate: tuple[float, float] | None = None
    function: Callable[..., Any] | None = None
    pick: int | None = None

    def build(self) -> Distribution:
        """The distribution with the file's parameters, unless the draw is that of a user's `function`."""
        return self.with_parameters(**dict(self.parameters))

    def with_parameters(self, **parameters: Any) -> Distribution:
        """The distribution with these parameters instead of the file's, truncated as the file says."""
        distribution = DISTRIBUTIONS[self.distribution](**parameters)
        return Truncated(distribution, *self.truncate) if self.truncate else distribution

    @property
    def is_constant(self) -> bool:
        """Whether every draw gives the same value."""
        return self.distribution == "delta_function"


@dataclass(frozen=True)
class Quantity:
    """A numeric entry of the file.

    Attributes:
        path: the keys that lead to it, joined by dots and without `PARAMETERS`, for example
            `SPECIES.GALAXY_1.MASS_PROFILE_1.theta_E`.
        draws: one draw that all bands share, or one for each band.
        per_band: whether there is one draw for each band.
    """

    path: str
    draws: tuple[Draw, ...]
    per_band: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether no draw is random."""
        return all(draw.is_constant for draw in self.draws)

    def support(self) -> tuple[float, float]:
        """The smallest and the largest value that any band can draw; unbounded for a user's function."""
        ends = [(-math.inf, math.inf) if draw.function else support(draw.build()) for draw in self.draws]
        return min(low for low, _ in ends), max(high for _, high in ends)


def constant(path: str, value: float) -> Quantity:
    """The quantity at `path` that is always `value`.

    >>> constant("SURVEY.seeing", 0.8).support()
    (0.8, 0.8)
    """
    return Quantity(path, (Draw("delta_function", (("value", float(value)),)),))
