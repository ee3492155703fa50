"""Completeness and purity of known answers."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.examples.lens_finding import Score

# imports torch, which the quick tests do without
pytestmark = pytest.mark.slow


@pytest.mark.long
def test_completeness_purity_and_false_positives() -> None:
    """Of 100 lenses 80 are above even odds, and of 100 others 20."""
    from validation.realism import gap

    log_odds = np.concatenate([np.full(80, 1.0), np.full(20, -3.0), np.full(20, 0.5), np.full(80, -3.0)])
    lensed = np.arange(200) < 100
    found = gap.found("a", "b", 1, Score(log_odds, np.zeros(200), lensed, np.where(lensed, 1.0, 0.0)))
    assert (found.trained, found.tested, found.seed) == ("a", "b", 1)
    assert found.completeness == [0.8, 0.0, 0.0]
    assert found.purity == [pytest.approx(0.8), None, None]
    assert found.purity_on_sky[0] == pytest.approx(0.8 * 0.01 / (0.8 * 0.01 + 0.2 * 0.99))
    # above the 99th percentile of the others are the 80 lenses
    assert found.at_false_positives[0] == 0.8


def test_the_scales_are_those_of_the_zero_points() -> None:
    from validation.realism import gap

    assert gap.scales("lens_or_not") == [1.0, 1.0, 1.0]
    assert gap.scales("realistic_lsst")[0] == pytest.approx(10 ** (-0.4 * (28.51 - 28.4)))
