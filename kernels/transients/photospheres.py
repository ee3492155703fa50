"""Core-collapse supernovae as expanding photospheres, for users without spectral templates.

The photosphere of each type is a black body whose temperature falls as published fits of that type do, and
whose radius follows from the published light curve in V.  So these are typical light curves and colours,
without lines: good enough to find and time supernovae in images, not for precise photometry.

Absorption by lines of metals in the blue is a factor of the black body,

    (lambda / lambda_b)^p  at lambda < lambda_b,

which with p = 1 is that of Nicholl et al. (2017, ApJ 850, 55); p grows as the photosphere cools.

The photospheres have no parameters but their type, so their spectra are computed once for all systems, by
`jaxlens.config.transients.core_collapse`, which has the formulas; the numbers and their sources are in
`jaxlens.config.transients.core_collapse_types`.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.kernels.transients.dust import dust
from jaxlens.kernels.transients.photometry import band_flux, from_magnitude
from jaxlens.kernels.transients.registry import LightCurve, Sky, transient


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
        arrays: as in `cc_absmag`, and `absmag` (T,), the mean absolute AB magnitude of each type at the peak
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
    mean, scatter = (_of_type(arrays[name], TEMPLATE) for name in ("absmag", "magsmear"))
    transmission = dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays)
    return _light_curve(sky, arrays, TEMPLATE, mean + MAGSMEAR * scatter, STRETCH, transmission)


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
        arrays: of T types: `sed` (T, K, W), the flux density (erg/s/cm^2/A) at a distance of 10 pc, for an
            absolute AB magnitude of 0 at the peak in Bessell's B; `phases` (T, K), days since that peak in
            the rest frame; `wavelength` (T, W), Angstrom; where there is `odonnell94`, dust has O'Donnell's
            law.
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
    return _light_curve(sky, arrays, TEMPLATE, ABSMAG, STRETCH, transmission)


def _of_type(array: jax.Array, TEMPLATE: jax.Array | float) -> jax.Array:
    """The row of one type."""
    return jnp.take(array, jnp.round(TEMPLATE).astype(int), axis=0)


def _light_curve(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    template: jax.Array | float,
    magnitude: jax.Array | float,
    stretch: jax.Array | float,
    transmission: jax.Array,
) -> LightCurve:
    """The light curve of one type, scaled to the absolute magnitude at the peak; NaN for a type of NaN."""
    sed, phases, wavelength = (_of_type(arrays[name], template) for name in ("sed", "phases", "wavelength"))
    scale = jnp.where(jnp.isnan(template), jnp.nan, from_magnitude(magnitude))
    return LightCurve(phases * stretch, scale * band_flux(sky, wavelength, sed, transmission))
