"""What the validation of H0 takes for a miss, and its mocks as far as they need no lenstronomy."""

from __future__ import annotations

import numpy as np

from validation.modelling.quad_mocks import FIT_FACTOR, MADE_FACTOR, configuration, moffat_kernel
from validation.modelling.quads import misses


def test_a_width_and_a_pull_are_missed_in_words() -> None:
    rng = np.random.default_rng(0)
    good = rng.standard_normal(400)
    good /= good.std()
    assert misses(good) == []
    assert misses(1.5 * good)[0].startswith("the pulls of H0 have width 1.50")
    assert misses(np.append(good, 4.5)) == ["a pull of H0 is 4.5, over 4"]
    assert len(misses(np.append(good, np.nan))) == 2


def test_the_psf_is_the_same_on_both_grids() -> None:
    made, fitted = moffat_kernel(MADE_FACTOR), moffat_kernel(FIT_FACTOR)
    share = MADE_FACTOR // FIT_FACTOR
    middle, reach = len(made) // 2, share * 6 + share // 2
    inner = made[middle - reach : middle + reach + 1, middle - reach : middle + reach + 1]
    side = len(inner) // share
    joined = inner.reshape(side, share, side, share).sum((1, 3))
    half = len(fitted) // 2
    same = fitted[half - side // 2 : half + side // 2 + 1, half - side // 2 : half + side // 2 + 1]
    np.testing.assert_allclose(joined / joined.sum(), same / same.sum(), rtol=2e-3)


def test_the_file_is_valid() -> None:
    from jaxlens import load_config

    assert load_config(configuration()).cosmology[0][0] == "H0"
