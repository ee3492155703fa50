"""What the page on names says is true: its programs run, and print what it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

TEXT = (Path(__file__).parents[1] / "docs" / "names.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
SAID = [line for block in BLOCKS for line in re.findall(r"^(?:print.*  )?# (.*)$", block, re.MULTILINE)]


def test_the_programs_that_draw_nothing_print_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile("\n".join(BLOCKS[:2]), "names.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == SAID[:-1]


@pytest.mark.slow
def test_the_programs_that_make_images_do_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    exec(compile("\n".join(BLOCKS), "names.md", "exec"), names)
    assert capsys.readouterr().out.splitlines() == SAID
    assert np.isfinite(np.asarray(names["images"])).all()
