"""`jaxlens fit`: fit a configuration to an image of one lens."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxlens.cli.arguments import (
    SEED_LIMIT,
    Commands,
    add_command,
    add_config,
    fixed_value,
    print_warnings,
    whole_number,
)
from jaxlens.cli.observations import add_observation, read_observation
from jaxlens.config import load_config
from jaxlens.files.fits import write_fits
from jaxlens.files.writer import prepare
from jaxlens.fitting.fit import fit
from jaxlens.fitting.observation import Observation
from jaxlens.fitting.result import FitResult, FitWarning
from jaxlens.simulator.simulator import Simulator


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "fit", run, "fit a configuration to an image of one lens")
    parser.epilog = (
        "A whole sample of lenses: jaxlens fit DIR_OR_TABLE --config CONFIG --out DIR; its options: "
        "jaxlens fit --config CONFIG --help"
    )
    add_config(parser)
    add_observation(parser)
    add = parser.add_argument
    add("--free", metavar="NAME", nargs="+", help="the parameters that move (default: all with a prior)")
    fixed: dict[str, Any] = {"metavar": "NAME=VALUE", "nargs": "+", "type": fixed_value, "default": []}
    add("--fixed", **fixed, help="those that do not move")
    add("--starts", metavar="N", type=whole_number(1), help="from how many points to start")
    add("--seed", metavar="N", type=whole_number(0, SEED_LIMIT), default=0, help="of the starts")
    add("--configuration", metavar="NAME", help="the one to fit; needed where there are more")
    add("--out", metavar="DIR", type=Path, required=True, help="the folder for what is found")


def run(arguments: argparse.Namespace) -> int:
    """Read the image, fit it, print the result and write it into the folder."""
    config = load_config(arguments.config, arguments.survey, arguments.configuration)
    print_warnings(config)
    sim = Simulator(config, arguments.configuration)
    observation = read_observation(arguments, sim.bands)
    prepare(arguments.out, observation.images.nbytes)
    result = _fit(arguments, sim, observation)
    for warning in result.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(result, *_write(result, arguments.out), sep="\n")
    return 0


def _fit(arguments: argparse.Namespace, sim: Simulator, observation: Observation) -> FitResult:
    starts: dict[str, Any] = {} if arguments.starts is None else {"starts": arguments.starts}
    with warnings.catch_warnings():
        # the result has the same warnings, which are printed from there
        warnings.simplefilter("ignore", FitWarning)
        return fit(
            sim,
            observation,
            arguments.free,
            dict(arguments.fixed),
            key=jax.random.key(arguments.seed, impl="threefry2x32"),
            **starts,
        )


def _write(result: FitResult, folder: Path) -> list[Path]:
    """Write the result, its table, the model and, with matplotlib, a picture; return their paths."""
    paths = [folder / name for name in ("fit.h5", "fit.csv", "model.fits", "fit.png")]
    result.save(paths[0])
    result.table().to_csv(paths[1])
    model = {"MODEL": result.model[0], "SIGMA": result.noise_sigma[0], "RESIDUAL": result.residual[0]}
    write_fits(paths[2], model | {"MASK": result.mask[0].astype(np.uint8)})
    try:
        result.plot().savefig(paths[3], dpi=150)
    except ImportError as error:
        print(f"warning: {error}", file=sys.stderr)
        return paths[:3]
    return paths
