"""jaxlens beside other packages on the same work, in one run: `python -m validation.speed [A..J] [--quick]`.

Prints the table and writes `validation/results/<device>.json`: versions, device, limits of the machine,
compile times, medians, spreads and ratios.  A to D are described in `validation.speed.workloads`; E is the
gradient of a chi-square, F image positions, G noise, H datasets in files, I a first run, J time series, with
the rows K, what ten nights cost beside one (`validation.speed.series`).  `card` is A on the device, to the
host and to disk apart, with the share of the device's limits (`validation.speed.on_card`); without names it
is measured where there is a GPU.  On a GPU `python -m validation --quick` runs first, and nothing is measured
unless its rows are within their tolerances.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax

from validation.speed import groups, machine, on_card, ours, processes, table
from validation.speed.cards import limits_of
from validation.speed.targets import Target, card_targets, run_targets, targets
from validation.speed.timing import Timed
from validation.speed.workloads import simulator

RESULTS = Path(__file__).parents[1] / "results"
# Systems of the datasets of H.
SIZES = (1_000, 20_000)
# Systems of the datasets of H with --quick.
QUICK_SIZES = (100, 500)
# Systems of the datasets of A of `card`.
CARD_SIZES = (200_000,)
# Largest difference between packages' images, in units of the peak: caustics treats the PSF's wings at the
# edge of the image in another way.
AGREED = 1e-3

Measure = Callable[[Path, groups.Effort], list[Timed]]


def _images(workload: str) -> Measure:
    return lambda folder, effort: groups.images(workload, folder, effort)


WORKLOADS: dict[str, Measure] = {
    **{workload: _images(workload) for workload in "ABCD"},
    "E": groups.gradients,
    "F": groups.positions,
    "G": groups.noise,
    "J": groups.time_series,
    "stages": groups.stages_of,
    "card": groups.on_card,
}


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m validation.speed", description=(__doc__ or "").split("\n")[0]
    )
    names = [*WORKLOADS, "H", "I"]
    parser.add_argument("workload", nargs="*", help=f"one or more of {', '.join(names)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer repeats, batch sizes and systems")
    parser.add_argument("--out", type=Path, help="the JSON file (validation/results/<device>.json)")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.workload if name not in names]
    if unknown:
        parser.error(f"unknown workload {', '.join(unknown)}; they are {', '.join(names)}")
    on_cpu = jax.default_backend() == "cpu"
    options.workload = options.workload or [name for name in names if not (on_cpu and name == "card")]
    return options


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write: 0, or 1 if images are wrong or differ between packages."""
    options = _arguments(arguments)
    if jax.default_backend() != "cpu" and not _images_are_right():
        return 1
    results = _measure(options.workload, options.quick)
    out = options.out or RESULTS / f"{machine.file_name(results['device'])}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(table.text(results))
    print(out)
    apart = [peer for peers in results["agreement"].values() for peer, size in peers.items() if size > AGREED]
    if apart:
        print(f"the images of {', '.join(apart)} differ from those of jaxlens", file=sys.stderr)
    return 1 if apart else 0


def _images_are_right() -> bool:
    """Run the comparison with lenstronomy on this device, and keep its report beside the results."""
    folder = RESULTS / f"{machine.file_name(machine.device())}_report"
    command = [sys.executable, "-m", "validation", "--quick", "--no-figures", "--out", str(folder)]
    return subprocess.run(command, check=False).returncode == 0


def _measure(names: list[str], quick: bool) -> dict[str, Any]:
    effort = groups.effort(quick)
    rows: list[Timed] = []
    results: dict[str, Any] = {
        "device": machine.device(),
        "platform": jax.default_backend(),
        "quick": quick,
        "versions": machine.versions(),
        "limits": machine.limits(),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name in (name for name in WORKLOADS if name in names):
            print(f"measuring {name}", file=sys.stderr, flush=True)
            rows += WORKLOADS[name](Path(folder), effort)
            jax.clear_caches()
        pictures = [name for name in "ABCD" if name in names]
        results["agreement"] = {name: groups.agreement(name, Path(folder)) for name in pictures}
        results["costs"] = {name: _cost(name, Path(folder)) for name in pictures}
        if "card" in names:
            results |= _card(rows, effort, quick, Path(folder))
    results["rows"] = [asdict(row) for row in rows]
    results["targets"] = _written(targets(rows))
    if "H" in names:
        print("measuring H", file=sys.stderr, flush=True)
        results["datasets"] = [processes.dataset(n) for n in (QUICK_SIZES if quick else SIZES)]
    if "I" in names:
        print("measuring I", file=sys.stderr, flush=True)
        examples = processes.EXAMPLES[:1] if quick else processes.EXAMPLES
        results["first_runs"] = {name: processes.first_run(name) for name in examples}
        results["starts"] = processes.start_times()
    results["run_targets"] = _written(run_targets(results))
    return results


def _written(found: list[Target]) -> list[dict[str, Any]]:
    return [asdict(target) | {"reached": target.reached, "met": target.met} for target in found]


def _card(rows: list[Timed], effort: groups.Effort, quick: bool, folder: Path) -> dict[str, Any]:
    """The shares of the device's limits, the datasets of A in files, and on a GPU the targets."""
    sim = simulator("A", folder)
    counted = {batch: on_card.counts(sim, batch) for batch in groups.batch_sizes(sim, effort)}
    datasets = [on_card.to_disk(n) for n in (QUICK_SIZES[-1:] if quick else CARD_SIZES)]
    met = card_targets(rows, datasets) if jax.default_backend() != "cpu" else []
    limits = limits_of(jax.local_devices()[0])
    return {
        "card": on_card.shares(rows, counted, limits),
        "card_datasets": datasets,
        "card_targets": _written(met),
    }


def _cost(workload: str, folder: Path) -> dict[str, float]:
    sim = simulator(workload, folder)
    return ours.cost(sim, groups.automatic(sim))


if __name__ == "__main__":
    sys.exit(main())
