"""The page on several images of one lens: its program runs, and finds what was put into its images."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

TEXT = (Path(__file__).parents[1] / "docs" / "several_images.md").read_text()
MOCK, FIT, SKY = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.slow
def test_the_images_of_the_page() -> None:
    known: dict[str, Any] = {}
    exec(compile(MOCK, "several_images.md", "exec"), known)
    shapes = [image.images.shape for image in known["images"]]
    assert shapes == [(1, 2, 60, 60), (1, 1, 60, 60)]


@pytest.mark.long
def test_the_program_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    known: dict[str, Any] = {}
    for block in (MOCK, FIT, SKY):
        exec(compile(block, "several_images.md", "exec"), known)
    found = known["found"]
    assert found.fit.converged.all()
    table = found.fit.table()
    for name, truth in (
        ("x_offset-F814W-2", 0.021),
        ("y_offset-F814W-2", -0.013),
        ("PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E", 0.9),
    ):
        value, sigma = found.fit.values[0], found.fit.sigma[0]
        i = found.fit.names.index(name)
        assert abs(value[i] - truth) < 4.0 * sigma[i]
        assert sigma[i] < 0.02
    assert len(table) == len(found.fit.names)
    lines = capsys.readouterr().out.splitlines()
    levels = np.array([re.findall(r"(-?[\d.]+) \+- ([\d.]+) counts", line)[0] for line in lines[-3:]], float)
    # no sky was left in the images
    assert np.all(np.abs(levels[:, 0]) < 4.0 * levels[:, 1])
