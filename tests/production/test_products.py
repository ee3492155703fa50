"""What is kept of a configuration in memory."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.files.contents import Chunk, Contents
from jaxlens.production.products import Memory

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
