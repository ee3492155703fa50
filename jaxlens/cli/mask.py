"""`jaxlens mask`: the mask of an image of one lens, with other sources and bad pixels left out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.cli.arguments import Commands, add_command
from jaxlens.cli.observations import add_observation, read_observation
from jaxlens.files.fits import write_fits
from jaxlens.fitting.automatic_masks import AutomaticMask, automatic_mask
from jaxlens.fitting.observation import Observation
from jaxlens.plotting.masks import view_mask


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "mask", run, "mask what is not the lens in an image of it", imports=False)
    add_observation(parser)
    add = parser.add_argument
    add("--radius", metavar="ARCSEC", type=float, required=True, help="within which all arcs lie")
    add("--outer-radius", metavar="ARCSEC", type=float, help="beyond which no pixel is used (default: none)")
    add("--threshold", metavar="K", type=float, default=5.0, help="sigma of another source (default: 5)")
    add("--growth", metavar="N", type=float, default=2.0, help="pixels by which masks grow (default: 2)")
    add("--out", metavar="MASK.fits", type=Path, default=Path("mask.fits"), help="default: mask.fits")
    add("--picture", metavar="FILE.png", type=Path, help="a picture of what is left out")


def run(arguments: argparse.Namespace) -> int:
    """Find the mask, write it and print what it leaves out."""
    observation = read_observation(arguments)
    found = automatic_mask(
        observation,
        arguments.radius,
        outer_radius=arguments.outer_radius,
        threshold=arguments.threshold,
        growth=arguments.growth,
    )
    write_fits(arguments.out, {"MASK": found.mask.astype(np.uint8)}, _keywords(observation))
    print(found)
    print(arguments.out)
    if arguments.picture is not None:
        _draw(observation, found, arguments.radius).savefig(arguments.picture, dpi=150)
        print(arguments.picture)
    return 0


def _keywords(observation: Observation) -> dict[str, Any]:
    """The keywords of the WCS of the pixels; none without one."""
    return {} if observation.wcs is None else dict(observation.wcs.to_header(relax=True))


def _draw(observation: Observation, found: AutomaticMask, radius: float) -> Any:
    """The picture: each band with what is left out and the radius."""
    scale = observation.pixel_scale
    assert scale is not None
    sources = [(one.x, one.y) for one in found.left_out if one.x >= 0]
    return view_mask(
        observation.images[0], found.mask, observation.center, radius / scale, sources, observation.bands
    )
