"""What docs/arrays.md says of arrays in files is true: each of its configurations is read and rendered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from jaxlens.config import load_config
from jaxlens.config.model import Galaxy
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

TEXT = (Path(__file__).parents[1] / "docs" / "arrays.md").read_text()
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
PROGRAM = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)[0]
IMAGE = {"exposure_time": 90, "read_noise": 7}
SURVEY = {"magnitude_zero_point": 30, "num_exposures": 1}
SIS = {"NAME": "SIS", "PARAMETERS": {"theta_E": 1.0}}
SERSIC = {"NAME": "SERSIC", "PARAMETERS": {"magnitude": 22, "R_sersic": 0.5, "n_sersic": 1}}


def whole(block: dict[str, Any]) -> dict[str, Any]:
    """A whole configuration around a part of one."""
    own = block.get("GALAXY_2", block)
    return {
        "DATASET": {"NAME": "arrays", "PARAMETERS": {"SIZE": 2, "OUTDIR": "out"}},
        "COSMOLOGY": {"NAME": "FlatLambdaCDM", "PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": {**IMAGE, "numPix": 8, "pixel_scale": 0.3, "psf_type": "NONE"}},
        "SURVEY": {"PARAMETERS": {**SURVEY, "BANDS": "g,r", "sky_brightness": 23}},
        "SPECIES": {
            "GALAXY_1": {"NAME": "LENS", "MASS_PROFILE_1": own.get("MASS_PROFILE_1", SIS)},
            "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": own.get("LIGHT_PROFILE_1", SERSIC)},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "FRACTION": 1,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.5}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.5}},
            }
        },
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the files that the page names."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    arrays = {"galaxies": rng.uniform(size=(3, 6, 7)), "starlets": rng.uniform(size=(4, 32, 32))}
    arrays |= {name: rng.normal(size=(5, 5)) for name in ("alpha_x", "alpha_y")}
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    return tmp_path


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_configurations_of_the_page_are_legal(block: dict[str, Any], folder: Path) -> None:
    config = load_config(whole(block))
    profiles = [p for one in config.species if isinstance(one, Galaxy) for p in (*one.light, *one.mass)]
    assert any(profile.tables for profile in profiles)
    assert config.warnings == ()


@pytest.mark.slow
def test_the_program_of_the_page_runs(folder: Path) -> None:
    (folder / "stack.yaml").write_text(yaml.safe_dump(whole(BLOCKS[0])))
    names: dict[str, Any] = {}
    exec(PROGRAM, names)
    assert np.isfinite(names["gradient"]).all()
    assert np.abs(names["gradient"]).min() > 0.0


def test_the_page_has_every_profile_with_an_array() -> None:
    every = {**LIGHT_PROFILES, **MASS_PROFILES}
    missing = [name for name, profile in every.items() if profile.of_kind("table") and name not in TEXT]
    assert missing == []
