"""Total flux of lenstronomy's CORE_SERSIC, for which lenstronomy itself has no formula."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from lenstronomy.LightModel.Profiles.sersic import CoreSersic
from scipy.integrate import quad


def core_sersic_total_flux(parameters: Mapping[str, float]) -> float:
    """Flux of a core-Sersic profile of unit amplitude, by adaptive quadrature of 2 pi R^2 I(R) d(ln R).

    The transform to the elliptical radius keeps areas, so the ellipticity does not enter.  lenstronomy's
    floor on the radius (1e-4 arcsec), inside which a steep core has 1e-5 of its flux, is left out.
    """
    profile = CoreSersic(smoothing=0.0)
    circular = {**parameters, "e1": 0.0, "e2": 0.0, "center_x": 0.0, "center_y": 0.0}

    def integrand(log_radius: float) -> float:
        radius = np.exp(log_radius)
        value = profile.function(np.array([radius]), np.array([0.0]), amp=1.0, **circular)
        return float(2 * np.pi * radius**2 * value[0])

    knee = np.log(parameters["Rb"])
    size = np.log(parameters["R_sersic"])
    # Split at the knees.  The flux beyond e^30 sizes is negligible for n_sersic up to 10.
    ends = np.unique([knee - 30.0, knee, size, size + 4.0, size + 30.0])
    pieces = [quad(integrand, a, b, epsrel=1e-12, limit=400)[0] for a, b in pairwise(ends)]
    return float(sum(pieces))
