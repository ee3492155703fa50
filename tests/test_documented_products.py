"""What docs/products.md says is true: its code runs, its labels are read, and it names every product."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from jaxlens import load_config
from jaxlens.config.model.labels import Labels
from jaxlens.products.columns import NAMES
from tests.products.lenses import LENS

PAGE = (Path(__file__).parents[1] / "docs" / "products.md").read_text()


def test_the_page_has_every_product_and_its_labels_are_read() -> None:
    assert [name for name in NAMES if f"`{name}`" not in PAGE] == []
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    config = load_config(yaml.safe_load(LENS) | yaml.safe_load(example))
    assert config.labels == Labels(20.0, 0.5, 3.0, 1.0)


@pytest.mark.long
def test_the_code_of_the_page_runs() -> None:
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(code, "products.md", "exec"), names)
    assert names["kappa"].shape == (3, 50, 50)
    assert names["gamma"].gamma1.shape == (3, 2)
    assert names["slope"].shape == (3,)
    assert len(names["table"]) == len(names["dataset"].metadata())
    assert names["labels"].shape == (4, 4)
