"""Every warning and flag of a fit is on docs/warnings.md, as the code words it, and nothing else is."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from jaxlens.fitting import doubts
from jaxlens.fitting.posteriors import sample
from jaxlens.modelling import lens_result
from jaxlens.modelling.quasars import summary
from jaxlens.modelling.samples import flags
from jaxlens.populations import search

PAGE = (Path(__file__).parents[1] / "docs" / "warnings.md").read_text(encoding="utf-8")
# The functions that word warnings, by the heading of the page.
WORDED: dict[str, tuple[ModuleType, tuple[str, ...]]] = {
    "A fit": (doubts, ("warnings", "_far", "_off_centre", "_sheared")),
    "Draws of a posterior": (sample, ("_warnings",)),
    "A real lens": (lens_result, ("_warnings",)),
    "A population": (search, ("_warnings",)),
    "A lensed quasar": (summary, ("_warnings",)),
}


def messages(module: ModuleType, names: tuple[str, ...]) -> Iterator[str]:
    """The sentences in some functions of a module, with … in the place of what is filled in."""
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            body = node.body[1:] if ast.get_docstring(node) else node.body
            parts = {id(part) for each in body for part in _inside(each)}
            for each in body:
                templates = [_template(found) for found in ast.walk(each) if id(found) not in parts]
                yield from (text for text in templates if len(re.findall(r"[A-Za-z]{2}", text)) > 5)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """What stands inside of f-strings."""
    for found in ast.walk(node):
        if isinstance(found, ast.JoinedStr):
            yield from (part for part in ast.walk(found) if part is not found)


def _template(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(p.value if isinstance(p, ast.Constant) else "…" for p in node.values)  # type: ignore[misc]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def first_column(heading: str) -> list[str]:
    """The messages of the table under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("heading", WORDED)
def test_the_page_has_every_warning(heading: str) -> None:
    worded = {re.sub(r" \(…( of …)?\)$", "", text) for text in messages(*WORDED[heading])}
    assert worded
    assert sorted(first_column(heading)) == sorted(worded)


def test_the_page_has_every_flag() -> None:
    tree = ast.parse(inspect.getsource(flags))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls = [node for node in nodes if ast.unparse(node.func) == "Flag"]
    words = [node.args[0].value for node in calls if isinstance(node.args[0], ast.Constant)]
    assert len(words) == len(calls) > 5
    assert sorted(first_column("Flags of a sample")) == sorted(words)
