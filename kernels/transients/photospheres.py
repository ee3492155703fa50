"""Core-collapse supernovae as expanding photospheres, for users without spectral templates.

The photosphere of each type is a black body whose temperature falls as published fits of that type do, and
whose radius follows from the published light curve in V.  So these are typical light curves and colours,
without lines: good enough to find and time supernovae in images, not for precise photometry.  The numbers,
their sources, and the formulas are in `jaxlens.config.core_collapse` and `core_collapse_types`.

Absorption by lines of metals in the blue is a factor of the black body,

    (lambda / lambda_b)^p  at lambda < lambda_b,

which with p = 1 is that of Nicholl et al. (2017, ApJ 850, 55); p grows as the photosphere cools.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.elementary import exp
from jaxlens.kernels.transients.black_body import black_body
from jaxlens.kernels.transients.dust import dust
from jaxlens.kernels.transients.photometry import band_flux, from_magnitude
from jaxlens.kernels.transients.registry import LightCurve, Sky, transient

# The arrays that have a row for each type.
BY_TYPE = ("temperature", "radius_squared", "blanketing", "blanketed_below", "absmag", "magsmear")


@transient("cc")
def cc(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    TEMPLATE: jax.Array | float = 0.0,
    MAGSMEAR: jax.Array | float = 0.0,
    STRETCH: jax.Array | float = 1.0,
    EBV: jax.Array | float = 0.0,
    RV: jax.Array | float = 3.1,
    EBV_MW: jax.Array | float = 0.0,
    RV_MW: jax.Array | float = 3.1,
) -> LightCurve:
    """A supernova as bright as those of its type.

    Args:
        sky: the redshift and distance of the source, and the passbands.
        arrays: as in `cc_absmag`, and of T types: `absmag` (T,), the mean absolute AB magnitude at the peak
            in Bessell's B, and `magsmear` (T,), its standard deviation.
        TEMPLATE: the index of the type: IIP, IIL, IIn, Ib or Ic, ().
        MAGSMEAR: what is added to the mean magnitude of the type, in units of its standard deviation, ().
        STRETCH: as in `cc_absmag`.
        EBV: as in `cc_absmag`.
        RV: as in `cc_absmag`.
        EBV_MW: as in `cc_absmag`.
        RV_MW: as in `cc_absmag`.

    Returns:
        The light curve, (K, bands).
    """
    chosen = _of_type(arrays, TEMPLATE)
    magnitude = chosen["absmag"] + MAGSMEAR * chosen["magsmear"]
    transmission = dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays)
    return _light_curve(sky, chosen, magnitude, STRETCH, transmission)


@transient("cc_absmag")
def cc_absmag(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    ABSMAG: jax.Array | float,
    TEMPLATE: jax.Array | float = 0.0,
    STRETCH: jax.Array | float = 1.0,
    EBV: jax.Array | float = 0.0,
    RV: jax.Array | float = 3.1,
    EBV_MW: jax.Array | float = 0.0,
    RV_MW: jax.Array | float = 3.1,
) -> LightCurve:
    """A supernova of a given brightness.

    Args:
        sky: the redshift and distance of the source, and the passbands.
        arrays: `times` (K,), days since the peak in Bessell's B in the rest frame; `wavelength` (W,),
            Angstrom, at which the spectra are computed; and of T types: `temperature` (T, K), K;
            `radius_squared` (T, K), 10^30 cm^2, for an absolute AB magnitude of 0 in Bessell's B at the peak;
            `blanketing` (T, K), the exponent p, and `blanketed_below` (T,), the wavelength lambda_b in
            Angstrom; where there is `odonnell94`, dust has O'Donnell's law.
        ABSMAG: the absolute AB magnitude at the peak in Bessell's B in the rest frame, without dust, ().
        TEMPLATE: the index of the type: IIP, IIL, IIn, Ib or Ic, ().
        STRETCH: a factor of the times since the peak, ().
        EBV: E(B-V) of the dust in the host (mag), ().
        RV: R_V of that dust, ().
        EBV_MW: E(B-V) of the dust in the Milky Way (mag), ().
        RV_MW: R_V of that dust, ().

    Returns:
        The light curve, (K, bands).
    """
    transmission = dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays)
    return _light_curve(sky, _of_type(arrays, TEMPLATE), ABSMAG, STRETCH, transmission)


def _of_type(arrays: Mapping[str, jax.Array], TEMPLATE: jax.Array | float) -> dict[str, jax.Array]:
    """The arrays of one type, NaN where TEMPLATE is NaN."""
    index = jnp.asarray(TEMPLATE)
    chosen = {name: jnp.take(arrays[name], index.astype(int), axis=0) for name in BY_TYPE}
    chosen["radius_squared"] = jnp.where(jnp.isnan(index), jnp.nan, chosen["radius_squared"])
    return chosen | {name: arrays[name] for name in ("times", "wavelength")}


def _light_curve(
    sky: Sky,
    chosen: Mapping[str, jax.Array],
    magnitude: jax.Array | float,
    stretch: jax.Array | float,
    transmission: jax.Array,
) -> LightCurve:
    """The light curve of one type's arrays, scaled to the absolute magnitude at the peak."""
    wavelength = chosen["wavelength"]
    log_ratio = jnp.minimum(jnp.log(wavelength / chosen["blanketed_below"]), 0.0)
    factor = exp(chosen["blanketing"][:, None] * log_ratio[None, :])
    sed = factor * black_body(wavelength, chosen["temperature"], chosen["radius_squared"])
    flux = from_magnitude(magnitude) * band_flux(sky, wavelength, sed, transmission)
    return LightCurve(chosen["times"] * stretch, flux)
