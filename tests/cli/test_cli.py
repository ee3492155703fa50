"""The command: its exit codes, and what it says about errors."""

import os
import subprocess
import sys
from concurrent.futures import BrokenExecutor

import pytest

from jaxlens import cli


@pytest.mark.parametrize("command", ["check", "generate"])
def test_a_file_that_is_not_there_is_named(command, fails):
    assert "nowhere.yaml" in fails(command, "nowhere.yaml")


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["draw"],
        ["generate", "galaxy_galaxy", "--size", "0"],
        ["generate", "galaxy_galaxy", "--size", "many"],
        ["generate", "galaxy_galaxy", "--seed", "-1"],
        ["generate", "galaxy_galaxy", "--seed", str(2**32)],
        ["generate", "galaxy_galaxy", "--format", "jpeg"],
    ],
)
def test_a_wrong_option_is_explained(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(argv)
    assert ended.value.code == 2
    assert "usage: jaxlens" in capsys.readouterr().err


def test_the_module_is_the_command():
    command = [sys.executable, "-m", "jaxlens", "check", "nowhere.yaml"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("nowhere.yaml")


@pytest.mark.parametrize(("given", "used"), [(None, "1"), ("3", "3")])
def test_linear_algebra_has_one_thread_unless_more_are_asked_for(given, used):
    code = "import os, sys; sys.argv = ['jaxlens', '--version']; from jaxlens import cli\n"
    code += "assert 'numpy' not in sys.modules\n"
    code += "try: cli.command()\nfinally: print(os.environ['OPENBLAS_NUM_THREADS'])"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    environment |= {"OPENBLAS_NUM_THREADS": given} if given else {}
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert ended.stdout.split()[-1] == used


@pytest.mark.parametrize("kind", [MemoryError, BrokenExecutor])
def test_a_lack_of_memory_is_explained(kind, config_file, monkeypatch, fails):
    def fail(*arguments, **more):
        raise kind("CONFIGURATION_1: there is not enough memory for one system at a time")

    monkeypatch.setattr("jaxlens.cli.generate.make_dataset", fail)
    assert fails("generate", config_file).startswith("jaxlens: CONFIGURATION_1: there is not enough")
