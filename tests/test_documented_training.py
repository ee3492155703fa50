"""What docs/training.md shows runs, on smaller images: in JAX, flax, equinox and PyTorch with workers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxlens.config import example_path

PAGE = (Path(__file__).parents[1] / "docs" / "training.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow


def blocks(heading: str) -> list[str]:
    """The programs under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page's file with smaller images, in a folder that is the present one."""
    monkeypatch.chdir(tmp_path)
    text = example_path("lens_or_not").read_text(encoding="utf-8")
    text = re.sub(r"numPix: \d+", "numPix: 12", text).replace("pixel_scale: 0.2", "pixel_scale: 0.6")
    Path("lens_or_not.yaml").write_text(text, encoding="utf-8")
    return "lens_or_not.yaml"


def run(code: str, small: str, known: dict[str, Any]) -> None:
    code = code.replace('"lens_or_not"', f'"{small}"').replace('"galaxy_galaxy"', f'"{small}"')
    exec(compile(code.replace(', survey="lsst"', ""), "training.md", "exec"), known)


@pytest.mark.long
def test_the_programs_in_jax(small: str, capsys: pytest.CaptureFixture[str]) -> None:
    known: dict[str, Any] = {}
    first, resumed = blocks("A whole training run")
    with jax.numpy_rank_promotion("allow"):
        run(first, small, known)
        weights, index = known["weights"], known["train"].index
        run(resumed, small, known)
        jax.tree.map(np.testing.assert_array_equal, weights, known["weights"])
        assert known["train"].index == index == 21 * 64, "one batch gave the number of pixels"
        assert known["predicted"].shape == (64, 1)
        assert re.search(r"loss \d\.\d+, of the validation set \d\.\d+", capsys.readouterr().out)
        for program in blocks("In flax and equinox"):
            run(program, small, known)
            assert np.isfinite(known["value"])
        for program in blocks("Which systems, and how often"):
            run(program, small, known)
    assert abs(np.mean(np.asarray(known["batch"].file) == 0) - 0.75) < 0.05
    assert known["weight"].shape == (64,)
    assert [one.fraction for one in known["even"]._mixed] == [1, 1]


@pytest.mark.long
def test_the_program_in_pytorch_goes_on_with_other_systems(
    small: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process alone; what workers get is tested in tests/streams."""
    _, code = blocks("In PyTorch")
    workers = 'num_workers=2, multiprocessing_context="spawn", persistent_workers=True'
    assert workers in code
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    for _ in range(2):
        run(code.replace(workers, "num_workers=0"), small, {"__name__": "__main__"})
    began = re.findall(r"epoch \d: \d\.\d+, systems from (\d+)", capsys.readouterr().out)
    assert began == ["96", "224", "352", "480"], "the last batch of each epoch of four batches of 32"
