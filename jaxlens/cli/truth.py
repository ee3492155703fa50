"""`jaxlens truth`: write the truth tables of a dataset."""

from __future__ import annotations

import argparse
from pathlib import Path

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.cli.stops import check_of
from jaxlens.datasets.loading import load
from jaxlens.datasets.truth import write_dataset_truth
from jaxlens.truth.writing import FORMATS


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    about = "write truth tables of a dataset: lenses, hosts, and each image of each point source"
    parser = add_command(commands, "truth", run, about)
    add = parser.add_argument
    add("folder", metavar="DATASET", type=Path, help="the folder of the dataset, in any format")
    add("--format", choices=FORMATS, default="csv", help="of the tables (default: csv)")
    where = "the file of sqlite, the folder of CSV and Parquet (default: DATASET/truth.sqlite, DATASET/truth)"
    add("--out", metavar="FILE", type=Path, help=where)
    add("--epochs", action="store_true", help="also the magnitudes at each epoch of time series")
    lensed = "also the magnitudes of hosts as they are lensed, for which their images are made"
    add("--lensed-hosts", action="store_true", help=lensed)
    one = "a configuration by its label or NAME; repeatable (default: all)"
    add("--configuration", metavar="NAME", action="append", dest="configurations", help=one)


def run(arguments: argparse.Namespace) -> int:
    """Write the tables, and print which files there are."""
    with arguments.stop.deferred("stopping after these systems; once more stops at once"):
        paths = write_dataset_truth(
            load(arguments.folder),
            arguments.out,
            arguments.format,
            arguments.epochs,
            arguments.lensed_hosts,
            arguments.configurations,
            check_of(arguments.stop, "there are no tables; begin again"),
        )
    print("\n".join(map(str, paths)))
    return 0
