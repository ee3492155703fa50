"""Several processes: two writers, a worker that is killed, and a job array of which some tasks are killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from jaxlens.production.lock import owner_of
from jaxlens.production.merging import merge
from jaxlens.production.verification import verify
from validation.faults.laboratory import BATCH, PATIENCE, Laboratory, checksums, recorded
from validation.faults.outcome import Outcome

# The parts of the dataset of 100 shards.
_PARTS, _SHARDS = 4, 100
# Seconds for which a process stays in the folder, so that another meets it there.
_SLOW = """
import time
import jaxlens.production.making as making
commit = making.commit
def slow(*arguments):
    time.sleep(0.2)
    commit(*arguments)
making.commit = slow
"""


def two_writers(laboratory: Laboratory, count: int) -> Outcome:
    """Two processes in one folder: one makes its dataset, the other is told who does."""
    outcome = Outcome("two writers in one folder")
    for number in range(count):
        form = ("h5", "npy")[number % 2]
        folder = laboratory.new()
        words = {seed: laboratory.command(folder, seed=seed, form=form) for seed in (1, 2)}
        with (
            laboratory.process(words[1], _SLOW) as first,
            laboratory.process(words[2], _SLOW) as second,
        ):
            texts = [process.communicate(timeout=PATIENCE)[1] for process in (first, second)]
            codes = [first.returncode, second.returncode]
        problems = [] if sorted(codes) == [0, 1] else [f"exit codes {codes}: {texts}"]
        winner = 0 if codes[0] == 0 else 1
        pid = (first, second)[winner].pid
        told = f"process {pid} on {os.uname().nodename} is writing there" in texts[1 - winner]
        problems += [] if told else [f"is told: {texts[1 - winner][-300:]}"]
        own = checksums(folder) == laboratory.undisturbed(form, seed=winner + 1)
        outcome.add(problems, not own)
    return outcome


def killed_worker(laboratory: Laboratory, count: int) -> Outcome:
    """One of two worker processes is killed: the dataset is whole all the same."""
    outcome = Outcome("worker killed (--workers 2)")
    expected = laboratory.undisturbed()
    for _ in range(count):
        folder = laboratory.new()
        with laboratory.process(laboratory.command(folder, "--workers", 2)) as process:
            while process.poll() is None and recorded(folder) < 2:
                time.sleep(0.001)
            victims = _workers(process)
            if victims:
                os.kill(laboratory.random.choice(victims), signal.SIGKILL)
            _, text = process.communicate(timeout=PATIENCE)
        problems = [] if process.returncode == 0 and victims else [f"{process.returncode}: {text[-300:]}"]
        problems += [] if "a worker ended" in text else ["nothing is said of the worker"]
        lost = checksums(folder) != expected
        outcome.add(problems + laboratory.faults(folder, expected), lost)
    return outcome


def killed_parent(laboratory: Laboratory, count: int) -> Outcome:
    """The process with two workers is killed: they end too, and the dataset is resumed at once."""
    outcome = Outcome("process with workers killed")
    expected = laboratory.undisturbed()
    for _ in range(count):
        folder = laboratory.new()
        with laboratory.process(laboratory.command(folder, "--workers", 2)) as process:
            while process.poll() is None and recorded(folder) < 2:
                time.sleep(0.001)
            workers = _workers(process)
            process.kill()
            process.wait(timeout=PATIENCE)
            problems = laboratory.faults(folder, expected)
            laboratory.finish(folder)
            # the pipes of the process are open as long as its workers live
            process.communicate(timeout=PATIENCE)
        problems += [] if len(workers) == 2 else [f"{len(workers)} workers"]
        outcome.add(problems, same=checksums(folder) == expected)
    return outcome


def job_array(laboratory: Laboratory, count: int) -> Outcome:
    """100 shards by four processes in random order, of which two are killed and resumed, are merged."""
    outcome = Outcome("100 shards by 4 processes, 2 killed, merged")
    size = ("--size", BATCH * _SHARDS - 3)
    one = laboratory.new()
    laboratory.run(laboratory.command(one, *size))
    for _ in range(count):
        folder, parts = laboratory.new(), list(range(_PARTS))
        laboratory.random.shuffle(parts)
        words = {k: laboratory.command(folder, *size, "--shard", f"{k}/{_PARTS}") for k in parts}
        victims = set(parts[:2])
        problems = []
        for k in parts:
            problems += _task(laboratory, words[k], folder / f"part-{k}-of-{_PARTS}", k in victims)
        before = checksums(folder)
        merge(folder, into := laboratory.new(), copy=True)
        merge(folder)
        for merged in (into, folder):
            said = verify(merged, systems=1)
            exact = all(shard.exact and shard.compared for shard in said.shards)
            problems += [] if said.whole and exact else [f"verify: {said}"]
        lost = {name: checksums(folder)[name] for name in before} != before
        outcome.add(problems, lost, checksums(into) == checksums(one))
    return outcome


def _task(laboratory: Laboratory, words: list[str], part: Path, is_victim: bool) -> list[str]:
    """Run a task of the array, which is killed once where it is a victim; what was wrong."""
    if is_victim:
        share = laboratory.random.randrange(1, _SHARDS // _PARTS)
        with laboratory.process(words) as process:
            while process.poll() is None and recorded(part) < share:
                time.sleep(0.001)
            process.kill()
            process.communicate(timeout=PATIENCE)
        if process.returncode != -signal.SIGKILL:
            return ["was not killed"]
        if owner_of(part) is not None:
            return ["a dead process holds the lock"]
    code, _, text = laboratory.run([*words, "--resume"])
    return [] if code == 0 else [f"{code}: {text[-300:]}"]


def _workers(process: subprocess.Popen[str]) -> list[int]:
    """The numbers of the worker processes of a process."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
    lines = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return [pid for pid, line in lines.items() if re.search(rb"spawn_main|multiprocessing.*-fork", line)]
