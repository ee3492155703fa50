"""The table of the commands, and what is imported for the help and the version."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys

import pytest

from jaxlens import cli
from jaxlens.cli.commands import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    commands = argparse.ArgumentParser().add_subparsers()
    importlib.import_module(f"jaxlens.cli.{name}").add_to(commands)
    assert commands.choices[name].description == COMMANDS[name]


def test_help_lists_every_command(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} {description}" in text for name, description in COMMANDS.items())


def test_an_unknown_command_is_named(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["generat"])
    assert ended.value.code == 2
    assert "invalid choice: 'generat'" in capsys.readouterr().err


def test_neither_jax_nor_numpy_is_imported_for_help_version_and_lists() -> None:
    code = """
import contextlib, io, sys
from jaxlens import cli
for words in (["--version"], ["--help"], ["examples"], ["surveys"], ["surveys", "des"]):
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        assert cli.main(words) == 0, words
print(sorted({"jax", "numpy", "astropy", "scipy", "pandas"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
