"""A lens without a potential in front of something that varies is refused."""

from __future__ import annotations

import pytest
import yaml

from jaxlens.config import ConfigError, example_path, load_config
from jaxlens.kernels.registry import mass_profile


def test_a_lens_without_a_potential_has_no_arrival_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example_path("lensed_supernova_series").parent)
    mass_profile("BARE", potential=None)(lambda x, y, *, theta_E: (theta_E * x, theta_E * y))
    file = yaml.safe_load(example_path("lensed_supernova_series").read_text(encoding="utf-8"))
    (lens,) = [one for one in file["SPECIES"].values() if "MASS_PROFILE_1" in one]
    lens["MASS_PROFILE_1"] = {"NAME": "BARE", "PARAMETERS": {"theta_E": 1.0}}
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    (problem,) = caught.value.problems
    assert "MASS_PROFILE_1.NAME: BARE has no lensing potential, so PLANE_2-OBJECT_2 of CONF" in problem
    assert problem.endswith("would have no arrival times; take a mass profile that has one")
