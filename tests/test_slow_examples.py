"""The examples of docstrings that run with the slow tests are there."""

from __future__ import annotations

import pydoc
import runpy
from pathlib import Path

import pytest

NAMES = sorted(runpy.run_path(str(Path(__file__).parent / "conftest.py"))["SLOW_EXAMPLES"])


@pytest.mark.parametrize("name", NAMES)
def test_the_docstring_has_an_example(name: str) -> None:
    documented = pydoc.locate(name)
    assert documented is not None
    assert ">>>" in str(documented.__doc__)
