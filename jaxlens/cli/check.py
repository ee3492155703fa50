"""`jaxlens check`: list every problem of a configuration file, and estimate what its SELECT keeps.

Where the file has a catalogue that lists lensed images, it says how far ours are from them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable

from jaxlens.cli.arguments import Commands, add_command, add_config, print_warnings
from jaxlens.cli.catalog_images import print_image_differences
from jaxlens.config import Config, load_config
from jaxlens.config.catalog.reading import described as described_catalog
from jaxlens.config.copies import described
from jaxlens.config.haloes.bounds import described as described_haloes
from jaxlens.config.model import Configuration

# The draws from which the share of systems that SELECT keeps is estimated.
DRAWS = 1000
# A smaller share gets a warning: each system is then drawn more than a hundred times.
SMALL_SHARE = 0.01


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "check", run, "list every problem of a configuration file")
    add_config(parser)
    parser.add_argument(
        "--configuration", metavar="NAME", action="append", help="check only this one; repeatable"
    )
    parser.add_argument(
        "--catalog-all",
        action="store_true",
        help="compare the images of all systems of a CATALOG with ours, not of a sample",
    )


def run(arguments: argparse.Namespace) -> int:
    """Read the file, and print its warnings; a `ConfigError` lists every problem."""
    config = load_config(arguments.config, arguments.survey, arguments.configuration, arguments.bands)
    print_warnings(config)
    for line in described_catalog(config.catalog):
        print(f"CATALOG: {line}")
    for line in _rows_again(config, arguments.configuration):
        print(f"CATALOG: {line}")
    for one in config.chosen(arguments.configuration):
        for line in (*described(one), *described_haloes(one)):
            print(f"{one.label}: {line}")
    _print_acceptances(config, config.chosen(arguments.configuration))
    for one in config.chosen(arguments.configuration):
        print_image_differences(config, one, arguments.catalog_all)
    print(f"{arguments.config}: no problems")
    return 0


def _rows_again(config: Config, asked: list[str] | None) -> Iterable[str]:
    """Lines that say which configurations have more systems than the catalogue has rows in order."""
    catalog = config.catalog
    if catalog is None or catalog.mode != "iterate":
        return
    # a file without a catalogue is checked without it
    from jaxlens.production.recipe import sizes

    rows, systems = len(catalog.rows), sizes(config)
    for one in config.chosen(asked):
        if one.label in catalog.configurations and systems[one.label] > rows:
            yield f"{one.label} has {systems[one.label]} systems; after the first {rows} the rows come again"


def _print_acceptances(config: Config, configurations: Iterable[Configuration]) -> None:
    """Print what the SELECT of each configuration keeps, with a warning where that is little."""
    for one in configurations:
        if one.selection is None:
            continue
        # a file without SELECT is checked without compiling anything
        from jaxlens.simulator import Simulator

        began = time.perf_counter()
        found = Simulator(config, one.label).acceptance(n=DRAWS)
        seconds = time.perf_counter() - began
        kept = f"SELECT keeps {_percent(found.share)} of {DRAWS} draws"
        print(f"{one.label} ({one.name}): {kept} ({seconds:.0f} s)")
        for name, rejected in found.rejected.items():
            print(f"    {name} rejects {_percent(rejected.share)} of {rejected.tested}")
        if found.share < SMALL_SHARE:
            times = f"{1 / found.share:.0f} times" if found.share else f"more than {DRAWS} times"
            finding = f"{kept}, so that a system is drawn {times}; {found.strictest} rejects most"
            print(f"warning: {one.label}: {finding}", file=sys.stderr)


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"
