"""Functions of a Simulator that are given something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import jaxlens
from jaxlens.simulator.arguments import check_simulator

IMAGE = np.zeros((1, 3, 5, 5))


@pytest.mark.parametrize(
    "call",
    [
        lambda sim: jaxlens.fit(sim, IMAGE),
        lambda sim: jaxlens.fit_population(sim, IMAGE, ["SURVEY.seeing"]),
        lambda sim: jaxlens.with_psf(sim, np.ones((3, 3))),
        check_simulator,
    ],
)
def test_a_file_in_place_of_a_simulator_is_named(call: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError, match=r'^sim is a str; give a Simulator, as jaxlens.Simulator\("galaxy'):
        call("galaxy_galaxy")


@pytest.mark.long
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: jaxlens.fit_lens("galaxy_galaxy", None),
            "observation is a NoneType; give what jaxlens.read",
        ),
        (lambda: jaxlens.fit_lens("galaxy_galaxy", IMAGE), "observation is a ndarray; give what"),
        (lambda: jaxlens.refine_with_pixels(None), "fit is a NoneType; give the LensFit of jaxlens.fit_lens"),
        (lambda: jaxlens.load(None), "folder is a NoneType; give the path of a dataset's folder"),
    ],
)
def test_what_is_given_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize("register", [jaxlens.special, jaxlens.relation])
def test_what_is_no_function_is_not_registered(register: Callable[[str], Any]) -> None:
    with pytest.raises(ValueError, match="own_thing is no function but a int; register a function"):
        register("own_thing")(3)
