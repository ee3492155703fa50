"""The jaxlens command: generate, fit, check, view, examples, surveys."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxlens.config import Config, ConfigError, example_path, examples, load_config
from jaxlens.config.errors import ConfigWarning
from jaxlens.config.surveys import survey_path, surveys
from jaxlens.datasets.dataset import Dataset, make_dataset
from jaxlens.datasets.production import Run
from jaxlens.files import writer as storage
from jaxlens.files.fits_images import write_fits
from jaxlens.files.formats import version
from jaxlens.fitting.external_psf import with_psf
from jaxlens.fitting.fit import fit
from jaxlens.fitting.observations import read_image
from jaxlens.fitting.result import FitResult, FitWarning
from jaxlens.plotting.pictures import image_grid
from jaxlens.simulator.simulator import Simulator

INTERRUPTED = 130
_COLUMNS = 6


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the result is the exit code: 0, or 1 after a message on stderr, or 130 on Ctrl-C.

    >>> main(["check", "galaxy_galaxy"])
    galaxy_galaxy: no problems
    0
    """
    arguments = _parser().parse_args(argv)
    action: Callable[[argparse.Namespace], int] = arguments.action
    try:
        return action(arguments)
    except KeyboardInterrupt:
        print("jaxlens: interrupted; unfinished files are removed", file=sys.stderr)
        return INTERRUPTED
    except ConfigError as error:
        print(error, file=sys.stderr)
    except (ValueError, OSError, ImportError, MemoryError) as error:
        print(f"jaxlens: {error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("jaxlens", description="Images of strong lenses from one YAML file.")
    parser.add_argument("--version", action="version", version=f"jaxlens {version()}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _generate_options(_command(commands, "generate", _generate, "make a dataset from a configuration file"))
    _fit_options(_command(commands, "fit", _fit, "fit a configuration to an image of one lens"))
    check = _command(commands, "check", _check, "list every problem of a configuration file")
    _config_argument(check)
    view = _command(commands, "view", _view, "draw the first images of a dataset")
    view.add_argument("outdir", metavar="OUTDIR", type=Path, help="the folder of the dataset")
    view.add_argument("--save", metavar="FILE.png", type=Path, help="default: OUTDIR/view.png")
    listing = _command(commands, "examples", _examples, "list the packaged configuration files, or copy them")
    listing.add_argument("name", nargs="?", metavar="NAME", help="one of them; by default all")
    listing.add_argument("--copy-to", metavar="DIR", type=Path, help="copy the YAML files there")
    presets = _command(commands, "surveys", _surveys, "list the survey presets, print one, or copy them")
    presets.add_argument("name", nargs="?", metavar="NAME", help="print this one")
    presets.add_argument("--copy-to", metavar="DIR", type=Path, help="copy the YAML files there")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    action: Callable[[argparse.Namespace], int],
    description: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=description, description=description)
    parser.set_defaults(action=action)
    return parser


def _config_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", metavar="CONFIG", help="a YAML file, or the name of a packaged example")
    parser.add_argument("--survey", metavar="NAME", help="IMAGE and SURVEY of this survey, not of the file")


def _generate_options(parser: argparse.ArgumentParser) -> None:
    _config_argument(parser)
    parser.add_argument("--outdir", metavar="DIR", help="write there instead of the file's OUTDIR")
    parser.add_argument("--size", metavar="N", type=_whole(1), help="instead of the file's SIZE")
    parser.add_argument("--seed", metavar="N", type=_whole(0, below=2**32), help="instead of the file's SEED")
    parser.add_argument("--format", choices=("h5", "npy"), default="h5", help="of the images (default: h5)")
    parser.add_argument("--batch-size", metavar="N", type=_whole(1), help="systems made at a time")
    parser.add_argument(
        "--configuration", metavar="NAME", action="append", help="make only this one; repeatable"
    )
    parser.add_argument("--no-csv", action="store_true", help="leave out the metadata table")
    parser.add_argument(
        "--planes", action="store_true", help="write lens, source, points and noise apart too"
    )
    parser.add_argument(
        "--solve-lens-equation", action="store_true", help="list the images of point sources in the metadata"
    )
    parser.add_argument("--metadata-only", action="store_true", help="write the table and no images")


def _fit_options(parser: argparse.ArgumentParser) -> None:
    _config_argument(parser)
    parser.add_argument(
        "images",
        metavar="IMAGE.fits",
        nargs="+",
        help="the image (bands, y, x), or one file for each of BANDS; a [NAME] after it is an extension",
    )
    one_or_each: dict[str, Any] = {"metavar": "FITS", "nargs": "+"}
    parser.add_argument("--sigma", **one_or_each, help="the noise's standard deviation in each pixel")
    parser.add_argument("--psf", **one_or_each, help="the kernel of the PSF, instead of the file's seeing")
    parser.add_argument("--psf-factor", metavar="N", type=_whole(1), default=1, help="its pixels to a pixel")
    parser.add_argument("--mask", **one_or_each, help="1 where a pixel is used, or the word nonfinite")
    parser.add_argument("--bad", **one_or_each, help="flags: not zero where a pixel is not used")
    parser.add_argument(
        "--free", metavar="NAME", nargs="+", help="the parameters that move (default: all with a prior)"
    )
    parser.add_argument(
        "--fixed", metavar="NAME=VALUE", nargs="+", type=_fixed, default=[], help="those that do not move"
    )
    parser.add_argument("--starts", metavar="N", type=_whole(1), help="from how many points to start")
    parser.add_argument("--seed", metavar="N", type=_whole(0, below=2**32), default=0, help="of the starts")
    parser.add_argument("--configuration", metavar="NAME", help="the one to fit; needed where there are more")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder for what is found")


def _fixed(text: str) -> tuple[str, float | list[float]]:
    """NAME=VALUE or NAME=VALUE,VALUE as a name and its number, or one for each band."""
    name, _, value = text.partition("=")
    try:
        numbers = [float(word) for word in value.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE, as seeing=0.7") from None
    return name, numbers[0] if len(numbers) == 1 else numbers


def _whole(smallest: int, below: int | None = None) -> Callable[[str], int]:
    """A parser of whole numbers of at least `smallest`."""

    def number(text: str) -> int:
        value = int(text)
        if value < smallest:
            raise argparse.ArgumentTypeError(f"{value} is too small; it must be at least {smallest}")
        if below is not None and value >= below:
            raise argparse.ArgumentTypeError(f"{value} is too large; it must be below {below}")
        return value

    return number


def _generate(arguments: argparse.Namespace) -> int:
    config = _with_overrides(load_config(arguments.config, survey=arguments.survey), arguments)
    _print_warnings(config)
    with warnings.catch_warnings():
        # they stand on stderr already
        warnings.simplefilter("ignore", ConfigWarning)
        dataset = make_dataset(
            config,
            save_to_disk=True,
            store_in_memory=False,
            image_file_format=arguments.format,
            return_planes=arguments.planes,
            skip_image_generation=arguments.metadata_only,
            solve_lens_equation=arguments.solve_lens_equation,
            batch_size=arguments.batch_size,
            csv=not arguments.no_csv,
            configurations=arguments.configuration,
        )
    for label, run in dataset.runs.items():
        print(_summary(dataset, label, run))
    seen = "" if arguments.metadata_only else f"; look at it with: jaxlens view {dataset.outdir}"
    print(f"seed {dataset.seed}{seen}")
    return 0


def _with_overrides(config: Config, arguments: argparse.Namespace) -> Config:
    given = {name: getattr(arguments, name) for name in ("outdir", "size", "seed")}
    return dataclasses.replace(config, **{name: value for name, value in given.items() if value is not None})


def _summary(dataset: Dataset, label: str, run: Run) -> str:
    """What was made of one configuration, how fast, and where it is."""
    name = dataset.config.configuration(label).name
    made = f"{label} ({name}): {run.systems} systems x {len(dataset.bands)} bands in {run.seconds:.1f} s"
    made += f", batches of {run.batch_size}"
    pace = "" if dataset.arguments["skip_image_generation"] else _pace(run, len(dataset.bands))
    return "\n  ".join([made + pace, *map(str, run.files)])


def _pace(run: Run, bands: int) -> str:
    """Images a second; without compilation means after the first chunk."""
    if run.systems == 0:
        return ""
    pace = f", {run.systems * bands / run.seconds:.0f} images/s with compilation"
    later = run.systems - run.batch_size
    if later <= 0:
        return pace
    return pace + f", {later * bands / (run.seconds - run.first_seconds):.0f} without compilation"


def _check(arguments: argparse.Namespace) -> int:
    config = load_config(arguments.config, survey=arguments.survey)
    _print_warnings(config)
    print(f"{arguments.config}: no problems")
    return 0


def _print_warnings(config: Config) -> None:
    for warning in config.warnings:
        print(f"warning: {warning}", file=sys.stderr)


def _fit(arguments: argparse.Namespace) -> int:
    config = load_config(arguments.config, survey=arguments.survey)
    _print_warnings(config)
    sim = Simulator(config, arguments.configuration)
    given = {name: getattr(arguments, name) for name in ("sigma", "psf", "mask", "bad")}
    files = {name: _one_or_each(paths) for name, paths in given.items() if paths}
    seen = read_image(_one_or_each(arguments.images), **files, bands=sim.bands)
    if seen.psf is not None:
        sim = with_psf(sim, seen.psf, arguments.psf_factor)
    storage.prepare(arguments.out, seen.images.nbytes)
    more: dict[str, Any] = {} if arguments.starts is None else {"starts": arguments.starts}
    with warnings.catch_warnings():
        # they are printed below
        warnings.simplefilter("ignore", FitWarning)
        result = fit(
            sim,
            seen.images,
            arguments.free,
            dict(arguments.fixed),
            noise_sigma=seen.noise_sigma,
            mask=seen.mask,
            key=jax.random.key(arguments.seed, impl="threefry2x32"),
            **more,
        )
    for warning in result.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(result, *_write_fit(result, arguments.out), sep="\n")
    return 0


def _one_or_each(names: list[str]) -> str | list[str]:
    """One name as it is, several as a list."""
    return names[0] if len(names) == 1 else names


def _write_fit(result: FitResult, folder: Path) -> list[Path]:
    """Write the result, its table, the model and the picture, as far as matplotlib is there for it."""
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


def _view(arguments: argparse.Namespace) -> int:
    target = arguments.save or arguments.outdir / "view.png"
    found = storage.find(arguments.outdir)
    wanted = _COLUMNS if len(found) > 1 else _COLUMNS**2
    stored = {label: storage.read(path, stop=wanted) for label, path in found.items()}
    drawn = {label: one for label, one in stored.items() if len(one.images)}
    across = min(_COLUMNS, max((len(one.images) for one in drawn.values()), default=1))
    panels: list[np.ndarray | None] = []
    for one in drawn.values():
        panels += [*one.images, *[None] * (-len(one.images) % across)]
    titles = [f"{label} {one.attributes.get('configuration', '')}" for label, one in drawn.items()]
    image_grid(panels, columns=across, titles=titles).savefig(target, dpi=150)
    print(f"{target}: the first systems of each configuration")
    return 0


def _examples(arguments: argparse.Namespace) -> int:
    known = examples()
    for name in [arguments.name] if arguments.name else known:
        path = example_path(name)
        print(_copy(path, arguments.copy_to) if arguments.copy_to else _listed(name, known[name]))
    return 0


def _surveys(arguments: argparse.Namespace) -> int:
    known = surveys()
    for name in [arguments.name] if arguments.name else known:
        path = survey_path(name)
        if arguments.copy_to:
            print(_copy(path, arguments.copy_to))
        else:
            print(path.read_text(encoding="utf-8").rstrip() if arguments.name else _listed(name, known[name]))
    return 0


def _listed(name: str, description: str) -> str:
    return f"{name:20} {description}"


def _copy(path: Path, folder: Path) -> Path:
    """Copy a file; one of that name that is there already stays as it is."""
    target = folder / path.name
    if target.exists():
        raise FileExistsError(f"{target} is there already; choose another folder or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.read_bytes())
    return target
