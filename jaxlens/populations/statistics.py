"""Statistics of images, the energy distance of two samples of them, and a regression on them.

The statistics are smooth functions of the pixels, so that they have gradients.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

# The largest number of rings about the centre of an image; the corners outside are one more ring.
MAX_RINGS = 12
# The largest number of bands of spatial frequency.
MAX_FREQUENCY_BANDS = 8
# Pixels: an image has at most one ring for this length of its shorter side.
_PIXELS_PER_RING = 3
# Pixels: an image has at most one band of spatial frequency for this length of its shorter side.
_PIXELS_PER_FREQUENCY_BAND = 4
# The number of directions on which samples of vectors are projected.  For two components half as many
# are enough, since they are evenly spaced; for more than 16 there is one for each component.
_DIRECTIONS = 16
# The number of random hidden units of the regression.
_HIDDEN_UNITS = 512
# The ridge regression minimises the mean squared error plus this times the sum of squared coefficients,
# without that of the constant.
_RIDGE = 1e-3
# The standard deviation of a normal distribution of mean 0 over the median of its absolute value.
_SIGMA_PER_MEDIAN_ABSOLUTE = 1.4826
# In units of (arcsinh(counts / sigma))^2: added to the variance in a ring, because the square root has no
# derivative at zero.
_ADDED_VARIANCE = 1e-4
# Matrix products in full float32 precision, also on a GPU.
_HIGHEST = jax.lax.Precision.HIGHEST


@jax.jit
def noise_level(images: jax.Array) -> jax.Array:
    """The typical noise of a pixel in each band of images (n, bands, y, x), (bands,).

    It is 1.4826 times the median of |I_11 - I_12 - I_21 + I_22| / 2 over all 2 x 2 pixels.  The variance of
    this difference is that of a pixel (Immerkaer 1996, Comput. Vis. Image Underst. 64, 300, has a similar
    operator), and light that changes linearly drops out.
    """
    difference = images[..., :-1] - images[..., 1:]
    mixed = difference[..., :-1, :] - difference[..., 1:, :]
    return _SIGMA_PER_MEDIAN_ABSOLUTE * jnp.median(jnp.abs(mixed / 2.0), axis=(0, 2, 3))


def as_channels(images: jax.Array) -> jax.Array:
    """Images (n, bands, y, x); each epoch of time series, (n, epochs, bands, y, x), has bands of its own.

    >>> as_channels(np.ones((4, 3, 2, 8, 8))).shape
    (4, 6, 8, 8)
    """
    return images.reshape(len(images), -1, *images.shape[-2:])


def image_statistics(images: jax.Array, sigma: jax.Array) -> jax.Array:
    """Statistics of images that depend on fluxes, sizes, positions, shapes, arcs, the PSF and the noise.

    In each band of the image they are

    - of arcsinh(counts / sigma) in each ring about the image's centre: the mean, the means of its products
      with cos phi, sin phi, cos 2 phi and sin 2 phi, and the standard deviation;
    - the logarithm of the mean power of counts / sigma in each band of spatial frequency.

    Args:
        images: (n, bands, y, x).
        sigma: the typical noise of each band, (bands,), in the same units.

    Returns:
        The statistics, (n, f).

    >>> jax.jit(image_statistics)(np.ones((2, 1, 24, 24)), np.ones(1)).shape
    (2, 60)
    """
    scaled = images / sigma[None, :, None, None]
    return jnp.concatenate([_in_rings(jnp.arcsinh(scaled)), _powers(scaled)], axis=1)


def _in_rings(images: jax.Array) -> jax.Array:
    """The five components of each ring, and the standard deviation about its mean, (n, bands x 6 x rings)."""
    n, bands, rows, columns = images.shape
    weights = jnp.asarray(_ring_weights(rows, columns), images.dtype)
    pixels = images.reshape(n, bands, -1)
    components = jnp.einsum("nbp,pkr->nbkr", pixels, weights, precision=_HIGHEST)
    squares = jnp.einsum("nbp,pr->nbr", pixels**2, weights[:, 0], precision=_HIGHEST)
    variance = jnp.maximum(squares - components[:, :, 0] ** 2, 0.0)
    deviation = jnp.sqrt(variance + _ADDED_VARIANCE)
    return jnp.concatenate([components.reshape(n, -1), deviation.reshape(n, -1)], axis=1)


def _ring_weights(rows: int, columns: int) -> np.ndarray:
    """The weights of pixels in the components of rings, (pixels, 5, rings); the corners are the last ring."""
    y, x = np.mgrid[:rows, :columns].reshape(2, -1)
    x, y = x - (columns - 1) / 2.0, y - (rows - 1) / 2.0
    half = min(rows, columns) / 2.0
    rings = int(np.clip(half * 2.0 / _PIXELS_PER_RING, 1, MAX_RINGS))
    ring = np.minimum(np.hypot(x, y) / half * rings, rings).astype(int)
    in_ring = (ring[:, None] == np.arange(rings + 1)).astype(float)
    in_ring = in_ring[:, in_ring.any(axis=0)]
    phi = np.arctan2(y, x)
    harmonics = np.stack([np.ones_like(phi), *(f(m * phi) for m in (1, 2) for f in (np.cos, np.sin))], axis=1)
    return harmonics[:, :, None] * (in_ring / in_ring.sum(axis=0))[:, None, :]


def _powers(images: jax.Array) -> jax.Array:
    """The logarithm of the mean power of images in bands of spatial frequency, (n, bands x frequencies)."""
    n, _, rows, columns = images.shape
    weights = jnp.asarray(_frequency_weights(rows, columns), images.dtype)
    power = jnp.abs(jnp.fft.rfft2(images)) ** 2 / (rows * columns)
    means = jnp.einsum("nbyx,yxf->nbf", power, weights, precision=_HIGHEST)
    return jnp.log(means + jnp.finfo(means.dtype).tiny).reshape(n, -1)


def _frequency_weights(rows: int, columns: int) -> np.ndarray:
    """The weights of the power at each frequency in the mean of each band of frequencies, (y, x, bands).

    `rfft2` returns only half of the plane of frequencies, because the pixels are real.  A frequency counts
    twice where its mirror image is in the other half.  Frequency zero, the total flux, is left out.
    """
    along = np.fft.rfftfreq(columns)[None, :]
    length = np.hypot(along, np.fft.fftfreq(rows)[:, None])
    bands = int(np.clip(min(rows, columns) // _PIXELS_PER_FREQUENCY_BAND, 1, MAX_FREQUENCY_BANDS))
    band = np.minimum(length * 2.0 * bands, bands - 1).astype(int)
    multiplicity = np.where((along > 0) & (along < 0.5), 2.0, 1.0)
    weights = (band[..., None] == np.arange(bands)) * multiplicity[..., None]
    weights[0, 0] = 0.0
    weights = weights[..., weights.any(axis=(0, 1))]
    return weights / weights.sum(axis=(0, 1))


def energy_distance(simulated: jax.Array, observed: jax.Array) -> jax.Array:
    """The energy distance of two samples of vectors; it vanishes where their distributions are the same.

    D = 2 E|X - Y| - E|X - X'| - E|Y - Y'|, with X, X' of one sample and Y, Y' of the other (Szekely & Rizzo
    2013, J. Stat. Plann. Inference 143, 1249).  The estimate has no bias, since no vector is compared with
    itself, and may therefore be slightly negative.  |v| is estimated from projections on a fixed set of unit
    vectors u: the mean over all u of |u.v| is |v| times the mean of |u_1|.  For each u the sum over all pairs
    follows from sorting the projections.

    Args:
        simulated: m vectors of f components, (m, f).
        observed: n vectors of f components, (n, f).

    Returns:
        The distance, ().

    Raises:
        ValueError: if a sample has fewer than two vectors, or the two have different numbers of components.

    >>> x = np.random.default_rng(0).standard_normal((400, 2))
    >>> distance = jax.jit(energy_distance)
    >>> bool(distance(x[:200], x[200:] + 1.0) > 0.5), bool(abs(distance(x[:200], x[200:])) < 0.05)
    (True, True)
    """
    (m, size), (n, other) = simulated.shape, observed.shape
    if size != other or min(m, n) < 2:
        right = "give two samples (m, f) and (n, f), each of two vectors or more"
        raise ValueError(f"the samples have shapes {simulated.shape} and {observed.shape}; {right}")
    directions = jnp.asarray(_directions(size), simulated.dtype)
    x = jnp.matmul(directions, simulated.T, precision=_HIGHEST)
    y = jnp.matmul(directions, observed.T, precision=_HIGHEST)
    both = jnp.concatenate([x, y], axis=1)
    among_x, among_y, among_all = (_mean_absolute_difference(values) for values in (x, y, both))
    # the pairs with one vector of each sample are all pairs except those within one sample
    within = m * (m - 1) * among_x + n * (n - 1) * among_y
    between = ((m + n) * (m + n - 1) * among_all - within) / (2 * m * n)
    return jnp.mean(2.0 * between - among_x - among_y) / _mean_projection(size)


def _mean_absolute_difference(values: jax.Array) -> jax.Array:
    """The mean of |a - b| over all pairs in each row of values (k, n), (k,)."""
    n = values.shape[1]
    # the i-th smallest value is the larger one of i pairs and the smaller one of n - 1 - i pairs
    ranks = jnp.asarray((2.0 * np.arange(n) - (n - 1)) / (n * (n - 1) / 2.0), values.dtype)
    return jnp.matmul(jnp.sort(values, axis=1), ranks, precision=_HIGHEST)


def _directions(size: int) -> np.ndarray:
    """Unit vectors u (k, size) over which the mean of |u.v| is about that over all unit vectors."""
    if size == 1:
        return np.ones((1, 1))
    if size == 2:
        angle = np.pi * np.arange(_DIRECTIONS // 2) / (_DIRECTIONS // 2)
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)
    random = np.random.default_rng(0)
    rotations = [
        np.linalg.qr(random.standard_normal((size, size)))[0] for _ in range(-(-_DIRECTIONS // size))
    ]
    return np.concatenate([np.eye(size), *rotations])[: max(_DIRECTIONS, size)]


def _mean_projection(size: int) -> float:
    """The mean of |u_1| over all unit vectors u of `size` components."""
    return math.exp(math.lgamma(size / 2.0) - math.lgamma((size + 1) / 2.0)) / math.sqrt(math.pi)


class Regression(NamedTuple):
    """An estimate of d parameters of a system from the statistics of its image.

    With the standardised statistics x it is (x, tanh(x directions + offsets), 1) times the coefficients.

    Attributes:
        centre: the means of the statistics, (f,).
        spread: their standard deviations, (f,).
        directions: the input weights of the h random hidden units, (f, h).
        offsets: the biases of the hidden units, (h,).
        coefficients: the coefficients of the estimate, (f + h + 1, d).
    """

    centre: jax.Array
    spread: jax.Array
    directions: jax.Array
    offsets: jax.Array
    coefficients: jax.Array

    def __call__(self, statistics: jax.Array) -> jax.Array:
        """The estimates (n, d) from statistics (n, f)."""
        return jnp.matmul(self._basis(statistics), self.coefficients, precision=_HIGHEST)

    def _basis(self, statistics: jax.Array) -> jax.Array:
        x = (statistics - self.centre[None]) / self.spread[None]
        hidden = jnp.tanh(jnp.matmul(x, self.directions, precision=_HIGHEST) + self.offsets[None])
        return jnp.concatenate([x, hidden, jnp.ones_like(x[:, :1])], axis=1)


def fit_regression(statistics: jax.Array, targets: jax.Array, key: jax.Array) -> Regression:
    """The regression of parameters on statistics with the least squared errors.

    It is a ridge regression on the statistics and on random hidden units: an extreme learning machine (Huang
    et al. 2006, Neurocomputing 70, 489), which is a network of one hidden layer whose input weights stay
    random and whose output weights follow from linear algebra.

    Args:
        statistics: the statistics of n images, (n, f).
        targets: the parameters of their systems, (n, d).
        key: the random key of the hidden units.

    Returns:
        The regression.
    """
    untrained = _untrained(jnp.asarray(statistics), key)
    basis = np.asarray(untrained._basis(statistics), np.float64)
    wanted = np.asarray(targets, np.float64)
    penalty = _RIDGE * len(basis) * np.eye(basis.shape[1])
    penalty[-1, -1] = 0.0
    solved = np.linalg.solve(basis.T @ basis + penalty, basis.T @ wanted)
    return untrained._replace(coefficients=jnp.asarray(solved, untrained.centre.dtype))


def _untrained(statistics: jax.Array, key: jax.Array) -> Regression:
    """A regression with the mean and spread of `statistics`, random hidden units, and no coefficients."""
    first, second = jax.random.split(key)
    size, dtype = statistics.shape[1], statistics.dtype
    centre, spread = jnp.mean(statistics, axis=0), jnp.std(statistics, axis=0)
    return Regression(
        centre,
        jnp.where(spread > 0.0, spread, 1.0),
        jax.random.normal(first, (size, _HIDDEN_UNITS), dtype) / np.sqrt(size),
        jax.random.normal(second, (_HIDDEN_UNITS,), dtype),
        jnp.zeros((size + _HIDDEN_UNITS + 1, 0), dtype),
    )
