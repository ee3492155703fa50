"""`jaxlens verify`: prove that a dataset is whole."""

from __future__ import annotations

import argparse
from pathlib import Path

from jaxlens.cli.arguments import Commands, add_command, whole_number
from jaxlens.production.verification import verify


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "verify", run, "prove that a dataset is whole")
    add = parser.add_argument
    add("folder", metavar="DIR", type=Path, help="the folder of the dataset")
    systems = "of each shard that are made again and compared, chosen at random (default: 2); 0 for none"
    add("--systems", metavar="K", type=whole_number(0), default=2, help=systems)
    add("--seed", metavar="N", type=whole_number(0), default=0, help="of that choice (default: 0)")


def run(arguments: argparse.Namespace) -> int:
    """Print what is whole, and what is not; 1 where something is not."""
    found = verify(arguments.folder, arguments.systems, arguments.seed)
    print(found)
    return 0 if found.whole else 1
