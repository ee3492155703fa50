"""What the page on observed images says is true: its programs run, and have its numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

TEXT = (Path(__file__).parents[1] / "docs" / "observations.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def run(blocks: list[str]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "observations.md", "exec"), names)
    return names


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory, in which the page writes its files."""
    monkeypatch.chdir(tmp_path)


def test_the_programs_of_the_page_run(folder: None, capsys: pytest.CaptureFixture[str]) -> None:
    names = run(BLOCKS[:-1])
    printed = capsys.readouterr().out.splitlines()
    (said,) = re.findall(r"# (Observation of .*)", TEXT)
    assert printed[0] == said
    assert printed[1].startswith("(1, 1, 60, 60)")
    assert names["left"].images.shape == (1, 1, 40, 30)
    sources = [one for one in names["found"].left_out if one.x >= 0]
    assert [(abs(one.x - 70) < 3, abs(one.y - 55) < 3) for one in sources] == [(True, True)]
    # what the page says of 200 draws holds of fewer
    biases = [
        float(number) for number in re.search(r"is (\d+)% too small \(and .*? pixels (\d+)%", TEXT).groups()
    ]
    assert names["noisy"] == pytest.approx(-biases[0] / 100, abs=0.03)
    assert names["smooth"] == pytest.approx(-biases[1] / 100, abs=0.03)
    assert names["sigma"].max() > 3.0


@pytest.mark.long
def test_the_fit_of_the_page_finds_the_galaxy(folder: None) -> None:
    # the image, its mask and the fit
    result = run([BLOCKS[0], BLOCKS[4], BLOCKS[-1]])["result"]
    assert result.converged.all()
    assert np.isfinite(result.values).all()
