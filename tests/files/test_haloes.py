"""Ragged arrays of haloes are the padded ones of a program, without what is no halo."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.files.haloes import joined, ragged_haloes
from tests.files.haloes import FIELD, PLANES, ROOM, SUBHALOES, arrays_of


def test_padded_arrays_come_back() -> None:
    arrays, values = arrays_of(20)
    found = ragged_haloes(arrays, values)
    for prefix in (SUBHALOES, FIELD):
        np.testing.assert_array_equal(found[prefix].numbers, values[f"{prefix}-NUMBER"])
        for name, array in found[prefix].padded(ROOM).items():
            if (prefix, name) != (SUBHALOES, "z"):
                np.testing.assert_array_equal(array, arrays[f"{prefix}-{name}"], err_msg=name)
    assert found[FIELD].padded(2 * ROOM)["mass"].shape == (20, 2 * ROOM)
    assert list(found[FIELD].arrays) == ["x", "y", "z", "mass"]


def test_subhaloes_have_the_redshift_of_their_plane() -> None:
    arrays, values = arrays_of(5)
    found = ragged_haloes(arrays, values)[SUBHALOES]
    for i in range(5):
        assert set(found.of(i)["z"]) <= {values["PLANE_1-OBJECT_1-REDSHIFT"][i]}
        assert len(found.of(i)["z"]) == values[f"{SUBHALOES}-NUMBER"][i]


def test_parts_joined_are_the_whole() -> None:
    whole = ragged_haloes(*arrays_of(9))[FIELD]
    parts = joined([whole.part(0, 4), whole.part(4, 4), whole.part(4, 100)])
    np.testing.assert_array_equal(parts.offsets, whole.offsets)
    for i in (0, 3, 4, 8):
        for name, array in whole.of(i).items():
            np.testing.assert_array_equal(parts.of(i)[name], array)
    np.testing.assert_array_equal(whole.chosen([5, 2, 5]).numbers, whole.numbers[[5, 2, 5]])
    assert whole.of(3)["kappa_sheet"].shape == (PLANES,)
    assert whole.part(5, 3).count == 0


def test_more_haloes_than_there_is_room_for_are_refused() -> None:
    arrays, values = arrays_of(3)
    values[f"{FIELD}-NUMBER"][1] = ROOM + 1
    with pytest.raises(ValueError, match="LINE_OF_SIGHT of a system has 61 haloes, and there is room for 60"):
        ragged_haloes(arrays, values)
    lists = ragged_haloes(*arrays_of(3))[FIELD]
    with pytest.raises(ValueError, match="there is room for 1"):
        lists.padded(1)
