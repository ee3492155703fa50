"""Functions for all commands: adding a command and its arguments to the parser, and printing warnings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from jaxlens.config import Config

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

# The smallest number that is too large for a seed, which has 32 bits.
SEED_LIMIT = 2**32


def add_command(
    commands: Commands,
    name: str,
    run: Callable[[argparse.Namespace], int],
    description: str,
    imports: bool = True,
) -> argparse.ArgumentParser:
    """Add a command to the parser.

    Args:
        commands: the commands of the parser.
        name: the word on the command line.
        run: the function that does the work and returns the exit code.
        description: the line about it in the help text.
        imports: whether the command reads a configuration, which may need Python files of the user.

    Returns:
        The command's own parser, to which its arguments are added.
    """
    parser = commands.add_parser(name, help=description, description=description)
    parser.set_defaults(run=run)
    if imports:
        own = "a Python file with profiles, distributions or functions of your own; repeatable"
        parser.add_argument("--import", metavar="FILE", dest="imports", action="append", default=[], help=own)
    return parser


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add CONFIG, `--survey` and `--bands`, the arguments of `load_config`."""
    parser.add_argument("config", metavar="CONFIG", help="a YAML file, or the name of a packaged example")
    add_survey(parser)


def add_survey(parser: argparse.ArgumentParser) -> None:
    """Add `--survey` and `--bands`."""
    own = "IMAGE and SURVEY of this survey, not of the file; its bands that the file has"
    parser.add_argument("--survey", metavar="NAME", help=own)
    bands = "the bands that are used, as g,r,i: some of the file's, or of the survey's"
    parser.add_argument("--bands", metavar="BANDS", help=bands)


def whole_number(smallest: int, below: int | None = None) -> Callable[[str], int]:
    """A converter for argparse that accepts whole numbers of at least `smallest` and less than `below`.

    >>> whole_number(1)("12")
    12
    """

    # argparse uses the name of this function in the message about a text that is not a number
    def number(text: str) -> int:
        value = int(text)
        if value < smallest:
            raise argparse.ArgumentTypeError(f"{value} is too small; it must be at least {smallest}")
        if below is not None and value >= below:
            raise argparse.ArgumentTypeError(f"{value} is too large; it must be below {below}")
        return value

    return number


def fixed_value(text: str) -> tuple[str, float | list[float]]:
    """The name and the value in the text NAME=VALUE, or the values of the bands in NAME=VALUE,VALUE.

    >>> fixed_value("seeing=0.7"), fixed_value("seeing=0.7,0.8")
    (('seeing', 0.7), ('seeing', [0.7, 0.8]))
    """
    name, _, value = text.partition("=")
    try:
        values = [float(word) for word in value.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE, as seeing=0.7") from None
    return name, values[0] if len(values) == 1 else values


def print_warnings(config: Config) -> None:
    """Print the warnings of a configuration file on stderr."""
    for warning in config.warnings:
        print(f"warning: {warning}", file=sys.stderr)
