"""A warning of noise that is far above every object of a configuration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from jaxlens.config.coverage import Tables, free_bands, is_replaced, place_of
from jaxlens.config.errors import Place, Report
from jaxlens.config.idle import DARK
from jaxlens.config.model import (
    PIXEL_SCALE,
    Configuration,
    Draw,
    Galaxy,
    Instrument,
    Quantity,
    map_scale_range,
)
from jaxlens.config.naming import named_quantities
from jaxlens.config.reader import Node
from jaxlens.distributions.host import quantile, support

# By how much lensing brightens a source: a usual total magnification.
_MAGNIFICATION = 10.0
# Draws of unbounded distributions are taken within these quantiles.
_QUANTILES = (0.01, 0.99)

Range = tuple[float, float]


class _Light(NamedTuple):
    """The largest electrons/s of an object, and its magnitude in words."""

    flux: float
    words: str = ""


class _Noise(NamedTuple):
    """The smallest noise of a pixel in electrons/s, and the path of the number that makes most of it."""

    sigma: float
    path: str


def remark_noise(
    tree: Node,
    instrument: Instrument,
    configurations: Sequence[Configuration],
    tables: Tables,
    brightest_sky: float,
    report: Report,
) -> None:
    """Remark noise of a single pixel that is above the whole light of the brightest object.

    Of every number that is drawn, the one that is best for the object is taken: the brightest magnitude, the
    smallest noise; and a lensed object is magnified ten times.  So no image shows anything then.

    Args:
        tree: the whole file, for the places of the numbers.
        instrument: IMAGE and SURVEY.
        configurations: the configurations.
        tables: what sets parameters in place of the file's numbers.
        brightest_sky: mag/arcsec^2; a sky that is always brighter has a remark of its own, and none here.
        report: one remark is added, of the configuration and band where it is worst, at the number that
            makes most of the noise.
    """
    found: list[tuple[float, Place, str]] = []
    for configuration in configurations:
        for b, band in enumerate(instrument.bands):
            ranges = _Ranges(instrument, configuration, tables, b)
            if "sky_brightness" in ranges and ranges.of("sky_brightness")[1] < brightest_sky:
                continue
            light = _brightest(instrument, configuration, ranges)
            noise = _noise(instrument, configuration, tables, ranges)
            if 0.0 < light.flux < noise.sigma < math.inf:
                ratio = noise.sigma / light.flux
                finding = (
                    f"makes noise of {noise.sigma:.3g} electrons/s in a pixel of the band {band}, "
                    f"{ratio:.3g} times all light of the brightest object of {configuration.label} "
                    f"({light.words})"
                )
                found.append((ratio, place_of(tree, noise.path, band), finding))
    if found:
        _, place, finding = max(found, key=lambda item: item[0])
        report.remark(place, f"{finding}; check it, exposure_time and magnitude_zero_point")


class _Ranges:
    """The smallest and largest value of every parameter of one configuration in one band."""

    def __init__(
        self, instrument: Instrument, configuration: Configuration, tables: Tables, band: int
    ) -> None:
        self._quantities = dict(named_quantities((), instrument, configuration))
        self._tables, self._band = tables, band
        self._free = {
            name: instrument.bands[band] in free_bands(name, configuration, instrument.bands, tables)
            for name in self._quantities
        }
        series = configuration.series
        self._conditions = series.cadence.arrays if series else {}

    def __contains__(self, name: str) -> bool:
        return name in self._quantities

    def of(self, name: str) -> Range:
        """The range of a parameter, of its own draws unless tables set it, and of all tables."""
        if name == PIXEL_SCALE and name not in self._quantities:
            return map_scale_range(self.of)
        ends = [ends for table in self._tables if (ends := table.bounds(name)) is not None]
        if self._free[name]:
            ends.append(_range(self._draw(name)))
        if name in self._conditions:
            ends.append((float(self._conditions[name].min()), float(self._conditions[name].max())))
        return min(low for low, _ in ends), max(high for _, high in ends)

    def path(self, name: str) -> str:
        return self._quantities[name].path

    @property
    def has_amplitudes(self) -> bool:
        """Whether a light profile has `amp` in place of `magnitude`."""
        return any(name.endswith("-amp") and "-LIGHT_PROFILE_" in name for name in self._quantities)

    def magnitudes(self) -> Iterator[str]:
        return (name for name in self._quantities if name.endswith("-magnitude"))

    def _draw(self, name: str) -> Draw:
        quantity: Quantity = self._quantities[name]
        return quantity.draws[self._band if quantity.per_band else 0]


def _range(draw: Draw) -> Range:
    """The smallest and largest usual value of a draw; unbounded where they are not known."""
    if not draw.has_distribution:
        return draw.support()
    distribution = draw.build()
    low, high = support(distribution)
    if not math.isfinite(low):
        low = quantile(distribution, _QUANTILES[0])
    if not math.isfinite(high):
        high = quantile(distribution, _QUANTILES[1])
    return low, high


def _brightest(instrument: Instrument, configuration: Configuration, ranges: _Ranges) -> _Light:
    """The brightest object; without light where all are dark on purpose.

    Infinite where a brightness is not known: that of transients is not a number of the file, and that of a
    profile without a finite flux depends on where the image ends.
    """
    if configuration.series is not None or ranges.has_amplitudes:
        return _Light(math.inf)
    zero_point = ranges.of("magnitude_zero_point")[1]
    # arcsec^2, of light with a magnitude for each square arcsec
    area = (instrument.num_pix * ranges.of("pixel_scale")[1]) ** 2
    uniform = set(_uniform_light(configuration))
    found = [_Light(0.0)]
    for name in ranges.magnitudes():
        magnitude = ranges.of(name)[0]
        if magnitude < DARK:
            flux, words = _power(-0.4 * (magnitude - zero_point)), f"magnitude {magnitude:g}"
            if name.removesuffix("-magnitude") in uniform:
                flux *= area
            if not name.startswith("PLANE_1-"):
                flux, words = flux * _MAGNIFICATION, f"{words}, magnified {_MAGNIFICATION:g} times"
            found.append(_Light(flux, words))
    return max(found)


def _uniform_light(configuration: Configuration) -> Iterator[str]:
    """The prefixes of light profiles whose magnitude is a surface brightness."""
    for plane in configuration.planes:
        for label, species in plane.members:
            if isinstance(species, Galaxy):
                for profile in species.light:
                    if profile.name == "UNIFORM":
                        yield f"{plane.label}-{label}-{profile.label}"


def _noise(instrument: Instrument, configuration: Configuration, tables: Tables, ranges: _Ranges) -> _Noise:
    """The smallest background noise of a pixel, with the read noise, sky and exposure as in lenstronomy."""
    terms: dict[str, float] = {}
    gain = max(ranges.of("ccd_gain")[0], 0.0) if instrument.data_count_unit == "ADU" else 1.0
    for label, _ in configuration.noise:
        terms[f"{label}-mean"] = max(ranges.of(f"{label}-mean")[0], 0.0) * gain**2
    if not is_replaced(configuration, tables):
        terms |= _background(ranges, gain)
    total = sum(terms.values())
    if not terms or not total > 0.0:
        return _Noise(0.0, "")
    most = max(terms, key=lambda name: terms[name])
    return _Noise(math.sqrt(total), ranges.path(most))


def _background(ranges: _Ranges, gain: float) -> Mapping[str, float]:
    """The variances, (electrons/s)^2, of read noise and sky, or of `background_noise`."""
    if "background_noise" in ranges:
        return {"background_noise": (max(ranges.of("background_noise")[0], 0.0) * gain) ** 2}
    exposures, exposure = (ranges.of(name)[1] for name in ("num_exposures", "exposure_time"))
    time = exposure * exposures
    zero_point, sky = ranges.of("magnitude_zero_point")[0], ranges.of("sky_brightness")[1]
    rate = _power(-0.4 * (sky - zero_point)) * ranges.of("pixel_scale")[0] ** 2
    read_noise = max(ranges.of("read_noise")[0], 0.0)
    return {"read_noise": read_noise**2 / (exposure * time), "sky_brightness": rate / time}


def _power(exponent: float) -> float:
    """10^exponent; infinite where it is too large."""
    return 10.0**exponent if exponent < 300.0 else math.inf
