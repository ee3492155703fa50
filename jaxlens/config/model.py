"""What a configuration file says, as typed and frozen values.

Every class here is hashable, so anything derived from it may be static under `jax.jit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jaxlens.distributions import DISTRIBUTIONS, Distribution


@dataclass(frozen=True)
class Draw:
    """One number of the file: a distribution's name and its parameters (a constant is a delta_function)."""

    distribution: str
    parameters: tuple[tuple[str, float], ...]

    def build(self) -> Distribution:
        """The distribution with the file's own parameters."""
        return DISTRIBUTIONS[self.distribution](**dict(self.parameters))

    @property
    def is_constant(self) -> bool:
        """Whether every draw gives the same number."""
        return self.distribution == "delta_function"


@dataclass(frozen=True)
class Quantity:
    """A numeric entry: one draw shared by the bands, or one draw for each band.

    `path` is where it stands in the file, without the words that carry no meaning:
    `SPECIES.GALAXY_1.MASS_PROFILE_1.theta_E`.
    """

    path: str
    draws: tuple[Draw, ...]
    per_band: bool = False

    @property
    def is_constant(self) -> bool:
        """Whether no draw is random."""
        return all(draw.is_constant for draw in self.draws)

    def support(self) -> tuple[float, float]:
        """The smallest and the largest value that any band can draw."""
        ends = [draw.build().support() for draw in self.draws]
        return min(float(low) for low, _ in ends), max(float(high) for _, high in ends)


def constant(path: str, value: float) -> Quantity:
    """A quantity that is always `value`."""
    return Quantity(path, (Draw("delta_function", (("value", float(value)),)),))


@dataclass(frozen=True)
class Profile:
    """One LIGHT_PROFILE_n, MASS_PROFILE_n or SHEAR_PROFILE_n; defaults are filled in.

    `name` is a key of the light or mass registry of `jaxlens.kernels`.  A light profile's parameters
    include `magnitude`; a mass profile's have `sigma_v` in the place of `theta_E` where the file does.
    """

    label: str
    name: str
    parameters: tuple[tuple[str, Quantity], ...]


@dataclass(frozen=True)
class Galaxy:
    """One GALAXY_n of SPECIES."""

    label: str
    name: str
    light: tuple[Profile, ...]
    mass: tuple[Profile, ...]
    shear: tuple[Profile, ...]


@dataclass(frozen=True)
class PointSource:
    """One POINTSOURCE_n of SPECIES.

    `host` is the name of the galaxy that it belongs to, or None for an unlensed star in the
    foreground.  `sep` and `angle` (radians, from x towards y) are None where the file has none.
    """

    label: str
    name: str
    host: str | None
    magnitude: Quantity
    sep: Quantity | None = None
    sep_unit: Literal["arcsec", "kpc"] = "arcsec"
    angle: Quantity | None = None


@dataclass(frozen=True)
class NoiseSource:
    """One NOISE_n of SPECIES; `name` says which noise it is."""

    label: str
    name: Literal["POISSON_NOISE"]
    parameters: tuple[tuple[str, Quantity], ...]


@dataclass(frozen=True)
class Plane:
    """One PLANE_n of a configuration: (label, species) pairs in order, and the redshift."""

    label: str
    objects: tuple[tuple[str, Galaxy | PointSource], ...]
    redshift: Quantity


@dataclass(frozen=True)
class Configuration:
    """One CONFIGURATION_n of GEOMETRY; planes are in order of distance, nearest first."""

    label: str
    name: str
    fraction: float
    planes: tuple[Plane, ...]
    noise: tuple[tuple[str, NoiseSource], ...]


@dataclass(frozen=True)
class Instrument:
    """IMAGE and SURVEY: what is fixed by name, and the numbers by name.

    `quantities` holds, under lenstronomy's names, those of exposure_time, pixel_scale, read_noise,
    ccd_gain, background_noise, seeing, magnitude_zero_point, sky_brightness and num_exposures that
    the file gives (num_exposures is 1 where it does not).
    """

    bands: tuple[str, ...]
    num_pix: int
    psf_type: Literal["GAUSSIAN", "NONE"]
    supersampling_factor: int
    data_count_unit: Literal["e-", "ADU"]
    point_source: Literal["interpolated", "exact"]
    shot_noise: Literal["gaussian", "poisson"]
    quantities: tuple[tuple[str, Quantity], ...]


@dataclass(frozen=True)
class Config:
    """A whole configuration file, checked.

    `text` is the YAML itself (a dictionary is written out as YAML); `warnings` are the remarks of
    the checks, each with its place, that did not stop it.
    """

    name: str
    size: int
    outdir: str
    seed: int | None
    cosmology: tuple[tuple[str, Quantity], ...]
    instrument: Instrument
    species: tuple[Galaxy | PointSource | NoiseSource, ...]
    configurations: tuple[Configuration, ...]
    text: str
    warnings: tuple[str, ...] = ()

    @property
    def bands(self) -> tuple[str, ...]:
        """The names of the photometric bands, in order."""
        return self.instrument.bands

    def configuration(self, name: str | None = None) -> Configuration:
        """The configuration called `name`, by label or by NAME; it may be left out when there is one."""
        if name is None and len(self.configurations) == 1:
            return self.configurations[0]
        for candidate in self.configurations:
            if name in (candidate.label, candidate.name):
                return candidate
        choices = ", ".join(f"{c.label} ({c.name})" for c in self.configurations)
        raise ValueError(f"configuration {name!r} is not in the file; it has {choices}")
