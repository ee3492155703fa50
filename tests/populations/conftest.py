"""What the tests of populations share."""

from __future__ import annotations

from typing import Any

import pytest


def drawn(name: str, **parameters: Any) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


@pytest.fixture
def varied(small_lens: dict[str, Any]) -> dict[str, Any]:
    """`small_lens` with one distribution of each kind."""
    lens, source = small_lens["SPECIES"]["GALAXY_1"], small_lens["SPECIES"]["GALAXY_2"]
    lens["MASS_PROFILE_1"]["PARAMETERS"]["e1"] = drawn("normal", mean=0.1, std=0.05)
    truncated = {"NAME": "normal", "PARAMETERS": {"mean": 0.5, "std": 0.2}, "TRUNCATE": [0.3, 1.0]}
    lens["LIGHT_PROFILE_1"]["PARAMETERS"]["R_sersic"] = {"DISTRIBUTION": truncated}
    source["LIGHT_PROFILE_1"]["PARAMETERS"]["R_sersic"] = drawn("lognormal", mean=-1.0, sigma=0.3)
    source["LIGHT_PROFILE_1"]["PARAMETERS"]["n_sersic"] = drawn("uniform_int", minimum=1, maximum=3)
    source["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = {"g": 21.5, "r": drawn("normal", mean=22, std=0.5)}
    return small_lens
