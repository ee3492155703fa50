"""What is made of a file, as every process that makes a part of it needs to know."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import jax.numpy as jnp

from jaxlens.config import Config
from jaxlens.config.imported_files import import_file, imported_files
from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE
from jaxlens.config.updates import config_text
from jaxlens.engine.devices import Devices
from jaxlens.engine.haloes import numbers_of_haloes
from jaxlens.engine.job import Job
from jaxlens.files.contents import ArrayName, Contents
from jaxlens.files.formats import ImageFormat
from jaxlens.files.metadata import fixed
from jaxlens.files.version import version
from jaxlens.production.arguments import Arguments
from jaxlens.production.manifest import Manifest
from jaxlens.sampling.keys import dataset_key
from jaxlens.simulator.simulator import Simulator

# Numbers that solve_lens_equation adds to the metadata for a source, to estimate the space on the
# disk: the count, and x and y of five images.
_POSITION_NUMBERS = 11
# The columns of an object that varies, beside its parameters: magnitudes, phases, delays, measured fluxes.
_TRANSIENT_COLUMNS = 30
# Keeps 0.29 x 100 = 28.999999999999996 systems from being rounded down to 28.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Recipe:
    """What is made of a file; it can be pickled.

    Attributes:
        config: the configuration file.
        seed: the seed of the systems.
        arrays: what is made beside the metadata, without difference images, which the file asks for.
        positions: whether the images of lensed sources are listed in the metadata.
        csv: whether the metadata is written as a CSV too.
        format: the format of the images.
        dtype: of the arrays, "float32" or "float16".
        compression: of the arrays in HDF5 files, or None.
        x64: whether systems are computed in float64.
        products: whether the metadata has the products of each system (see `jaxlens.products.columns`).
    """

    config: Config
    seed: int
    arrays: tuple[ArrayName, ...]
    positions: bool
    csv: bool
    format: ImageFormat
    dtype: str
    compression: str | None
    x64: bool
    products: bool = False

    def job(self, label: str, devices: Devices, batch_size: int | None = None) -> Job:
        """All systems of a configuration.

        Args:
            label: the label of the configuration.
            devices: the devices that share each batch.
            batch_size: systems that are made at a time; None where it is to be chosen.
        """
        simulator = self._simulator(label)
        series = simulator.configuration.series
        difference = self.arrays and series is not None and series.template is not None
        arrays: tuple[ArrayName, ...] = (*self.arrays, "difference") if difference else self.arrays
        count = sizes(self.config)[label]
        return Job(
            simulator,
            dataset_key(self.seed),
            count,
            batch_size,
            devices,
            arrays,
            self.positions,
            image_dtype=self.dtype,
        )

    def contents(self, job: Job, batch_size: int) -> Contents:
        """What the files of a job hold.

        Args:
            job: the systems.
            batch_size: how many were made at a time, an attribute of the files.
        """
        config, configuration = self.config, job.simulator.configuration
        series = configuration.series
        return Contents(
            label=job.label,
            dataset=config.name,
            bands=config.bands,
            num_pix=config.instrument.num_pix,
            count=job.count,
            fixed=fixed(configuration, config.instrument),
            arrays=job.arrays,
            attributes=self._attributes(job, batch_size),
            epochs=None if series is None else series.cadence.epochs,
            transients=() if series is None else series.objects,
            start=job.start,
            dtype=self.dtype,
            compression=self.compression,
            haloes=numbers_of_haloes(job.simulator),
        )

    def bytes_on_disk(self, job: Job) -> int:
        """An estimate of the size of the files of a job in bytes, which is never much too small."""
        # one more source for deeplenstronomy's own columns, which repeat one of them
        scene, contents = job.simulator.scene, self.contents(job, 1)
        sources = len(scene.lensed_points or scene.lensed_centres)
        more = _POSITION_NUMBERS * (sources + 1) if job.positions and sources else 0
        more += _TRANSIENT_COLUMNS * len(contents.transients) + len(scene.products)
        catalog = self.config.catalog_of(job.simulator.configuration)
        more += 0 if catalog is None else 1 + len(catalog.columns)
        return contents.bytes_on_disk(len(job.simulator.parameter_names) + more, self.csv)

    def bytes_of_system(self, job: Job) -> int:
        """The same of one system."""
        return self.bytes_on_disk(replace(job, count=1))

    @cached_property
    def text(self) -> str:
        """The YAML as it is used, which is the same with other comments in the file."""
        return config_text(self.config, self.seed)

    def _simulator(self, label: str) -> Simulator:
        if label not in self._simulators:
            simulator = Simulator(self.config, label)
            self._simulators[label] = simulator.with_products() if self.products else simulator
        return self._simulators[label]

    @cached_property
    def _simulators(self) -> dict[str, Simulator]:
        return {}

    def __reduce__(self) -> tuple[Callable[..., Recipe], tuple[tuple[str, ...], bytes]]:
        """Without the simulators, which every process makes for itself.

        A process that reads it imports the Python files of `--import` first: the functions that they register
        may be a part of the configuration.
        """
        state = {name: value for name, value in self.__dict__.items() if name != "_simulators"}
        return _restored, (imported_files(), pickle.dumps(state))

    def _attributes(self, job: Job, batch_size: int) -> dict[str, str | int | float]:
        """What an HDF5 file says about how it was made, so that it can be made again."""
        config = self.config
        return _same_pixels(config) | {
            "units": "electrons/s" if config.instrument.data_count_unit == "e-" else "ADU/s",
            "size": config.size,
            "seed": self.seed,
            "device": job.devices[0].device_kind,
            "jaxlens_version": version(),
            "yaml": self.text,
            "configuration": job.simulator.configuration.name,
            "batch_size": batch_size,
        }


def _same_pixels(config: Config) -> dict[str, str | int | float]:
    """The numbers that say where pixels are, where they are the same for all systems."""
    names = PIXEL_MAP if config.instrument.has_pixel_map else ()
    ends = {name: config.reach(name) for name in (PIXEL_SCALE, *names)}
    return {name: low for name, (low, _) in ends.items()} if all(a == b for a, b in ends.values()) else {}


def _restored(files: tuple[str, ...], state: bytes) -> Recipe:
    """The recipe with this pickled state, after these files have been imported."""
    for file in files:
        import_file(file)
    recipe = object.__new__(Recipe)
    for name, value in pickle.loads(state).items():
        # the dataclass is frozen
        object.__setattr__(recipe, name, value)
    return recipe


def recipe_of(config: Config, seed: int, arguments: Arguments) -> Recipe:
    """What `make_dataset` is asked to make, in the precision that jax has now.

    Args:
        config: the configuration file.
        seed: the seed of the systems.
        arguments: those of make_dataset.
    """
    return Recipe(
        config,
        seed,
        arguments.arrays,
        arguments.solve_lens_equation,
        arguments.csv,
        arguments.image_file_format,
        arguments.image_dtype or config.image_dtype,
        arguments.compression,
        jnp.result_type(float) == jnp.float64,
        arguments.products,
    )


def recorded_recipe(config: Config, manifest: Manifest) -> Recipe:
    """What was made, as a manifest tells."""
    options = manifest.options
    arrays = () if options["skip_image_generation"] else ("images",)
    return Recipe(
        config,
        manifest.seed,
        (*arrays, "planes") if options["return_planes"] else arrays,  # type: ignore[arg-type]
        bool(options["solve_lens_equation"]),
        bool(options["csv"]),
        manifest.format,
        manifest.dtype,
        options["compression"],  # type: ignore[arg-type]
        manifest.precision == "float64",
        bool(options.get("products")),
    )


def sizes(config: Config) -> dict[str, int]:
    """The number of systems of each configuration, by label.

    They add up to SIZE x (the sum of the FRACTIONs), rounded; what rounding down leaves goes to the
    largest remainders, the first where they are equal.
    """
    exact = {c.label: config.size * c.fraction + _ROUNDING for c in config.configurations}
    whole = {label: math.floor(value) for label, value in exact.items()}
    missing = math.floor(sum(exact.values()) + 0.5) - sum(whole.values())
    by_remainder = sorted(exact, key=lambda label: round(whole[label] - exact[label], 6))
    return {label: whole[label] + (label in by_remainder[:missing]) for label in exact}
