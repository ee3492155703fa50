"""One numeric entry of the file: a constant or a distribution, shared by the bands or one for each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jaxlens.config.errors import Place
from jaxlens.distributions import DISTRIBUTIONS, Distribution, Truncated
from jaxlens.distributions.host import support


@dataclass(frozen=True)
class Link:
    """How a number follows others: SAME_AS another one, or by a RELATION.

    Attributes:
        source: the name of the number that SAME_AS names, as it is written; "" for a RELATION.
        relation: the name of the RELATION; "" for SAME_AS.
        parts: the numbers of the link that are drawn or linked themselves, by their keys in the file (TIMES,
            PLUS, SCATTER, RELATION.<argument>).  Those that are constant are parameters of the `Draw`.
        place: where the name stands in the file.
    """

    source: str
    relation: str
    parts: tuple[tuple[str, Draw], ...] = ()
    place: Place = field(default=Place(""), compare=False, repr=False)


@dataclass(frozen=True)
class Draw:
    """How one value is drawn: a distribution's name and its parameters.

    Attributes:
        distribution: the name of the distribution; a constant is a `delta_function`, a number that follows
            others a `link`.
        parameters: (name, value) pairs of the distribution's parameters.
        truncate: the interval [low, high] in which draws are kept, or None.
        function: the function of a distribution that a user registered, called with a key, or None.
        pick: the index of the band whose value is used, where `function` returns a value for each band.
        link: how the number follows others, or None where it does not.
        implied: whether the file does not have this constant, so that it is no hyperparameter.
    """

    distribution: str
    parameters: tuple[tuple[str, float | tuple[float, ...]], ...]
    truncate: tuple[float, float] | None = None
    function: Callable[..., Any] | None = None
    pick: int | None = None
    link: Link | None = None
    implied: bool = False

    def build(self) -> Distribution:
        """The distribution with the file's parameters; only where the draw `has_distribution`."""
        return self.with_parameters(**dict(self.parameters))

    def with_parameters(self, **parameters: Any) -> Distribution:
        """The distribution with these parameters instead of the file's, truncated as the file says."""
        distribution = DISTRIBUTIONS[self.distribution](**parameters)
        return Truncated(distribution, *self.truncate) if self.truncate else distribution

    @property
    def is_constant(self) -> bool:
        """Whether every draw gives the same value."""
        return self.distribution == "delta_function"

    @property
    def has_distribution(self) -> bool:
        """Whether the draw is that of a distribution: not of a user's `function`, and not a link."""
        return self.function is None and self.link is None

    def support(self) -> tuple[float, float]:
        """The smallest and the largest value; those of TRUNCATE for a link, unbounded for a function."""
        if self.has_distribution:
            return support(self.build())
        return self.truncate if self.link and self.truncate else (-math.inf, math.inf)


@dataclass(frozen=True)
class Quantity:
    """A numeric entry of the file.

    Attributes:
        path: the keys that lead to it, joined by dots and without `PARAMETERS`, for example
            `SPECIES.GALAXY_1.MASS_PROFILE_1.theta_E`.
        draws: one draw that all bands share, or one for each band.
        per_band: whether there is one draw for each band.
        part: the key of the number within the link at `path`, such as PLUS; "" where it is no part of a link.
    """

    path: str
    draws: tuple[Draw, ...]
    per_band: bool = False
    part: str = ""

    @property
    def is_constant(self) -> bool:
        """Whether every draw is constant."""
        return all(draw.is_constant for draw in self.draws)

    @property
    def is_linked(self) -> bool:
        """Whether a draw follows other numbers."""
        return any(draw.link for draw in self.draws)

    def support(self) -> tuple[float, float]:
        """The smallest and the largest value that any band can draw, as far as they are known."""
        ends = [draw.support() for draw in self.draws]
        return min(low for low, _ in ends), max(high for _, high in ends)


def constant(path: str, value: float) -> Quantity:
    """The quantity at `path` that is always `value`.

    >>> constant("SURVEY.seeing", 0.8).support()
    (0.8, 0.8)
    """
    return Quantity(path, (Draw("delta_function", (("value", float(value)),)),))
