"""The share of drawn systems that SELECT keeps."""

from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator

MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"


def test_all_are_kept_without_a_selection(small_lens: dict[str, Any]) -> None:
    found = Simulator(small_lens).acceptance(n=10)
    assert (found.share, found.draws, found.rejected, found.strictest) == (1.0, 10, {}, "")
    with pytest.raises(ValueError, match="n is 0; give at least one draw"):
        Simulator(small_lens).acceptance(n=0)


@pytest.mark.long
def test_the_share_is_that_of_the_draws_that_meet_all_criteria(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    """Criteria that need images are tested on what has met the others."""
    every = Simulator(small_lens).sample(key, 200)
    select = {"theta_E_min": 0.9, f"{MASS}-theta_E_max": 1.1, "snr_min": 200}
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["SELECT"] = select
    found = Simulator(small_lens).acceptance(key, 200)
    theta_E = np.asarray(every[f"{MASS}-theta_E"])
    near = (theta_E >= 0.9) & (theta_E <= 1.1)
    first, second, third = found.rejected.values()
    assert list(found.rejected) == ["theta_E_min: 0.9", f"{MASS}-theta_E_max: 1.1", "snr_min: 200"]
    assert (first.tested, second.tested, third.tested) == (200, 200, near.sum())
    np.testing.assert_allclose(first.share, np.mean(theta_E < 0.9))
    np.testing.assert_allclose(second.share, np.mean(theta_E > 1.1))
    np.testing.assert_allclose(found.share, near.mean() * (1 - third.share))
