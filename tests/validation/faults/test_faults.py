"""The table of faults: what it counts, and a reduced one with real faults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from validation.faults import __main__ as faults
from validation.faults import endurance
from validation.faults.outcome import Outcome, table

# Those that a quick look at the files can do; each other one is in a test of its own below.
IN_PROCESS = [
    *("deleted", "flipped", "truncated", "another", "planted", "planted_later"),
    *("enospc", "allocation", "nan", "clock"),
]
# The others of `python -m validation.faults` take long, or have tests of their own in tests/production.
WITH_PROCESSES = ["kill", "signal", "rename", "overwrite", "writers"]


def test_an_outcome_counts_what_was_wrong() -> None:
    good, bad = Outcome("a"), Outcome("b")
    good.add([], same=True)
    good.add([])
    assert good.good
    assert good.row == ("a", "2", "2", "0", "1 of 1")
    bad.add(["hangs"])
    bad.add([], lost=True)
    bad.add([], same=False)
    assert bad.row == ("b", "3", "0", "1", "0 of 1")
    assert not bad.good
    assert not Outcome("never tried").good
    assert table([good, bad]).splitlines()[-2:] == ["b: hangs", "b: other bytes after resume"]


def test_the_exit_code_tells(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    def lose(laboratory, count: int) -> Outcome:
        outcome = Outcome("lost")
        for _ in range(count):
            outcome.add([], lost=True)
        return outcome

    monkeypatch.setattr(faults, "RESULTS", tmp_path)
    monkeypatch.setitem(faults.FAULTS, "lose", (lose, 20))
    assert faults.main(["lose", "--quick", "--save"]) == 1
    assert "lost   2      0" in capsys.readouterr().out
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text())["rows"][0]["lost"] == "2"
    with pytest.raises(SystemExit):
        faults.main(["no such fault"])


@pytest.mark.long
def test_faults_in_this_process_lose_nothing() -> None:
    found = faults.run(IN_PROCESS, count=10)
    assert all(one.good for one in found), table(found)


@pytest.mark.long
@pytest.mark.parametrize("name", WITH_PROCESSES)
def test_faults_of_processes_lose_nothing(name: str) -> None:
    (found,) = faults.run([name], count=10)
    assert found.good, table([found])


@pytest.mark.long
def test_many_systems_take_no_more_memory_than_few(tmp_path: Path) -> None:
    found = endurance.measured(tmp_path / "many", systems=6144, shard_size=1024)
    assert found["systems"] == 6144
    assert found["whole"]
    assert found["manifest_bytes"] < 5000
    start, _, end = found["memory"]
    assert end < 1.5 * start
