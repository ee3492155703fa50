"""The model of a quasar: which numbers are free, and what is refused."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from jaxlens.modelling.quasars.problem import checked_positions, quasar_problem
from tests.modelling.quasars.quads import HOST, PIXEL, POSITIONS, simulator, small_problem


@pytest.mark.slow
def test_positions_are_free_about_those_that_were_given() -> None:
    problem = small_problem()
    own = ("QUASAR-IMAGE_1-x", "QUASAR-IMAGE_1-y", "QUASAR-IMAGE_2-x", "QUASAR-IMAGE_2-y")
    assert problem.names[-6:] == (*own, "QUASAR-center_x", "QUASAR-center_y")
    assert "H0" in problem.names
    with jax.enable_x64(True):
        x = problem.constrained(np.zeros(len(problem.names)))
        moved = problem.constrained(np.ones(len(problem.names)))
    np.testing.assert_allclose(x[-6:-2], POSITIONS.ravel())
    np.testing.assert_allclose(moved[-6:-2] - x[-6:-2], PIXEL)


def test_a_quasar_in_its_host_has_no_place_of_its_own() -> None:
    problem = small_problem("lensed", own_center=False)
    assert problem.quasar.center == (f"{HOST}-center_x", f"{HOST}-center_y")
    assert not any(name.startswith("QUASAR-center") for name in problem.names)
    assert problem.quasar.count == 1


@pytest.mark.usefixtures("x64")
def test_what_cannot_be_a_quasar_is_refused() -> None:
    with pytest.raises(ValueError, match="fluxes is 'bright'; give"):
        quasar_problem(simulator(), (), POSITIONS, PIXEL, fluxes="bright")
    with pytest.raises(ValueError, match="PLANE_9 in host is no light profile"):
        quasar_problem(simulator(), (), POSITIONS, PIXEL, host="PLANE_9")


@pytest.mark.parametrize(
    ("positions", "message"),
    [
        ([[0.0, 1.0]], "two images or more"),
        ([[0.0, 1.0, 2.0]] * 2, r"shape \(2, 3\)"),
        ([[0.0, np.nan], [1.0, 1.0]], "not all finite"),
    ],
)
def test_positions_are_two_numbers_for_each_image(positions: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked_positions(positions)
