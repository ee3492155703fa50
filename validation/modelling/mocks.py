"""Einstein radii of mocks and their errors: `python -m validation.modelling mocks [--count 150]`.

lenstronomy makes lenses like those of SLACS (`lens_mocks`): correlated numbers, sources with arms and
knots, the true noise, and a PSF that is given slightly too wide and round.  `jaxlens.fit_lens` fits each as
a real lens.  Einstein radii must have no bias over 0.5%, and 60% to 76% of the truths must lie within
the quoted standard deviations.  Exits with 1 where one of these is missed.  A run that was stopped goes on
where it was.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from validation.modelling.lens_mocks import Mock, drawn, made_mock
from validation.modelling.mock_fits import Record, columns_of, records
from validation.modelling.mock_statistics import Pulls, pulls_of

COUNT = 150
FOLDER = Path(__file__).parents[1] / "report" / "lens_mocks"
# The largest bias of Einstein radii as a share, and the range of the coverage.
BIAS, COVERAGE = 0.005, (0.60, 0.76)
# The largest share of mocks that may fail: an error, or a radius that is off by more than `WRONG`.
FAILURES, WRONG = 0.02, 0.05
# The numbers that are reported, by the ends of their names; the first is judged.
NUMBERS = ("-theta_E", "-gamma", "-gamma1", "-gamma2", "-e1", "-e2")


def make(seed: int) -> Mock:
    """The mock of a seed."""
    rng = np.random.default_rng([5, seed])
    return made_mock(drawn(rng), rng)


def table(kept: Sequence[Record]) -> dict[str, Pulls]:
    """Bias and coverage of each number that two fits have.

    Args:
        kept: the records.
    """
    found = {}
    for ending in NUMBERS:
        columns = columns_of(kept, ending)
        if columns[0].size > 1:
            found[ending[1:]] = pulls_of(*columns, relative=ending == NUMBERS[0])
    return found


def failures(kept: Sequence[Record]) -> list[str]:
    """The mocks that failed, each in words.

    Args:
        kept: the records.
    """
    found = []
    for record in kept:
        if "error" in record:
            found.append(f"mock {record['seed']}: {record['error']}")
            continue
        truth, fit, _ = (float(column[0]) for column in columns_of([record], NUMBERS[0]))
        if not abs(fit / truth - 1.0) <= WRONG:
            found.append(f"mock {record['seed']}: theta_E is {fit:.4f}, and {truth:.4f} in truth")
    return found


def misses(kept: Sequence[Record], found: dict[str, Pulls]) -> list[str]:
    """The criteria that are missed, in words.

    Args:
        kept: the records.
        found: their statistics.
    """
    radius, texts = found["theta_E"], []
    for name, value in (("mean", radius.mean), ("median", radius.median)):
        if not abs(value) <= BIAS:
            texts.append(f"the {name} of theta_E is off by {100 * value:+.2f}%, over {100 * BIAS:g}%")
    if not COVERAGE[0] <= radius.coverage <= COVERAGE[1]:
        texts.append(
            f"{100 * radius.coverage:.0f}% of the 68% intervals of theta_E have the truth, "
            f"not {100 * COVERAGE[0]:.0f} to {100 * COVERAGE[1]:.0f}%"
        )
    failed = len(failures(kept)) / len(kept)
    if not failed <= FAILURES:
        texts.append(f"{100 * failed:.0f}% of the mocks failed, over {100 * FAILURES:g}%")
    return texts


def line_of(record: Record) -> str:
    """One mock in a line.

    Args:
        record: of its fit.
    """
    if "error" in record:
        return f"{record['seed']:4d} failed: {record['error']}"
    truth, fit, sigma = (float(column[0]) for column in columns_of([record], NUMBERS[0]))
    return (
        f"{record['seed']:4d} {truth:8.4f} {fit:8.4f} +- {sigma:.4f} {100 * (fit / truth - 1):+6.2f}% "
        f"{(fit - truth) / sigma:+6.2f} {record['chi_square_per_degree']:6.3f} {record['seconds']:7.1f}  "
        f"{record['model']}{'; ' if record['warnings'] else ''}{'; '.join(record['warnings'])}"
    )


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m validation.modelling mocks", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--count", type=int, default=COUNT, help=f"how many mocks ({COUNT})")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first one (0)")
    parser.add_argument("--processes", type=int, default=1, help="fits at the same time (1)")
    parser.add_argument("--starts", type=int, default=32, help="descents of the search (32)")
    parser.add_argument("--draws", type=int, default=400, help="draws of the search (400)")
    parser.add_argument("--fresh", action="store_true", help="forget the fits that the folder has")
    parser.add_argument(
        "--out", type=Path, default=FOLDER, help="folder of results (validation/report/lens_mocks)"
    )
    return parser.parse_args(given)


def main(arguments: list[str] | None = None) -> int:
    """Make, fit and print; 0 if all criteria are met, else 1."""
    options = _arguments(arguments)
    file = options.out / "mocks.jsonl"
    if options.fresh:
        file.unlink(missing_ok=True)
    print("seed    truth      fit             off    pull   chi2 seconds  model", flush=True)
    settings: dict[str, Any] = {"starts": options.starts, "draws": options.draws}
    kept = records(
        make,
        range(options.first, options.first + options.count),
        file,
        options=settings,
        processes=options.processes,
        told=lambda record: print(line_of(record), flush=True),
    )
    found = table(kept)
    print(f"\n{len(kept)} mocks; theta_E in shares of the truth")
    print(f"{'':>8}" + "".join(f"{name:>16}" for name in Pulls._fields))
    for name, pulls in found.items():
        print(f"{name:>8}" + "".join(f"{value:16.4g}" for value in pulls))
    print(*failures(kept), sep="\n")
    missed = misses(kept, found)
    result = {"count": len(kept), "missed": missed, "numbers": {k: v._asdict() for k, v in found.items()}}
    (options.out / "mocks.json").write_text(json.dumps(result, indent=1))
    print("\n".join(missed) or "All criteria are met.")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
