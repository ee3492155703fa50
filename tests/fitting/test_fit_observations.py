"""A fit of an observed image: where its parts are on the sky, whatever its pixels are."""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS

from jaxlens import Simulator, fit, read_image
from jaxlens.distributions import Normal
from jaxlens.fitting.observed_lens import observed_simulator
from tests.fitting.test_observed_lens import FILE, SIDE
from tests.sky_headers import tan_header

PREFIX = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"


@pytest.mark.long
def test_a_turned_image_that_is_not_square_is_fitted_on_the_sky(tmp_path: Path) -> None:
    """A galaxy is put at a pixel by astropy; the fit finds it at its offset on the sky."""
    header, rows, columns = tan_header(side=SIDE, angle=35.0), 20, 23
    wcs, y_x = WCS(header), np.mgrid[:rows, :columns]
    here = SkyCoord(*wcs.all_pix2world((columns - 1) / 2, (rows - 1) / 2, 0), unit="deg")
    there = here.spherical_offsets_by(0.7 * u.arcsec, -0.4 * u.arcsec)
    x, y = wcs.all_world2pix(there.ra.deg, there.dec.deg, 0)
    light = np.exp(-0.5 * ((y_x[1] - x) ** 2 + (y_x[0] - y) ** 2) / 1.6**2)
    data = 400.0 * light + np.random.default_rng(1).normal(0.0, 1.0, light.shape)
    header["BUNIT"], header["EXPTIME"] = "electron", 10.0
    fits.writeto(tmp_path / "lens.fits", data, header)
    weight = np.ones(data.shape)
    weight[0] = 0.0
    seen = read_image(tmp_path / "lens.fits", inverse_variance=weight)
    free = {f"{PREFIX}-{name}": Normal(0.0, 1.0) for name in ("center_x", "center_y")}
    free |= {f"{PREFIX}-magnitude": Normal(20.0, 2.0), f"{PREFIX}-sigma": Normal(0.4, 0.05)}
    result = fit(Simulator(FILE), seen, free, starts=4, key=jax.random.key(2, impl="threefry2x32"))
    assert result.converged.all()
    assert result.chi_square_per_degree[0] < 1.2
    table = result.table()
    for name, truth in (("center_x", 0.7), ("center_y", -0.4), ("sigma", 1.6 * 0.25)):
        row = table.loc[f"{PREFIX}-{name}"]
        assert abs(row["value"] - truth) < 4.0 * row["sigma"]
    assert result.params["transform_xx"][0] == pytest.approx(seen.transform[0, 0], rel=1e-5)
    assert result.mask.shape == (1, 1, columns, columns)
    assert result.mask.sum() == (rows - 1) * columns
    # the simulator with these pixels makes the model again
    sim = observed_simulator(Simulator(FILE), seen)
    model = sim.expected(result.params)[0]
    np.testing.assert_allclose(model[0], result.model[0], rtol=1e-4, atol=1e-5)


def test_noise_and_mask_are_those_of_the_observation() -> None:
    seen = read_image(np.ones((SIDE, SIDE)), sigma=1.0)
    with pytest.raises(ValueError, match="noise_sigma and mask are those of the Observation"):
        fit(Simulator(FILE), seen, noise_sigma=1.0)
