"""Faults that must lose nothing: `python -m validation.faults [FAULT ...] [--count N] [--quick] [--save]`.

Prints a table: how often each fault was tried, how often all ended as it should, how often something was
lost, and whether the dataset had the same bytes once it was resumed.  Exits with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from validation.faults import disk, files, kills, processes, values
from validation.faults.laboratory import Laboratory
from validation.faults.outcome import Outcome, table
from validation.speed import machine

RESULTS = Path(__file__).parents[1] / "results"

Fault = Callable[[Laboratory, int], Outcome]

# Each fault, and how often it is tried where SIGKILL is tried 100 times.
FAULTS: dict[str, tuple[Fault, int]] = {
    "kill": (kills.killed, 100),
    "signal": (kills.signalled, 20),
    "rename": (kills.at_renames, 20),
    "overwrite": (kills.while_overwriting, 20),
    "four": (kills.after_the_first, 2),
    "deleted": (files.deleted, 20),
    "flipped": (files.flipped, 20),
    "truncated": (files.truncated, 20),
    "another": (files.asked_for_another, 1),
    "planted": (files.planted, 1),
    "planted_later": (files.planted_later, 1),
    "limit": (disk.limited, 1),
    "enospc": (disk.refused_by_the_writer, 20),
    "tmpfs": (disk.filled, 1),
    "read_only": (disk.read_only, 1),
    "writers": (processes.two_writers, 4),
    "worker": (processes.killed_worker, 2),
    "parent": (processes.killed_parent, 1),
    "array": (processes.job_array, 1),
    "allocation": (values.allocation, 4),
    "nan": (values.not_finite, 10),
    "clock": (values.jumping_clock, 4),
}
_COUNT = 100
# How often SIGKILL is tried with --quick.
_QUICK = 10


def run(names: list[str], count: int = _COUNT, seed: int = 0) -> list[Outcome]:
    """Try faults.

    Args:
        names: which, keys of `FAULTS`.
        count: how often SIGKILL is tried; the others in proportion, and once at least.
        seed: of the choice of moments and places.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        laboratory = Laboratory(Path(folder), seed)
        for name in names:
            fault, usual = FAULTS[name]
            began = time.perf_counter()
            found.append(fault(laboratory, max(1, usual * count // _COUNT)))
            print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Try, print and save: 0, or 1 if anything was lost or wrong."""
    options = _arguments(arguments)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # where this runs in the background, the processes that it interrupts must not ignore that
        signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.perf_counter()
    found = run(options.fault or list(FAULTS), options.count, options.seed)
    text = table(found)
    print(text)
    if options.save:
        device = machine.device()
        path = RESULTS / f"faults_{machine.file_name(device)}.json"
        rows = [dict(zip(("fault", "tried", "right", "lost", "same"), one.row, strict=True)) for one in found]
        seconds = round(time.perf_counter() - began)
        result = {"device": device, "seconds": seconds, "versions": machine.versions(), "rows": rows}
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(path)
    return 0 if all(one.good for one in found) else 1


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m validation.faults", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("fault", nargs="*", help=f"one or more of {', '.join(FAULTS)} (default: all)")
    parser.add_argument("--count", type=int, default=_COUNT, help=f"of SIGKILLs (default: {_COUNT})")
    parser.add_argument("--quick", action="store_true", help=f"--count {_QUICK}")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments and places")
    parser.add_argument("--save", action="store_true", help="write validation/results/faults_<device>.json")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.fault if name not in FAULTS]
    if unknown:
        parser.error(f"unknown fault {', '.join(unknown)}; they are {', '.join(FAULTS)}")
    options.count = _QUICK if options.quick else options.count
    return options


if __name__ == "__main__":
    sys.exit(main())
