"""What the documents for developers say is true: files, functions, diffs and versions are the tree's."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
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
    for file in (ROOT / "CONTRIBUTING.md", ROOT / "docs" / "index.md", ROOT / "docs" / "architecture.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", file.read_text()):
            assert target.startswith("http") or (file.parent / target).exists(), f"{file.name}: {target}"


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
