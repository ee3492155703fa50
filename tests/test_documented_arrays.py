"""What the pages say of arrays and galaxies in files is true: each of their configurations is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from astropy.io import fits
from astropy.table import Table

from jaxlens.config import load_config
from jaxlens.config.model import Galaxy
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES

DOCS = Path(__file__).parents[1] / "docs"
TEXT = "".join((DOCS / page).read_text() for page in ("real_galaxies.md", "arrays.md"))
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
    galaxies = np.stack([galaxy(), galaxy()[::-1], galaxy().T])
    arrays = {"galaxies": galaxies, "starlets": rng.uniform(size=(4, 32, 32))}
    arrays |= {name: rng.normal(size=(5, 5)) for name in ("alpha_x", "alpha_y")}
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    (tmp_path / "galaxies.csv").write_text(
        "magnitude,redshift,pixel_scale\n22,0.5,0.03\n21,1,0.04\n24,1,0.04"
    )
    write_catalogue(tmp_path)
    return tmp_path


def galaxy(side: int = 48) -> np.ndarray:
    y, x = np.mgrid[:side, :side] - 0.5 * (side - 1)
    return np.exp(-np.hypot(x + 2.0, 1.5 * y) / 4.0)


def write_catalogue(folder: Path) -> None:
    """Four galaxies as those of GalSim's COSMOS catalogue, with the columns that are used."""
    name, ones = "real_galaxy_catalog_23.5", np.ones(4)
    units = [fits.PrimaryHDU(galaxy(64)), *(fits.ImageHDU(galaxy(64)) for _ in range(3))]
    fits.HDUList(units).writeto(folder / "images.fits")
    files = {"GAL_FILENAME": ["images.fits"] * 4, "GAL_HDU": np.arange(4), "PIXEL_SCALE": 0.03 * ones}
    Table(files | {"MAG": 22.0 * ones, "stamp_flux": ones}).write(folder / f"{name}.fits")
    fitted = {"fit_status": np.ones((4, 5), int), "hlr": np.full((4, 3), 0.3), "sersicfit": np.ones((4, 8))}
    Table(fitted | {"zphot": np.linspace(0.2, 0.8, 4)}).write(folder / f"{name}_fits.fits")
    keys = ("sn_ellip_gauss", "min_mask_dist_pixels", "average_mask_adjacent_pixel_count")
    quality = dict.fromkeys(keys, 50.0 * ones) | {"peak_image_pixel_count": ones, "dmag": 0.0 * ones}
    Table(quality).write(folder / f"{name}_selection.fits")


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
