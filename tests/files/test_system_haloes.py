"""The haloes of a dataset by system, and as parameters of a Simulator."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.files.system_haloes import KeptHaloes, SystemHaloes
from tests.files.haloes import FIELD, SUBHALOES, arrays_of, chunk_of

N, START = 9, 20


@pytest.fixture
def haloes() -> SystemHaloes:
    """Those of systems 20 to 28."""
    return SystemHaloes(KeptHaloes(chunk_of(N).haloes), START + np.arange(N))


def test_haloes_of_a_system_are_arrays_by_name(haloes: SystemHaloes) -> None:
    arrays, values = arrays_of(N)
    found = haloes.of(np.int64(4))
    assert set(found) == {SUBHALOES, FIELD}
    number = int(values[f"{FIELD}-NUMBER"][4])
    np.testing.assert_array_equal(found[FIELD]["mass"], arrays[f"{FIELD}-mass"][4, :number])
    np.testing.assert_array_equal(haloes.of(-1)[FIELD]["x"], haloes.of(N - 1)[FIELD]["x"])
    with pytest.raises(IndexError, match="system 9 is not there; there are 9"):
        haloes.of(N)


def test_haloes_of_all_systems_are_ragged(haloes: SystemHaloes) -> None:
    assert dict(haloes).keys() == {SUBHALOES, FIELD}
    assert haloes[FIELD].offsets.shape == (N + 1,)
    assert haloes[FIELD].arrays["mass"].shape == (haloes[FIELD].offsets[-1],)
    with pytest.raises(KeyError, match="no haloes of LINE; there are"):
        haloes["LINE"]


def test_parameters_are_those_of_the_program(haloes: SystemHaloes) -> None:
    arrays, values = arrays_of(N)
    indices = np.array([23, 20, 21, 28])
    found = haloes.params(indices, {SUBHALOES: 60, FIELD: 60})
    assert set(found) == {*arrays, f"{FIELD}-NUMBER", f"{SUBHALOES}-NUMBER"}
    for name, array in (arrays | values).items():
        if name in found:
            np.testing.assert_array_equal(found[name], array[indices - START], err_msg=name)


def test_there_is_room_for_the_most(haloes: SystemHaloes) -> None:
    most = haloes[FIELD].numbers.max()
    assert haloes.params()[f"{FIELD}-mass"].shape == (N, most)
    room = most // 3
    assert haloes.params(room={FIELD: room})[f"{FIELD}-mass"].shape == (N, 4 * room)


def test_systems_that_are_not_there_are_named(haloes: SystemHaloes) -> None:
    with pytest.raises(ValueError, match="system 29 has no haloes there"):
        haloes.params([21, 29])
    with pytest.raises(ValueError, match="no haloes of LINE; there are PLANE_1"):
        haloes.params(room={"LINE": 3})
    assert haloes.params([])[f"{FIELD}-mass"].shape == (0, 0)
