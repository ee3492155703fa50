"""`jaxlens --print-completion SHELL`: what makes a shell complete commands and their options, by shtab."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

from jaxlens.cli.commands import COMMANDS

SHELLS = ("bash", "zsh", "tcsh")


class PrintCompletion(argparse.Action):
    """Print the completion of the whole command for a shell, and end."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Print it."""
        try:
            text = completion(values)
        except ImportError as error:
            parser.exit(1, f"jaxlens: {error}\n")
        print(text)
        parser.exit()


def completion(shell: str) -> str:
    """The script that completes `jaxlens` in a shell.

    Args:
        shell: one of `SHELLS`.

    Raises:
        ImportError: if shtab is not installed.
    """
    try:
        import shtab
    except ImportError:
        wanted = "pip install 'jaxlens-sim[completion]'"
        raise ImportError(f"the completion of a shell needs shtab: {wanted}") from None
    parser = argparse.ArgumentParser("jaxlens", description="Images of strong lenses from one YAML file.")
    parser.add_argument("--version", action="store_true", help="print the version and end")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name in COMMANDS:
        importlib.import_module(f"jaxlens.cli.{name}").add_to(commands)
    for own in commands.choices.values():
        for action in own._actions:
            words = f"{action.dest} {action.metavar}".upper()
            if "DIR" in words or "OUT" in words:
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
            elif any(word in words for word in ("FILE", "CONFIG", "IMAGE", "TABLE")):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(parser, shell))
