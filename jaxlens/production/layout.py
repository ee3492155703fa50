"""How the systems of a dataset are divided into shards, and the shards into parts for several jobs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from numbers import Integral

# Bytes of a shard's arrays where no number of systems is asked for: enough to write and to read at full
# speed, and few enough to lose little where a job is killed.
SHARD_BYTES = 2**28
# The name of a part's folder in the OUTDIR of the whole dataset.
PART_FOLDER = re.compile(r"part-(\d+)-of-(\d+)")


@dataclass(frozen=True)
class Part:
    """One of several jobs that make a dataset together.

    Attributes:
        number: which, counted from 0.
        parts: how many there are.

    Raises:
        ValueError: if `number` is not from 0 to parts - 1.

    >>> Part(3, 4).folder
    'part-3-of-4'
    """

    number: int
    parts: int

    def __post_init__(self) -> None:
        whole = isinstance(self.number, Integral) and isinstance(self.parts, Integral)
        if not (whole and 0 <= self.number < self.parts):
            last = f"0/{self.parts} to {self.parts - 1}/{self.parts}" if whole and self.parts > 0 else "0/4"
            raise ValueError(
                f"part {self.number}/{self.parts} does not exist; parts are counted from 0: {last}"
            )

    @property
    def folder(self) -> str:
        """The name of the folder in which this part is written, in the OUTDIR of the whole dataset."""
        width = len(str(self.parts - 1))
        return f"part-{self.number:0{width}d}-of-{self.parts}"

    def of(self, count: int) -> range:
        """Which of `count` shards belong to this part: a contiguous range.

        >>> [list(Part(k, 3).of(5)) for k in range(3)]
        [[0], [1, 2], [3, 4]]
        """
        return range(self.number * count // self.parts, (self.number + 1) * count // self.parts)


@dataclass(frozen=True)
class Grid:
    """How the systems of one configuration are divided.

    Attributes:
        systems: the number of systems.
        batch_size: systems that are made at a time; batches begin at its multiples.
        shard_size: systems of a shard, a multiple of `batch_size`; the last shard may be smaller.

    >>> Grid(systems=10, batch_size=2, shard_size=4).shards
    [(0, 4), (4, 8), (8, 10)]
    """

    systems: int
    batch_size: int
    shard_size: int

    @property
    def count(self) -> int:
        """The number of shards; one where there are no systems."""
        return max(1, -(-self.systems // self.shard_size))

    @property
    def shards(self) -> list[tuple[int, int]]:
        """The first system of each shard, and the one after its last."""
        return [self.range(number) for number in range(self.count)]

    def range(self, number: int) -> tuple[int, int]:
        """The first system of a shard, and the one after its last."""
        start = number * self.shard_size
        return start, min(start + self.shard_size, self.systems)


def shard_size(asked: int | None, batch_size: int, bytes_of_system: int, systems: int, parts: int) -> int:
    """The number of systems of a shard, a multiple of the batch size.

    Args:
        asked: how many systems are asked for; None for as many as `SHARD_BYTES` hold.
        batch_size: systems that are made at a time.
        bytes_of_system: the bytes of the arrays and the metadata of a system.
        systems: the number of systems of the configuration.
        parts: the number of jobs that make the dataset together; each gets a shard, where there are enough.

    Returns:
        `asked` rounded up to a multiple of the batch size, or the default.
    """
    if asked is None:
        asked = max(1, min(SHARD_BYTES // max(1, bytes_of_system), -(-systems // parts)))
        if parts == 1 and asked >= systems:
            asked = max(1, systems)
    return -(-asked // batch_size) * batch_size


def shard_suffix(number: int, count: int) -> str:
    """What the names of a shard's files have after the name of the content: nothing for an only shard.

    >>> shard_suffix(3, 100), shard_suffix(0, 1)
    ('-00003-of-00100', '')
    """
    return "" if count == 1 else f"-{number:05d}-of-{count:05d}"
