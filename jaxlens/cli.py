"""The jaxlens command: generate, check, view, examples, surveys."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from jaxlens import storage
from jaxlens.config import Config, ConfigError, example_path, examples, load_config
from jaxlens.config.errors import ConfigWarning
from jaxlens.config.surveys import survey_path, surveys
from jaxlens.dataset import Dataset, make_dataset
from jaxlens.formats import version
from jaxlens.plot import image_grid
from jaxlens.production import Run

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
