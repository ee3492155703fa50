"""Short names in the arguments of a fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.distributions import Normal
from jaxlens.fitting.full_names import full_names, full_start

MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"


@pytest.fixture
def sim(small_lens: dict[str, Any]) -> Simulator:
    return Simulator(small_lens)


def test_free_fixed_and_tie_get_full_names(sim: Simulator) -> None:
    found = full_names(sim, ["theta_E"], {"seeing": 0.7}, {"LENS.MASS_PROFILE_1.e1": "SOURCE.e1"})
    assert found.free == (f"{MASS}-theta_E",)
    assert found.fixed == {"seeing": 0.7}
    assert found.tie == {f"{MASS}-e1": "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-e1"}
    prior = Normal(1.0, 0.1)
    assert full_names(sim, {"LENS.theta_E": prior}, None).free == {f"{MASS}-theta_E": prior}
    # what has another form is refused by the fit itself
    assert full_names(sim, "theta_E", 3.0, None) == ("theta_E", 3.0, None)
    assert full_names(sim, None, None) == (None, None, None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["e1"], None, None), "e1 in free may mean PLANE_1-OBJECT_1-"),
        ((None, {"sedeing": 0.7}, None), r"sedeing in fixed is no parameter; did you mean seeing\?"),
        ((None, None, {"theta_E": "theta_F"}), rf"theta_F in tie is .* did you mean {MASS}-theta_E\?"),
        ((None, {"theta_E": 1.0, "LENS.theta_E": 1.0}, None), "of fixed are both"),
    ],
)
def test_the_argument_with_a_wrong_name_is_named(sim: Simulator, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        full_names(sim, *arguments)


def test_a_start_may_have_parameters_of_another_file_but_no_misspelt_ones(sim: Simulator) -> None:
    other = "PLANE_1-OBJECT_7-MASS_PROFILE_2-a4_a"
    start = {"theta_E": 1.2, "seeing-g": 0.7, other: np.ones(3), "read_noise_of_another": 4.0}
    assert full_start(sim, start) == {
        f"{MASS}-theta_E": 1.2,
        "seeing-g": 0.7,
        other: start[other],
        "read_noise_of_another": 4.0,
    }
    with pytest.raises(ValueError, match=r"sedeing in start_from is no parameter; did you mean seeing"):
        full_start(sim, {"sedeing": 0.7})
    with pytest.raises(ValueError, match="e1 in start_from may mean"):
        full_start(sim, {"e1": 0.1})
    assert full_start(sim, None) is None
