"""`jaxlens examples`: list the packaged configuration files, or copy them."""

from __future__ import annotations

import argparse
from pathlib import Path

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.cli.packaged_files import copy_file, format_entry
from jaxlens.config.examples import example_files, examples


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(
        commands, "examples", run, "list the packaged configuration files, or copy them", imports=False
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="one of them; by default all")
    parser.add_argument("--copy-to", metavar="DIR", type=Path, help="copy the files there")


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each example, or copy them and print the paths."""
    known = examples()
    for name in [arguments.name] if arguments.name else known:
        files = example_files(name)
        if arguments.copy_to is None:
            print(format_entry(name, known[name]))
            continue
        for path in files:
            print(copy_file(path, arguments.copy_to))
    return 0
