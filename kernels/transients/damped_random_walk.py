"""Active galactic nuclei whose magnitude is a damped random walk.

The magnitude m(t) about its mean is a Gaussian process with (MacLeod et al. 2010, ApJ 721, 1014, eqs. 1-3)

    <dm(t) dm(t + dt)> = (SF_inf^2 / 2) exp(-abs(dt) / tau),
    SF(dt) = <(m(t + dt) - m(t))^2>^(1/2) = SF_inf (1 - exp(-abs(dt) / tau))^(1/2),

in the rest frame.  Both parameters depend on the rest-frame wavelength, on the absolute magnitude M_i in the
i band (K-corrected to redshift 0) and on the mass of the black hole (their eq. 7 and table 1):

    log10 f = A + B log10(lambda / 4000 A) + C (M_i + 23) + D log10(M_BH / 10^9 M_sun).

The walk is drawn on a uniform grid of rest-frame times t_k = k h.  With a = exp(-h / tau),

    x_0 = e_0,    x_k = a x_(k-1) + (1 - a^2)^(1/2) e_k    for k > 0, and the same backwards for k < 0,

where the normal number e_k depends on REALIZATION and on k alone.  That is exact on the grid, and a longer
grid changes nothing on a shorter one.  All bands share the numbers e_k, so they vary together, the blue ones
more.

Between the points of the grid the flux is linear.  For small variations that lowers the variance, averaged
over times, by the fraction (1 - a) / 3, about h / (3 tau).  So at time differences of at least h the squared
structure function is too small by

    SF_inf^2 (1 - a) / 3,

which at h = tau / 32 is 1.0% of SF_inf^2; at shorter differences the curve is smooth.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtri

from jaxlens.kernels.noise.normal import normal_of_word
from jaxlens.kernels.noise.random_words import random_words_at
from jaxlens.kernels.transients.dust import dust
from jaxlens.kernels.transients.photometry import TEN_PARSEC, from_magnitude
from jaxlens.kernels.transients.registry import LightCurve, Sky, transient

# A, B, C, D of tau, in days in the rest frame (MacLeod et al. 2010, table 1).
TAU_COEFFICIENTS = (2.4, 0.17, 0.03, 0.21)
# A, B, C, D of SF_inf, in mag (MacLeod et al. 2010, table 1).
SF_COEFFICIENTS = (-0.51, -0.479, 0.131, 0.18)
# The wavelength to which A refers, Angstrom (MacLeod et al. 2010, eq. 7).
REFERENCE_WAVELENGTH = 4000.0
# The absolute magnitude to which A refers (MacLeod et al. 2010, eq. 7).
REFERENCE_MAGNITUDE = -23.0
# log10 of the black-hole mass to which A refers, solar masses (MacLeod et al. 2010, eq. 7).
REFERENCE_LOG_MASS = 9.0
# The slope of the continuum, F_nu proportional to nu^SLOPE, with which the absolute magnitudes of MacLeod et
# al. (2010) are K-corrected (Schneider et al. 2007, AJ 134, 102).
SLOPE = -0.5
# The effective wavelength of SDSS's i band, Angstrom (Fukugita et al. 1996, AJ 111, 1748).
I_BAND = 7481.0
# F_lambda lambda^2 of AB magnitude 0: 3631 Jy times the speed of light, erg/s/cm^2 Angstrom.
AB_FLUX = 3631e-23 * 2.99792458e18
# The key of the random numbers of damped random walks, to which REALIZATION is folded in.
SEED = 4000


@transient("agn_drw", outside="constant", by_band=("COLOR",))
def agn_drw(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    REALIZATION: jax.Array | float,
    M_I: jax.Array | float = -25.0,
    LOG_MBH: jax.Array | float = 8.75,
    COLOR: jax.Array | float = 0.0,
    EBV: jax.Array | float = 0.0,
    RV: jax.Array | float = 3.1,
    EBV_MW: jax.Array | float = 0.0,
    RV_MW: jax.Array | float = 3.1,
) -> LightCurve:
    """A nucleus of a given luminosity and black-hole mass.

    Its mean spectrum is the power law F_nu proportional to nu^-0.5 that has the absolute magnitude M_I,
    without emission lines and without absorption by hydrogen between the galaxies.

    Black-hole masses scatter about log10(M_BH / M_sun) = 2.0 - 0.27 M_I with a standard deviation of
    0.58 + 0.011 M_I (MacLeod et al. 2010, section 5.2); the defaults lie on this relation.

    Args:
        sky: the redshift and distance of the source, and the passbands.
        arrays: the grid of the walk: `times` (K,), days in the rest frame, h times the whole numbers `index`
            (K,), which increase by one and include 0; `step` (), h; where there is `odonnell94`, dust has
            O'Donnell's law.
        REALIZATION: a whole number from 0 to 2^24: which random curve, ().
        M_I: the absolute AB magnitude in SDSS's i band at redshift 0, without dust, ().
        LOG_MBH: log10 of the black-hole mass in solar masses, ().
        COLOR: what is added to the mean magnitude of each band (mag), () or (bands,).
        EBV: E(B-V) of the dust in the host (mag), ().
        RV: R_V of that dust, ().
        EBV_MW: E(B-V) of the dust in the Milky Way (mag), ().
        RV_MW: R_V of that dust, ().

    Returns:
        The light curve on the grid, (K, bands).
    """
    transmission = dust(sky, EBV, RV, EBV_MW, RV_MW, "odonnell94" in arrays)
    mean = _power_law(sky, M_I, transmission) * from_magnitude(COLOR)
    tau, sf_inf = macleod(_rest_wavelengths(sky), M_I, LOG_MBH)
    return _light_curve(arrays, mean, tau, sf_inf, REALIZATION)


@transient("agn_drw_mag", outside="constant", by_band=("MAG",))
def agn_drw_mag(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    REALIZATION: jax.Array | float,
    MAG: jax.Array | float,
    M_I: jax.Array | float = -25.0,
    LOG_MBH: jax.Array | float = 8.75,
) -> LightCurve:
    """A nucleus of a given mean magnitude, whose variability is that of its luminosity and black-hole mass.

    Args:
        sky: the redshift of the source, and the passbands.
        arrays: as in `agn_drw`.
        REALIZATION: as in `agn_drw`.
        MAG: the mean apparent AB magnitude, () or (bands,).
        M_I: as in `agn_drw`; only tau and SF_inf depend on it.
        LOG_MBH: as in `agn_drw`.

    Returns:
        The light curve on the grid, (K, bands).
    """
    wavelength = _rest_wavelengths(sky)
    tau, sf_inf = macleod(wavelength, M_I, LOG_MBH)
    return _light_curve(arrays, _by_band(from_magnitude(MAG), wavelength), tau, sf_inf, REALIZATION)


@transient("agn_drw_tau", outside="constant", by_band=("MAG", "TAU", "SF_INF"))
def agn_drw_tau(
    sky: Sky,
    arrays: Mapping[str, jax.Array],
    *,
    REALIZATION: jax.Array | float,
    MAG: jax.Array | float,
    TAU: jax.Array | float,
    SF_INF: jax.Array | float,
    TAU_SLOPE: jax.Array | float = TAU_COEFFICIENTS[1],
    SF_SLOPE: jax.Array | float = SF_COEFFICIENTS[1],
) -> LightCurve:
    """A nucleus of a given mean magnitude and variability.

    Args:
        sky: the redshift of the source, and the passbands.
        arrays: as in `agn_drw`.
        REALIZATION: as in `agn_drw`.
        MAG: the mean apparent AB magnitude, () or (bands,).
        TAU: tau at a rest-frame wavelength of 4000 Angstrom, days in the rest frame, () or (bands,).
        SF_INF: SF_inf at a rest-frame wavelength of 4000 Angstrom (mag), () or (bands,).
        TAU_SLOPE: tau is proportional to the wavelength to this power, (); 0 where TAU is that of each band.
        SF_SLOPE: SF_inf is proportional to the wavelength to this power, (); 0 as above.

    Returns:
        The light curve on the grid, (K, bands).
    """
    wavelength = _rest_wavelengths(sky)
    log_ratio = jnp.log(wavelength / REFERENCE_WAVELENGTH)
    tau, sf_inf = TAU * jnp.exp(TAU_SLOPE * log_ratio), SF_INF * jnp.exp(SF_SLOPE * log_ratio)
    return _light_curve(arrays, _by_band(from_magnitude(MAG), wavelength), tau, sf_inf, REALIZATION)


def macleod(
    wavelength: jax.Array, M_I: jax.Array | float, LOG_MBH: jax.Array | float
) -> tuple[jax.Array, jax.Array]:
    """Tau and SF_inf of MacLeod et al. (2010), eq. 7 and table 1.

    Args:
        wavelength: wavelength in the rest frame, Angstrom, any shape.
        M_I: the absolute magnitude in the i band, ().
        LOG_MBH: log10 of the black-hole mass in solar masses, ().

    Returns:
        tau (days in the rest frame) and SF_inf (mag), of the shape of `wavelength`.

    >>> tau, sf_inf = macleod(jnp.array(4000.0), -23.0, 9.0)
    >>> print(f"{tau:.1f} {sf_inf:.3f}")
    251.2 0.309
    """
    log_ratio = jnp.log10(wavelength / REFERENCE_WAVELENGTH)
    tau, sf_inf = (
        10.0 ** (a + b * log_ratio + c * (M_I - REFERENCE_MAGNITUDE) + d * (LOG_MBH - REFERENCE_LOG_MASS))
        for a, b, c, d in (TAU_COEFFICIENTS, SF_COEFFICIENTS)
    )
    return tau, sf_inf


def damped_random_walk(
    index: jax.Array, step: jax.Array, tau: jax.Array, realization: jax.Array | float
) -> jax.Array:
    """A damped random walk of unit variance on a grid, see above.

    With c_k the terms of the recursion, x_k is the sum over j of a^abs(k - j) c_j between the anchor and k.
    The sum is taken within blocks of about K^(1/2) points, and then over the blocks, as products of matrices.

    Args:
        index: the whole numbers of the grid's points, which increase by one and include 0, (K,).
        step: the distance of two points, ().
        tau: the correlation time, in the unit of `step`, (bands,).
        realization: which random numbers, a whole number below 2^24, ().

    Returns:
        The walks, (K, bands).
    """
    e = _normals(realization, index).astype(tau.dtype)[:, None]
    k = index[:, None]
    rate = step / tau
    terms = jnp.where(k == 0, e, e * jnp.sqrt(-jnp.expm1(-2.0 * rate))[None, :])
    ahead = _decaying_sums(jnp.where(k >= 0, terms, 0.0), rate)
    behind = _decaying_sums(jnp.where(k <= 0, terms, 0.0)[::-1], rate)[::-1]
    return jnp.where(k < 0, behind, ahead)


def _decaying_sums(c: jax.Array, rate: jax.Array) -> jax.Array:
    """The sums over j up to k of exp(-rate (k - j)) c_j, of c (K, bands) and rate (bands,), (K, bands)."""
    count, bands = c.shape
    size = max(int(np.ceil(np.sqrt(count))), 1)
    blocks = jnp.pad(c, ((0, size * size - count), (0, 0))).reshape(size, size, bands)
    within = _sums(blocks, _powers(size, rate))
    before = jnp.pad(_sums(within[None, :, -1], _powers(size, size * rate))[0, :-1], ((1, 0), (0, 0)))
    decay = jnp.exp(-rate[None, :] * jnp.arange(1, size + 1, dtype=c.dtype)[:, None])
    return (within + before[:, None, :] * decay[None]).reshape(-1, bands)[:count]


def _sums(c: jax.Array, powers: jax.Array) -> jax.Array:
    """The products of the matrices (bands, i, j) with the vectors c (..., j, bands)."""
    return jnp.einsum("mjb,bij->mib", c, powers, precision=jax.lax.Precision.HIGHEST)


def _powers(size: int, rate: jax.Array) -> jax.Array:
    """exp(-rate (i - j)) where i >= j, else 0, (bands, size, size)."""
    lag = np.subtract.outer(np.arange(size), np.arange(size))[None]
    decay = jnp.exp(-rate[:, None, None] * jnp.asarray(np.maximum(lag, 0), rate.dtype))
    return jnp.where(lag >= 0, decay, 0.0)


def _normals(realization: jax.Array | float, index: jax.Array) -> jax.Array:
    """A normal number for each whole number `index`, (K,); NaN where `realization` is NaN."""
    realization = jnp.asarray(realization)
    key = jax.random.key(SEED, impl="threefry2x32")
    key = jax.random.fold_in(key, jnp.round(realization).astype(jnp.uint32))
    # negative indices are counted from 2^32 downwards
    words = random_words_at(key, jnp.round(index).astype(jnp.int32).astype(jnp.uint32))
    word = words[0] ^ words[1]
    if jnp.result_type(float) == jnp.float64:
        # the same quantile, to the rounding of double precision
        normals = ndtri(((word ^ np.uint32(2**31)).astype(jnp.float64) + 0.5) * 2.0**-32)
    else:
        normals = normal_of_word(word)
    return jnp.where(jnp.isnan(realization), jnp.nan, normals)


def _light_curve(
    arrays: Mapping[str, jax.Array],
    mean: jax.Array,
    tau: jax.Array,
    sf_inf: jax.Array,
    realization: jax.Array | float,
) -> LightCurve:
    """The light curve of the mean flux (bands,) that varies by a walk with tau and SF_inf (bands,)."""
    sigma = sf_inf / np.sqrt(2.0)
    walk = damped_random_walk(arrays["index"], arrays["step"], tau, realization)
    return LightCurve(arrays["times"], mean[None, :] * from_magnitude(sigma[None, :] * walk))


def _rest_wavelengths(sky: Sky) -> jax.Array:
    """The mean wavelength of each band, weighted as its integral, in the rest frame, Angstrom, (bands,)."""
    mean = jnp.sum(sky.weight * sky.wavelength, axis=1) / jnp.sum(sky.weight, axis=1)
    return mean / (1.0 + sky.redshift)


def _power_law(sky: Sky, M_I: jax.Array | float, transmission: jax.Array) -> jax.Array:
    """The AB flux (bands,) of the mean spectrum.

    At redshift z the flux density F_nu in maggies at the wavelength lambda is

        10^(-0.4 M_I) (10 pc / D_L)^2 (1 + z) (lambda / ((1 + z) lambda_i))^(-SLOPE).
    """
    ratio = sky.wavelength / ((1.0 + sky.redshift) * I_BAND)
    shape = sky.weight * transmission * AB_FLUX / jnp.square(sky.wavelength) * ratio ** (-SLOPE)
    scale = from_magnitude(M_I) * jnp.square(TEN_PARSEC / sky.distance) * (1.0 + sky.redshift)
    return scale * jnp.sum(shape, axis=1)


def _by_band(flux: jax.Array, wavelength: jax.Array) -> jax.Array:
    return jnp.broadcast_to(flux, wavelength.shape)
