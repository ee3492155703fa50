"""`jaxlens check`: list every problem of a configuration file."""

from __future__ import annotations

import argparse

from jaxlens.cli.arguments import Commands, add_command, add_config, print_warnings
from jaxlens.config import load_config
from jaxlens.config.copies import described


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "check", run, "list every problem of a configuration file")
    add_config(parser)
    parser.add_argument(
        "--configuration", metavar="NAME", action="append", help="check only this one; repeatable"
    )


def run(arguments: argparse.Namespace) -> int:
    """Read the file, and print its warnings; a `ConfigError` lists every problem."""
    config = load_config(arguments.config, arguments.survey, arguments.configuration)
    print_warnings(config)
    for configuration in config.chosen(arguments.configuration):
        for line in described(configuration):
            print(f"{configuration.label}: {line}")
    print(f"{arguments.config}: no problems")
    return 0
