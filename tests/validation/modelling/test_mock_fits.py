"""Records of fits of mocks: lines of a file that a later run goes on from, and what is judged of them."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from validation.modelling import evidence, mock_fits, mocks
from validation.modelling.lens_mocks import MASS, Mock
from validation.modelling.mock_fits import columns_of, read_records, records

RADIUS, SLOPE = f"{MASS}-theta_E", f"{MASS}-gamma"


def record(seed: int, off: float, model: str = "SIE") -> dict[str, Any]:
    """A fit whose Einstein radius of 1 arcsec is off by some of its standard deviations of 0.01."""
    return {
        "seed": seed,
        "truth": {RADIUS: 1.0, SLOPE: 2.1},
        "values": {RADIUS: 1.0 + 0.01 * off},
        "sigma": {RADIUS: 0.01},
        "model": model,
        "chi_square_per_degree": 1.0,
        "seconds": 1.0,
        "warnings": [],
    }


def make(seed: int) -> Mock:
    """A mock that no fit can have: no pixel of it is a number."""
    nothing = np.full((20, 20), np.nan)
    return Mock(nothing, np.ones((20, 20)), np.ones((1, 1)), 1, {RADIUS: 1.0})


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    file = tmp_path / "mocks.jsonl"
    file.write_text("".join(json.dumps(record(seed, 0.0)) + "\n" for seed in (1, 0)))
    told: list[Any] = []
    found = records(make, range(3), file, options={}, told=told.append)
    assert [each["seed"] for each in found] == [0, 1, 2]
    # the third one was fitted now, and its error is kept
    assert told == [found[2]]
    assert "error" in found[2]
    assert len(read_records(file)) == 3
    assert "mock 2: " in mocks.failures(found)[0]


def test_each_process_has_a_core_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[set[int]] = []
    monkeypatch.setattr(mock_fits.os, "sched_getaffinity", lambda process: {4, 6}, raising=False)
    monkeypatch.setattr(
        mock_fits.os, "sched_setaffinity", lambda process, own: bound.append(own), raising=False
    )
    number = multiprocessing.get_context("spawn").Value("i", 0)
    for _ in range(3):
        mock_fits.on_one_core(number)
    assert bound == [{4}, {6}, {4}]


def test_a_line_that_was_cut_off_is_fitted_again(tmp_path: Path) -> None:
    file = tmp_path / "mocks.jsonl"
    file.write_text(json.dumps(record(0, 0.0)) + '\n{"seed": 1, "tr')
    assert [each["seed"] for each in read_records(file)] == [0]
    file.write_text('{"seed": 1, "tr\n' + json.dumps(record(0, 0.0)) + "\n")
    with pytest.raises(json.JSONDecodeError):
        read_records(file)
    assert read_records(tmp_path / "none.jsonl") == []


def test_a_fit_has_only_the_numbers_of_its_model() -> None:
    kept = [record(0, 1.0), record(1, -1.0)]
    np.testing.assert_allclose(columns_of(kept, "-theta_E")[1], [1.01, 0.99])
    assert columns_of(kept, "-gamma")[0].size == 0
    assert set(mocks.table(kept)) == {"theta_E"}


def test_what_is_missed_is_named() -> None:
    rng = np.random.default_rng(4)
    good = [record(seed, off) for seed, off in enumerate(rng.standard_normal(150) * 0.9)]
    assert mocks.misses(good, mocks.table(good)) == []
    biased = [record(seed, off + 1.0) for seed, off in enumerate(rng.standard_normal(150) * 0.1)]
    texts = "; ".join(mocks.misses(biased, mocks.table(biased)))
    assert "the mean of theta_E is off by +1.0" in texts
    narrow = [record(seed, off) for seed, off in enumerate(rng.standard_normal(150) * 3.0)]
    texts = "; ".join(mocks.misses(narrow, mocks.table(narrow)))
    assert "intervals of theta_E have the truth, not 60 to 76%" in texts
    failed = [record(seed, 20.0 if seed < 6 else 0.5) for seed in range(150)]
    assert "4% of the mocks failed" in "; ".join(mocks.misses(failed, mocks.table(failed)))


def test_a_source_does_not_change_the_name_of_the_mass() -> None:
    kept = [record(0, 0.0, "SIE, shapelets to order 4"), record(1, 0.0, "EPL + shear"), {"seed": 2}]
    assert [evidence.mass_of(each) for each in kept] == ["SIE", "EPL + shear", "failed"]
    assert evidence.share_right(kept) == pytest.approx(1.0 / 3.0)
