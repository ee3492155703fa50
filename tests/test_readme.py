"""What the README says is true: its examples run, and CI runs its test command."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jaxlens.distributions import DISTRIBUTIONS
from validation.speed import training_reads
from validation.speed.fits import report as fits
from validation.speed.table import markdown

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = {
    name: (ROOT / "docs" / f"{name}.md").read_text()
    for name in (
        "explanations/agreement",
        "explanations/fits_measured",
        "explanations/speed",
        "training_measured",
    )
}
SUPPORTED = (ROOT / "docs" / "reference" / "supported.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_it_is_a_page_with_an_example_of_each_use() -> None:
    assert len(README.splitlines()) <= 120
    assert len(BLOCKS) == 3


# What must hold in an example's namespace once it has run.
OUTCOMES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "dataset": lambda made: len(made["images"]) == len(made["theta_E"]) and Path("first.png").exists(),
    "fit": lambda made: bool(
        made["result"].converged.all() and made["result"].chi_square_per_degree[0] < 1.1
    ),
    "stream": lambda made: made["batch"].images.shape[0] == 32 and made["batch"].labels.shape == (32, 1),
}


# those whose programs take long to compile
SLOW = ("dataset", "fit", "stream")
EXAMPLES = [
    pytest.param(code, use, id=use, marks=[pytest.mark.slow] if use in SLOW else [])
    for code, use in zip(BLOCKS, OUTCOMES, strict=True)
]


@pytest.mark.parametrize(("code", "use"), EXAMPLES)
def test_examples_run_and_do_what_they_say(
    code: str, use: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), namespace)
    assert OUTCOMES[use](namespace)


def test_every_distribution_is_listed() -> None:
    for name in DISTRIBUTIONS:
        assert f"`{name}`" in SUPPORTED, name


def test_pictures_and_links_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_summary_is_that_of_the_validation_that_docs_has() -> None:
    report = (ROOT / "docs" / "validation.md").read_text()
    table = report[report.index("| topic |") :].split("\n\n")[0]
    assert table in PAGES["explanations/agreement"]
    assert table.count("| ok |") == len(table.splitlines()) - 2


# By what a file of results begins with: the page, and how its table is written.
TABLES: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "AMD": ("explanations/speed", markdown),
    "fit_": ("explanations/fits_measured", fits.markdown),
    "training_reads": ("training_measured", lambda results: training_reads.markdown(results["rows"])),
}


@pytest.mark.parametrize("start", TABLES)
def test_the_figures_are_those_that_were_measured(start: str) -> None:
    page, written = TABLES[start]
    (file,) = re.findall(rf"\((?:\.\./)+(validation/results/{start}[^)]*\.json)\)", PAGES[page])
    assert written(json.loads((ROOT / file).read_text())) in PAGES[page]


def test_ci_runs_the_readme_s_test_command() -> None:
    assert len(re.findall(r"^python3 -m venv .*pytest$", README, re.MULTILINE)) == 1
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
