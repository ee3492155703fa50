"""`jaxlens fit DIR_OR_TABLE --config lens.yaml --out DIR`: fit all lenses of a sample."""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any

from jaxlens.cli.arguments import (
    SEED_LIMIT,
    Commands,
    add_command,
    add_survey,
    fixed_value,
    print_warnings,
    whole_number,
)
from jaxlens.cli.logs import add_verbosity
from jaxlens.config import load_config
from jaxlens.config.errors import ConfigWarning
from jaxlens.fitting.result import FitWarning
from jaxlens.modelling.samples.folders import LENSES, RESULTS, SUMMARY
from jaxlens.modelling.samples.published import Published, read_published
from jaxlens.modelling.samples.record import Record
from jaxlens.modelling.samples.runs import Sample, fit_sample
from jaxlens.modelling.samples.table import line_of

# The options of the command line that are those of `fit_lens`.
_OPTIONS = ("starts", "draws", "radius", "models")


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "fit", run, "fit all lenses of a folder or a table with one configuration")
    add = parser.add_argument
    add(
        "source",
        metavar="DIR_OR_TABLE",
        type=Path,
        help="a folder with one sub-folder for each lens (image.fits, noise.fits, psf.fits), or a table with "
        "the columns name, image, sigma, psf, and so on",
    )
    add("--config", metavar="CONFIG", required=True, help="a YAML file, or a packaged one such as slacs")
    add_survey(parser)
    add("--out", metavar="DIR", type=Path, required=True, help="the folder of the results")
    _add_choice(parser)
    _add_fit(parser)
    add("--published", metavar="TABLE", type=Path, help="Einstein radii to compare with, by name")
    add("--published-column", metavar="NAME", nargs="+", default=[], help="which of its columns they are")
    add("--no-pages", action="store_true", help="draw no page of each lens")
    add_verbosity(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which lenses are fitted."""
    add = parser.add_argument
    add("--only", metavar="LENS", nargs="+", default=[], help="the names of the lenses that are fitted")
    add("--limit", metavar="N", type=whole_number(1), help="fit the first N lenses")
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--resume", action="store_true", help="go on with the sample that is in DIR")
    begin.add_argument("--overwrite", action="store_true", help="remove the results that are in DIR")
    add("--retry", action="store_true", help="with --resume: fit those again that have failed")


def _add_fit(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the fit of each lens."""
    add = parser.add_argument
    add("--starts", metavar="N", type=whole_number(1), help="descents of the search, at first")
    add("--draws", metavar="N", type=whole_number(1), help="lenses drawn, of which the best are starts")
    add("--radius", metavar="ARCSEC", type=float, help="pixels within it are used (default: by the ring)")
    add(
        "--models",
        metavar="LABEL",
        nargs="+",
        help='models that are tried, such as "EPL + shear" (default: all)',
    )
    add("--no-shapelets", action="store_true", help="try no sources with shapelets")
    add("--fixed", metavar="NAME=VALUE", nargs="+", type=fixed_value, default=[], help="what does not move")
    add("--seed", metavar="N", type=whole_number(0, SEED_LIMIT), default=0, help="of the starts")


def run(arguments: argparse.Namespace) -> int:
    """Fit the sample, printing a line for each lens unless it is to be quiet; 1 where a lens has failed."""
    config = load_config(arguments.config, arguments.survey, bands=arguments.bands)
    print_warnings(config)
    published = None
    if arguments.published is not None:
        published = read_published(arguments.published, arguments.published_column)
    with (
        warnings.catch_warnings(),
        arguments.stop.deferred("stopping after this lens; once more stops at once"),
    ):
        # these warnings were just printed on stderr, and each record has its own
        warnings.simplefilter("ignore", ConfigWarning)
        warnings.simplefilter("ignore", FitWarning)
        sample = fit_sample(
            arguments.source,
            config,
            arguments.out,
            options=_options(arguments),
            published=published,
            only=arguments.only,
            limit=arguments.limit,
            resume=arguments.resume,
            overwrite=arguments.overwrite,
            retry=arguments.retry,
            seed=arguments.seed,
            pages=not arguments.no_pages,
            stop=arguments.stop,
            told=lambda record: None if arguments.quiet else _tell(record, published),
        )
    if not arguments.quiet:
        print(*_summary(sample), sep="\n")
    for record in sample.failed:
        print(f"jaxlens: {record.name} has failed: {record.error}", file=sys.stderr)
    return 1 if sample.failed else 0


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The further arguments of the fit of each lens."""
    given = {name: getattr(arguments, name) for name in _OPTIONS}
    options = {name: value for name, value in given.items() if value is not None}
    options |= {"shapelets": False} if arguments.no_shapelets else {}
    return options | ({"fixed": dict(arguments.fixed)} if arguments.fixed else {})


def _tell(record: Record, published: Published | None) -> None:
    """Print the line of a lens, at once also where the output is a file."""
    print(line_of(record, published), flush=True)


def _summary(sample: Sample) -> list[str]:
    """The lines at the end: how many lenses are fitted and flagged, the time, and where the results are."""
    fitted = [record for record in sample.records if record not in sample.failed]
    flagged = sum(bool(record.flags) for record in fitted)
    lines = [f"{len(fitted)} of {len(sample.records)} lenses fitted, {flagged} of them flagged"]
    if fitted:
        seconds = sorted(record.seconds for record in fitted)
        compilation = sum(record.compilation for record in fitted)
        middle = seconds[len(seconds) // 2]
        lines.append(f"{middle:.0f} s a lens (median), and {compilation:.0f} s of compilation for all")
    lines += [str(sample.folder / name) for name in (RESULTS, LENSES)]
    return lines + [str(sample.folder / SUMMARY)] * (sample.folder / SUMMARY).exists()
