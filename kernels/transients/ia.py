"""Type Ia supernovae: one template with stretch and colour."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.kernels.transients.dust import dust
from jaxlens.kernels.transients.photometry import band_flux, from_magnitude, rest_wavelength
from jaxlens.kernels.transients.registry import LightCurve, Sky, transient
from jaxlens.kernels.transients.salt import colour_law

# Coefficients of the colour law of SALT2.4 (Betoule et al. 2014, A&A 568, A22, and the files of its release).
COLOUR_LAW = (-0.504294, 0.787691, -0.461715, 0.0815619)
# The range of the polynomial of that law (Angstrom).
COLOUR_RANGE = (2800.0, 7000.0)


@transient("ia", cubic=True)
def ia(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    ABSMAG: jax.Array | float = -19.4,
    STRETCH: jax.Array | float = 1.0,
    COLOR: jax.Array | float = 0.0,
    ALPHA: jax.Array | float = 0.0,
    BETA: jax.Array | float = 0.0,
    EBV: jax.Array | float = 0.0,
    RV: jax.Array | float = 3.1,
    EBV_MW: jax.Array | float = 0.0,
    RV_MW: jax.Array | float = 3.1,
) -> LightCurve:
    """A template whose phases are stretched and whose colour is changed, by a magnitude of

        ABSMAG - ALPHA (STRETCH - 1) + BETA COLOR + COLOR CL(lambda)

    at the peak, where CL is the colour law of SALT2.4, which is 0 at B and -1 at V (Tripp 1998, A&A 331, 815;
    Perlmutter et al. 1997, ApJ 483, 565).  ALPHA and BETA make broad supernovae brighter and red ones
    fainter: 1.52 was measured for ALPHA (Astier et al. 2006, A&A 447, 31), and 3.101 for BETA with this
    colour law (Betoule et al. 2014, A&A 568, A22).  Astier et al. found ABSMAG = -19.31 relative to Vega for
    H0 = 70 km/s/Mpc, which is -19.40 in AB magnitudes.

    Args:
        sky: the redshift and distance of the source, and the passbands.
        arrays: `sed` (K, W), the flux density at a distance of 10 pc, scaled to the absolute AB magnitude 0
            at the peak in Bessell's B; `phases` (K,), days since the peak; `wavelength` (W,), Angstrom; where
            there is `odonnell94`, dust has O'Donnell's law.
        ABSMAG: the absolute AB magnitude at the peak in Bessell's B in the rest frame, without dust, ().
        STRETCH: the factor of all times in the rest frame, ().
        COLOR: the excess of B - V over that of the template (mag), ().
        ALPHA: by how much a supernova of stretch 2 would be brighter (mag), ().
        BETA: by how much a supernova with COLOR = 1 is fainter in B (mag), ().
        EBV: E(B-V) of the dust in the host (mag), ().
        RV: R_V of that dust, ().
        EBV_MW: E(B-V) of the dust in the Milky Way (mag), ().
        RV_MW: R_V of that dust, ().

    Returns:
        The light curve at the stretched phases of the template, (K, bands).
    """
    rest = rest_wavelength(sky)
    law = colour_law(rest, jnp.asarray(COLOUR_LAW, rest.dtype), jnp.asarray(COLOUR_RANGE, rest.dtype))
    transmission = dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays) * from_magnitude(COLOR * law)
    flux = band_flux(sky, arrays["wavelength"], arrays["sed"], transmission)
    magnitude = ABSMAG - ALPHA * (STRETCH - 1.0) + BETA * COLOR
    return LightCurve(STRETCH * arrays["phases"], from_magnitude(magnitude) * flux)
