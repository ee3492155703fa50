"""Where a stream stands: the index of its next batch, and which systems are its own.

A stream has the batches that begin at index, index + step, ... and end at or below `stop`.  `share` divides
them among processes that are known beforehand.  `spawn` gives away batches that the stream does not make
itself, as often as it is asked: from then on the stream keeps the first half of what it has left, and the
copies number 1, 2-3, 4-7, ... get a quarter, an eighth, a sixteenth, ... of it in equal parts.  A copy can
spawn in its turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from jaxlens.sampling.indices import INDEX_LIMIT


@dataclass
class Position:
    """The place of a stream.

    Attributes:
        index: the index of the first system of the next batch.
        step: from the first system of a batch to that of the next.
        batch_size: systems a batch.
        stop: the last batch ends at or below this index.
        shared: the index of the first batch that spawned copies have; None where there is no copy.
        spawned: how many copies there are.
        lowest: the lowest index of the stream that this one is a share or a copy of, or of its own.
        highest: where that stream ends.
    """

    index: int
    step: int
    batch_size: int
    stop: int
    shared: int | None = None
    spawned: int = 0
    lowest: int = 0
    highest: int = INDEX_LIMIT

    @property
    def limit(self) -> int:
        """Where the systems of this stream itself end."""
        return self.stop if self.shared is None else self.shared

    def starts(self) -> range:
        """The index of the first system of each batch to come."""
        return range(self.index, self.limit - self.batch_size + 1, self.step)

    def check(self) -> None:
        """ValueError where there is no batch left."""
        if not self.starts():
            raise ValueError(
                f"the systems of this stream end at index {self.limit}; begin another with a smaller `start` "
                "or another seed"
            )

    def share(self, part: int, parts: int) -> Position:
        """The batches part, part + parts, ... of what this stream itself has left.

        Raises:
            ValueError: if `part` is not from 0 to parts - 1.
        """
        if not 0 <= part < parts:
            raise ValueError(f"part is {part}; it must be from 0 to {parts - 1}, one less than the parts")
        first = self.index + part * self.step
        return self._apart(first, self.step * parts, self.limit)

    def spawn(self) -> Position:
        """The batches of the next copy, which nothing else has.

        Raises:
            ValueError: if there are none left.
        """
        if self.shared is None:
            self.shared = self.index + -(-len(self.starts()) // 2) * self.step
        left = len(range(self.shared, self.stop - self.batch_size + 1, self.step))
        # copies number 2^level to 2^(level+1) - 1 have as many batches each
        number = self.spawned + 1
        level = number.bit_length() - 1
        count = left >> (2 * level + 1)
        if not count:
            raise ValueError("the stream has no systems left for another copy of it")
        first = left - (left >> level) + (number - 2**level) * count
        self.spawned = number
        begin = self.shared + first * self.step
        return self._apart(begin, self.step, begin + (count - 1) * self.step + self.batch_size)

    def _apart(self, index: int, step: int, stop: int) -> Position:
        """The place of a stream that has a part of these systems, and no copies."""
        return replace(self, index=index, step=step, stop=stop, shared=None, spawned=0)

    def state(self) -> dict[str, Any]:
        """The position as plain numbers."""
        return asdict(self)

    def moved(self, state: Mapping[str, Any]) -> Position:
        """The position of `state`, whose step and batch size are these."""
        return replace(self, **{name: state[name] for name in asdict(self)})
