"""Processes that are killed, or asked to end."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jaxlens.production.folder import pending
from validation.faults.laboratory import PATIENCE, Laboratory, checksums, is_passing, recorded, wait_for
from validation.faults.outcome import Outcome

# How many processes are killed at the same time.
_AT_ONCE = 2
# The share of kills while the process starts, before anything is written.
_EARLY = 0.1
# Seconds in which a process starts.
_START = 3.0
# Seconds after something was written, at most, when the signal comes.
_LATER = 0.05
# Ends the process at the rename or removal number `moment`, or tells how many there were.
_AT_MOMENT = """
import os, pathlib, shutil, signal
left = [{moment}]
def counted(call):
    def wrapped(*arguments, **more):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return call(*arguments, **more)
    return wrapped
pathlib.Path.replace = counted(pathlib.Path.replace)
pathlib.Path.unlink = counted(pathlib.Path.unlink)
pathlib.Path.rmdir = counted(pathlib.Path.rmdir)
shutil.rmtree = counted(shutil.rmtree)
import atexit
atexit.register(lambda: print("changes", {moment} - left[0], flush=True))
"""


def killed(laboratory: Laboratory, count: int) -> Outcome:
    """SIGKILL at random moments, in two formats."""
    outcome = Outcome("SIGKILL at a random moment")

    def once(number: int, moments: tuple[float, float, float]) -> None:
        form = ("h5", "npy")[number % 2]
        folder, expected = laboratory.new(), laboratory.undisturbed(form)
        while not _signalled(laboratory, folder, form, signal.SIGKILL, moments):
            folder = laboratory.new()
        _check(laboratory, outcome, folder, form, [])
        assert expected

    _in_parallel(laboratory, count, once)
    return outcome


def signalled(laboratory: Laboratory, count: int) -> Outcome:
    """SIGTERM and SIGINT at random moments: what is whole is kept, and nothing else is left."""
    outcome = Outcome("SIGTERM or SIGINT at a random moment")

    def once(number: int, moments: tuple[float, float, float]) -> None:
        kind = (signal.SIGTERM, signal.SIGINT)[number % 2]
        folder, form = laboratory.new(), ("h5", "npy")[number // 2 % 2]
        laboratory.undisturbed(form)
        while not (code := _signalled(laboratory, folder, form, kind, moments)):
            folder = laboratory.new()
        problems = [] if code == 128 + kind else [f"exit code {code} after signal {kind}"]
        left = checksums(folder) if folder.exists() else {}
        problems += [f"{name} is left" for name in left if is_passing(name)]
        _check(laboratory, outcome, folder, form, problems)

    _in_parallel(laboratory, count, once)
    return outcome


def at_renames(laboratory: Laboratory, count: int) -> Outcome:
    """SIGKILL between any two renames or removals of a run."""
    outcome = Outcome("SIGKILL between two renames")
    total = _changes(laboratory, laboratory.command(laboratory.new()))

    def once(number: int, moments: tuple[float, float, float]) -> None:
        # the first ones too, which are between the manifest and config.yaml
        moment = number if number < 2 else int(moments[0] * total)
        folder = laboratory.new()
        laboratory.undisturbed()
        code, _, text = laboratory.run(laboratory.command(folder), _AT_MOMENT.format(moment=moment))
        problems = [] if code == -signal.SIGKILL else [f"was not killed at {moment}: {text[-200:]}"]
        _check(laboratory, outcome, folder, "h5", problems)

    _in_parallel(laboratory, count, once)
    return outcome


def while_overwriting(laboratory: Laboratory, count: int) -> Outcome:
    """SIGKILL while a dataset is replaced: the old one is intact, or the new one complete, and never both."""
    outcome = Outcome("SIGKILL while a dataset is overwritten")
    old, new = laboratory.undisturbed(seed=1), laboratory.undisturbed(seed=2)

    def begun() -> tuple[Path, list[str]]:
        folder = laboratory.new()
        laboratory.finish(folder, seed=1)
        return folder, laboratory.command(folder, "--overwrite", seed=2)

    total = _changes(laboratory, begun()[1])

    def once(number: int, moments: tuple[float, float, float]) -> None:
        # half of them while the new one is put in the place of the old
        moment = int(total * (moments[0] if number % 2 else 1.0 - 0.5 * moments[0]))
        folder, words = begun()
        code, _, text = laboratory.run(words, _AT_MOMENT.format(moment=min(moment, total - 1)))
        problems = [] if code == -signal.SIGKILL else [f"was not killed at {moment}: {text[-200:]}"]
        inside = {name: one for name, one in checksums(folder).items() if not name.startswith(".repl")}
        is_old = {name: one for name, one in inside.items() if not is_passing(name)} == old
        is_old = is_old and not pending(folder)
        lost = False
        if is_old:
            laboratory.finish(folder, seed=1)
            lost = checksums(folder) != old
        laboratory.finish(folder, seed=2, overwrite=is_old)
        outcome.add(problems, lost, checksums(folder) == new)

    _in_parallel(laboratory, count, once)
    return outcome


def after_the_first(laboratory: Laboratory, count: int) -> Outcome:
    """SIGKILL after the first of four configurations: the folder stays one dataset."""
    outcome = Outcome("SIGKILL after the first of four configurations")
    expected = laboratory.undisturbed(configurations=4)
    for _ in range(count):
        folder = laboratory.new()
        words = laboratory.command(folder, configurations=4)
        with laboratory.process(words) as process:
            while process.poll() is None and recorded(folder) < 5:
                time.sleep(0.001)
            process.kill()
            process.communicate(timeout=PATIENCE)
        problems = laboratory.faults(folder, expected)
        before = checksums(folder)
        for more, message in (((), "holds the dataset"), (("--resume",), "its seed is 1, not 2")):
            code, _, text = laboratory.run(laboratory.command(folder, *more, seed=2, configurations=4))
            if code != 1 or message not in text:
                problems.append(f"another seed is not refused: {code}, {text[-200:]}")
        after = {name: one for name, one in checksums(folder).items() if name in expected}
        lost = after != {name: one for name, one in before.items() if name in expected}
        laboratory.finish(folder, configurations=4)
        outcome.add(problems, lost, checksums(folder) == expected)
    return outcome


def _signalled(
    laboratory: Laboratory, folder: Path, form: str, kind: int, moments: tuple[float, float, float]
) -> int:
    """Make a dataset in a process that gets a signal at a moment; its exit code, 0 where it ended before."""
    early, share, later = moments
    expected = laboratory.undisturbed(form)
    with laboratory.process(laboratory.command(folder, form=form)) as process:
        if early < _EARLY:
            time.sleep(_START * share)
        elif wait_for(process, folder, 1 + int(share * len(expected))):
            time.sleep(_LATER * later)
        process.send_signal(kind)
        process.communicate(timeout=PATIENCE)
    return process.returncode


def _check(laboratory: Laboratory, outcome: Outcome, folder: Path, form: str, problems: list[str]) -> None:
    """Count a dataset that was cut: what verify says is true, and it is finished with the same bytes."""
    expected = laboratory.undisturbed(form)
    found = laboratory.faults(folder, expected)
    laboratory.finish(folder, form)
    outcome.add([*problems, *found], bool(found), checksums(folder) == expected)


def _changes(laboratory: Laboratory, words: list[str]) -> int:
    """How many renames and removals a run has."""
    code, out, text = laboratory.run(words, _AT_MOMENT.format(moment=1_000_000))
    if code != 0:
        raise RuntimeError(text)
    return int(out.rpartition("changes ")[2])


def _in_parallel(
    laboratory: Laboratory, count: int, once: Callable[[int, tuple[float, float, float]], None]
) -> None:
    """Call once(number, three random numbers) in threads."""
    draw = laboratory.random.random
    moments = [(draw(), draw(), draw()) for _ in range(count)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(once, range(count), moments))
