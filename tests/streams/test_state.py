"""A stream goes on from its state, and refuses that of another stream."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxlens.streams.stream import Stream, stream


@pytest.fixture
def galaxies(small_lens: dict[str, Any]) -> dict[str, Any]:
    """Single galaxies, and a configuration that is not used."""
    plane = {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 0.5}}
    small_lens["GEOMETRY"] = {
        "CONFIGURATION_1": {"NAME": "SINGLE", "FRACTION": 0.5, "PLANE_1": plane},
        "CONFIGURATION_2": {"NAME": "OTHER", "FRACTION": 0.5, "PLANE_1": copy.deepcopy(plane)},
    }
    return small_lens


def of(file: dict[str, Any], **more: Any) -> Stream:
    return stream(file, **({"batch_size": 8, "seed": 5, "configurations": "SINGLE"} | more))


def test_a_stream_goes_on_from_a_state_that_was_written_as_json(
    galaxies: dict[str, Any], quick_batches: None
) -> None:
    with of(galaxies) as whole:
        next(whole)
        state = json.loads(json.dumps(whole.state_dict()))
        expected = next(whole)
    assert state["index"] == 8
    with of(galaxies) as again:
        # batches in progress are dropped
        next(again), next(again), next(again)
        again.load_state_dict(state)
        assert again.index == 8
        found = next(again)
    np.testing.assert_array_equal(found.index, expected.index)


def test_copies_after_a_state_are_not_those_before_it(galaxies: dict[str, Any]) -> None:
    before, after = of(galaxies), of(galaxies)
    known = [before.spawn() for _ in range(3)]
    after.load_state_dict(before.state_dict())
    fresh = [after.spawn() for _ in range(3)]
    assert len({one.index for one in (*known, *fresh, before)}) == 7
    known[0].load_state_dict(known[2].state_dict())
    assert known[0].index == known[2].index


def test_what_does_not_change_the_systems_does_not_change_the_state(
    galaxies: dict[str, Any], tmp_path: Path
) -> None:
    """Neither do the folders of tables, the settings of the dataset, and configurations that are not used."""
    digests = []
    for folder in ("one", "other"):
        file = copy.deepcopy(galaxies)
        (tmp_path / folder).mkdir()
        table = tmp_path / folder / "table.txt"
        table.write_text("seeing-g seeing-r WEIGHT\n0.7 0.7 1\n0.8 0.8 1\n")
        file["DISTRIBUTIONS"] = {"USERDIST_1": {"FILENAME": str(table), "MODE": "sample"}}
        file["DATASET"]["PARAMETERS"]["SIZE"] = len(folder)
        file["GEOMETRY"]["CONFIGURATION_2"]["PLANE_1"]["PARAMETERS"]["REDSHIFT"] = 0.1 * len(folder)
        digests.append(of(file).state_dict()["configuration"])
        table.write_text("seeing-g seeing-r WEIGHT\n0.7 0.7 1\n0.9 0.9 1\n")
        changed = of(file).state_dict()["configuration"]
        assert changed != digests[-1], "the numbers of the table count"
    assert digests[0] == digests[1]


def test_the_state_of_another_stream_is_refused(galaxies: dict[str, Any]) -> None:
    own, state = of(galaxies), of(galaxies).state_dict()
    wrong: list[tuple[Any, str]] = [
        (of(galaxies, seed=6).state_dict(), "seed is 6 in the state and 5 in this stream"),
        (of(galaxies, batch_size=4).state_dict(), r"batch_size is 4 .* or begin with stream\(\.\.\., start="),
        (of(galaxies).share(0, 2).state_dict(), "step is 16 in the state and 8"),
        (of(galaxies, configurations="OTHER").state_dict(), "another file, or of other configurations"),
        ({}, "this is no state of a stream, it lacks 'version'"),
        (None, "this is no state of a stream"),
        (state | {"version": 99}, "the state has version 99, and this jaxlens reads 1"),
        (state | {"index": -8}, "index is -8 in the state"),
        (state | {"index": 2.5}, r"index is 2\.5 in the state"),
        (state | {"spawned": None}, "spawned is None in the state"),
    ]
    galaxies["SURVEY"]["PARAMETERS"]["sky_brightness"] = 21.0
    wrong.append((of(galaxies).state_dict(), "another file, or of other configurations"))
    for other, message in wrong:
        with pytest.raises(ValueError, match=message):
            own.load_state_dict(other)
    assert own.index == 0
