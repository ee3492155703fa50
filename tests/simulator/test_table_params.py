"""A row of metadata and the haloes of its system are the recipe of its image."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest

from jaxlens.config.short_names import ShortNames
from jaxlens.files.metadata import columns
from jaxlens.files.system_haloes import KeptHaloes, SystemHaloes
from jaxlens.simulator.table_params import table_params
from tests.files.haloes import FIELD, PLANES, ROOM, SUBHALOES, arrays_of, chunk_of
from tests.files.test_haloes_hdf5 import written

N, START, BANDS = 7, 20, ("g",)
ARRAYS, VALUES = arrays_of(N)
WANTED = {
    name: jax.ShapeDtypeStruct((1, *value.shape[1:]), np.float32) for name, value in (ARRAYS | VALUES).items()
}
NAMES = ShortNames(WANTED)
TABLE = columns({}, BANDS, VALUES, START)
HALOES = SystemHaloes(KeptHaloes(chunk_of(N).haloes), START + np.arange(N))


def test_haloes_are_those_of_the_rows() -> None:
    rows = np.array([4, 0, 0, 6])
    table = {name: column[rows] for name, column in TABLE.items()}
    found = table_params(table, HALOES, WANTED, BANDS, NAMES)
    assert found.keys() == WANTED.keys()
    for name, value in (ARRAYS | VALUES).items():
        np.testing.assert_array_equal(found[name], value[rows], err_msg=name)


def test_haloes_are_read_beside_a_table(tmp_path: Path) -> None:
    import pandas as pd

    path = tmp_path / "CONFIGURATION_1_metadata.csv"
    pd.DataFrame(TABLE).to_csv(path, index=False)
    written(tmp_path / "CONFIGURATION_1_haloes.h5", chunk_of(N, START))
    for haloes in (None, tmp_path / "CONFIGURATION_1_haloes.h5"):
        found = table_params(path, haloes, WANTED, BANDS, NAMES)
        np.testing.assert_array_equal(found[f"{FIELD}-mass"], ARRAYS[f"{FIELD}-mass"])


def test_haloes_that_are_missing_are_asked_for() -> None:
    with pytest.raises(ValueError, match=r"not in the table; give haloes=dataset.haloes\(\)"):
        table_params(TABLE, None, WANTED, BANDS, NAMES)
    other = {name: column + (3 if name == "OBJID-g" else 0) for name, column in TABLE.items()}
    with pytest.raises(ValueError, match="system 27 has no haloes there"):
        table_params(other, HALOES, WANTED, BANDS, NAMES)
    without = {name: column for name, column in TABLE.items() if name != "OBJID-g"}
    with pytest.raises(ValueError, match="lacks OBJID-g, which tells which haloes"):
        table_params(without, HALOES, WANTED, BANDS, NAMES)


def test_haloes_of_another_configuration_are_refused() -> None:
    more = WANTED | {f"{FIELD}-concentration": WANTED[f"{FIELD}-mass"]}
    with pytest.raises(ValueError, match=f"the haloes have no {FIELD}-concentration"):
        table_params(TABLE, HALOES, more, BANDS, NAMES)
    planes = WANTED | {f"{FIELD}-kappa_sheet": jax.ShapeDtypeStruct((1, PLANES + 1), np.float32)}
    with pytest.raises(ValueError, match="has 4 planes of haloes, and the file 5"):
        table_params(TABLE, HALOES, planes, BANDS, NAMES)


def test_there_is_room_for_more_than_the_file_has() -> None:
    narrow = WANTED | {f"{SUBHALOES}-mass": jax.ShapeDtypeStruct((1, ROOM // 4), np.float32)}
    found = table_params(TABLE, HALOES, narrow, BANDS, NAMES)
    assert found[f"{SUBHALOES}-mass"].shape[1] in (ROOM // 4 * 2, ROOM // 4 * 4)
