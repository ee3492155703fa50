"""The command `jaxlens`: `command`, `main` and the parser; each command has a module of its own.

Each module has `add_to(commands)`, which adds the command and its arguments to the parser, and
`run(arguments)`, which does the work and returns the exit code; `arguments.stop` is the `Stop` that tells
whether a signal has come.  Nothing outside this folder prints.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from jaxlens.cli.commands import COMMANDS
from jaxlens.engine.stopping import SIGNALS, Stop, Stopped, exit_code


def command() -> NoReturn:
    """Run the command of `sys.argv` and end the process.

    A command that a signal has ended leaves without Python's own clean-up: after an interrupted compilation
    JAX crashes there, and further signals may come meanwhile.  What `main` has opened is closed by then.

    OpenBLAS, which NumPy and SciPy bring and JAX uses for linear algebra, has one thread if the environment
    does not say how many: JAX has threads of its own, beside which those of OpenBLAS wait for each other.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    code = main()
    if code in map(exit_code, SIGNALS):
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    raise SystemExit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code: 0, or 1 after a message on stderr.

    A command that Ctrl-C (SIGINT) has ended gives 130, one that SIGTERM has ended 143.

    >>> main(["check", "galaxy_galaxy"])
    galaxy_galaxy: no problems
    0
    """
    with Stop(_tell) as stop:
        try:
            code = _run(argv, stop)
            stop.check()
        except (KeyboardInterrupt, Stopped) as ended:
            _say_what_ended(ended, stop)
            code = exit_code(signal.SIGINT)
    return code if stop.requested is None else exit_code(stop.requested)


def _run(argv: Sequence[str] | None, stop: Stop) -> int:
    """Import the command that is asked for, run it, and explain its errors."""
    words = sys.argv[1:] if argv is None else argv
    with stop.importing():
        parser = _parser(words)
    arguments = parser.parse_args(words, argparse.Namespace(stop=stop))
    with stop.importing():
        from concurrent.futures import BrokenExecutor

        from jaxlens.cli.logs import configure_logging
        from jaxlens.config.errors import ConfigError
    run: Callable[[argparse.Namespace], int] = arguments.run
    quiet, verbose = (getattr(arguments, name, False) for name in ("quiet", "verbose"))
    try:
        with configure_logging(quiet, verbose):
            _import(getattr(arguments, "imports", ()))
            return run(arguments)
    except ConfigError as error:
        print(error, file=sys.stderr)
    except (ValueError, OSError, ImportError, MemoryError, BrokenExecutor) as error:
        print(f"jaxlens: {error}", file=sys.stderr)
    return 1


def _import(paths: Sequence[str]) -> None:
    """Import the Python files of the user."""
    for path in paths:
        from jaxlens.config.imported_files import import_file

        import_file(path)


def _say_what_ended(ended: BaseException, stop: Stop) -> None:
    how = "terminated" if stop.requested == signal.SIGTERM else "interrupted"
    what = (isinstance(ended, Stopped) and ended.remark) or "unfinished files are removed"
    print(f"jaxlens: {how}; {what}", file=sys.stderr)


def _tell(message: str) -> None:
    """Write a line on stderr from a signal's handler, where the buffers of `print` may be in use."""
    with contextlib.suppress(OSError):
        os.write(sys.stderr.fileno(), f"\njaxlens: {message}\n".encode())


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the words of a command line, which knows the commands that these words may need."""
    from jaxlens.files.version import version

    parser = argparse.ArgumentParser("jaxlens", description="Images of strong lenses from one YAML file.")
    parser.add_argument("--version", action="version", version=f"jaxlens {version()}")
    from jaxlens.cli.completion import SHELLS, PrintCompletion

    text = "print what makes a shell complete commands and options, by shtab, and end"
    parser.add_argument("--print-completion", choices=SHELLS, action=PrintCompletion, help=text)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    first = words[0] if words else ""
    if first in COMMANDS:
        # commands import JAX, so the one that is needed is imported alone, after signals are watched
        importlib.import_module(f"jaxlens.cli.{_module(first, words)}").add_to(commands)
    else:
        for name, description in COMMANDS.items():
            commands.add_parser(name, help=description)
    return parser


def _module(name: str, words: Sequence[str]) -> str:
    """The module of a command; `fit` of a whole sample, which has `--config`, is one of its own."""
    is_sample = any(word == "--config" or word.startswith("--config=") for word in words)
    return "fit_sample" if name == "fit" and is_sample else name
