"""Fits of systems with copies: NUMBER is fixed, and what is not shown is not fitted."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.fitting.free_parameters import free_parameters
from jaxlens.fitting.hidden_copies import hidden_copies

NUMBER = "PLANE_1-OBJECT_2-NUMBER"
COUNT = {"DISTRIBUTION": {"NAME": "uniform_int", "PARAMETERS": {"minimum": 0, "maximum": 3}}}


@pytest.fixture
def sim(small_lens: dict[str, Any]) -> Simulator:
    """A lens with up to three copies of its source beside it."""
    copies = {"NAME": "SOURCE", "NUMBER": COUNT, "POSITION": {"within": 2}}
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["OBJECT_2"] = copies
    return Simulator(small_lens)


def test_copies_beyond_the_largest_number_are_hidden(sim: Simulator) -> None:
    found = [hidden_copies(sim.scene, {NUMBER: np.array(numbers)}) for numbers in ([0.0, 2.0], [3.0])]
    assert found == [("PLANE_1-OBJECT_2_3-",), ()]


@pytest.mark.long
def test_NUMBER_is_fixed_and_hidden_copies_are_not_free(sim: Simulator) -> None:
    """The places of those that are shown are free, with their priors; a hidden one may be named."""
    drawn = sim.sample(jax.random.key(1), 1)
    with pytest.raises(ValueError, match=f"{NUMBER} takes separate values in the file and is not free"):
        free_parameters(sim, drawn, 1)
    found = free_parameters(sim, drawn, 1, fixed={NUMBER: 1})
    free = {name for name, _ in found.places}
    assert {"PLANE_1-OBJECT_2_1-sep", "PLANE_1-OBJECT_2_1-angle"} <= free
    assert not any(name.startswith(("PLANE_1-OBJECT_2_2-", "PLANE_1-OBJECT_2_3-")) for name in free)
    assert set(found.params) == set(sim.parameter_names)
    named = free_parameters(sim, drawn, 1, free=[*free, "PLANE_1-OBJECT_2_3-sep"], fixed={NUMBER: 1})
    assert "PLANE_1-OBJECT_2_3-sep" in {name for name, _ in named.places}
