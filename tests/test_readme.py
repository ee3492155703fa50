"""What the README says is true: its examples run, and CI runs its test command."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from jaxlens.distributions import DISTRIBUTIONS
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_there_is_an_example_of_each_use() -> None:
    assert len(BLOCKS) == 3


@pytest.mark.parametrize("code", BLOCKS, ids=["dataset", "gradient", "training"])
def test_examples_run(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})


def test_every_profile_and_distribution_is_listed() -> None:
    for name in (*LIGHT_PROFILES, *MASS_PROFILES, *DISTRIBUTIONS):
        assert f"`{name}`" in README, name


def test_pictures_and_links_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_ci_runs_the_readme_s_test_command() -> None:
    assert len(re.findall(r"^python3 -m venv .*pytest$", README, re.MULTILINE)) == 1
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
