"""A on a card: the same tasks on a CPU, the shares of a device's limits, and the targets."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import pytest

from validation.speed import __main__ as speed
from validation.speed import cards, groups, machine, on_card, timing
from validation.speed.targets import DEVICE, HOST, PINNED, card_targets
from validation.speed.timing import Timed
from validation.speed.workloads import simulator

LIMITS = cards.Limits(1e12, 1e13)
RANDOM = {"random_words": 1e9, "disk_bytes": 1e9}
COUNTED = {256: {"bytes": 4e5, "operations": 2e6, "launches": 12.0}}


def row(workload: str, batch: int, per_second: float) -> Timed:
    return Timed(workload, f"jaxlens, batches of {batch}", 1.0 / per_second, 0.1, 7, batch)


def test_the_share_of_a_limit_is_what_a_system_needs_times_systems_a_second() -> None:
    rows = [row(DEVICE, 256, 1e6), row(DEVICE, 1024, 2e6), row(HOST, 256, 5e5)]
    found = on_card.shares(rows, COUNTED, LIMITS)
    assert set(found) == {"limits", "256"}
    assert found["256"]["bandwidth"] == pytest.approx(0.4)
    assert found["256"]["arithmetic"] == pytest.approx(0.2)
    assert on_card.described(found) == [
        "limits (data sheet): 1,000 GB/s, 10.0 T multiply-adds/s",
        "A on the device, batches of 256: 40% of the bandwidth, 20% of the arithmetic, 12 launches",
    ]


def test_the_targets_of_a_card_are_those_of_its_fastest_batches() -> None:
    rows = [row(DEVICE, 256, 1.2e6), row(DEVICE, 1024, 0.9e6), row(HOST, 256, 4e5), row(PINNED, 256, 6e5)]
    run = {"size": 1000, "batch": 100, "steady": 9.0, "bytes": 9e9, "disk": 1e9, "rendering": 900.0}
    found = card_targets(rows, [run])
    assert [(target.name, target.met) for target in found] == [
        ("A, on the device: 1,000,000 a second", True),
        ("A, to the host: 500,000 a second", False),
        ("A, to the host, pinned: 500,000 a second", True),
        ("A, 1000 systems in files: the disk", True),
    ]
    # 900 systems of 9 MB in 9 s
    assert found[-1].reached == pytest.approx(0.9)


def test_a_known_card_has_the_limits_of_its_data_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    known: Any = SimpleNamespace(device_kind="NVIDIA H100 80GB HBM3")
    assert cards.limits_of(known) == (3.35e12, 33.5e12, "data sheet")
    monkeypatch.setattr(machine, "bandwidth", lambda: 2e10)
    monkeypatch.setattr(machine, "arithmetic", lambda: 1e11)
    assert cards.limits_of(jax.devices()[0]) == (2e10, 5e10, "measured")


@pytest.mark.long
def test_each_task_makes_what_it_counts_also_on_a_cpu(tmp_path: Path) -> None:
    sim = simulator("A", tmp_path, numPix=12)
    makes = (on_card.on_the_device, on_card.to_the_host, on_card.to_pinned_memory)
    device, host, pinned = (make(sim, 2, 5) for make in makes)
    last: Any = device.run()
    assert (last.shape, device.items) == ((2, 1, 12, 12), 10)
    assert host.run() == [(2, 1, 12, 12)] * 5
    # those whose copies were still under way after the last batch was started
    assert pinned.run() == [(2, 1, 12, 12)] * on_card.AHEAD
    assert [task.workload for task in (device, host, pinned)] == [DEVICE, HOST, PINNED]
    measured = timing.measure([device, host, pinned], repeats=2, seconds=0.01)
    counted = {2: on_card.counts(sim, 2)}
    found = on_card.shares(measured, counted, LIMITS)
    assert 0.0 < found["2"]["bandwidth"] < 1.0
    # each pixel is written at least, and noise and two profiles cost many operations
    assert counted[2]["bytes"] > 4 * 144
    assert counted[2]["operations"] > 50 * 144


@pytest.mark.long
def test_the_whole_measurement_runs_on_a_cpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = partial(simulator, "A", tmp_path, numPix=12)
    for module in (groups, speed):
        monkeypatch.setattr(module, "simulator", lambda letter, folder: small())
    monkeypatch.setattr(groups, "automatic", lambda sim: 2)
    monkeypatch.setattr(machine, "limits", lambda: dict.fromkeys(("bytes", "operations"), 1e10) | RANDOM)
    monkeypatch.setattr(cards, "CARDS", {"cpu": LIMITS})
    run = {"size": 1000, "seconds": 10.0, "batch": 100, "steady": 9.0, "bytes": 9e9, "disk": 1e9}
    monkeypatch.setattr(on_card, "to_disk", lambda systems: run)
    file = tmp_path / "results.json"
    assert speed.main(["card", "--quick", "--out", str(file)]) == 0
    results = json.loads(file.read_text())
    assert [row["workload"] for row in results["rows"]] == [DEVICE, HOST, PINNED]
    assert list(results["card"]) == ["limits", "2"]
    # the targets are a card's, and this is none
    assert results["card_targets"] == []
    assert "A, 1000 systems to HDF5 and CSV: 900 MB/s, 100 a second" in capsys.readouterr().out
