"""The batches of a stream, of its shares and of its spawned copies: each batch is one's alone."""

from __future__ import annotations

import pytest

from jaxlens.sampling.indices import INDEX_LIMIT
from jaxlens.streams.position import Position


def systems(place: Position) -> list[int]:
    """Every system that a stream at this place still makes itself."""
    return [start + k for start in place.starts() for k in range(place.batch_size)]


def test_no_two_copies_and_copies_of_copies_share_a_system() -> None:
    root = Position(3, 2, 2, 4001)
    root.index += 5 * root.step
    shares = [root.share(part, 3) for part in range(3)]
    family = []
    for share in shares:
        copies = [share.spawn() for _ in range(9)]
        family += [share, *copies, copies[0].spawn(), copies[0].spawn(), copies[0]]
    unique = {id(place): place for place in family}.values()
    found = [system for place in unique for system in systems(place)]
    assert len(found) == len(set(found))
    assert min(found) == 13, "the first batches are still those of the stream itself"
    assert max(found) < 4001
    assert all(systems(place) for place in unique)


def test_a_stream_can_be_copied_a_million_times_and_each_copy_has_many_systems() -> None:
    root = Position(0, 32, 32, INDEX_LIMIT)
    root.spawned = 10**6 - 1
    last = root.spawn()
    assert len(last.starts()) > 2**15
    assert last.stop <= INDEX_LIMIT
    assert root.limit == 2**62


def test_what_was_made_before_the_first_copy_stays_made() -> None:
    place = Position(0, 4, 4, 40)
    place.index = 24
    copy = place.spawn()
    assert systems(place) == list(range(24, 32))
    assert systems(copy) == list(range(32, 36))
    with pytest.raises(ValueError, match="no systems left for another copy"):
        [place.spawn() for _ in range(3)]


def test_a_stream_ends_with_its_last_whole_batch() -> None:
    place = Position(INDEX_LIMIT - 6, 4, 4, INDEX_LIMIT)
    place.check()
    place.index += 4
    with pytest.raises(ValueError, match="the systems of this stream end at index 9223372036854775808"):
        place.check()


def test_a_position_is_the_same_after_its_state() -> None:
    place = Position(7, 4, 4, 4000)
    place.spawn()
    again = Position(0, 4, 4, INDEX_LIMIT).moved(place.state())
    assert again == place
    assert again.spawn() == place.spawn()


@pytest.mark.parametrize("part", [-1, 3])
def test_a_part_beyond_the_parts_is_refused(part: int) -> None:
    with pytest.raises(ValueError, match=f"part is {part}; it must be from 0 to 2"):
        Position(0, 4, 4, 400).share(part, 3)
