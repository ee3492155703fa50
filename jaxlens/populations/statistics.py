"""Statistics of images, the energy distance of two samples of them, and a regression on them.

The statistics are smooth functions of the pixels, so that they have gradients.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

# The most rings about the centre of an image, besides the one for the corners.
MOST_RINGS = 12
# The most bands of spatial frequency.
MOST_FREQUENCIES = 8
# An image has at most one ring for so many pixels along its side.
_PIXELS_A_RING = 3
# Directions on which samples of vectors of three or more components are projected.
_DIRECTIONS = 16
# Random waves of the regression.
_HIDDEN = 512
# The penalty of the ridge regression on standardised statistics, for each system.
_RIDGE = 1e-3
# The standard deviation of a normal distribution over its median absolute value.
_FROM_MEDIAN = 1.4826
# Added to the variance in a ring, whose root has no derivative at zero.
_LEAST_VARIANCE = 1e-4
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
    return _FROM_MEDIAN * jnp.median(jnp.abs(mixed / 2.0), axis=(0, 2, 3))


def image_statistics(images: jax.Array, sigma: jax.Array) -> jax.Array:
    """Statistics of images that depend on fluxes, sizes, positions, shapes, arcs, the PSF and the noise.

    In each band, of arcsinh(counts / sigma) in rings about the image's centre: the mean, the components of
    cos phi, sin phi, cos 2 phi and sin 2 phi, and the standard deviation; and the logarithm of the mean power
    of counts / sigma in bands of spatial frequency.  Colours are differences of them.

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
    """The five components of each ring, and the standard deviation about its mean."""
    n, bands, rows, columns = images.shape
    weights = jnp.asarray(_ring_weights(rows, columns), images.dtype)
    pixels = images.reshape(n, bands, -1)
    components = jnp.einsum("nbp,pkr->nbkr", pixels, weights, precision=_HIGHEST)
    squares = jnp.einsum("nbp,pr->nbr", pixels**2, weights[:, 0], precision=_HIGHEST)
    variance = jnp.maximum(squares - components[:, :, 0] ** 2, 0.0)
    deviation = jnp.sqrt(variance + _LEAST_VARIANCE)
    return jnp.concatenate([components.reshape(n, -1), deviation.reshape(n, -1)], axis=1)


def _ring_weights(rows: int, columns: int) -> np.ndarray:
    """The matrix from pixels to components of rings, (pixels, 5, rings); the last ring is the corners."""
    y, x = np.mgrid[:rows, :columns].reshape(2, -1)
    x, y = x - (columns - 1) / 2.0, y - (rows - 1) / 2.0
    half = min(rows, columns) / 2.0
    rings = int(np.clip(half * 2.0 / _PIXELS_A_RING, 1, MOST_RINGS))
    ring = np.minimum(np.hypot(x, y) / half * rings, rings).astype(int)
    inside = (ring[:, None] == np.arange(rings + 1)).astype(float)
    inside = inside[:, inside.any(axis=0)]
    angle = np.arctan2(y, x)
    waves = np.stack([np.ones_like(angle), *(f(m * angle) for m in (1, 2) for f in (np.cos, np.sin))], axis=1)
    return waves[:, :, None] * (inside / inside.sum(axis=0))[:, None, :]


def _powers(images: jax.Array) -> jax.Array:
    """The logarithm of the mean power of images in bands of spatial frequency, (n, bands x frequencies)."""
    n, _, rows, columns = images.shape
    weights = jnp.asarray(_frequency_weights(rows, columns), images.dtype)
    power = jnp.abs(jnp.fft.rfft2(images)) ** 2 / (rows * columns)
    means = jnp.einsum("nbyx,yxf->nbf", power, weights, precision=_HIGHEST)
    return jnp.log(means + jnp.finfo(means.dtype).tiny).reshape(n, -1)


