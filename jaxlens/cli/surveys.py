"""`jaxlens surveys`: list the survey presets, print one, or copy them."""

from __future__ import annotations

import argparse
from pathlib import Path

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.cli.packaged_files import copy_file, format_entry
from jaxlens.config.surveys import survey_path, surveys


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(
        commands, "surveys", run, "list the survey presets, print one, or copy them", imports=False
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="print this one")
    parser.add_argument("--copy-to", metavar="DIR", type=Path, help="copy the YAML files there")


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each preset, or a preset's YAML, or copy presets and print the paths."""
    known = surveys()
    for name in [arguments.name] if arguments.name else known:
        path = survey_path(name)
        if arguments.copy_to:
            print(copy_file(path, arguments.copy_to))
        elif arguments.name:
            print(path.read_text(encoding="utf-8").rstrip())
        else:
            print(format_entry(name, known[name]))
    return 0
