"""`jaxlens generate`: make a dataset from a configuration file."""

from __future__ import annotations

import argparse
import dataclasses
import os
import warnings

from jaxlens.cli.arguments import SEED_LIMIT, Commands, add_command, add_config, print_warnings, whole_number
from jaxlens.cli.job_arrays import array_part
from jaxlens.cli.logs import add_verbosity
from jaxlens.cli.stops import check_of
from jaxlens.config import Config, load_config
from jaxlens.config.errors import ConfigWarning
from jaxlens.config.files import check_outdir
from jaxlens.datasets.dataset import Dataset, make_dataset
from jaxlens.files.formats import IMAGE_FORMATS
from jaxlens.production.products import Run


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "generate", run, "make a dataset from a configuration file")
    add_config(parser)
    add = parser.add_argument
    add("--outdir", metavar="DIR", type=_outdir, help="write there instead of the file's OUTDIR")
    add("--size", metavar="N", type=whole_number(1), help="instead of the file's SIZE")
    add("--seed", metavar="N", type=whole_number(0, SEED_LIMIT), help="instead of the file's SEED")
    add("--format", choices=IMAGE_FORMATS, default="h5", help="of the images (default: h5)")
    dtype = "of the images, rounded to it at the end (default: the file's image_dtype, else float32)"
    add("--image-dtype", choices=("float32", "float16"), help=dtype)
    add("--compression", choices=("gzip", "lzf"), help="of the images, in HDF5, Zarr and Parquet")
    add("--batch-size", metavar="N", type=whole_number(1), help="systems made at a time")
    add("--configuration", metavar="NAME", action="append", help="make only this one; repeatable")
    add("--no-csv", action="store_true", help="leave out the metadata table")
    add("--planes", action="store_true", help="write lens, source, points and noise apart too")
    images = "list the images of lensed point sources, or else of lensed galaxies' centres, in the metadata"
    add("--solve-lens-equation", action="store_true", help=images)
    products = "add the Einstein radius, magnification, S/N, magnitudes and `detectable` to the metadata"
    add("--products", action="store_true", help=products)
    add("--metadata-only", action="store_true", help="write the table and no images")
    _add_production(parser)
    add_verbosity(parser)


def _add_production(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for what is made in several runs, or by several processes."""
    add = parser.add_argument
    add("--resume", action="store_true", help="finish the dataset that is there, if one is")
    add(
        "--overwrite",
        action="store_true",
        help="replace the dataset that is there, once the new one is whole",
    )
    mixed = "resume also on another kind of device, or with other versions, than the dataset was begun with"
    add("--allow-mixed", action="store_true", help=mixed)
    add(
        "--shard-size",
        metavar="N",
        type=whole_number(1),
        help="systems a shard, rounded up to whole batches (default: as many as 256 MiB hold)",
    )
    add("--workers", metavar="N", type=whole_number(1), help="make the shards in this many processes")
    part = parser.add_mutually_exclusive_group()
    share = "make only part K of N, counted from 0, in a folder of its own in OUTDIR; see `jaxlens merge`"
    part.add_argument("--shard", metavar="K/N", type=_part, help=share)
    tasks = (
        "the same as a task of a job array of SLURM, PBS, LSF or Grid Engine; N tasks, where it does not say"
    )
    part.add_argument("--array", metavar="N", type=whole_number(1), nargs="?", const=0, help=tasks)


def _outdir(text: str) -> str:
    """The name of a folder; an error of argparse where it is none."""
    try:
        return check_outdir(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _part(text: str) -> tuple[int, int]:
    """The part in the text K/N."""
    number, _, parts = text.partition("/")
    try:
        return int(number), int(parts)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no K/N, as 0/4") from None


def run(arguments: argparse.Namespace) -> int:
    """Make the dataset on disk, and print how fast it was made and where it is, unless it is to be quiet."""
    loaded = load_config(arguments.config, arguments.survey, arguments.configuration, arguments.bands)
    config = _with_overrides(loaded, arguments)
    print_warnings(config)
    message = "finishing the batch, then stopping; once more stops at once"
    with warnings.catch_warnings(), arguments.stop.deferred(message):
        # these warnings were just printed on stderr
        warnings.simplefilter("ignore", ConfigWarning)
        dataset = make_dataset(
            config,
            save_to_disk=True,
            store_in_memory=False,
            image_file_format=arguments.format,
            return_planes=arguments.planes,
            skip_image_generation=arguments.metadata_only,
            solve_lens_equation=arguments.solve_lens_equation,
            batch_size=arguments.batch_size,
            csv=not arguments.no_csv,
            progress=False if arguments.quiet else None,
            configurations=arguments.configuration,
            resume=arguments.resume,
            overwrite=arguments.overwrite,
            allow_mixed=arguments.allow_mixed,
            shard_size=arguments.shard_size,
            part=_asked_part(arguments),
            workers=arguments.workers,
            image_dtype=arguments.image_dtype,
            compression=arguments.compression,
            products=arguments.products,
            check=check_of(arguments.stop, "what is whole is kept; go on with --resume"),
        )
    if arguments.quiet:
        return 0
    for label, configuration_run in dataset.runs.items():
        print(_summary(dataset, label, configuration_run))
    advice = "" if arguments.metadata_only else f"; look at it with: jaxlens view {dataset.folder}"
    print(f"seed {dataset.seed}{advice}")
    return 0


def _asked_part(arguments: argparse.Namespace) -> tuple[int, int] | None:
    """The part of the dataset that is asked for, or None for all of it."""
    if arguments.array is None:
        shard: tuple[int, int] | None = arguments.shard
        return shard
    part = array_part(os.environ, arguments.array or None)
    return part.number, part.parts


def _with_overrides(config: Config, arguments: argparse.Namespace) -> Config:
    """The configuration with OUTDIR, SIZE and SEED of the command line."""
    given = {name: getattr(arguments, name) for name in ("outdir", "size", "seed")}
    return dataclasses.replace(config, **{name: value for name, value in given.items() if value is not None})


def _summary(dataset: Dataset, label: str, run: Run) -> str:
    """The number of systems of one configuration, the speed, and the paths of the files, as text."""
    name = dataset.config.configuration(label).name
    epochs = "" if run.epochs is None else f" x {run.epochs} epochs"
    made = f"{label} ({name}): {run.systems} systems{epochs} x {len(dataset.bands)} bands"
    made += f" in {run.seconds:.1f} s, batches of {run.batch_size}"
    images = len(dataset.bands) * (run.epochs or 1)
    speed = "" if dataset.arguments["skip_image_generation"] else _speed(run, images)
    return "\n  ".join([made + speed, *map(str, run.files)])


def _speed(run: Run, images: int) -> str:
    """The number of images per second, over the whole run and after the first batch, which compiles.

    `images` is the number of images of a system.
    """
    if run.systems == 0:
        return ""
    speed = f", {run.systems * images / run.seconds:.0f} images/s with compilation"
    later = run.systems - run.batch_size
    if later <= 0:
        return speed
    return speed + f", {later * images / (run.seconds - run.first_seconds):.0f} without compilation"
