"""Shards are whole batches, and parts are contiguous ranges of them."""

from __future__ import annotations

import pytest

from jaxlens.production.layout import SHARD_BYTES, Grid, Part, shard_size, shard_suffix


@pytest.mark.parametrize(
    ("systems", "batch", "size"), [(0, 4, 4), (1, 4, 4), (10, 2, 4), (12, 3, 6), (7, 7, 7)]
)
def test_shards_have_every_system_once(systems: int, batch: int, size: int) -> None:
    grid = Grid(systems, batch, size)
    assert [i for start, stop in grid.shards for i in range(start, stop)] == list(range(systems))
    assert all(start % batch == 0 for start, _ in grid.shards)
    assert grid.count == len(grid.shards) >= 1


@pytest.mark.parametrize("parts", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("count", [1, 2, 99, 100, 101])
def test_parts_have_every_shard_once(parts: int, count: int) -> None:
    ranges = [Part(k, parts).of(count) for k in range(parts)]
    assert [number for one in ranges for number in one] == list(range(count))
    assert max(map(len, ranges)) - min(map(len, ranges)) <= 1


def test_folders_of_parts_are_in_order() -> None:
    folders = [Part(k, 12).folder for k in range(12)]
    assert folders == sorted(folders)
    assert folders[3] == "part-03-of-12"


@pytest.mark.parametrize("part", [(4, 4), (-1, 4), (0, 0), (0.5, 4), ("0", 4)])
def test_a_part_that_does_not_exist_is_refused(part: tuple) -> None:
    with pytest.raises(ValueError, match="does not exist; parts are counted from 0: 0/4"):
        Part(*part)


def test_the_size_of_a_shard() -> None:
    assert shard_size(None, 64, 1000, 500, 1) == 512, "a small dataset is one shard"
    assert shard_size(5, 4, 1000, 500, 1) == 8
    assert shard_size(None, 64, 2**20, 10**6, 1) == SHARD_BYTES // 2**20
    assert shard_size(None, 64, 2**30, 10**6, 1) == 64, "a shard has a batch at least"
    assert shard_size(None, 4, 1000, 100, 10) == 12, "each part has a shard"
    assert shard_size(None, 4, 1000, 0, 1) == 4


def test_the_names_of_shards_are_in_order() -> None:
    assert shard_suffix(0, 1) == ""
    names = [shard_suffix(number, 2000) for number in range(0, 2000, 7)]
    assert names == sorted(names)
