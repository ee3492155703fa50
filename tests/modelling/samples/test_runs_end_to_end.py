"""Mock lenses from a folder to the table: fitted by one command, with the programs of the first one."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pandas as pd
import pytest
import yaml
from astropy.io import fits

from jaxlens import Simulator, cli, load_config

FILE = """
DATASET: {NAME: Mocks, PARAMETERS: {SIZE: 2, OUTDIR: mocks, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE: {PARAMETERS: {exposure_time: 2000, numPix: 40, pixel_scale: 0.1, psf_type: GAUSSIAN, read_noise: 5}}
SURVEY: {PARAMETERS: {BANDS: i, seeing: 0.2, magnitude_zero_point: 26, sky_brightness: 22, num_exposures: 1}}
SPECIES:
  GALAXY_1:
    NAME: LENS
    LIGHT_PROFILE_1:
      NAME: SERSIC_ELLIPSE
      PARAMETERS:
        {magnitude: 18.5, R_sersic: 0.5, n_sersic: 3.0, e1: 0.05, e2: 0.0, center_x: 0.0, center_y: 0.0}
    MASS_PROFILE_1:
      NAME: SIE
      PARAMETERS:
        theta_E: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.7, maximum: 1.3}}}
        e1: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 0.0, std: 0.1}}}
        e2: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 0.0, std: 0.1}}}
        center_x: 0.0
        center_y: 0.0
  GALAXY_2:
    NAME: SOURCE
    LIGHT_PROFILE_1:
      NAME: SERSIC_ELLIPSE
      PARAMETERS:
        magnitude: 22.0
        R_sersic: 0.2
        n_sersic: 1.0
        e1: 0.1
        e2: 0.0
        center_x: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 0.0, std: 0.1}}}
        center_y: {DISTRIBUTION: {NAME: normal, PARAMETERS: {mean: 0.0, std: 0.1}}}
GEOMETRY:
  CONFIGURATION_1:
    NAME: MOCK
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, PARAMETERS: {REDSHIFT: 0.3}}
    PLANE_2: {OBJECT_1: SOURCE, PARAMETERS: {REDSHIFT: 1.0}}
"""
THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
# Counts/s: the noise of a pixel.
SIGMA = 0.05


def write_mocks(folder: Path, count: int = 2) -> np.ndarray:
    """Images of the simulator with noise and its PSF; their Einstein radii."""
    sim = Simulator(load_config(yaml.safe_load(FILE)))
    params = sim.sample(jax.random.key(2, impl="threefry2x32"), count)
    images = np.asarray(sim.render(params), float)[:, 0]
    rng = np.random.default_rng(5)
    axis = np.arange(-4, 5)
    width = 0.2 / 0.1 / (2.0 * np.sqrt(2.0 * np.log(2.0)))
    taps = np.exp(-0.5 * (axis / width) ** 2)
    rows = ["name,theta_E"]
    for i, image in enumerate(images):
        place = folder / f"M{i}"
        place.mkdir(parents=True)
        fits.writeto(place / "image.fits", image + SIGMA * rng.normal(size=image.shape))
        fits.writeto(place / "noise.fits", np.full(image.shape, SIGMA))
        fits.writeto(place / "psf.fits", np.outer(taps, taps) / taps.sum() ** 2)
        rows.append(f"M{i},{float(params[THETA_E][i])}")
    (folder / "published.csv").write_text("\n".join(rows) + "\n")
    return np.asarray(params[THETA_E], float)


@pytest.mark.long
def test_mocks_are_found_again_by_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = write_mocks(tmp_path / "mocks")
    (tmp_path / "lens.yaml").write_text(FILE)
    out = tmp_path / "out"
    argv = ["fit", str(tmp_path / "mocks"), "--config", str(tmp_path / "lens.yaml"), "--out", str(out)]
    argv += ["--published", str(tmp_path / "mocks" / "published.csv")]
    argv += ["--starts", "4", "--draws", "40", "--radius", "1.7", "--no-shapelets"]
    assert cli.main(argv) == 0
    assert "2 of 2 lenses fitted" in capsys.readouterr().out
    table = pd.read_csv(out / "results.csv")
    assert table["converged"].all()
    np.testing.assert_allclose(table["theta_E"], truth, rtol=0.01)
    assert (np.abs(table["theta_E"] - truth) < 4.0 * table["theta_E_error"]).all()
    assert table["chi_square_per_degree"].between(0.8, 1.2).all()
    # the critical line of an isothermal ellipse has the area of its Einstein radius
    np.testing.assert_allclose(table["critical_radius"], table["theta_E"], rtol=2e-3)
    assert table["compilation"][1] < 0.2 * table["compilation"][0]
    assert (out / "summary.png").exists()
    assert all((out / "lenses" / name / "page.png").exists() for name in table["name"])
    # what is done is not done again
    before = (out / "lenses" / "M0" / "record.json").stat().st_mtime_ns
    assert cli.main([*argv, "--resume"]) == 0
    assert (out / "lenses" / "M0" / "record.json").stat().st_mtime_ns == before
