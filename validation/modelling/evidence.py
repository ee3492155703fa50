"""The choice of the mass by evidence: `python -m validation.modelling evidence [--count 20]`.

lenstronomy makes lenses whose mass is an SIE, a power law of slope 2.2 or 1.8, an SIE with a shear of 0.07,
or a power law with shear, in turn.  Everything else is as `mocks` has it, with an exponential disc as the
source, the true PSF and longer exposures.  `jaxlens.fit_lens` must rank the true model of the mass first in 9
of 10.  Exits with 1 where it does not.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from validation.modelling.lens_mocks import Mock, drawn, made_mock
from validation.modelling.mock_fits import Record, records
from validation.modelling.mocks import line_of

COUNT = 20
FOLDER = Path(__file__).parents[1] / "report" / "lens_evidence"
# The models in their turn, as `jaxlens.fit_lens` calls them, and the size of the shear.
MODELS, STRENGTH = ("SIE", "EPL", "SIE + shear", "EPL + shear"), 0.07
SLOPES = (2.2, 1.8)
# The share of mocks whose true model must be first, and the factor on the exposure.
SHARE, DEPTH = 0.9, 4.0


def model_of(seed: int) -> str:
    """The true model of a seed."""
    return MODELS[seed % len(MODELS)]


def make(seed: int) -> Mock:
    """The mock of a seed."""
    rng, label = np.random.default_rng([6, seed]), model_of(seed)
    numbers = drawn(rng)
    slope, angle = SLOPES[seed // len(MODELS) % 2], rng.uniform(0.0, 2.0 * np.pi)
    numbers["mass"]["gamma"] = slope if "EPL" in label else 2.0
    strength = STRENGTH if "shear" in label else 0.0
    numbers["shear"] = {"gamma1": strength * np.cos(angle), "gamma2": strength * np.sin(angle)}
    del numbers["source"]["galaxy"]
    numbers["source"] |= dict(zip(("e1", "e2"), (0.12 * rng.standard_normal(2)).tolist(), strict=True))
    numbers["depth"] = DEPTH
    return made_mock(numbers, rng, wrong=False)


def mass_of(record: Record) -> str:
    """The model of the mass that a fit has chosen, without its source.

    Args:
        record: of the fit.
    """
    return str(record.get("model", "failed")).split(",")[0]


def main(arguments: list[str] | None = None) -> int:
    """Make, fit and print; 0 if the true model is first often enough, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.modelling evidence", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--count", type=int, default=COUNT, help=f"how many mocks ({COUNT})")
    parser.add_argument("--processes", type=int, default=1, help="fits at the same time (1)")
    parser.add_argument("--fresh", action="store_true", help="forget the fits that the folder has")
    parser.add_argument(
        "--out", type=Path, default=FOLDER, help="folder of results (validation/report/lens_evidence)"
    )
    options = parser.parse_args(arguments)
    file = options.out / "evidence.jsonl"
    if options.fresh:
        file.unlink(missing_ok=True)
    kept = records(make, range(options.count), file, options={}, processes=options.processes, told=_tell)
    right = share_right(kept)
    chosen = Counter((model_of(record["seed"]), mass_of(record)) for record in kept)
    print("\ntrue model   chosen   mocks")
    for (true, own), count in sorted(chosen.items()):
        print(f"{true:>12} {own:>12} {count:4d}")
    (options.out / "evidence.json").write_text(json.dumps({"count": len(kept), "right": right}, indent=1))
    print(f"{100 * right:.0f}% have the true model first (at least {100 * SHARE:.0f}%)")
    return int(right < SHARE)


def share_right(kept: Sequence[Record]) -> float:
    """The share of mocks whose true model was chosen.

    Args:
        kept: the records.
    """
    return float(np.mean([mass_of(record) == model_of(record["seed"]) for record in kept]))


def _tell(record: Record) -> None:
    print(f"{model_of(record['seed']):>12}: {line_of(record)}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
