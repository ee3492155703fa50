"""Stacks get a remark where their pixels or their noise will be seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxlens.config import load_config
from jaxlens.config.galaxies.checks import noise_shares
from jaxlens.config.galaxies.images import smoothed

Y, X = np.mgrid[:48, :48] - 23.5
# its brightest pixels are 1
GALAXY = np.exp(0.215 - np.hypot(X, 1.4 * Y) / 4.0)
RNG = np.random.default_rng(8)


def noisy(share: float, count: int = 20) -> np.ndarray:
    return GALAXY + share * RNG.normal(size=(count, *GALAXY.shape))


def test_the_noise_is_that_of_the_edge_in_units_of_the_peak() -> None:
    """A galaxy without noise has none, also where it has not faded; padding with zeros does not hide it."""
    assert noise_shares(GALAXY[None])[0] < 1e-3
    assert noise_shares(GALAXY[None, 12:36, 12:36])[0] < 0.02
    found = noise_shares(noisy(0.08, 50))
    # the brightest pixel has noise too
    assert np.median(found) == pytest.approx(0.08, rel=0.15)
    padded = np.pad(noisy(0.08, 50), ((0, 0), (8, 8), (8, 8)))
    assert np.median(noise_shares(padded)) == pytest.approx(0.08, rel=0.15)
    assert np.median(noise_shares(smoothed(noisy(0.08), 3.0))) < 0.03
    assert np.isnan(noise_shares(np.ones((1, 3, 3)))[0])


def warnings(tmp_path: Path, images: np.ndarray, mass: bool = True, **changes: Any) -> tuple[str, ...]:
    np.save(tmp_path / "stack.npy", images)
    image = {"exposure_time": 90, "numPix": 16, "pixel_scale": 0.2, "psf_type": "NONE", "read_noise": 7}
    survey = {"BANDS": "g", "magnitude_zero_point": 30, "sky_brightness": 23, "num_exposures": 1}
    image |= {key: value for key, value in changes.items() if key == "psf_type"}
    survey |= {key: value for key, value in changes.items() if key == "seeing"}
    light = {"image": str(tmp_path / "stack.npy"), "magnitude": 20, "scale": changes.get("scale", 0.05)}
    light |= {key: value for key, value in changes.items() if key == "size"}
    profile = {"MASS_PROFILE_1": {"NAME": "SIS", "PARAMETERS": {"theta_E": 1.0}}}
    faint = {
        "LIGHT_PROFILE_1": {"NAME": "SERSIC", "PARAMETERS": {"magnitude": 20, "R_sersic": 1, "n_sersic": 1}}
    }
    galaxies = {
        "GALAXY_1": {"NAME": "LENS"} | (profile if mass else faint),
        "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": "INTERPOL", "PARAMETERS": light}},
    }
    planes = {
        "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.5}},
        "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.5}},
    }
    return load_config(
        {
            "DATASET": {"NAME": "checks", "PARAMETERS": {"SIZE": 1, "OUTDIR": "out"}},
            "COSMOLOGY": {"NAME": "FlatLambdaCDM", "PARAMETERS": {"H0": 70, "Om0": 0.3}},
            "IMAGE": {"PARAMETERS": image},
            "SURVEY": {"PARAMETERS": survey},
            "SPECIES": galaxies,
            "GEOMETRY": {"CONFIGURATION_1": {"FRACTION": 1, **planes}},
            **{key: value for key, value in changes.items() if key == "DISTRIBUTIONS"},
        }
    ).warnings


def test_visible_noise_is_remarked(tmp_path: Path) -> None:
    (found,) = warnings(tmp_path, noisy(0.08))
    assert "image: has noise of 7" in found or "image: has noise of 8" in found
    assert "SMOOTH: 2" in found
    assert warnings(tmp_path, noisy(0.02)) == ()


def test_coarse_pixels_are_remarked(tmp_path: Path) -> None:
    """Above half a pixel behind a lens, above a pixel without; half of the seeing counts if it is more."""
    own = GALAXY[None]
    assert warnings(tmp_path, own, scale=0.1) == ()
    (found,) = warnings(tmp_path, own, scale=0.11)
    assert "has pixels of 0.11 arcsec, and magnified 2 times along a side, the image resolves 0.1" in found
    assert warnings(tmp_path, own, mass=False, scale=0.19) == ()
    (found,) = warnings(tmp_path, own, mass=False, scale=0.21)
    assert "has pixels of 0.21 arcsec, and the image resolves 0.2" in found
    assert warnings(tmp_path, own, scale=0.19, seeing=0.8, psf_type="GAUSSIAN") == ()
    assert len(warnings(tmp_path, own, scale=0.19, seeing=0.8, psf_type="GAUSSIAN", size=2)) == 1


def test_seeing_of_a_table_counts(tmp_path: Path) -> None:
    (tmp_path / "seeing.txt").write_text("seeing WEIGHT\n0.3 1\n0.8 1\n")
    for mode in ("sample", "interpolate"):
        table = {"USERDIST_1": {"FILENAME": str(tmp_path / "seeing.txt"), "MODE": mode}}
        own = {"seeing": 0.8, "psf_type": "GAUSSIAN", "DISTRIBUTIONS": table}
        (found,) = warnings(tmp_path, GALAXY[None], scale=0.19, **own)
        assert "the image resolves 0.1" in found
