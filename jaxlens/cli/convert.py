"""`jaxlens convert`: write a dataset again in another format."""

from __future__ import annotations

import argparse
from pathlib import Path

from jaxlens.cli.arguments import Commands, add_command, whole_number
from jaxlens.cli.stops import check_of
from jaxlens.datasets.loading import load
from jaxlens.files.contents import STORED_TYPES
from jaxlens.files.formats import IMAGE_FORMATS
from jaxlens.production.arguments import COMPRESSIONS


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "convert", run, "write a dataset again in another format")
    add = parser.add_argument
    add("folder", metavar="DIR", type=Path, help="the folder of the dataset, or of a part of one")
    add("--format", choices=IMAGE_FORMATS, required=True, help="of the images")
    add("--outdir", metavar="NEW", type=Path, required=True, help="the folder of the new dataset")
    add("--image-dtype", choices=STORED_TYPES, help="of the images (default: as it is)")
    add("--compression", choices=COMPRESSIONS, help="of the images, where the format has it")
    shards = "systems a shard, rounded up to whole batches (default: the shards stay the same)"
    add("--shard-size", metavar="N", type=whole_number(1), help=shards)
    add("--overwrite", action="store_true", help="replace the dataset that is in NEW, once this one is whole")


def run(arguments: argparse.Namespace) -> int:
    """Convert, and print where the new dataset is."""
    with arguments.stop.deferred("finishing the shard, then stopping; once more stops at once"):
        dataset = load(arguments.folder)
        folder = dataset.save(
            arguments.outdir,
            arguments.format,
            arguments.image_dtype,
            arguments.compression,
            arguments.shard_size,
            arguments.overwrite,
            check_of(arguments.stop, "the shards that are whole are kept; begin again with --overwrite"),
        )
    print(f"{folder}: {arguments.format}; check it with: jaxlens verify {folder}")
    return 0
