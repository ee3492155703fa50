"""What the tests of streams share."""

from __future__ import annotations

import random
import time
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pytest

from jaxlens.sampling.indices import consecutive, index_words
from jaxlens.streams.batches import StreamBatch


class QuickMaker:
    """A BatchMaker whose batches have indices alone, and come after up to a millisecond."""

    def __init__(self, simulators: Any, mixture: Any, seed: int, size: int, *more: Any) -> None:
        self._size = size

    def make(self, threads: Executor, start: int) -> StreamBatch:
        threads.submit(time.sleep, random.random() / 1000).result()
        words = index_words(consecutive(start, self._size))
        nothing = np.zeros(self._size)
        return StreamBatch(nothing, nothing, nothing, nothing, words[:, 0], {}, words[:, 1], nothing)


@pytest.fixture
def quick_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams make no images, where only it matters which batches come."""
    monkeypatch.setattr("jaxlens.streams.base.BatchMaker", QuickMaker)
