"""What the times of the optimisers come to, and their table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from validation.speed.fits.lenses import Trace

# A model is as good as the best if its chi-square is this near: a tenth of what the truth is above it on
# average, with 21 free numbers.  The priors, which the peers do not have, move the best of jaxlens less.
NEAR = 2.0
# How many times faster jaxlens must be: one lens at a time, and many together beside lenstronomy.
MUST = {"lenstronomy": 20.0, "JAXtronomy": 3.0, "together": 100.0}

# What is said of a compilation that every lens needs again.
EACH = "for each"


@dataclass(frozen=True)
class Row:
    """One optimiser: seconds for a lens, the mean over all; how many lenses it brought to the level.

    A lens that it did not bring there counts with all of its time, so that `seconds` is then a lower limit.
    `note` says why nothing was measured, or how often is compiled.
    """

    who: str
    seconds: float | None
    processor_seconds: float | None = None
    compile_seconds: float | None = None
    reached: int = 0
    lenses: int = 0
    note: str = ""


def missing(who: str, why: str) -> Row:
    """The row of a peer that could not run."""
    return Row(who, None, note=why)


def levels(traces: Mapping[str, Sequence[Trace]]) -> list[float]:
    """For each lens the chi-square to be reached: the lowest of any optimiser, and `NEAR` above it."""
    return [min(trace.best for trace in of_lens) + NEAR for of_lens in zip(*traces.values(), strict=True)]


def row(who: str, traces: Sequence[Trace], wanted: Sequence[float]) -> Row:
    """An optimiser's row: of each trace the time until its best model is good enough."""
    pairs = list(zip(traces, wanted, strict=True))
    times = [trace.time_to(level) for trace, level in pairs]
    seconds = [trace.seconds[-1] if t is None else t for t, (trace, _) in zip(times, pairs, strict=True)]
    share = [s / trace.seconds[-1] for s, trace in zip(seconds, traces, strict=True)]
    processor = [part * trace.processor_seconds for part, trace in zip(share, traces, strict=True)]
    compiled = max(trace.compile_seconds for trace in traces)
    reached = sum(t is not None for t in times)
    return Row(who, _mean(seconds), _mean(processor), compiled, reached, len(traces))


def rotations(trace: Trace) -> list[Trace]:
    """The trace of independent chains, begun with each of them in turn."""
    alone = np.diff(trace.seconds, prepend=0.0)
    return [
        Trace(
            tuple(np.cumsum(np.roll(alone, -k)).tolist()),
            tuple(np.roll(trace.chi_square, -k).tolist()),
            trace.processor_seconds,
            trace.compile_seconds,
        )
        for k in range(len(alone))
    ]


def chains_needed(traces: Sequence[Trace], wanted: Sequence[float]) -> int | None:
    """How many chains bring every lens to its level, whichever of them is the first; None if none do."""
    turned = [(turn, level) for trace, level in zip(traces, wanted, strict=True) for turn in rotations(trace)]
    hits = [np.flatnonzero(np.asarray(turn.chi_square) <= level) for turn, level in turned]
    return None if any(len(hit) == 0 for hit in hits) else int(max(hit[0] for hit in hits)) + 1


def chain_rows(who: str, traces: Sequence[Trace], wanted: Sequence[float]) -> list[Row]:
    """Two rows of an optimiser of independent chains.

    The first has as many chains for every lens as are needed lest one be missed; the second stops at the
    first good chain, as if the level were known beforehand.
    """
    turned = [turn for trace in traces for turn in rotations(trace)]
    repeated = [level for trace, level in zip(traces, wanted, strict=True) for _ in trace.seconds]
    best = row(f"{who}, until a chain is good", turned, repeated)
    good = [min(trace.chi_square) <= level for trace, level in zip(traces, wanted, strict=True)]
    best = replace(best, reached=sum(good), lenses=len(good), note=EACH)
    count = chains_needed(traces, wanted)
    if count is None:
        return [best]
    chain = [trace.seconds[-1] / len(trace.seconds) for trace in traces]
    processor = [trace.processor_seconds / len(trace.seconds) for trace in traces]
    words = f"{who}, {count} chains" if count > 1 else f"{who}, one chain"
    compiled = max(trace.compile_seconds for trace in traces)
    n = len(traces)
    return [Row(words, count * _mean(chain), count * _mean(processor), compiled, n, n, EACH), best]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def markdown(results: Mapping[str, Any]) -> str:
    """The table of the README."""
    lines = ["| | s a lens | processor s | reached | compilation, s |", "|---|---|---|---|---|"]
    for one in results["rows"]:
        lines.append(f"| {one['who']} | {_numbers(one) if one['seconds'] else one['note'] + ' | | |'} |")
    lines += ["", "| | times faster | must |", "|---|---|---|"]
    for one in results["ratios"]:
        lines.append(f"| {one['name']} | {'> ' * one['lower_limit']}{one['ratio']:.1f} | {one['must']:g} |")
    return "\n".join(lines)


def _numbers(one: Mapping[str, Any]) -> str:
    compiled = f"{one['compile_seconds']:.0f} {one['note']}".strip() if one["compile_seconds"] else "-"
    limit = "> " * (one["reached"] < one["lenses"])
    times = f"{limit}{one['seconds']:.3g} | {one['processor_seconds']:.3g}"
    return f"{times} | {one['reached']} of {one['lenses']} | {compiled}"
