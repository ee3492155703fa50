"""The Einstein radius of an ellipsoid of a given velocity dispersion, as the OM10 catalogue has it."""

from __future__ import annotations

import numpy as np

from jaxlens.catalogs.errors import CatalogError

# Coefficients of s, s^2, ..., where s = sqrt(ln(1 / (1 - e))): a fit to what positions of sources and images
# say of each lens of OM10 (15,657 systems; data/qso_mock_*.dat of github.com/drphilmarshall/OM10).  The
# residuals are below 5e-5 for 0.005 < e < 0.89, and below 1e-4 for smaller e.
COEFFICIENTS = (0.0458, 0.07659, -1.34218, 4.56208, -7.91774, 7.58736, -3.56679, 0.64072)
# Where OM10's distribution of ellipticities is truncated (Oguri & Marshall 2010, section 2.1).
MAX_ELLIPTICITY = 0.9


def dynamical_normalisation(ellipticity: np.ndarray) -> np.ndarray:
    """The dynamical normalisation lambda(e) of singular isothermal ellipsoids.

    It is the factor of the Einstein radius of an ellipsoid of velocity dispersion sigma,
    theta_E = lambda(e) 4 pi (sigma / c)^2 D_ls / D_s, where the convergence is
    theta_E / (2 sqrt(q x^2 + y^2 / q)), q = 1 - e: the mean of those of oblate and prolate galaxies.

    Args:
        ellipticity: e = 1 - q, from 0 to 0.9, of any shape.

    Returns:
        lambda, of the shape of `ellipticity`: 1 for round galaxies, 1.007 at 0.07, 1.025 at 0.49, 1.6 at 0.9.

    Raises:
        CatalogError: if an ellipticity is not from 0 to 0.9.

    Source: Oguri & Marshall (2010), equations 1 and 2, after Chae (2003).
    """
    e = np.asarray(ellipticity, float)
    if np.any((e < 0.0) | (e > MAX_ELLIPTICITY)):
        worst = e[(e < 0.0) | (e > MAX_ELLIPTICITY)].flat[0]
        known = f"ellipticities 1 - q from 0 to {MAX_ELLIPTICITY}"
        raise CatalogError(f"the dynamical normalisation is known for {known}, not for {worst:g}")
    s = np.sqrt(-np.log1p(-e))
    return np.polynomial.polynomial.polyval(s, (1.0, *COEFFICIENTS))
