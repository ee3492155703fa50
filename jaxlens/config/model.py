"""What a configuration file says, as typed and frozen values.

Every class here is hashable, so anything derived from it may be static under `jax.jit`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.distributions import DISTRIBUTIONS, Distribution, Truncated


@dataclass(frozen=True)
class Draw:
    """One number of the file: a distribution's name and its parameters (a constant is a delta_function).

    `truncate` restricts the draws to an interval.  `function` is the function of a distribution that a user
    registered, which is called with a key; where it gives one number a band, `pick` says which is meant.
    """

    distribution: str
    parameters: tuple[tuple[str, float | tuple[float, ...]], ...]
    truncate: tuple[float, float] | None = None
    function: Callable[..., Any] | None = None
    pick: int | None = None

    def build(self) -> Distribution:
        """The distribution with the file's own parameters; there is none behind a user's function."""
        return self.with_numbers(**dict(self.parameters))

    def with_numbers(self, **numbers: Any) -> Distribution:
        """The distribution, truncated as the file says, with these parameters in the place of its own."""
        distribution = DISTRIBUTIONS[self.distribution](**numbers)
        return Truncated(distribution, *self.truncate) if self.truncate else distribution

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
        """The smallest and the largest value that any band can draw; a user's function may give any."""
        ends = [(-np.inf, np.inf) if draw.function else draw.build().support() for draw in self.draws]
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
class Special:
    """A function of SPECIAL and its argument: `brighten_everything` and `LIGHT_PROFILE_1-2.5`."""

    name: str
    argument: str
    function: Callable[..., Any]


@dataclass(frozen=True)
class Galaxy:
    """One GALAXY_n of SPECIES."""

    label: str
    name: str
    light: tuple[Profile, ...]
    mass: tuple[Profile, ...]
    shear: tuple[Profile, ...]
    special: tuple[Special, ...] = ()


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
    special: tuple[Special, ...] = ()


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
class Kernel:
    """The kernel of psf_type PIXEL: `files` by band, or one for all of them.

    `array` (1 or bands, k, k), k odd, is normalised: each kernel sums to 1.  They are sampled at
    `factor` pixels to a pixel of the image.
    """

    files: tuple[str, ...]
    factor: int
    array: np.ndarray = field(compare=False, repr=False)


@dataclass(frozen=True)
class Numerics:
    """How the PSF is applied, under lenstronomy's names and with its defaults."""

    supersampling_convolution: bool = False
    supersampling_kernel_size: int = 5
    convolution_kernel_size: int | None = None
    point_source_supersampling_factor: int = 1


@dataclass(frozen=True)
class Instrument:
    """IMAGE and SURVEY: what is fixed by name, and the numbers by name.

    `quantities` holds, under lenstronomy's names, those of exposure_time, pixel_scale, read_noise,
    ccd_gain, background_noise, moffat_beta, seeing, magnitude_zero_point, sky_brightness and
    num_exposures that the file gives (num_exposures is 1 where it does not).  `kernel` is there with
    psf_type PIXEL.
    """

    bands: tuple[str, ...]
    num_pix: int
    psf_type: Literal["GAUSSIAN", "MOFFAT", "PIXEL", "NONE"]
    supersampling_factor: int
    data_count_unit: Literal["e-", "ADU"]
    point_source: Literal["interpolated", "exact"]
    shot_noise: Literal["gaussian", "poisson"]
    quantities: tuple[tuple[str, Quantity], ...]
    numerics: Numerics = Numerics()
    kernel: Kernel | None = None


Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Column:
    """The number that a column of a table sets: of one configuration and band, or of all (None)."""

    configuration: str | None
    parameter: str
    band: str | None = None


