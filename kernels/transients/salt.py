"""Type Ia supernovae of the SALT family: two surfaces and a colour law (Guy et al. 2007, A&A 466, 11, eq. 1).

F_lambda(p, lambda) = x0 (M0(p, lambda) + x1 M1(p, lambda)) 10^(-0.4 c CL(lambda))
"""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.kernels.transients.dust import dust
from jaxlens.kernels.transients.photometry import (
    band_integrals,
    dilution,
    from_magnitude,
    rest_wavelength,
)
from jaxlens.kernels.transients.registry import LightCurve, Sky, transient

# The wavelength of B in the colour law, where it is 0 (Angstrom; Guy et al. 2007, SALT2's code).
B_WAVELENGTH = 4302.57
# The wavelength of V in the colour law, where it is -1 (Angstrom).
V_WAVELENGTH = 5428.55


@transient("salt", cubic=True)
def salt(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    X0: jax.Array | float,
    X1: jax.Array | float = 0.0,
    C: jax.Array | float = 0.0,
    EBV: jax.Array | float = 0.0,
    RV: jax.Array | float = 3.1,
    EBV_MW: jax.Array | float = 0.0,
    RV_MW: jax.Array | float = 3.1,
) -> LightCurve:
    """A supernova whose brightness is given by x0, as sncosmo's SALT2Source: the distance does not matter.

    Args:
        sky: the redshift of the source, and the passbands.
        arrays: `surfaces` (2, K, W), M0 and M1; `phases` (K,), days since the peak; `wavelength` (W,),
            Angstrom; `colour` (n,), the coefficients of the colour law; `colour_range` (2,), where it is a
            polynomial (Angstrom); `peak` (), the brightest AB magnitude of M0 in Bessell's B; where there is
            `odonnell94`, dust has O'Donnell's law.
        X0: the amplitude, ().
        X1: the coefficient of M1, ().
        C: the colour, ().
        EBV: E(B-V) of the dust in the host (mag), ().
        RV: R_V of that dust, ().
        EBV_MW: E(B-V) of the dust in the Milky Way (mag), ().
        RV_MW: R_V of that dust, ().

    Returns:
        The light curve at the phases of the surfaces, (K, bands).
    """
    transmission = dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays)
    return _light_curve(sky, arrays, X0 / (1.0 + sky.redshift), X1, C, transmission)


@transient("salt_absmag", cubic=True)
def salt_absmag(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    ABSMAG: jax.Array | float,
    X1: jax.Array | float = 0.0,
    C: jax.Array | float = 0.0,
    ALPHA: jax.Array | float = 0.0,
    BETA: jax.Array | float = 0.0,
    EBV: jax.Array | float = 0.0,
    RV: jax.Array | float = 3.1,
    EBV_MW: jax.Array | float = 0.0,
    RV_MW: jax.Array | float = 3.1,
) -> LightCurve:
    """A supernova whose brightness is an absolute magnitude; otherwise as `salt`.

    x0 is that with which M0 alone has the absolute magnitude ABSMAG - ALPHA X1 + BETA C at its peak in B
    (Tripp 1998, A&A 331, 815).  ALPHA = 0.141 and BETA = 3.101 were measured by Betoule et al. (2014, A&A
    568, A22).

    Args:
        sky: the redshift and distance of the source, and the passbands.
        arrays: as in `salt`.
        ABSMAG: the absolute AB magnitude at the peak in Bessell's B in the rest frame for X1 = C = 0, ().
        X1: as in `salt`.
        C: as in `salt`.
        ALPHA: by how much a supernova with X1 = 1 is brighter (mag), ().
        BETA: by how much a supernova with C = 1 is fainter in B (mag), ().
        EBV: as in `salt`.
        RV: as in `salt`.
        EBV_MW: as in `salt`.
        RV_MW: as in `salt`.

    Returns:
        The light curve at the phases of the surfaces, (K, bands).
    """
    amplitude = from_magnitude(ABSMAG - ALPHA * X1 + BETA * C - arrays["peak"])
    transmission = dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays)
    return _light_curve(sky, arrays, amplitude * dilution(sky), X1, C, transmission)


def colour_law(wavelength: jax.Array, coefficients: jax.Array, ends: jax.Array) -> jax.Array:
    """CL(lambda) of SALT2 and SALT3: 0 at B, -1 at V (Guy et al. 2010, A&A 523, A7, appendix A).

    With l = (lambda - B) / (V - B) and coefficients a_i, CL = -l (1 - sum a_i + a_1 l + a_2 l^2 + ...)
    between the ends; beyond them it goes on as a straight line.

    Args:
        wavelength: wavelength in the rest frame (Angstrom), any shape.
        coefficients: the coefficients a_i, (n,).
        ends: the range of the polynomial (Angstrom), (2,).

    Returns:
        CL, of the shape of `wavelength`.
    """
    scaled, low, high = ((x - B_WAVELENGTH) / (V_WAVELENGTH - B_WAVELENGTH) for x in (wavelength, *ends))
    inside = jnp.clip(scaled, low, high)
    value, slope = jnp.zeros_like(inside), jnp.zeros_like(inside)
    for i in range(coefficients.shape[0] - 1, -1, -1):
        value, slope = value * inside + coefficients[i], slope * inside + value
    # `value` is a_1 + a_2 l + ..., and `slope` its derivative
    first = 1.0 - jnp.sum(coefficients)
    end = first + 2.0 * inside * value + inside**2 * slope
    return -(inside * (first + inside * value) + end * (scaled - inside))


def _light_curve(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    amplitude: jax.Array,
    X1: jax.Array | float,
    C: jax.Array | float,
    transmission: jax.Array,
) -> LightCurve:
    """The light curve of an amplitude in the observer's frame."""
    law = colour_law(rest_wavelength(sky), arrays["colour"], arrays["colour_range"])
    surfaces = arrays["surfaces"]
    _, phases, wavelengths = surfaces.shape
    both = jnp.reshape(surfaces, (2 * phases, wavelengths))
    flux = band_integrals(sky, arrays["wavelength"], both, transmission * from_magnitude(C * law))
    return LightCurve(arrays["phases"], amplitude * (flux[:phases] + X1 * flux[phases:]))
