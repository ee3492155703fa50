"""What docs/links.md says of links is true: its configuration is read, with the names of its parts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from jaxlens import Simulator
from jaxlens.config.naming import named_quantities

TEXT = (Path(__file__).parents[1] / "docs" / "links.md").read_text()
(BLOCK,) = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
LIGHT = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"


def test_the_lens_of_the_page_is_one(small_lens: dict[str, Any]) -> None:
    small_lens["SPECIES"]["GALAXY_1"] = {"NAME": "LENS", **BLOCK["LENS"]}
    sim = Simulator(small_lens)
    named = named_quantities(sim.config.cosmology, sim.config.instrument, sim.configuration)
    parts = {name for name, quantity in named if quantity.part}
    assert parts == {f"{LIGHT}-magnitude-PLUS", f"{LIGHT}-R_sersic-redshift"}
    assert not parts & set(sim.parameter_names)
    for path in re.findall(r"`(?:SPECIES\.GALAXY_1\.LIGHT_PROFILE_1|\.\.\.)\.(\w+\.[\w.]+)`", TEXT):
        assert f"SPECIES.GALAXY_1.LIGHT_PROFILE_1.{path}" in sim.hyperparameters
    assert sim.without_prior == {}
