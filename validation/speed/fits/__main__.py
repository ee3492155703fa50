"""Fits beside those of peers, in one run: `python -m validation.speed.fits [--lenses 10 --together 50]`.

Mock lenses of `validation.recovery.mocks` are fitted by `jaxlens.fit`, by lenstronomy's particle swarm and by
JAXtronomy's L-BFGS: the same images, noise, PSF and models; the priors of jaxlens as starts and bounds of the
others, which solve for the amplitudes linearly.  What counts are the seconds until chi-square is within 2 of
the lowest that any of them reaches.  Of jaxlens it is the whole call, errors included, once compiled.
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
    """Fit, print and write: 0, or 1 where jaxlens is not as fast as it must be.

    The first number of starts is also that of the lenses fitted together.
    """
    parser = argparse.ArgumentParser(prog="python -m validation.speed.fits", description=__doc__)
    parser.add_argument("--lenses", type=int, default=10, help="how many all of them fit (10)")
    parser.add_argument("--together", type=int, default=50, help="how many jaxlens fits in one call (50)")
    parser.add_argument("--starts", type=int, nargs="+", default=[32, 8], help="of jaxlens (32 and 8)")
    parser.add_argument("--out", type=Path, help="the JSON file (validation/results/fit_<device>.json)")
    options = parser.parse_args(arguments)
    # a compilation that is read from a disk is none
    jax.config.update("jax_enable_compilation_cache", False)
    results = measure(options.lenses, options.together, options.starts)
    out = options.out or RESULTS / f"fit_{machine.file_name(results['device'])}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(report.markdown(results))
    print(out)
    return 0 if all(one["ratio"] >= one["must"] for one in results["ratios"]) else 1


def measure(count: int, many: int, starts: Sequence[int]) -> dict[str, Any]:
    """All times, as the JSON file has them."""
    sim = simulator()
    every = lenses(sim, max(count, many))
    traces, absent = _one_by_one(sim, every[:count], starts)
    wanted = report.levels(traces)
    _say("jaxlens, together")
    alone = [report.row(_ours(some), traces[_ours(some)], wanted) for some in starts]
    batch = _together(with_jaxlens.together(sim, every[:many], starts[0]), wanted)
    peers = [report.row(SWARM, traces[SWARM], wanted)] if SWARM in traces else []
    if CHAINS in traces:
        peers += report.chain_rows(CHAINS, traces[CHAINS], wanted)
    return {
        "device": machine.device(),
        "versions": machine.versions(),
        "near": report.NEAR,
        "rows": [asdict(one) for one in [*alone, batch, *peers, *absent]],
        "ratios": _ratios(alone, batch, peers),
        "lenses": _each(traces, wanted),
    }


def _one_by_one(
    sim: Simulator, some: Sequence[Lens], starts: Sequence[int]
) -> tuple[dict[str, list[Trace]], list[report.Row]]:
    """Lens after lens by every optimiser in turn, so that a busy moment of the machine hits them all."""
    known = ranges(sim)
    traces: dict[str, list[Trace]] = {_ours(few): [] for few in starts}
    absent: dict[str, report.Row] = {}
    for i, lens in enumerate(some):
        _say(f"lens {i + 1} of {len(some)}")
        for few in starts:
            traces[_ours(few)].append(with_jaxlens.alone(sim, lens, few))
        for who, run in PEERS.items():
            if who in absent:
                continue
            try:
                traces.setdefault(who, []).append(run(lens, known))
            except ImportError as error:
                absent[who] = report.missing(who, f"not installed: {error.name}")
    return {who: found for who, found in traces.items() if found}, list(absent.values())


def _together(batch: Sequence[Trace], wanted: Sequence[float]) -> report.Row:
    """The row of many lenses in one call, of which those with a level tell whether it was reached."""
    some = min(len(batch), len(wanted))
    return report.row(f"jaxlens, {len(batch)} together", batch[:some], wanted[:some])


def _ours(starts: int) -> str:
    return f"jaxlens, one at a time, {starts} starts"


def _ratios(
    alone: Sequence[report.Row], batch: report.Row, peers: Sequence[report.Row]
) -> list[dict[str, Any]]:
    found = [_ratio(ours, peer, report.MUST[peer.who.split(",")[0]]) for peer in peers for ours in alone]
    for peer in peers:
        must = report.MUST["together" if peer.who == SWARM else peer.who.split(",")[0]]
        found.append(_ratio(batch, peer, must))
    return found


def _ratio(ours: report.Row, peer: report.Row, must: float) -> dict[str, Any]:
    assert ours.seconds is not None, "jaxlens is always measured"
    assert peer.seconds is not None, "peers that are not installed have no ratio"
    limit = peer.reached < peer.lenses
    name = f"{ours.who}: {peer.who}"
    return {"name": name, "ratio": peer.seconds / ours.seconds, "must": must, "lower_limit": limit}


def _each(traces: Mapping[str, Sequence[Trace]], wanted: Sequence[float]) -> list[dict[str, Any]]:
    """Of every lens the level, and of each optimiser its lowest chi-square, and the seconds to the level."""
    return [
        {"level": level}
        | {
            who: {"chi_square": found[i].best, "seconds": found[i].time_to(level)}
            for who, found in traces.items()
        }
        for i, level in enumerate(wanted)
    ]


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
