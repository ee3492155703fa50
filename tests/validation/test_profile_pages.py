"""The pages on profiles are those that the registry gives, and what they say of own profiles is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import yaml

from jaxlens import Simulator
from jaxlens.kernels import MASS_PROFILES
from validation import profile_pages

ROOT = Path(__file__).parents[2]
OWN = (ROOT / "docs" / "own_profiles.md").read_text(encoding="utf-8")
AGAIN = "run python -m validation.profile_pages"


def test_the_page_is_that_of_the_registry() -> None:
    assert profile_pages.PAGE.read_text(encoding="utf-8") == profile_pages.page(), AGAIN


def test_the_pictures_are_there_and_small() -> None:
    sizes = [path.stat().st_size for path in profile_pages.PICTURES.values()]
    assert 0 < sum(sizes) < 2_000_000


def test_a_picture_shows_the_profile() -> None:
    light = profile_pages.picture(profile_pages.LIGHT.profiles["GAUSSIAN"])
    mass = profile_pages.picture(MASS_PROFILES["SIS"])
    for image in (light, mass):
        middle = profile_pages.PIXELS // 2
        assert image.max() == image[middle - 1 : middle + 1, middle - 1 : middle + 1].max()


def test_the_profiles_of_the_page_on_own_profiles_work() -> None:
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", OWN, re.DOTALL):
        exec(compile(code, "own_profiles.md", "exec"), names)
    (example,) = re.findall(r"```yaml\n(.*?)```", OWN, re.DOTALL)
    planes = {
        f"PLANE_{k}": {"OBJECT_1": name, "PARAMETERS": {"REDSHIFT": 0.5 * k}}
        for k, name in ((1, "LENS"), (2, "SOURCE"))
    }
    image = {"exposure_time": 90, "numPix": 16, "pixel_scale": 0.2, "psf_type": "NONE", "read_noise": 7}
    file = yaml.safe_load(example) | {
        "DATASET": {"NAME": "Own", "PARAMETERS": {"SIZE": 1, "OUTDIR": "unused"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": {"BANDS": "g", "magnitude_zero_point": 25, "sky_brightness": 22}},
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "Own", "FRACTION": 1.0, **planes}},
    }
    sim = Simulator(file)
    assert "PLANE_1-OBJECT_1-MASS_PROFILE_2-height_1" in sim.parameter_names
    found = np.asarray(sim.render(sim.sample(jax.random.key(0), 1)))
    assert found.max() > 0.0
    assert np.isfinite(found).all()
