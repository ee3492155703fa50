"""The rows and ratios of the fits' times, and their table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from validation.speed.fits.lenses import Trace

# A model is as good as the best if its chi-square is at most this much higher.  The chi-square of the truth
# is higher than that of the best model by 21 on average, as there are 21 free parameters.  The priors, which
# only jaxlens has, change its best chi-square by less.
NEAR = 2.0
# Ratios of times that must be reached: with one lens at a time, and with many together beside lenstronomy.
MUST = {"lenstronomy": 20.0, "JAXtronomy": 3.0, "together": 100.0}

# The remark on a compilation that every lens needs again.
EACH = "for each"


@dataclass(frozen=True)
class Row:
    """One optimiser: the mean seconds of a lens, and the number of lenses whose level it reached.

    A lens whose level it did not reach counts with all of its time, so that `seconds` is then a lower limit.
    `remark` says why nothing was measured, or how often there is a compilation.
    """

    method: str
    seconds: float | None
    processor_seconds: float | None = None
    compile_seconds: float | None = None
    reached: int = 0
    lenses: int = 0
    remark: str = ""


def missing(method: str, reason: str) -> Row:
    """The row of an optimiser that could not run."""
    return Row(method, None, remark=reason)


def levels(traces: Mapping[str, Sequence[Trace]]) -> list[float]:
    """For each lens the chi-square to be reached: the lowest of any optimiser, plus `NEAR`."""
    return [min(trace.best for trace in of_lens) + NEAR for of_lens in zip(*traces.values(), strict=True)]


def row(method: str, traces: Sequence[Trace], wanted: Sequence[float]) -> Row:
    """An optimiser's row, from the time of each trace until the level of its lens.

    Args:
        method: the optimiser.
        traces: its progress with each lens.
        wanted: the level of each lens.
    """
    pairs = list(zip(traces, wanted, strict=True))
    times = [trace.time_to(level) for trace, level in pairs]
    seconds = [trace.seconds[-1] if t is None else t for t, (trace, _) in zip(times, pairs, strict=True)]
    share = [s / trace.seconds[-1] for s, trace in zip(seconds, traces, strict=True)]
    processor = [part * trace.processor_seconds for part, trace in zip(share, traces, strict=True)]
    compiled = max(trace.compile_seconds for trace in traces)
    reached = sum(t is not None for t in times)
    return Row(method, _mean(seconds), _mean(processor), compiled, reached, len(traces))


def rotations(trace: Trace) -> list[Trace]:
    """The traces of independent chains in all cyclic orders, each of which is as likely."""
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
    """The number of chains after which every lens is at its level in every order; None if it never is."""
    turned = [(turn, level) for trace, level in zip(traces, wanted, strict=True) for turn in rotations(trace)]
    hits = [np.flatnonzero(np.asarray(turn.chi_square) <= level) for turn, level in turned]
    return None if any(len(hit) == 0 for hit in hits) else int(max(hit[0] for hit in hits)) + 1


def chain_rows(method: str, traces: Sequence[Trace], wanted: Sequence[float]) -> list[Row]:
    """Two rows of an optimiser of independent chains.

    The first runs as many chains as bring every lens to its level; the second stops at the first good chain,
    as if the level were known beforehand.

    Args:
        method: the optimiser.
        traces: its progress with each lens.
        wanted: the level of each lens.
    """
    turned = [turn for trace in traces for turn in rotations(trace)]
    repeated = [level for trace, level in zip(traces, wanted, strict=True) for _ in trace.seconds]
    best = row(f"{method}, until a chain is good", turned, repeated)
    good = [min(trace.chi_square) <= level for trace, level in zip(traces, wanted, strict=True)]
    best = replace(best, reached=sum(good), lenses=len(good), remark=EACH)
    count = chains_needed(traces, wanted)
    if count is None:
        return [best]
    chain = [trace.seconds[-1] / len(trace.seconds) for trace in traces]
    processor = [trace.processor_seconds / len(trace.seconds) for trace in traces]
    words = f"{method}, {count} chains" if count > 1 else f"{method}, one chain"
    compiled = max(trace.compile_seconds for trace in traces)
    n = len(traces)
    return [Row(words, count * _mean(chain), count * _mean(processor), compiled, n, n, EACH), best]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def markdown(results: Mapping[str, Any]) -> str:
    """The table of docs/explanations/fits_measured.md."""
    lines = ["| | s a lens | processor s | reached | compilation, s |", "|---|---|---|---|---|"]
    for row in results["rows"]:
        lines.append(f"| {row['method']} | {_cells(row) if row['seconds'] else row['remark'] + ' | | |'} |")
    lines += ["", "| | times faster | must |", "|---|---|---|"]
    for ratio in results["ratios"]:
        limit = "> " * ratio["lower_limit"]
        lines.append(f"| {ratio['name']} | {limit}{ratio['ratio']:.1f} | {ratio['must']:g} |")
    return "\n".join(lines)


def _cells(row: Mapping[str, Any]) -> str:
    compiled = f"{row['compile_seconds']:.0f} {row['remark']}".strip() if row["compile_seconds"] else "-"
    limit = "> " * (row["reached"] < row["lenses"])
    times = f"{limit}{row['seconds']:.3g} | {row['processor_seconds']:.3g}"
    return f"{times} | {row['reached']} of {row['lenses']} | {compiled}"
