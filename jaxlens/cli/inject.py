"""`jaxlens inject`: put systems into real images."""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jaxlens.cli.arguments import SEED_LIMIT, Commands, add_command, add_config, print_warnings, whole_number
from jaxlens.cli.stops import check_of
from jaxlens.config import load_config
from jaxlens.config.errors import ConfigWarning
from jaxlens.injection.clearing import BRIGHT_SIGMA, MAX_BRIGHT
from jaxlens.injection.inject import Injection, InjectionWarning, inject
from jaxlens.truth.writing import FORMATS

# The arguments that are those of `inject`.
_PLAIN = (
    *("configuration", "number", "spacing", "grid", "seed", "psf_factor", "mask_planes", "keep_clear"),
    *("bright_sigma", "max_bright", "cutouts", "truth_format", "strict", "overwrite", "batch_size"),
)
# The arguments that may differ by band.
_BY_BAND = ("psf", "zero_point", "gain", "variance", "mask", "stamp")


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = add_command(commands, "inject", run, "put systems into real images, at places on the sky")
    add_config(parser)
    add = parser.add_argument
    image = "an image, or BAND=IMAGE.fits; a [NAME] after it is an extension"
    add("images", metavar="IMAGE.fits", nargs="+", help=image)
    add("--out", metavar="DIR", type=Path, required=True, help="the folder of what is made")
    add("--configuration", metavar="NAME", help="the one of the systems; needed where there are more")
    add("--seed", metavar="N", type=whole_number(0, SEED_LIMIT), help="instead of the file's SEED")
    _add_places(parser)
    _add_images(parser)
    add("--stamp", metavar="N", nargs="+", help="pixels along a side of a stamp (default: as wide as numPix)")
    add("--no-noise", action="store_true", help="add light without its Poisson noise")
    add("--cutouts", action="store_true", help="write stamps before and after, with a WCS in each")
    add("--truth-format", choices=FORMATS, default="csv", help="of the truth tables (default: csv)")
    add("--batch-size", metavar="N", type=whole_number(1), default=32, help="systems rendered at a time")
    add("--overwrite", action="store_true", help="replace files that are in DIR")


def _add_places(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say where systems go."""
    add = parser.add_argument
    table = "ra, dec (degrees), and where it has them index (of the system) and id"
    add("--positions", metavar="TABLE", help=f"a table in any format of CATALOG: {table}")
    add("--number", metavar="N", type=whole_number(1), help="at N places at random in the first image")
    add("--spacing", metavar="ARCSEC", type=float, default=0.0, help="the least distance of these places")
    add("--grid", action="store_true", help="on a square grid of this spacing, N or as many as fit")
    add("--keep-clear", metavar="ARCSEC", type=float, help="only where so much around is free of objects")
    add("--bright-sigma", metavar="X", type=float, default=BRIGHT_SIGMA, help="pixels above are of objects")
    add("--max-bright", metavar="X", type=float, default=MAX_BRIGHT, help="the share of them that is allowed")
    add("--strict", action="store_true", help="positions off the images, or no numbers, are an error")


def _add_images(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what the images are; each one for all bands, or BAND=VALUE."""
    each: dict[str, Any] = {"nargs": "+"}
    add = parser.add_argument
    psf = "kernel, cube with places, or function as module:function or FILE.py:function (default: the file's)"
    add("--psf", metavar="[BAND=]PSF", **each, help=psf)
    add("--psf-factor", metavar="N", type=whole_number(1), default=1, help="its pixels to a pixel")
    add("--zero-point", metavar="[BAND=]MAG", **each, help="AB magnitude of 1 unit (default: by the header)")
    gain = "electrons per unit over the exposure (default: by the header)"
    add("--gain", metavar="[BAND=]X", **each, help=gain)
    add("--variance", metavar="[BAND=]FITS", **each, help="(default: an extension of the image's file)")
    add("--mask", metavar="[BAND=]FITS", **each, help="(default: an extension of the image's file)")
    add("--mask-planes", metavar="PLANE", nargs="+", help="names or bits of the mask that make a pixel bad")


def run(arguments: argparse.Namespace) -> int:
    """Inject, and print what became of the positions and where the files are."""
    config = load_config(arguments.config, arguments.survey, arguments.configuration, arguments.bands)
    print_warnings(config)
    bands = config.bands
    given = {name: _by_band(getattr(arguments, name), bands, _KINDS.get(name, str)) for name in _BY_BAND}
    with warnings.catch_warnings():
        # these warnings were just printed on stderr
        warnings.simplefilter("ignore", ConfigWarning)
        # the result has these
        warnings.simplefilter("ignore", InjectionWarning)
        made = inject(
            config,
            _by_band(arguments.images, bands, str, single=False),
            arguments.positions,
            out=arguments.out,
            noise=not arguments.no_noise,
            check=check_of(arguments.stop, "nothing is kept"),
            **{name: getattr(arguments, name) for name in _PLAIN},
            **given,
        )
    for warning in made.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(*_lines(made), sep="\n")
    return 0


# What the values of an argument are, where they are no texts.
_KINDS: dict[str, Callable[[str], Any]] = {"zero_point": float, "gain": float, "stamp": int}


def _by_band(
    words: Sequence[str] | None, bands: Sequence[str], kind: Callable[[str], Any], single: bool = True
) -> Any:
    """A value, a list of them, or a mapping by band where words are BAND=VALUE; None where there are none.

    Raises:
        ValueError: if only some words have a band, or one that is none of the file's, or a value is of
            another kind.
    """
    if words is None:
        return None
    named = [word for word in words if word.partition("=")[0] in bands and "=" in word]
    others = [word for word in words if word not in named]
    if others and (named or _is_assignment(others[0])):
        advice = f"{', '.join(bands)}; write BAND=VALUE for all or for none"
        raise ValueError(f"{others[0]!r} has no band of {advice}")
    if named:
        return {word.partition("=")[0]: _value(word.partition("=")[2], kind) for word in named}
    values = [_value(word, kind) for word in words]
    return values[0] if single and len(values) == 1 else values


def _is_assignment(word: str) -> bool:
    """Whether a word is BAND=VALUE and not the name of a file or a number."""
    return re.fullmatch(r"\w+=.+", word) is not None and not Path(word).exists()


def _value(word: str, kind: Callable[[str], Any]) -> Any:
    try:
        return kind(word)
    except ValueError:
        raise ValueError(f"{word!r} is no {'whole number' if kind is int else 'number'}; give one") from None


def _lines(made: Injection) -> list[str]:
    counts = ", ".join(f"{count} {status}" for status, count in made.counts.items())
    lines = [f"{len(made.table)} positions: {counts}; seed {made.seed}"]
    return lines + [f"  {path}" for path in made.files]
