"""The planes of a configuration, the configurations, and the whole file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jaxlens.config.errors import ConfigError
from jaxlens.config.model.catalog import Catalog
from jaxlens.config.model.copies import Copies
from jaxlens.config.model.haloes import LineOfSight
from jaxlens.config.model.instrument import Instrument
from jaxlens.config.model.labels import Labels
from jaxlens.config.model.pixel_maps import PIXEL_SCALE, map_scale_range
from jaxlens.config.model.quantities import Quantity
from jaxlens.config.model.selection import Selection
from jaxlens.config.model.species import Galaxy, NoiseSource, PointSource
from jaxlens.config.model.tables import Backgrounds, Joint
from jaxlens.config.model.transients import TimeSeries


@dataclass(frozen=True)
class Plane:
    """One PLANE_n of a configuration.

    Attributes:
        label: its key in the file, for example `PLANE_1`.
        objects: (label, species) pairs of its OBJECT_n, in order.
        redshift: its redshift.
        copies: those of its objects that stand there a random number of times.
    """

    label: str
    objects: tuple[tuple[str, Galaxy | PointSource], ...]
    redshift: Quantity
    copies: tuple[Copies, ...] = ()

    @property
    def members(self) -> tuple[tuple[str, Galaxy | PointSource], ...]:
        """(label, species) pairs of what is drawn: `objects`, with copies in the place of their object."""
        copies = {one.label: one.labels for one in self.copies}
        return tuple((own, it) for label, it in self.objects for own in copies.get(label, (label,)))

    @property
    def single(self) -> tuple[tuple[str, Galaxy | PointSource], ...]:
        """(label, species) pairs of its objects that stand there once."""
        copied = {one.label for one in self.copies}
        return tuple((label, it) for label, it in self.objects if label not in copied)


@dataclass(frozen=True)
class Configuration:
    """One CONFIGURATION_n of GEOMETRY.

    Attributes:
        label: its key in the file, for example `CONFIGURATION_1`.
        name: its NAME, or the label where it has none.
        fraction: its share of the dataset's systems.
        planes: its planes, in order of distance, the nearest first.
        noise: (label, species) pairs of its NOISE_SOURCE_n, in order.
        series: its TIMESERIES, or None.
        problems: what is wrong with it, where it was not asked for; it is then empty, and cannot be used.
        selection: its SELECT, or None where all systems are kept.
        line_of_sight: its LINE_OF_SIGHT, or None where no haloes are drawn between the planes.
    """

    label: str
    name: str
    fraction: float
    planes: tuple[Plane, ...]
    noise: tuple[tuple[str, NoiseSource], ...]
    series: TimeSeries | None = None
    problems: tuple[str, ...] = ()
    selection: Selection | None = None
    line_of_sight: LineOfSight | None = None


# In what precision images can be handed over; all arithmetic is in float32, or in float64 under x64.
IMAGE_DTYPES = ("float32", "float16")


@dataclass(frozen=True)
class Config:
    """A whole configuration file, checked.

    Attributes:
        name: the NAME of the dataset.
        size: the number of systems of the dataset.
        outdir: the directory that the dataset is written to.
        seed: the seed of the random numbers, or None.
        image_dtype: in which images are handed over, "float32" or "float16".
        cosmology: (name, quantity) pairs of the cosmological parameters, under astropy's names.
        instrument: IMAGE and SURVEY.
        species: the entries of SPECIES.
        configurations: the entries of GEOMETRY.
        text: the YAML text of the file, or of a dictionary written as YAML.
        warnings: the warnings of the checks, each with its place in the file.
        passed_over: those of `warnings` that are about something wrong that is not used.
        input_files: the absolute paths of the files and folders that the file names (tables, kernels,
            backgrounds, cadences, spectra, passbands), and of the files in these folders that were read.
            Neither the files of INPUT, which are a part of `text`, nor packaged ones are among them.
        joints: CATALOG and the entries of DISTRIBUTIONS; of two that set a parameter the last one counts.
        backgrounds: BACKGROUNDS, or None.
        catalog: the catalogue whose rows are the systems, or None.
        labels: LABELS, or None.
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
    passed_over: tuple[str, ...] = ()
    input_files: tuple[str, ...] = ()
    image_dtype: str = "float32"
    catalog: Catalog | None = None
    labels: Labels | None = None

    def __repr__(self) -> str:
        labels = ", ".join(f"{one.label} ({one.name})" for one in self.configurations)
        return f"Config({self.name!r}, {self.size} systems of {labels}, in {', '.join(self.bands)})"

    @property
    def bands(self) -> tuple[str, ...]:
        """The names of the photometric bands, in order."""
        return self.instrument.bands

    def reach(self, name: str) -> tuple[float, float]:
        """The smallest and largest value that a quantity of the instrument can have, also by tables.

        With a map of pixels `pixel_scale` is the square root of the area of a pixel.
        """
        if name == PIXEL_SCALE and self.instrument.has_pixel_map:
            return map_scale_range(self.reach)
        cadences = [one.series.cadence for one in self.configurations if one.series]
        tables = [table.bounds(name) for table in (*self.joints, self.backgrounds, *cadences) if table]
        ends = [dict(self.instrument.quantities)[name].support(), *filter(None, tables)]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def backgrounds_of(self, configuration: Configuration) -> Backgrounds | None:
        """The observed backgrounds of the systems of `configuration`, or None."""
        if self.backgrounds and configuration.label in self.backgrounds.configurations:
            return self.backgrounds
        return None

    def catalog_of(self, configuration: Configuration) -> Catalog | None:
        """The catalogue whose rows are the systems of `configuration`, or None."""
        if self.catalog and configuration.label in self.catalog.configurations:
            return self.catalog
        return None

    def configuration(self, name: str | None = None) -> Configuration:
        """The configuration whose label or NAME is `name`; `name` may be None where there is only one.

        Raises:
            ConfigError: if something is wrong with it, and the file was read for other configurations.
            ValueError: if there is no such configuration; the message lists those of the file.
        """
        if name is None and len(self.configurations) == 1:
            return _sound(self.configurations[0])
        for candidate in self.configurations:
            if name in (candidate.label, candidate.name):
                return _sound(candidate)
        choices = ", ".join(f"{c.label} ({c.name})" for c in self.configurations)
        if name is None:
            raise ValueError(f"the file has several configurations; name one of {choices}")
        raise ValueError(f"configuration {name!r} is not in the file; it has {choices}")

    def chosen(self, names: Iterable[str] | None = None) -> tuple[Configuration, ...]:
        """The configurations with these labels or NAMEs, in the file's order; all of them for None.

        Raises:
            ConfigError, ValueError: as `configuration`.
        """
        if names is None:
            return tuple(map(_sound, self.configurations))
        labels = {self.configuration(name).label for name in names}
        return tuple(one for one in self.configurations if one.label in labels)


def _sound(configuration: Configuration) -> Configuration:
    """The configuration; ConfigError where something is wrong with it."""
    if configuration.problems:
        raise ConfigError(*configuration.problems)
    return configuration
