"""Programs with more room for haloes, and how many numbers haloes are."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.config.memory import halo_numbers, system_bytes
from jaxlens.engine.haloes import (
    numbers_of_haloes,
    room_for_haloes,
    shapes_of_haloes,
    with_halo_room,
)
from tests.haloes import FIELD, SUBHALOES, halo_document


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(halo_document())


def test_shapes_are_those_of_the_parameters(sim: Simulator) -> None:
    shapes = shapes_of_haloes(sim)
    arrays = {name for one in sim.scene.haloes for name in one.parameters if name != one.number}
    assert set(shapes) == arrays
    planes = sum(sim.scene.field_haloes.planes)
    assert shapes[f"{FIELD}-kappa_sheet"] == (planes,)
    assert {shapes[f"{SUBHALOES}-{name}"] for name in ("x", "y", "mass")} == {(6,)}
    assert numbers_of_haloes(sim) == {SUBHALOES: 6 * 5, FIELD: 8 * 6 + planes}


def test_a_file_without_haloes_has_no_numbers_of_them() -> None:
    plain = Simulator(halo_document(subhaloes=None, field=None))
    assert shapes_of_haloes(plain) == {}
    assert halo_numbers(plain.configuration) == 0


def test_haloes_take_memory(sim: Simulator) -> None:
    plain = Simulator(halo_document(subhaloes=None, field=None))
    more = system_bytes(sim.config, sim.configuration) - system_bytes(plain.config, plain.configuration)
    assert more == 12 * halo_numbers(sim.configuration) > 0


def test_room_is_that_of_drawing_and_imaging(sim: Simulator) -> None:
    wide = with_halo_room(sim, 4)
    for before, after in zip(sim.scene.haloes, wide.scene.haloes, strict=True):
        assert after.bound == 4 * before.bound
    assert wide.scene.field_haloes.window == 4 * sim.scene.field_haloes.window
    assert [one.haloes.bound for one in wide.static_population.haloes] == [24, 32]
    assert wide.scene.parameters == sim.scene.parameters


def test_room_is_the_smallest_power_of_two_that_suffices(sim: Simulator) -> None:
    for most, room in ((6, 1), (7, 2), (12, 2), (25, 8)):
        values = {f"{SUBHALOES}-NUMBER": np.array([most, 0.0]), f"{FIELD}-NUMBER": np.array([0.0, 8.0])}
        assert room_for_haloes(sim.configuration, values) == room
