"""`jaxlens names`: the parameters of a configuration file with their short names, values and units."""

from __future__ import annotations

import argparse
import sys

from jaxlens.cli.arguments import Commands, add_command, add_config
from jaxlens.config import load_config
from jaxlens.simulator.simulator import Simulator

# The largest number of characters of a value; the comma-separated values are whole.
_WIDTH = 70


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "names", run, "list the parameters of a file with their short names")
    add_config(parser)
    parser.add_argument(
        "--configuration", metavar="NAME", action="append", help="only those of this one; repeatable"
    )
    parser.add_argument("--csv", action="store_true", help="print comma-separated values")


def run(arguments: argparse.Namespace) -> int:
    """Print the table of each configuration."""
    config = load_config(arguments.config, arguments.survey, arguments.configuration)
    chosen = config.chosen(arguments.configuration)
    for k, one in enumerate(chosen):
        table = Simulator(config, one.label).names()
        if arguments.csv:
            table.insert(0, "configuration", one.label)
            table.to_csv(sys.stdout, header=k == 0)
            continue
        if len(chosen) > 1:
            print(*[""] * (k > 0), f"{one.label} ({one.name})", sep="\n")
        table["value"] = [_cut(value) for value in table["value"]]
        rows = [("name", *table.columns), *table.itertuples(name=None)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        for row in rows:
            print("  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
