"""make_dataset: all configurations of a file, to memory or disk, and the Dataset that it gives."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import jax

from jaxlens.config import Config, issue_warnings, load_config
from jaxlens.config.errors import nearest
from jaxlens.config.updates import config_dict
from jaxlens.datasets.exports import DatasetExports
from jaxlens.datasets.stored import systems_in
from jaxlens.engine.devices import as_devices
from jaxlens.files.formats import ImageFormat
from jaxlens.production.arguments import Arguments
from jaxlens.production.manifest import Manifest, read_manifest
from jaxlens.production.products import Run
from jaxlens.production.run import produce

# The arguments of make_dataset that change the file, and nothing else.
_OF_THE_FILE = ("survey", "bands")


class Dataset(DatasetExports):
    """A dataset with deeplenstronomy's attributes, as `make_dataset` and `load` give it.

    `CONFIGURATION_1_images`, `CONFIGURATION_1_metadata` and `CONFIGURATION_1_planes` (and so on) are there
    for what was kept in memory, or is in files and read where it is indexed; `images`, `metadata` and
    `planes` give the same by label or NAME.  Of a time series there are `CONFIGURATION_1_series`, `_mjd`,
    `_mask` and `_difference` too.

    Attributes:
        config: the configuration that was used.
        config_file: the file, or the name of the example, that it came from; None for a dictionary or Config.
        config_dict: the whole file as a dictionary, with the sections of INPUT and `survey` in it.
            `update_param` changes it, and you may edit it too; `regenerate` then makes the dataset of it.
        arguments: the arguments of make_dataset, by name.
        species_map: the key in SPECIES (`GALAXY_1`) of every NAME.
        name: the dataset's NAME.
        size: the SIZE that was asked for.
        outdir: the folder of the files.
        bands: names of the bands.
        configurations: labels of the configurations that were made.
        seed: the seed that was used, whether the file has one or not.
        folder: where its files are: OUTDIR, or the folder of a part in it; None for one in memory alone.
        manifest: how much of it is in the folder; None for one in memory alone.
        runs: how each configuration was made in this process, by label.
    """

    def __init__(
        self,
        config: Config,
        arguments: Mapping[str, Any],
        config_file: str | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Make the dataset of `config`.

        Args:
            config: the configuration file.
            arguments: all arguments of make_dataset, by name.
            config_file: the file that `config` was read from.
            check: is called between batches, and raises where the work should end.
        """
        self.config_file = config_file
        self._systems = {}
        self._make(config, arguments, check)

    @classmethod
    def of_folder(
        cls,
        folder: Path,
        manifest: Manifest | None,
        config: Config | None,
        arguments: dict[str, Any],
        described: Mapping[str, Any],
    ) -> Dataset:
        """The dataset in a folder, as `load` gives it.

        Args:
            folder: the folder.
            manifest: how it was made; None for one that version 0.1.0 has made.
            config: its configuration; None where it is not known, and is then no attribute.
            arguments: the arguments of make_dataset with which it is made again.
            described: its name and seed.
        """
        found = cls.__new__(cls)
        found.config_file, found.folder, found.manifest = None, folder, manifest
        found._systems = dict(systems_in(folder, manifest, config))
        found.configurations = list(manifest.configurations if manifest else found._systems)
        found.runs = {}
        if config is not None:
            found._describe(config, arguments, described["seed"])
        else:
            found.arguments, found.outdir = arguments, str(folder)
            found.name, found.seed = described["name"], described["seed"]
            found.bands = list(next((one.contents.bands for one in found._systems.values()), ()))
            found.size = sum(one.contents.count for one in found._systems.values())
        return found

    def regenerate(self, **make_dataset_args: Any) -> None:
        """Make this dataset again from `config_dict` as it is now; its images and metadata are replaced.

        The arguments are those of make_dataset but for `config`; those that are not given are as they were.
        A `survey` and `bands` that were given before are in `config_dict` already, and are not applied
        again.  Files in the same OUTDIR are replaced too.

        Raises:
            ConfigError: if `config_dict` is wrong; the dataset stays as it was.
            TypeError: if there is no such argument.
            StorageError, ValueError: as make_dataset.
        """
        for name in make_dataset_args:
            if name not in self.arguments:
                raise TypeError(f"{name!r} is no argument of regenerate; {nearest(name, self.arguments)}")
        arguments = {**self.arguments, **make_dataset_args}
        if arguments["save_to_disk"] and not {"resume", "overwrite"} & make_dataset_args.keys():
            arguments |= {"resume": False, "overwrite": True}
        arguments["configurations"] = _listed(arguments["configurations"])
        survey, bands = (make_dataset_args.get(name) for name in _OF_THE_FILE)
        config = load_config(self.config_dict, survey, arguments["configurations"], bands)
        issue_warnings(config.warnings)
        self._make(config, arguments, lambda: None)

    def _make(self, config: Config, arguments: Mapping[str, Any], check: Callable[[], None]) -> None:
        """Make all configurations, then replace the attributes."""
        asked = Arguments(**{name: value for name, value in arguments.items() if name not in _OF_THE_FILE})
        produced = produce(config, asked, check)
        products = produced.products
        self._forget()
        self._describe(config, dict(arguments), produced.seed)
        self.folder = produced.folder
        self.manifest = None if produced.folder is None else read_manifest(produced.folder)
        self.configurations = list(products)
        self.runs: dict[str, Run] = {label: product.run for label, product in products.items()}
        self._systems = dict(systems_in(self.folder, self.manifest, config)) if self.folder else {}
        self._systems |= {label: product.kept for label, product in products.items() if product.kept}

    def _describe(self, config: Config, arguments: dict[str, Any], seed: int) -> None:
        self.config, self.arguments = config, arguments
        self.seed: int | None = seed
        self.config_dict = config_dict(config)
        self.name, self.size, self.outdir = config.name, config.size, config.outdir
        self.bands = list(config.bands)
        self.species_map = {species.name: species.label for species in config.species}


