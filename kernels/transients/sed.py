"""Transients whose spectra are tables: one surface F_lambda(phase, wavelength) for each template."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.kernels.transients.dust import dust
from jaxlens.kernels.transients.photometry import band_flux, from_magnitude
from jaxlens.kernels.transients.registry import LightCurve, Sky, transient


@transient("sed")
def sed(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    TEMPLATE: jax.Array | float = 0.0,
    MAGSMEAR: jax.Array | float = 0.0,
    EBV: jax.Array | float = 0.0,
    RV: jax.Array | float = 3.1,
    EBV_MW: jax.Array | float = 0.0,
    RV_MW: jax.Array | float = 3.1,
) -> LightCurve:
    """A template with the flux of its file, which is that at a distance of 10 pc, as SNANA takes it.

    The spectrum is linear between the phases and between the wavelengths of the template, and zero outside.

    Args:
        sky: the redshift and distance of the source, and the passbands.
        arrays: of T templates: `sed` (T, K, W), erg/s/cm^2/A at 10 pc; `phases` (T, K), days since the peak;
            `wavelength` (T, W), Angstrom, both increasing, where a shorter template repeats its last value;
            `magoff` (T,), SNANA's MAGOFF, which is added to the magnitudes; `magsmear` (T,), SNANA's
            MAGSMEAR, the unit of the parameter MAGSMEAR (mag); where there is `odonnell94`, dust has
            O'Donnell's law.
        TEMPLATE: the index of the template, ().
        MAGSMEAR: what is added to the magnitudes, in units of `magsmear`, ().
        EBV: E(B-V) of the dust in the host (mag), ().
        RV: R_V of that dust, ().
        EBV_MW: E(B-V) of the dust in the Milky Way (mag), ().
        RV_MW: R_V of that dust, ().

    Returns:
        The light curve at the phases of the template, (K, bands).
    """
    chosen = _chosen(arrays, TEMPLATE)
    magnitude = chosen["magoff"] + MAGSMEAR * chosen["magsmear"]
    return _light_curve(sky, chosen, magnitude, dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays))


@transient("sed_absmag")
def sed_absmag(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    ABSMAG: jax.Array | float,
    TEMPLATE: jax.Array | float = 0.0,
    MAGSMEAR: jax.Array | float = 0.0,
    EBV: jax.Array | float = 0.0,
    RV: jax.Array | float = 3.1,
    EBV_MW: jax.Array | float = 0.0,
    RV_MW: jax.Array | float = 3.1,
) -> LightCurve:
    """A template that is scaled to an absolute magnitude at its peak; otherwise as `sed`.

    Args:
        sky: as in `sed`.
        arrays: as in `sed`, and `peak` (T,): the brightest absolute AB magnitude of each template in
            Bessell's B in the rest frame; `magoff` is not used.
        ABSMAG: the brightest absolute AB magnitude in Bessell's B in the rest frame, without dust and where
            MAGSMEAR is zero, ().
        TEMPLATE: as in `sed`.
        MAGSMEAR: as in `sed`.
        EBV: as in `sed`.
        RV: as in `sed`.
        EBV_MW: as in `sed`.
        RV_MW: as in `sed`.

    Returns:
        The light curve at the phases of the template, (K, bands).
    """
    chosen = _chosen(arrays, TEMPLATE)
    magnitude = ABSMAG - chosen["peak"] + MAGSMEAR * chosen["magsmear"]
    return _light_curve(sky, chosen, magnitude, dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays))


def _chosen(arrays: Mapping[str, jax.Array], TEMPLATE: jax.Array | float) -> dict[str, jax.Array]:
    """The arrays of one template; NaN where TEMPLATE is NaN."""
    TEMPLATE = jnp.asarray(TEMPLATE)
    index = jnp.round(jnp.where(jnp.isnan(TEMPLATE), 0.0, TEMPLATE)).astype(jnp.int32)
    names = ("sed", "phases", "wavelength", "magoff", "magsmear", "peak")
    chosen = {name: jnp.take(arrays[name], index, axis=0) for name in names}
    chosen["sed"] = jnp.where(jnp.isnan(TEMPLATE), jnp.nan, chosen["sed"])
    return chosen


def _light_curve(
    sky: Sky, chosen: Mapping[str, jax.Array], magnitude: jax.Array, transmission: jax.Array
) -> LightCurve:
    """The light curve of one template that is fainter than its table by `magnitude`."""
    flux = band_flux(sky, chosen["wavelength"], chosen["sed"], transmission)
    return LightCurve(chosen["phases"], from_magnitude(magnitude) * flux)
