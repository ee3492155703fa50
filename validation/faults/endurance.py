"""Many small systems: `python -m validation.faults.endurance [--systems N] [--save]`.

Makes a million systems in shards on disk, and prints the memory of the process at the start, in the middle
and at the end, the seconds, and the size of the manifest.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from jaxlens import make_dataset
from jaxlens.config import load_config
from jaxlens.engine.progress import memory_in_use
from jaxlens.production.verification import verify
from validation.faults.laboratory import Laboratory
from validation.speed import machine

RESULTS = Path(__file__).parents[1] / "results"
_SYSTEMS = 1_000_000
_BATCH = 1024
# Systems of a shard: 100 of a million.
_SHARD = 10 * _BATCH
_MEGABYTE = 1e6


def measured(folder: Path, systems: int = _SYSTEMS, shard_size: int = _SHARD) -> dict[str, Any]:
    """Make the systems, and measure.

    Args:
        folder: where; it is not there yet.
        systems: how many.
        shard_size: of a shard.

    Returns:
        What was measured; `memory` has the bytes after the first shard, in the middle and at the end.
    """
    folder.mkdir()
    config = load_config(Laboratory(folder).yaml())
    config = replace(config, outdir=str(folder / "made"), size=systems)
    began, batches, memory = time.perf_counter(), 0, list[int]()
    total = -(-systems // _BATCH)
    # the first shard is there once its program is, and its buffers have been used
    marks = {min(total, -(-shard_size // _BATCH) + 1), -(-total // 2), total}

    def check() -> None:
        nonlocal batches
        batches += 1
        if batches in marks:
            memory.append(memory_in_use() or 0)

    make_dataset(
        config,
        True,
        False,
        image_file_format="h5",
        batch_size=_BATCH,
        shard_size=shard_size,
        progress=False,
        check=check,
    )
    seconds = time.perf_counter() - began
    return {
        "systems": systems,
        "shards": -(-systems // shard_size),
        "seconds": round(seconds, 1),
        "memory": memory,
        "manifest_bytes": (folder / "made" / "manifest.json").stat().st_size,
        "bytes": sum(path.stat().st_size for path in (folder / "made").iterdir()),
        "whole": verify(folder / "made", systems=0).whole,
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and save: 0, or 1 if the dataset is not whole."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.faults.endurance", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--systems", type=int, default=_SYSTEMS, help=f"(default: {_SYSTEMS})")
    parser.add_argument(
        "--folder", type=Path, help="of the files, which are removed (default: a temporary one)"
    )
    parser.add_argument(
        "--save", action="store_true", help="write validation/results/endurance_<device>.json"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="endurance") as folder:
        found = measured(Path(folder) / "many", options.systems)
    device = machine.device()
    memory = ", ".join(f"{value / _MEGABYTE:.0f}" for value in found["memory"])
    print(f"{found['systems']} systems in {found['shards']} shards, {found['seconds']} s on {device}")
    print(f"memory after the first shard, in the middle and at the end: {memory} MB")
    print(f"manifest {found['manifest_bytes']} bytes, files {found['bytes'] / _MEGABYTE:.0f} MB")
    print("whole" if found["whole"] else "NOT whole")
    if options.save:
        path = RESULTS / f"endurance_{machine.file_name(device)}.json"
        result = {"device": device, "versions": machine.versions()} | found
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(path)
    return 0 if found["whole"] else 1


if __name__ == "__main__":
    sys.exit(main())
