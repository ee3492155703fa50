"""The thinned selection of every comparison is within its tolerances, in both precisions."""

from __future__ import annotations

import importlib
from functools import partial

import jax
import numpy as np
import pytest

from validation.agreement.registered import comparison
from validation.agreement.topics import TOPICS

# Topics that compile in a few seconds.
QUICK = ("amplitudes", "cosmology")
# Topics with tests of their own: test_families.py, test_searches.py, tests/truth/test_catalog_check.py, and
# in tests/extras.
ELSEWHERE = ("families", "searches", "exchange", "catalogs", "coolest", "products")
# The mass profiles compared at usual parameters; tests/kernels/test_registry_profiles.py compares all.
SOME_MASSES = ("SIE", "NFW", "SHEAR")

# The other topics take long; in float32 they are compared by `python -m validation --quick` alone.
CASES = [
    *[pytest.param(topic, True, id=f"{topic}-float64") for topic in QUICK],
    *[pytest.param(topic, False, id=f"{topic}-float32") for topic in QUICK],
    *[
        pytest.param(topic, True, id=f"{topic}-float64", marks=pytest.mark.long)
        for topic in TOPICS
        if topic not in (*QUICK, *ELSEWHERE)
    ],
]


@pytest.mark.slow
@pytest.mark.parametrize(("topic", "x64"), CASES)
def test_every_row_is_within_its_tolerance(topic: str, x64: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if topic == "mass":
        monkeypatch.setattr(comparison, "rows", partial(comparison.rows, names=SOME_MASSES))
    check = importlib.import_module(f"validation.agreement.checks.{topic}").check
    with jax.enable_x64(x64):
        findings = check(True)
    assert any(row.tolerance is not None for row in findings.rows)
    missed = [(row.name, row.maximum, row.tolerance) for row in findings.rows if not row.passed]
    assert not missed
    assert len({row.name for row in findings.rows}) == len(findings.rows)
    for picture in findings.pictures:
        assert picture.ours.shape == picture.theirs.shape
        assert np.isfinite(picture.ours).all()
        assert np.all(picture.noise > 0)
