"""What docs/posteriors.md shows runs, and its settings are those of the methods."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jaxlens.fitting.posteriors.sample import METHODS, method_options

PAGE = (Path(__file__).parents[1] / "docs" / "posteriors.md").read_text()


def test_the_example_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "posteriors.md", "exec"), names)
    assert names["evidence"].shape == (2,)


def test_every_method_is_listed_with_its_settings() -> None:
    for method in METHODS:
        row = next(line for line in PAGE.splitlines() if line.startswith("|") and f"`{method}`" in line)
        settings = set(re.findall(r"`(\w+)`", row.split("|")[-2])) - {"chains", "warmup"}
        assert settings <= method_options(method)
        assert method_options(method) - settings <= {"adapt_mass"}
