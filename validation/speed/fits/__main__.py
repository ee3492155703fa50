"""Fits beside those of other packages: `python -m validation.speed.fits [--lenses 10 --together 50]`.

Mock lenses of `validation.recovery.mocks` are fitted by `jaxlens.fit`, by lenstronomy's particle swarm and by
JAXtronomy's L-BFGS, with the same images, noise, PSF and models.  The priors of jaxlens give the starts and
bounds of the others, which solve for the amplitudes linearly.  Measured are the seconds until chi-square is
within 2 of the lowest that any of them reaches; for jaxlens the whole compiled call, errors included.
Prints the table and writes `validation/results/fit_<device>.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax

from jaxlens.simulator.simulator import Simulator
from validation.speed import machine
from validation.speed.fits import report, with_jaxlens, with_jaxtronomy, with_lenstronomy
from validation.speed.fits.lenses import Lens, Range, Trace, lenses, ranges, simulator

RESULTS = Path(__file__).parents[2] / "results"
SWARM, CHAINS = "lenstronomy, particle swarm", "JAXtronomy, L-BFGS"
PEERS: dict[str, Callable[[Lens, Mapping[str, Range]], Trace]] = {
    CHAINS: with_jaxtronomy.chains,
    SWARM: with_lenstronomy.swarm,
}


def main(arguments: list[str] | None = None) -> int:
    """Fit, print and write: 0, or 1 if a ratio that must be reached is not.

    The first of `--starts` is also used for the lenses that are fitted together.
    """
    parser = argparse.ArgumentParser(
        prog="python -m validation.speed.fits", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--lenses", type=int, default=10, help="fitted one at a time by every package (10)")
    parser.add_argument("--together", type=int, default=50, help="fitted by jaxlens in one call (50)")
    parser.add_argument(
        "--starts", type=int, nargs="+", default=[32, 8], help="starts of a fit by jaxlens (32 and 8)"
    )
    parser.add_argument("--out", type=Path, help="the JSON file (validation/results/fit_<device>.json)")
    options = parser.parse_args(arguments)
    # so that compilations are measured, and not read from a disk
    jax.config.update("jax_enable_compilation_cache", False)
    results = measure(options.lenses, options.together, options.starts)
    out = options.out or RESULTS / f"fit_{machine.file_name(results['device'])}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(report.markdown(results))
    print(out)
    return 0 if all(ratio["ratio"] >= ratio["must"] for ratio in results["ratios"]) else 1


def measure(count: int, many: int, starts: Sequence[int]) -> dict[str, Any]:
    """All times, as the JSON file has them.

    Args:
        count: lenses that every package fits, one at a time.
        many: lenses that jaxlens fits in one call.
        starts: numbers of starts of jaxlens's fits; each has a row.
    """
    sim = simulator()
    every = lenses(sim, max(count, many))
    traces, absent = _one_by_one(sim, every[:count], starts)
    wanted = report.levels(traces)
    _progress("jaxlens, together")
    alone = [report.row(_ours(some), traces[_ours(some)], wanted) for some in starts]
    batch = _together(with_jaxlens.together(sim, every[:many], starts[0]), wanted)
    peers = [report.row(SWARM, traces[SWARM], wanted)] if SWARM in traces else []
    if CHAINS in traces:
        peers += report.chain_rows(CHAINS, traces[CHAINS], wanted)
    return {
        "device": machine.device(),
        "versions": machine.versions(),
        "near": report.NEAR,
        "rows": [asdict(row) for row in [*alone, batch, *peers, *absent]],
        "ratios": _ratios(alone, batch, peers),
        "lenses": _each(traces, wanted),
    }


def _one_by_one(
    sim: Simulator, some: Sequence[Lens], starts: Sequence[int]
) -> tuple[dict[str, list[Trace]], list[report.Row]]:
    """Lens after lens by every optimiser in turn, so that a busy moment of the machine affects all."""
    known = ranges(sim)
    traces: dict[str, list[Trace]] = {_ours(few): [] for few in starts}
    absent: dict[str, report.Row] = {}
    for i, lens in enumerate(some):
        _progress(f"lens {i + 1} of {len(some)}")
        for few in starts:
            traces[_ours(few)].append(with_jaxlens.alone(sim, lens, few))
        for method, run in PEERS.items():
            if method in absent:
                continue
            try:
                traces.setdefault(method, []).append(run(lens, known))
            except ImportError as error:
                absent[method] = report.missing(method, f"not installed: {error.name}")
    return {method: found for method, found in traces.items() if found}, list(absent.values())


def _together(batch: Sequence[Trace], wanted: Sequence[float]) -> report.Row:
    """The row of many lenses in one call; only those that others fit too have a level to be reached."""
    some = min(len(batch), len(wanted))
    return report.row(f"jaxlens, {len(batch)} together", batch[:some], wanted[:some])


def _ours(starts: int) -> str:
    return f"jaxlens, one at a time, {starts} starts"


def _ratios(
    alone: Sequence[report.Row], batch: report.Row, peers: Sequence[report.Row]
) -> list[dict[str, Any]]:
    found = [_ratio(ours, peer, report.MUST[peer.method.split(",")[0]]) for peer in peers for ours in alone]
    for peer in peers:
        must = report.MUST["together" if peer.method == SWARM else peer.method.split(",")[0]]
        found.append(_ratio(batch, peer, must))
    return found


def _ratio(ours: report.Row, peer: report.Row, must: float) -> dict[str, Any]:
    assert ours.seconds is not None, "jaxlens is always measured"
    assert peer.seconds is not None, "peers that are not installed have no ratio"
    limit = peer.reached < peer.lenses
    name = f"{ours.method}: {peer.method}"
    return {"name": name, "ratio": peer.seconds / ours.seconds, "must": must, "lower_limit": limit}


def _each(traces: Mapping[str, Sequence[Trace]], wanted: Sequence[float]) -> list[dict[str, Any]]:
    """For every lens the level, and each optimiser's lowest chi-square and seconds to the level."""
    return [
        {"level": level}
        | {
            method: {"chi_square": found[i].best, "seconds": found[i].time_to(level)}
            for method, found in traces.items()
        }
        for i, level in enumerate(wanted)
    ]


def _progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
