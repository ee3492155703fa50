"""`jaxlens view`: draw the first images of a dataset."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.files.contents import Stored
from jaxlens.files.reader import find, read
from jaxlens.plotting.images import image_grid

# The number of systems in a row of the picture.  Several configurations get a row each, a single one 6 rows.
_COLUMNS = 6


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "view", run, "draw the first images of a dataset")
    parser.add_argument("outdir", metavar="OUTDIR", type=Path, help="the folder of the dataset")
    parser.add_argument("--save", metavar="FILE.png", type=Path, help="default: OUTDIR/view.png")


def run(arguments: argparse.Namespace) -> int:
    """Draw the first systems of each configuration, and print where the picture is."""
    target = arguments.save or arguments.outdir / "view.png"
    found = find(arguments.outdir)
    wanted = _COLUMNS if len(found) > 1 else _COLUMNS**2
    datasets = {label: read(path, stop=wanted) for label, path in found.items()}
    drawn = {label: stored for label, stored in datasets.items() if len(stored.images)}
    across = min(_COLUMNS, max((len(stored.images) for stored in drawn.values()), default=1))
    titles = [f"{label} {stored.attributes.get('configuration', '')}" for label, stored in drawn.items()]
    image_grid(_panels(drawn, across), columns=across, titles=titles).savefig(target, dpi=150)
    print(f"{target}: the first systems of each configuration")
    return 0


def _panels(drawn: dict[str, Stored], across: int) -> list[np.ndarray | None]:
    """The images of all configurations, each of which starts a new row; None is an empty panel."""
    panels: list[np.ndarray | None] = []
    for stored in drawn.values():
        panels += [*stored.images, *[None] * (-len(stored.images) % across)]
    return panels
