"""`jaxlens merge`: join the parts of a dataset that several jobs have made."""

from __future__ import annotations

import argparse
from pathlib import Path

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.production.merging import merge
from jaxlens.production.verification import dataset_manifest


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "merge", run, "join the parts of a dataset that several jobs have made")
    add = parser.add_argument
    add("folders", metavar="DIR", nargs="+", type=Path, help="the parts, or the folder that holds them")
    add("--outdir", metavar="DIR", type=Path, help="of the whole (default: the folder that holds the parts)")
    add("--copy", action="store_true", help="copy the files there, so that the parts can be removed")
    mixed = "also where parts were made on other kinds of devices, or with other versions"
    add("--allow-mixed", action="store_true", help=mixed)


def run(arguments: argparse.Namespace) -> int:
    """Merge, and print where the whole is."""
    folder = merge(arguments.folders, arguments.outdir, arguments.copy, arguments.allow_mixed)
    manifest = dataset_manifest(folder)
    shards = sum(1 for _ in manifest.shards())
    systems = sum(section.systems for section in manifest.configurations.values())
    print(f"{folder}: {systems} systems in {shards} shards; check them with: jaxlens verify {folder}")
    return 0
