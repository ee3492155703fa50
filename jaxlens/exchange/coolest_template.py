"""What a COOLEST template holds, as plain values in COOLEST's own parameters, units and axes.

COOLEST is the standard of Galan et al. (2023, JOSS 8, 5567).  Its conventions:

- x grows to the west, along the columns of an image, and y to the north; in arcsec.  The x of jaxlens grows
  to the east.
- An angle phi is counted from y counterclockwise, east of north, in degrees from -90 to 90.
- A radius of an ellipse is that of the circle of the same area, sqrt(a b), and q = b / a.
- Light is in electrons/s: analytic profiles per square arcsec, images per pixel of the observation.
- theta_E is for the source that is observed, so that a template has one plane of masses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from jaxlens.exchange.errors import ExchangeError

Range = tuple[float, float]
_ANY: Range = (-math.inf, math.inf)
_POSITIVE: Range = (0.0, math.inf)
# The legal values of parameters, both ends included; all others may have any value.
RANGES: Mapping[str, Range] = {
    **dict.fromkeys(("theta_E", "theta_eff", "I_eff", "A", "b", "s_c", "s_t", "beta", "n_max"), _POSITIVE),
    "q": (0.0, 1.0),
    "phi": (-90.0, 90.0),
    "phi_ext": (-90.0, 90.0),
    "gamma_ext": (0.0, 1.0),
    "gamma": (1.0, 3.0),
    "n": (0.5, 10.0),
    "kappa_s": (-1e8, 1e8),
}


@dataclass(frozen=True)
class Spread:
    """A distribution of a parameter.

    Attributes:
        kind: the name of a distribution of a file.
        first: the mean, that of the logarithm of a `lognormal`; of `uniform` the smallest value.
        second: the standard deviation; of `uniform` the largest value.
    """

    kind: Literal["normal", "lognormal", "uniform"]
    first: float
    second: float


@dataclass(frozen=True)
class Number:
    """The value of a parameter and, where the template has one, its distribution."""

    value: float
    spread: Spread | None = None

    def times(self, factor: float, plus: float = 0.0) -> Number:
        """`factor` times this plus `plus`.

        Raises:
            ExchangeError: if that has no distribution of these kinds.
        """
        value, one = factor * self.value + plus, self.spread
        if one is None:
            return Number(value)
        if one.kind == "lognormal":
            if factor <= 0.0 or plus:
                raise ExchangeError("has a log-normal prior that is mirrored or shifted; give a normal one")
            return Number(value, Spread(one.kind, one.first + math.log(factor), one.second))
        if one.kind == "normal":
            return Number(value, Spread(one.kind, factor * one.first + plus, abs(factor) * one.second))
        low, high = sorted((factor * one.first + plus, factor * one.second + plus))
        return Number(value, Spread(one.kind, low, high))


@dataclass(frozen=True)
class Pixels:
    """An image in COOLEST's axes.

    Attributes:
        array: (y, x), x to the west.
        x: where its left and right edges are, arcsec.
        y: where its lower and upper edges are.
        path: the file that it was read from; "" where there is none.
        ours: the same image in the axes of jaxlens, x to the east, beside it in the file; None without.
    """

    array: np.ndarray = field(compare=False)
    x: Range
    y: Range
    path: str = ""
    ours: np.ndarray | None = field(default=None, compare=False)

    @property
    def pixel_size(self) -> float:
        """The side of a pixel, arcsec."""
        return abs(self.x[1] - self.x[0]) / self.array.shape[1]


@dataclass(frozen=True)
class TemplateProfile:
    """A profile of mass or light.

    Attributes:
        kind: the name of its class in COOLEST, such as `PEMD`.
        values: its parameters by COOLEST's names: a `Number`, a list of numbers, or `Pixels`.
    """

    kind: str
    values: Mapping[str, Any]

    def number(self, name: str) -> Number:
        """The parameter of a name."""
        found: Number = self.values[name]
        return found


@dataclass(frozen=True)
class Entity:
    """A galaxy, or a field such as external shear, which has no light.

    Attributes:
        name: its name.
        redshift: its redshift.
        mass: its profiles of mass.
        light: its profiles of light.
        is_field: whether it is a field.
    """

    name: str
    redshift: float
    mass: tuple[TemplateProfile, ...] = ()
    light: tuple[TemplateProfile, ...] = ()
    is_field: bool = False


@dataclass(frozen=True)
class Template:
    """One template: a system in one band.

    Attributes:
        entities: galaxies and fields.
        band: the name of the filter; "" where there is none.
        pixel_size: the side of a pixel, arcsec.
        psf: the full width at half maximum of a Gaussian (pixels), a kernel, or None.
        noise: the name of its class in COOLEST; "" where there is none.
        noise_values: the numbers, switches and `Pixels` of the noise by COOLEST's names.
        readout_noise: electrons.
        exposure_time: s; None where the template has none.
        mag_zero_point: the magnitude of 1 electron/s; None without.
        mag_sky_brightness: mag/arcsec^2; None without.
        image: what is observed, electrons/s; None without.
        cosmology: H0 and Om0 by name; empty without.
        sky: right ascension and declination of the origin, degrees.
        notes: what jaxlens writes of itself: `columns`, "east" or "west", and `IMAGE`, keys of a file.
    """

    entities: tuple[Entity, ...]
    band: str
    pixel_size: float
    psf: float | Pixels | None = None
    noise: str = ""
    noise_values: Mapping[str, Any] = field(default_factory=dict)
    readout_noise: float = 0.0
    exposure_time: float | None = None
    mag_zero_point: float | None = None
    mag_sky_brightness: float | None = None
    image: Pixels | None = None
    cosmology: Mapping[str, float] = field(default_factory=dict)
    sky: tuple[float, float] = (0.0, 0.0)
    notes: Mapping[str, Any] = field(default_factory=dict)


def outside_of_range(name: str, value: float) -> str:
    """What is wrong with the value of a parameter; "" where nothing is."""
    low, high = RANGES.get(name, _ANY)
    if low <= value <= high:
        return ""
    bounds = f"from {low:g} to {high:g}" if math.isfinite(high) else f"at least {low:g}"
    return f"has {name} = {value:g}, which is {bounds} in COOLEST"