def make_dataset(
    config: str | os.PathLike[str] | Mapping[str, object] | Config,
    save_to_disk: bool = False,
    store_in_memory: bool = True,
    verbose: bool = False,
    store_sample: bool = False,
    image_file_format: ImageFormat = "npy",
    survey: str | None = None,
    return_planes: bool = False,
    skip_image_generation: bool = False,
    solve_lens_equation: bool = False,
    batch_size: int | None = None,
    *,
    csv: bool = True,
    progress: bool | None = None,
    configurations: str | Iterable[str] | None = None,
    devices: Iterable[jax.Device] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    allow_mixed: bool = False,
    shard_size: int | None = None,
    part: tuple[int, int] | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    image_dtype: str | None = None,
    compression: str | None = None,
    products: bool = False,
    bands: str | Sequence[str] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Dataset:
    """Make the images and the metadata that a configuration file describes.

    Args:
        config: a YAML file, the name of a packaged example, a dictionary of the same content, or a Config.
        save_to_disk: write `<OUTDIR>/<label>_images.<format>` and `<OUTDIR>/<label>_metadata.csv`; of a time
            series also `<OUTDIR>/lightcurves/<label>_<object>.csv`, a table of the light curves of each
            object that varies, and `<label>_difference.<format>` where the file has DIFFERENCE; with
            SUBSTRUCTURE or LINE_OF_SIGHT also `<label>_haloes.h5`, see `Dataset.haloes`.
        store_in_memory: keep everything in memory.  What is not, and is on the disk, is read from there when
            it is indexed; so is what workers have made, what was resumed, and a part.
        verbose: show the progress bar also outside a terminal.
        store_sample: where `store_in_memory` is off, keep the first five systems.
        image_file_format: "npy", "h5", "fits", "zarr", "webdataset", "parquet" or "tfrecord", see
            docs/datasets.md; all but npy hold the metadata too.  HDF5 has a time series by system, (systems,
            epochs, bands, rows, columns), with the datasets `mjd` and `mask`; npy has the images one after
            another, like `images`.
        survey: the name of a survey whose IMAGE and SURVEY take the place of the file's, as in `load_config`.
        return_planes: keep, and write as `<label>_planes.<format>`, the parts that add up to the images too:
            (n, 4, bands, rows, columns), see `Dataset.planes`.
        skip_image_generation: make the metadata only.
        solve_lens_equation: add the images of every lensed point source to the metadata, as they are in the
            picture: `PLANE_2-OBJECT_2-x_mins`, `-y_mins` (texts of numbers in arcsec joined by semicolons,
            the brightest image first) and `-num_source_images`; also, of the last such point source, under
            deeplenstronomy's names `x_mins`, `y_mins` and `num_source_images`.  In a configuration without
            lensed point sources these are the images of the centre of every lensed galaxy's light (its first
            profile that has a centre), and under deeplenstronomy's names those of the first galaxy of the
            farthest plane.
        batch_size: systems a batch.  By default one that suits the device (`automatic_batch_size`); in a long
            run in memory (more than a thousand batches that take fifty times as long as a compilation) the
            fastest of three that fit into its memory.  It is in `runs` and in the manifest.
        csv: whether to write the CSV, and the light curves of a time series.
        progress: True or False for a progress bar or none; None shows one in a terminal.
        configurations: labels or NAMEs of those to make; by default all.  What is wrong with the others alone
            is a warning.
        devices: the devices that share each batch, of those in `jax.local_devices()`; by default all.  The
            batch size is rounded up to a multiple of their number.
        resume: finish the dataset that is in OUTDIR, if there is one: shards that are missing, or are not as
            recorded, are made, and nothing else.
        overwrite: replace the dataset that is in OUTDIR, if there is one, once the new one is whole.
        allow_mixed: resume also on another kind of device, or with other versions, than the dataset was begun
            with; its images then agree to float rounding with those of one run, and not bit for bit.
        shard_size: systems a shard, rounded up to whole batches; each shard has files of its own, is added to
            the manifest when it is whole, and is what is lost at most where a run is killed.  By default as
            many as take 256 MiB.
        part: (k, n) makes part k of n, counted from 0, in the folder `part-k-of-n` of OUTDIR: a contiguous
            range of the dataset's shards, without communication.  `jaxlens.merge` joins the parts.
        executor: any `concurrent.futures.Executor`, whose workers make the shards; they must be able to write
            OUTDIR, and must not be forked from this process.  It is not shut down.
        workers: the same with this many processes of our own.
        image_dtype: "float32", or "float16", which halves files and memory and rounds images and planes to 11
            bits (5e-4 of a pixel) after all arithmetic; by default the file's `image_dtype`, else "float32".
        compression: "gzip" compresses the images in HDF5, Zarr and Parquet files, "lzf" in HDF5 files.
        products: add what docs/products.md lists to the metadata, as `einstein_radius` and `arc_snr`.
        bands: the bands that are made, in this order, as `"g,r,i"` or a list: some of the file's, or of the
            survey's where there is one.  By default all of the file's that the survey has.
        check: is called between batches; what it raises ends the work, and shards that are whole are kept.

    Returns:
        A Dataset.  It has SIZE x FRACTION systems of each configuration, rounded by largest remainders.
        The same seed gives the same systems, whatever the batch size and devices; without a SEED there is a
        new one every time, in `seed`.

    Raises:
        ConfigError: if the configuration is wrong.
        StorageError: if OUTDIR cannot be written, holds a dataset already, or is written by another process;
            or if the disk is or becomes full.
        MemoryError: if there is not enough memory for one system at a time.
        ValueError: if an argument is wrong, or a pixel is too large for float16, which ends at 65504.

    Warns:
        ConfigWarning: for each remark of the checks that is no error.
        UserWarning: if there is not enough memory for the batch size, which is then halved; if float16 has
            less than 11 bits for the images of a system, since all its pixels are below 6e-5; if
            `solve_lens_equation` does nothing, since no source is behind a mass; for other arguments that do
            nothing, such as `image_file_format` without `save_to_disk`.

    >>> dataset = make_dataset("galaxy_galaxy", store_in_memory=False, store_sample=True)
    >>> dataset.CONFIGURATION_1_images.shape[:2], dataset.bands
    ((5, 3), ['g', 'r', 'i'])
    """
    arguments: dict[str, Any] = {
        "save_to_disk": save_to_disk,
        "store_in_memory": store_in_memory,
        "verbose": verbose,
        "store_sample": store_sample,
        "image_file_format": image_file_format,
        "survey": survey,
        "bands": bands,
        "return_planes": return_planes,
        "skip_image_generation": skip_image_generation,
        "solve_lens_equation": solve_lens_equation,
        "batch_size": batch_size,
        "csv": csv,
        "progress": progress,
        "configurations": _listed(configurations),
        "devices": as_devices(devices),
        "resume": resume,
        "overwrite": overwrite,
        "allow_mixed": allow_mixed,
        "shard_size": shard_size,
        "part": part,
        "executor": executor,
        "workers": workers,
        "image_dtype": image_dtype,
        "compression": compression,
        "products": products,
    }
    file = os.fspath(config) if isinstance(config, str | os.PathLike) else None
    loaded = load_config(config, survey, arguments["configurations"], bands)
    issue_warnings(loaded.warnings)
    return Dataset(loaded, arguments, file, check)


def _listed(names: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """One name or several as a tuple."""
    if names is None:
        return None
    return (names,) if isinstance(names, str) else tuple(names)
