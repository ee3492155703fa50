"""The command `jaxlens`: `main` and the parser; each command has a module of its own.

Each module has `add_to(commands)`, which adds the command and its arguments to the parser, and
`run(arguments)`, which does the work and returns the exit code.  Nothing outside this folder prints.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from jaxlens.cli import check, examples, fit, generate, surveys, view
from jaxlens.config import ConfigError
from jaxlens.files.version import version

# The exit code of a process that Ctrl-C ended: 128 + SIGINT.
INTERRUPTED = 130

# The commands, in the order of the help text.
_COMMANDS = (generate, fit, check, view, examples, surveys)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code: 0, or 1 after a message on stderr, or 130 after Ctrl-C.

    >>> main(["check", "galaxy_galaxy"])
    galaxy_galaxy: no problems
    0
    """
    arguments = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
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
    for command in _COMMANDS:
        command.add_to(commands)
    return parser
