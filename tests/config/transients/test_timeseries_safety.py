"""Nonsense under every key of MODEL, TIMESERIES and a cadence is a ConfigError or legal, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from jaxlens.config import ConfigError, load_config

NONSENSE: list[Any] = [None, True, -1, 1e308, float("nan"), "", "x", "/", "\0", "cc_.", "salt_.", "user_/"]
NONSENSE += [[], [[]], ["AGN", None], {}, {"a": 1}, {"DISTRIBUTION": None}, {"g": 1}, {"NAME": ["ia"]}]
TEXTS = ["", "a,b", "mjd,filter\n", "mjd,filter\n1,g\n2,r\n3,", "POINTING_1:", "- 1", "&a [*a]", "\0\1"]
TEXTS += ["POINTING_1: {g: {}, r: []}", "POINTING_1: {g: [1e300], r: [2]}"]
TEXTS += ["mjd,filter,m5,seeing\n1,g,1e5,1\n2,r,-1e5,1\n", "mjd,filter,m5\n1,g,40\n2,r,20\n"]


def files(good: str) -> Iterator[dict[str, Any]]:
    """Configurations with something wrong in one place."""
    series = ("OBJECTS", "NITES", "PEAK", "REFERENCE_MJD", "DIFFERENCE")
    model = ("NAME", "FILE", "ABSMAG", "STRETCH", "NOISE", "MICROLENSING", "DUST", "TEMPLATE")
    for value in NONSENSE:
        yield changed(good, model=value)
        yield changed(good, series=value)
        for key in series:
            yield changed(good, series={"OBJECTS": ["AGN"], "NITES": [0, 1], key: value})
        for key in model:
            yield changed(good, model={"NAME": "ia", key: value})


def changed(good: str, model: Any = "agn_drw", series: Any = None) -> dict[str, Any]:
    """The good file with a MODEL and a TIMESERIES."""
    tree: dict[str, Any] = yaml.safe_load(good)
    tree["SPECIES"]["POINTSOURCE_1"]["MODEL"] = model
    tree["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"] = series or {"OBJECTS": ["AGN"], "NITES": [0, 1]}
    return tree


@pytest.mark.long
def test_nonsense(good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    count = 0
    for tree in files(good):
        with contextlib.suppress(ConfigError):
            hash(load_config(tree))
        count += 1
    for text in TEXTS:
        for name in ("n.csv", "n.yaml", "n.txt", "n.db"):
            Path(name).write_text(text, encoding="utf-8")
            with contextlib.suppress(ConfigError):
                load_config(changed(good, series={"OBJECTS": ["AGN"], "NITES": name}))
        with contextlib.suppress(ConfigError):
            load_config(changed(good, model="lightcurve_n.txt"))
        count += 5
    assert count > 300
