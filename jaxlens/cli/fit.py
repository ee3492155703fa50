"""`jaxlens fit`: fit a configuration to an image of one lens."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any

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
from jaxlens.cli.logs import add_verbosity
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
    add("--tie", metavar="NAME=OTHER", nargs="+", type=_tied, default=[], help="those that are as others are")
    add("--sky", action="store_true", help="fit a constant level of each band, which may be negative")
    add("--starts", metavar="N", type=whole_number(1), help="from how many points to start")
    add("--start-from", metavar="FIT.h5", type=Path, help="the result of an earlier fit, to start about it")
    add("--steps", metavar="N", type=whole_number(1), help="the largest number of steps of the last descents")
    add("--linear-amplitudes", action="store_true", help="solve for magnitudes at each step")
    add("--supersampling", metavar="N", type=whole_number(1), help="sub-pixels along a side of a pixel")
    add("--seed", metavar="N", type=whole_number(0, SEED_LIMIT), default=0, help="of the starts")
    add("--configuration", metavar="NAME", help="the one to fit; needed where there are more")
    add("--out", metavar="DIR", type=Path, required=True, help="the folder for what is found")
    add_verbosity(parser)


def _tied(text: str) -> tuple[str, str]:
    """The names in the text NAME=OTHER."""
    name, _, other = text.partition("=")
    if not name or not other:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=OTHER, as two names of parameters")
    return name, other


def run(arguments: argparse.Namespace) -> int:
    """Read the image, fit it, write the result into the folder and print it, unless it is to be quiet."""
    config = load_config(arguments.config, arguments.survey, arguments.configuration, arguments.bands)
    print_warnings(config)
    sim = Simulator(config, arguments.configuration)
    observation = read_observation(arguments, sim.bands)
    prepare(arguments.out, observation.images.nbytes)
    result = _fit(arguments, sim, observation)
    for warning in result.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    written = _write(result, arguments.out)
    if not arguments.quiet:
        print(result, *written, sep="\n")
    return 0


def _fit(arguments: argparse.Namespace, sim: Simulator, observation: Observation) -> FitResult:
    given = {name: getattr(arguments, name) for name in ("starts", "steps", "supersampling")}
    counts: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    start_from = None if arguments.start_from is None else FitResult.load(arguments.start_from)
    with warnings.catch_warnings():
        # the result has the same warnings, which are printed from there
        warnings.simplefilter("ignore", FitWarning)
        return fit(
            sim,
            observation,
            arguments.free,
            dict(arguments.fixed),
            linear_amplitudes=arguments.linear_amplitudes,
            tie=dict(arguments.tie),
            start_from=start_from,
            sky=arguments.sky,
            key=arguments.seed,
            progress=False if arguments.quiet else None,
            **counts,
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
