"""SIGINT and SIGTERM while the command starts: none is lost, whenever it comes.

The moment is told by Python's own report of imports, a line on stderr for each module.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jaxlens import cli
from jaxlens.engine.progress import Progress
from jaxlens.engine.stopping import Stopped
from jaxlens.production.manifest import read_manifest

# The module after which signals are watched.
STARTED = b"jaxlens.cli"
# How many moments between the first import and the end of the run.
MOMENTS = {signal.SIGINT: 8, signal.SIGTERM: 3}


def generate(config_file: str, out: Path) -> subprocess.Popen[bytes]:
    """`jaxlens generate`, which reports its imports."""
    command = [sys.executable, "-X", "importtime", "-m", "jaxlens", "generate", config_file]
    return subprocess.Popen([*command, "--size", "3", "--outdir", str(out)], stderr=subprocess.PIPE)


def imported(process: subprocess.Popen[bytes], wanted: int) -> int:
    """Wait until the command has imported so many modules, and return how many there were."""
    count, started = 0, False
    assert process.stderr is not None
    for line in process.stderr:
        started = started or line.split(b"|")[-1].strip() == STARTED
        count += started
        if count > wanted:
            break
    return count


def end(config_file: str, tmp_path: Path, modules: int, number: signal.Signals) -> int:
    """The exit code of a command that a signal reaches after so many imports."""
    out = tmp_path / f"out_{number}_{modules}"
    with generate(config_file, out) as process:
        imported(process, modules)
        process.send_signal(number)
        message = process.communicate()[1]
    assert b"Traceback" not in message, message[-2000:].decode()
    assert message.count(b"\njaxlens: ") == 1
    assert [path for path in out.rglob("*") if path.is_file()] == []
    return process.returncode


@pytest.mark.parametrize(("modules", "number"), [(1, signal.SIGINT), (100, signal.SIGTERM)])
def test_a_signal_during_imports_ends_the_command(modules, number, config_file, tmp_path) -> None:
    assert end(config_file, tmp_path, modules, number) == 128 + number


@pytest.mark.long
@pytest.mark.parametrize("number", list(MOMENTS))
def test_a_signal_at_any_moment_ends_the_command(number, config_file, tmp_path) -> None:
    with generate(config_file, tmp_path / "undisturbed") as process:
        total = imported(process, sys.maxsize)
    assert process.returncode == 0
    assert total > 1000
    moments = [1 + (total - 1) * i // MOMENTS[number] for i in range(MOMENTS[number])]
    codes = [end(config_file, tmp_path, modules, number) for modules in moments]
    assert codes == [128 + number] * len(moments)


@pytest.mark.long
def test_two_signals_during_a_compilation_end_the_command(config_file, tmp_path) -> None:
    command = [sys.executable, "-m", "jaxlens", "generate", config_file, "--outdir", str(tmp_path / "out")]
    environment = os.environ | {"JAX_COMPILATION_CACHE_DIR": str(tmp_path / "empty")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stderr is not None
        process.stderr.readline()
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            # a signal that comes right after another may be one with it
            time.sleep(0.2)
        message = process.communicate()[1]
    assert process.returncode == 130, message


@pytest.mark.parametrize(
    ("code", "cleaned"), [(0, b"cleaned up\n"), (1, b"cleaned up\n"), (130, b""), (143, b"")]
)
def test_a_command_that_a_signal_has_ended_skips_python_s_clean_up(code, cleaned) -> None:
    program = f"""
import atexit, jaxlens.cli
atexit.register(print, "cleaned up")
jaxlens.cli.main = lambda: {code}
jaxlens.cli.command()
"""
    ended = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stdout) == (code, cleaned)


def test_the_command_puts_back_what_was_there_and_says_what_ended_it(monkeypatch, capsys) -> None:
    def stop(*arguments, **more):
        signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    monkeypatch.setattr("jaxlens.cli.check.load_config", stop)
    assert cli.main(["check", "galaxy_galaxy"]) == 143
    assert capsys.readouterr().err == "jaxlens: terminated; unfinished files are removed\n"
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_a_signal_that_only_set_the_flag_still_is_the_exit_code(monkeypatch, capsys) -> None:
    def finish(arguments):
        with arguments.stop.deferred("finishing the batch, then stopping"):
            signal.raise_signal(signal.SIGINT)
            if arguments.stop():
                raise Stopped(remark="2 of 3 shards are whole")

    monkeypatch.setattr("jaxlens.cli.check.run", finish)
    assert cli.main(["check", "galaxy_galaxy"]) == 130
    assert capsys.readouterr().err.endswith("jaxlens: interrupted; 2 of 3 shards are whole\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_generate_keeps_what_is_whole_and_resume_makes_the_same_bytes(
    number, config_file, tmp_path, monkeypatch, capsys
) -> None:
    command = ["generate", config_file, "--batch-size", "4", "--shard-size", "8", "--size", "24"]
    assert cli.main([*command, "--outdir", str(tmp_path / "undisturbed")]) == 0
    out, updates = tmp_path / "out", []

    def update(progress: Progress, n: int) -> None:
        updates.append(n)
        if len(updates) == 3:
            signal.raise_signal(number)

    with monkeypatch.context() as patched:
        patched.setattr(Progress, "update", update)
        assert cli.main([*command, "--outdir", str(out)]) == 128 + number
    assert updates == [4, 4, 4], "the batch is finished and no other is made"
    assert capsys.readouterr().err.endswith("; what is whole is kept; go on with --resume\n")
    shards = read_manifest(out).configurations["CONFIGURATION_1"].shards
    assert [shard.whole for shard in shards] == [True, False, False]
    assert not [path for path in out.iterdir() if path.suffix == ".partial"]
    assert cli.main([*command, "--outdir", str(out), "--resume"]) == 0
    assert contents(out) == contents(tmp_path / "undisturbed")


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file of a dataset; config.yaml names its folder."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "config.yaml"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
