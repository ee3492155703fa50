"""What the documents for developers say is true: files, functions, diffs and versions are the tree's."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from jaxlens.config import example_path, load_config
from jaxlens.config.model_names import KINDS
from jaxlens.config.transients.defaults import DEFAULTS
from jaxlens.kernels.transients import TRANSIENTS

ROOT = Path(__file__).parents[1]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
TIME_DOMAIN = (ROOT / "docs" / "time_domain.md").read_text()
# "| 3 | `a/file.py` | `function`, `Class` | what happens |"
STEPS = re.findall(r"^\| \d+ \| `([\w/]+\.py)` \| (.+?) \|", ARCHITECTURE, re.MULTILINE)
HUNKS = [
    (name, hunk)
    for diff in re.findall(r"```diff\n(.*?)```", CONTRIBUTING, re.DOTALL)
    for name, hunks in re.findall(r"^\+\+\+ b/(\S+)\n(.*?)(?=^--- |\Z)", diff, re.DOTALL | re.MULTILINE)
    for hunk in re.split(r"^@@.*\n", hunks, flags=re.MULTILINE)[1:]
]
SOURCES = [
    path
    for folder in ("jaxlens", "kernels", "validation", "tests", "docs", ".github")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".md", ".yml") and path != Path(__file__)
]


@pytest.mark.parametrize(("file", "names"), STEPS)
def test_each_step_of_a_parameter_is_where_the_architecture_says(file: str, names: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert set(re.findall(r"`(\w+)`", names)) <= defined


@pytest.mark.parametrize(("name", "hunk"), HUNKS, ids=[name for name, _ in HUNKS])
def test_the_diffs_for_contributors_apply(name: str, hunk: str) -> None:
    before = "".join(line[1:] or "\n" for line in hunk.splitlines(keepends=True) if not line.startswith("+"))
    assert before in (ROOT / name).read_text()


def test_the_layout_is_that_of_the_tree() -> None:
    folders = {path.name for path in (ROOT / "jaxlens").iterdir() if path.is_dir()}
    layout = ARCHITECTURE.split("```")[1]
    package = layout[layout.index("jaxlens/\n") : layout.index("tests/ ")]
    assert set(re.findall(r"\b(\w+)/(?=\s)", package)) - {"jaxlens"} == folders - {"__pycache__", "kernels"}


def test_links_of_the_documents_exist() -> None:
    for file in (ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#]+)\)", file.read_text()):
            # pages of the reference are written by the build
            there = "generated/" in target or (file.parent / target).exists()
            assert target.startswith("http") or there, f"{file.name}: {target}"


@pytest.mark.parametrize("name", TRANSIENTS)
def test_the_page_on_the_time_domain_has_every_parameter_of_every_model(name: str) -> None:
    missing = [one for one in TRANSIENTS[name].parameters if f"`{one}`" not in TIME_DOMAIN]
    assert missing == []


def test_the_page_on_the_time_domain_has_every_model_that_a_file_may_name() -> None:
    assert [kind for kind in KINDS if not re.search(rf"`{kind}(_<[\w ]+>)?`", TIME_DOMAIN)] == []


def test_the_page_on_the_time_domain_has_the_defaults_that_are_drawn() -> None:
    """N(mean, std) and U(minimum, maximum), as the table writes them, in the row of the model."""
    for kind, drawn in DEFAULTS.items():
        row = next(line for line in TIME_DOMAIN.splitlines() if re.match(rf"\| .*`{kind}(_<[\w ]+>)?`", line))
        for parameter, draw in drawn.items():
            numbers = [f"{value:.15g}" for _, value in draw.parameters]
            written = re.search(rf"`{parameter}` (?:[NU]\()?([-\d., ]+)", row.split(" | ")[-1])
            assert written, f"{kind}: {parameter}"
            found = [f"{float(value):.15g}" for value in written[1].strip(", ").split(", ")]
            assert found == numbers, f"{kind}: {parameter}"


def test_the_example_of_the_page_on_the_time_domain_is_legal() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TIME_DOMAIN, re.DOTALL)
    file = yaml.safe_load(example_path("lensed_supernova_series").read_text(encoding="utf-8"))
    added = yaml.safe_load(example)
    file["SPECIES"] |= added["SPECIES"]
    file["GEOMETRY"] = added["GEOMETRY"]
    config = load_config(file)
    assert config.warnings == ()
    assert config.configurations[0].series is not None
    assert config.configurations[0].series.cadence.epochs == 10


@pytest.mark.slow
def test_the_code_of_the_page_on_the_time_domain_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TIME_DOMAIN, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "time_domain.md", "exec"), names)
    assert names["series"].shape[:3] == names["mjd"].shape == names["mask"].shape
    assert len(names["figure"].axes) == 3 * names["series"].shape[1]


def test_nobody_is_told_to_install_another_project() -> None:
    """`jaxlens` on PyPI is not ours; the distribution is called jaxlens-sim."""
    wrong = [
        path for path in (*SOURCES, ROOT / "README.md") if re.search(r"\bjaxlens\\?\[\w", path.read_text())
    ]
    assert wrong == []


def test_hooks_and_dev_have_the_same_ruff() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (pinned,) = [entry for entry in project["optional-dependencies"]["dev"] if entry.startswith("ruff==")]
    hooks = re.findall(r"ruff==[\d.]+", (ROOT / ".pre-commit-config.yaml").read_text())
    assert set(hooks) == {pinned}
