"""The lenses that are fitted, the ranges of their parameters, and the progress of an optimiser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import numpy as np

from jaxlens import Simulator
from jaxlens.distributions import Distribution
from validation.recovery.mocks import galaxy_galaxy_mock

SEED = 1


@dataclass(frozen=True)
class Lens:
    """One observed image and the standard deviation of its noise, both (num_pix, num_pix), counts/s."""

    image: np.ndarray
    sigma: np.ndarray
    pixel_scale: float
    seeing: float


@dataclass(frozen=True)
class Range:
    """The start of a parameter, the spread about it, and its lowest and highest value."""

    middle: float
    spread: float
    low: float
    high: float


@dataclass(frozen=True)
class Trace:
    """The progress of an optimiser: chi-squares of its best model, and the seconds until each was reached.

    `processor_seconds` are those that the processors spent on the process in all, which on a busy machine are
    fewer.
    """

    seconds: tuple[float, ...]
    chi_square: tuple[float, ...]
    processor_seconds: float
    compile_seconds: float = 0.0

    @property
    def best(self) -> float:
        """The lowest chi-square."""
        return min(self.chi_square)

    def time_to(self, level: float) -> float | None:
        """Seconds until chi-square was at most `level`; None if it never was.

        >>> Trace((1.0, 2.0), (5000.0, 4100.0), 2.0).time_to(4200.0)
        2.0
        """
        reached = (s for s, chi in zip(self.seconds, self.chi_square, strict=True) if chi <= level)
        return next(reached, None)


def simulator() -> Simulator:
    """The simulator of the mock lenses."""
    return Simulator(galaxy_galaxy_mock())


def lenses(sim: Simulator, n: int) -> list[Lens]:
    """`n` lenses as they are observed, with the noise that the true model has."""
    key = jax.random.key(SEED, impl="threefry2x32")
    images, params = sim(key, n)
    sigmas = sim.expected(params)[1]
    known = {name: float(params[name][0]) for name in ("pixel_scale", "seeing")}
    pairs = zip(np.asarray(images)[:, 0], np.asarray(sigmas)[:, 0], strict=True)
    return [Lens(image, sigma, **known) for image, sigma in pairs]


def ranges(sim: Simulator) -> dict[str, Range]:
    """The range of each parameter that varies, from its prior, by the parameter's name."""
    return {name: _range(by_band[0]) for name, by_band in sim.priors.items()}


def _range(prior: Distribution) -> Range:
    """The median, half of the central 68%, and the ends: those of the support, at most 5 spreads away."""
    below, middle, above = (float(prior.icdf(u)) for u in (0.1587, 0.5, 0.8413))
    spread = (above - below) / 2.0
    low, high = (float(end) for end in prior.support())
    return Range(middle, spread, max(low, middle - 5.0 * spread), min(high, middle + 5.0 * spread))


def chi_square(lens: Lens, model: np.ndarray) -> float:
    """The sum over all pixels of ((image - model) / sigma)^2, in float64."""
    residual = (lens.image.astype(float) - model.astype(float)) / lens.sigma.astype(float)
    return float(np.sum(residual**2))


Optimiser = Callable[[Lens, Mapping[str, Range]], Trace]
