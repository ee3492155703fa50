"""What is kept of a configuration in memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.lots import pieces
from jaxlens.production.products import Memory
from tests.files.haloes import FIELD
from tests.files.haloes import chunk_of as halo_chunk
from tests.files.haloes import contents_of as halo_contents

CONTENTS = Contents("CONFIGURATION_1", "Demo", ("g",), num_pix=2, count=6, fixed={"numPix": 2})


def chunk(start: int, count: int) -> Chunk:
    images = np.arange(start, start + count, dtype=np.float32)[:, None, None, None] * np.ones((1, 1, 2, 2))
    return Chunk(start, {"H0": np.arange(start, start + count) + 70.0}, {"images": images})


@pytest.mark.parametrize(("limit", "kept"), [(None, 6), (5, 5), (3, 3), (0, 0), (9, 6)])
def test_the_first_systems_are_kept(limit: int | None, kept: int) -> None:
    memory = Memory(CONTENTS, limit)
    for start in (0, 4):
        memory.append(chunk(start, min(4, 6 - start)))
    found = memory.kept()
    assert found.arrays["images"][:, 0, 0, 0].tolist() == list(range(kept))
    assert found.metadata["H0-g"].tolist() == [70.0 + k for k in range(kept)]
    assert found.rows("images") is found.arrays["images"]
    assert found.num_epochs is None
    assert found.mjd is None


@pytest.mark.parametrize("limit", [None, 5, 0])
def test_haloes_of_the_first_systems_are_kept(limit: int | None) -> None:
    whole = halo_chunk(6)
    memory = Memory(replace(halo_contents(6), arrays=()), limit)
    for piece in pieces(whole, 0, 4):
        memory.append(piece)
    found = memory.kept()
    kept = 6 if limit is None else limit
    assert found.haloes is not None
    assert found.haloes.count == kept
    for i in range(kept):
        own = whole.haloes[FIELD].of(i)
        assert all(np.array_equal(found.haloes.of(i)[FIELD][name], array) for name, array in own.items())
    assert not any("mass" in column for column in found.metadata)
