"""Places on the tangent plane of a system."""

import numpy as np
from astropy.wcs import WCS

from jaxlens.truth.sky import sky_position


def test_it_is_the_projection_of_fits():
    """As astropy's WCS with RA---TAN, also near the pole and where right ascension begins anew."""
    x, y = np.array([0.0, 30.0, -200.0, 5.0]), np.array([0.0, -40.0, 100.0, 3600.0])
    for ra, dec in ((0.001, 0.0), (83.0, -89.5), (359.99, 45.0)):
        wcs = WCS(naxis=2)
        wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.cdelt = (
            ["RA---TAN", "DEC--TAN"],
            [ra, dec],
            [1 / 3600, 1 / 3600],
        )
        wcs.wcs.crpix = [1.0, 1.0]
        expected = wcs.all_pix2world(x, y, 0)
        np.testing.assert_allclose(sky_position(ra, dec, x, y), expected, rtol=0, atol=1e-10)