@dataclass(frozen=True)
class Joint:
    """One USERDIST_n or MULTIVARIATE_NORMAL_n: numbers that are drawn together, instead of one by one.

    `columns` are the numbers that are set; columns of the file that match no parameter are left out.
    `arrays` has floats only, by `kind`, with d columns:

    - sample: values (rows, d), cumulative (rows,), the cumulative probability of the rows, which ends at 1;
    - iterate: values (rows, d); system i takes row i modulo rows;
    - interpolate: corners (m, d' + 1, d), the rows at the corners of the m simplices of all d' dimensions
      of the table, and cumulative (m (d' + 1),) over pairs of simplex and corner, of probability in
      proportion to the simplex's volume times the corner's weight;
    - normal: mean (d,), covariance (d, d); `log` says of which columns the logarithm is normal.
    """

    label: str
    kind: Literal["sample", "iterate", "interpolate", "normal"]
    columns: tuple[Column, ...]
    log: tuple[bool, ...] = ()
    arrays: Arrays = field(default_factory=dict, compare=False, repr=False)

    def range(self, parameter: str) -> tuple[float, float] | None:
        """The smallest and largest number that a column gives `parameter`; None where no column names it."""
        chosen = [i for i, column in enumerate(self.columns) if column.parameter == parameter]
        if not chosen:
            return None
        if self.kind == "normal":
            return (0.0 if all(self.log[i] for i in chosen) else -np.inf), np.inf
        values = self.arrays["corners" if self.kind == "interpolate" else "values"][..., chosen]
        return float(values.min()), float(values.max())


@dataclass(frozen=True)
class Backgrounds:
    """BACKGROUNDS: real images that are added to the simulated ones, or stand in for their background noise.

    `configurations` are labels.  `columns` are the columns of map.txt that match a parameter, and
    arrays["map"] (count, columns) their numbers, with arrays["scale"] (columns,) their standard deviations,
    1 for a constant; without columns images are chosen at random.  With `iterate` system i takes image i
    modulo count.  arrays["images"] (count, bands, numPix, numPix) are float32, in counts/s.
    """

    configurations: tuple[str, ...]
    count: int
    mode: Literal["add", "replace"]
    iterate: bool
    columns: tuple[Column, ...]
    arrays: Arrays = field(default_factory=dict, compare=False, repr=False)

    def range(self, parameter: str) -> tuple[float, float] | None:
        """The smallest and largest number that map.txt gives `parameter`; None where it sets none."""
        chosen = [i for i, column in enumerate(self.columns) if column.parameter == parameter]
        if not (self.iterate and chosen):
            return None
        values = self.arrays["map"][:, chosen]
        return float(values.min()), float(values.max())

    @cached_property
    def device_images(self) -> jax.Array:
        """The images on the device; they are put there once."""
        with jax.ensure_compile_time_eval():
            return jnp.asarray(self.arrays["images"])


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
    joints: tuple[Joint, ...] = ()
    backgrounds: Backgrounds | None = None

    @property
    def bands(self) -> tuple[str, ...]:
        """The names of the photometric bands, in order."""
        return self.instrument.bands

    def reach(self, name: str) -> tuple[float, float]:
        """The smallest and largest number that a quantity of the instrument can have, tables included."""
        tables = [one.range(name) for one in (*self.joints, self.backgrounds) if one]
        ends = [dict(self.instrument.quantities)[name].support(), *filter(None, tables)]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def backgrounds_of(self, configuration: Configuration) -> Backgrounds | None:
        """The real images that systems of `configuration` get; None where it gets none."""
        if self.backgrounds and configuration.label in self.backgrounds.configurations:
            return self.backgrounds
        return None

    def configuration(self, name: str | None = None) -> Configuration:
        """The configuration called `name`, by label or by NAME; it may be left out when there is one."""
        if name is None and len(self.configurations) == 1:
            return self.configurations[0]
        for candidate in self.configurations:
            if name in (candidate.label, candidate.name):
                return candidate
        choices = ", ".join(f"{c.label} ({c.name})" for c in self.configurations)
        raise ValueError(f"configuration {name!r} is not in the file; it has {choices}")