def _frequency_weights(rows: int, columns: int) -> np.ndarray:
    """The matrix from power to its means in bands of frequency, (y, x, frequencies).

    The Fourier transform of real pixels has half of the plane of frequencies.  A frequency whose mirror image
    is in the other half counts twice.  Frequency zero, the total flux, is left out.
    """
    along = np.fft.rfftfreq(columns)[None, :]
    length = np.hypot(along, np.fft.fftfreq(rows)[:, None])
    bands = int(np.clip(min(rows, columns) // 4, 1, MOST_FREQUENCIES))
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
    itself, so that it may be slightly negative.  |v| is the mean of |u.v| over all unit vectors u, divided
    by that of |u_1|.  Here it is the mean over a fixed set of unit vectors; on each of these the sum over all
    pairs follows from sorting.

    Args:
        simulated: m vectors of f components, (m, f).
        observed: n vectors of f components, (n, f).

    Returns:
        The distance, ().

    Raises:
        ValueError: a sample has fewer than two vectors, or the two have different numbers of components.

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
    among_x, among_y, among_all = _mean_gap(x), _mean_gap(y), _mean_gap(jnp.concatenate([x, y], axis=1))
    # the pairs with one vector of each sample are all pairs but for those inside one sample
    inside = m * (m - 1) * among_x + n * (n - 1) * among_y
    between = ((m + n) * (m + n - 1) * among_all - inside) / (2 * m * n)
    return jnp.mean(2.0 * between - among_x - among_y) / _mean_projection(size)


def _mean_gap(values: jax.Array) -> jax.Array:
    """The mean of |a - b| over all pairs in each row of values (k, n), (k,)."""
    n = values.shape[1]
    # the i-th smallest value is the larger one of i pairs and the smaller one of n - 1 - i pairs
    ranks = jnp.asarray((2.0 * np.arange(n) - (n - 1)) / (n * (n - 1) / 2.0), values.dtype)
    return jnp.matmul(jnp.sort(values, axis=1), ranks, precision=_HIGHEST)


def _directions(size: int) -> np.ndarray:
    """Unit vectors (k, size), whose mean of |u.v| approximates that over all unit vectors."""
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

    It is linear in (x, tanh(x directions + offsets), 1), with the standardised statistics x.

    Attributes:
        centre: the means of the statistics, (f,).
        spread: their standard deviations, (f,).
        directions: of h random waves, (f, h).
        offsets: of these, (h,).
        coefficients: of the linear combination, (f + h + 1, d).
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
        waves = jnp.tanh(jnp.matmul(x, self.directions, precision=_HIGHEST) + self.offsets[None])
        return jnp.concatenate([x, waves, jnp.ones_like(x[:, :1])], axis=1)


def regression(statistics: jax.Array, targets: jax.Array, key: jax.Array) -> Regression:
    """The regression of parameters on statistics with the least squared errors.

    It is a ridge regression on the statistics and on fixed random waves of them: an extreme learning machine
    (Huang et al. 2006, Neurocomputing 70, 489), a network of one hidden layer that needs no training.

    Args:
        statistics: (n, f).
        targets: the parameters, (n, d).
        key: of the random waves.
    """
    untrained = _untrained(jnp.asarray(statistics), key)
    basis = np.asarray(untrained._basis(statistics), np.float64)
    wanted = np.asarray(targets, np.float64)
    penalty = _RIDGE * len(basis) * np.eye(basis.shape[1])
    penalty[-1, -1] = 0.0
    solved = np.linalg.solve(basis.T @ basis + penalty, basis.T @ wanted)
    return untrained._replace(coefficients=jnp.asarray(solved, untrained.centre.dtype))


def _untrained(statistics: jax.Array, key: jax.Array) -> Regression:
    """A regression with random waves and no coefficients, for the mean and spread of `statistics`."""
    first, second = jax.random.split(key)
    size, dtype = statistics.shape[1], statistics.dtype
    centre, spread = jnp.mean(statistics, axis=0), jnp.std(statistics, axis=0)
    return Regression(
        centre,
        jnp.where(spread > 0.0, spread, 1.0),
        jax.random.normal(first, (size, _HIDDEN), dtype) / np.sqrt(size),
        jax.random.normal(second, (_HIDDEN,), dtype),
        jnp.zeros((size + _HIDDEN + 1, 0), dtype),
    )
