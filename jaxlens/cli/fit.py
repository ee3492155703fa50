"""`jaxlens fit`: fit a configuration to an image of one lens."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxlens.cli.arguments import SEED_LIMIT, Commands, add_command, add_config, print_warnings, whole_number
from jaxlens.config import load_config
from jaxlens.files.fits import write_fits
from jaxlens.files.writer import prepare
from jaxlens.fitting.fit import fit
from jaxlens.fitting.observations import Observation, read_image
from jaxlens.fitting.result import FitResult, FitWarning
from jaxlens.simulator.simulator import Simulator


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "fit", run, "fit a configuration to an image of one lens")
    add_config(parser)
    _add_images(parser)
    add = parser.add_argument
    add("--free", metavar="NAME", nargs="+", help="the parameters that move (default: all with a prior)")
    add("--fixed", metavar="NAME=VALUE", nargs="+", type=_fixed, default=[], help="those that do not move")
    add("--starts", metavar="N", type=whole_number(1), help="from how many points to start")
    add("--seed", metavar="N", type=whole_number(0, SEED_LIMIT), default=0, help="of the starts")
    add("--configuration", metavar="NAME", help="the one to fit; needed where there are more")
    add("--out", metavar="DIR", type=Path, required=True, help="the folder for what is found")


def _add_images(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that are names of files: the image, its noise, PSF and masks."""
    one_or_each: dict[str, Any] = {"metavar": "FITS", "nargs": "+"}
    add = parser.add_argument
    add(
        "images",
        metavar="IMAGE.fits",
        nargs="+",
        help="the image (bands, y, x), that of a time series (epochs, bands, y, x), or one file for each of "
        "BANDS; a [NAME] after it is an extension",
    )
    add("--sigma", **one_or_each, help="the noise's standard deviation in each pixel")
    add("--psf", **one_or_each, help="the kernel of the PSF, instead of the file's seeing")
    add("--psf-factor", metavar="N", type=whole_number(1), default=1, help="its pixels to a pixel")
    add("--mask", **one_or_each, help="1 where a pixel is used, or the word nonfinite")
    add("--bad", **one_or_each, help="flags: not zero where a pixel is not used")


def _fixed(text: str) -> tuple[str, float | list[float]]:
    """The name and the value in the text NAME=VALUE, or the values of the bands in NAME=VALUE,VALUE."""
    name, _, value = text.partition("=")
    try:
        values = [float(word) for word in value.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE, as seeing=0.7") from None
    return name, values[0] if len(values) == 1 else values


def run(arguments: argparse.Namespace) -> int:
    """Read the image, fit it, print the result and write it into the folder."""
    config = load_config(arguments.config, arguments.survey, arguments.configuration)
    print_warnings(config)
    sim = Simulator(config, arguments.configuration)
    observation = _read(arguments, sim.bands)
    prepare(arguments.out, observation.images.nbytes)
    result = _fit(arguments, sim, observation)
    for warning in result.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(result, *_write(result, arguments.out), sep="\n")
    return 0


def _read(arguments: argparse.Namespace, bands: tuple[str, ...]) -> Observation:
    """The image with its noise, PSF and masks."""
    given = {name: getattr(arguments, name) for name in ("sigma", "psf", "mask", "bad")}
    files: dict[str, Any] = {name: _one_or_each(paths) for name, paths in given.items() if paths}
    factor = arguments.psf_factor
    return read_image(_one_or_each(arguments.images), **files, bands=bands, psf_factor=factor)


def _one_or_each(names: list[str]) -> str | list[str]:
    """The only name, or a list of the names where there is one for each band."""
    return names[0] if len(names) == 1 else names


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
