"""What a population of images is compared by: statistics of an image, and the distance of two samples.

The statistics are smooth functions of the pixels, so that gradients pass through them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

# Rings and bands of frequency of an image; small images have fewer.
MOST_RINGS = 12
MOST_FREQUENCIES = 8
_PIXELS_A_RING = 3
# On how many directions samples of vectors are compared; half of them do in a plane.
_DIRECTIONS = 16
_HIDDEN = 512
# The penalty of a ridge regression on standardised statistics, a system.
_RIDGE = 1e-3
# From the median of absolute values to the standard deviation of normal numbers.
_FROM_MEDIAN = 1.4826
_HIGHEST = jax.lax.Precision.HIGHEST


def noise_level(images: jax.Array) -> jax.Array:
    """The typical noise of a pixel in each band of images (n, bands, y, x), (bands,).

    From the median size of (I_11 - I_12 - I_21 + I_22) / 2 over all 2 x 2 pixels, whose variance is that of a
    pixel, while smooth light falls out.
    """
    left, right = images[..., :-1], images[..., 1:]
    mixed = (left - right)[..., :-1, :] - (left - right)[..., 1:, :]
    return _FROM_MEDIAN * jnp.median(jnp.abs(mixed / 2.0), axis=(0, 2, 3))


def image_statistics(images: jax.Array, sigma: jax.Array) -> jax.Array:
    """Statistics of images (n, bands, y, x) whose bands have noise of `sigma` (bands,) or so: (n, f).

    In each band, of a = arcsinh(counts / sigma), in rings about the image's centre: the mean, the
    components of cos phi, sin phi, cos 2 phi and sin 2 phi, and the scatter; and the logarithm of the mean
    power of counts / sigma in bands of spatial frequency.  They see fluxes, sizes, places, shapes, the radius
    of a ring, the PSF and the noise; colours are differences of them.

    >>> image_statistics(jnp.ones((2, 1, 24, 24)), jnp.ones(1)).shape
    (2, 60)
    """
    scaled = images / sigma[None, :, None, None]
    return jnp.concatenate([_in_rings(jnp.arcsinh(scaled)), _powers(scaled)], axis=1)


def _in_rings(images: jax.Array) -> jax.Array:
    """The components of each ring, and the scatter about its mean."""
    n, bands, rows, columns = images.shape
    weights = jnp.asarray(_ring_weights(rows, columns), images.dtype)
    pixels = images.reshape(n, bands, -1)
    components = jnp.einsum("nbp,pkr->nbkr", pixels, weights, precision=_HIGHEST)
    squares = jnp.einsum("nbp,pr->nbr", pixels**2, weights[:, 0], precision=_HIGHEST)
    # a ring without scatter has no slope of its root
    scatter = jnp.sqrt(jnp.maximum(squares - components[:, :, 0] ** 2, 0.0) + 1e-4)
    return jnp.concatenate([components.reshape(n, -1), scatter.reshape(n, -1)], axis=1)


def _ring_weights(rows: int, columns: int) -> np.ndarray:
    """What takes pixels to the components of rings, (pixels, 5, rings); the last ring has the corners."""
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
    # the Fourier transform of real pixels, each frequency but for those that are their own mirror twice
    weights = jnp.asarray(_frequency_weights(rows, columns), images.dtype)
    power = jnp.abs(jnp.fft.rfft2(images)) ** 2 / (rows * columns)
    means = jnp.einsum("nbyx,yxf->nbf", power, weights, precision=_HIGHEST)
    return jnp.log(means + jnp.finfo(means.dtype).tiny).reshape(n, -1)


def _frequency_weights(rows: int, columns: int) -> np.ndarray:
    """What takes the half plane of frequencies to means in bands of their length, (y, x, frequencies)."""
    along = np.fft.rfftfreq(columns)[None, :]
    length = np.hypot(along, np.fft.fftfreq(rows)[:, None])
    bands = int(np.clip(min(rows, columns) // 4, 1, MOST_FREQUENCIES))
    number = np.minimum(length * 2.0 * bands, bands - 1).astype(int)
    weights = (number[..., None] == np.arange(bands)) * np.where((along > 0) & (along < 0.5), 2.0, 1.0)[
        ..., None
    ]
    weights[0, 0] = 0.0
    weights = weights[..., weights.any(axis=(0, 1))]
    return weights / weights.sum(axis=(0, 1))


def energy_distance(simulated: jax.Array, real: jax.Array) -> jax.Array:
    """The energy distance of two samples of vectors, (m, f) and (n, f): 0 where their laws are the same.

    E = 2 E|X - Y| - E|X - X'| - E|Y - Y'| with the lengths of differences (Szekely & Rizzo 2013, J. Stat.
    Plann. Inference 143, 1249), without bias: no vector is compared with itself, so that E may be a little
    below 0.  A length is the mean of its projections on all directions, but for a factor.  The mean is taken
    here over a fixed set of them, on each of which sorting gives all pairs at once.

    Raises ValueError where a sample has fewer than two vectors, or the two have not the same size.

    >>> x = jax.random.normal(jax.random.key(0), (400, 2))
    >>> bool(energy_distance(x, x[::-1] + 1.0) > 0.5), bool(abs(energy_distance(x[:200], x[200:])) < 0.05)
    (True, True)
    """
    (m, size), (n, other) = simulated.shape, real.shape
    if size != other or min(m, n) < 2:
        right = "give two samples (m, f) and (n, f), each of two vectors or more"
        raise ValueError(f"the samples have shapes {simulated.shape} and {real.shape}; {right}")
    directions = jnp.asarray(_directions(size), simulated.dtype)
    x = jnp.matmul(directions, simulated.T, precision=_HIGHEST)
    y = jnp.matmul(directions, real.T, precision=_HIGHEST)
    among_x, among_y, among_all = _mean_gap(x), _mean_gap(y), _mean_gap(jnp.concatenate([x, y], axis=1))
    # of all pairs in both samples together those between them are left
    every, own = (m + n) * (m + n - 1), m * (m - 1) * among_x + n * (n - 1) * among_y
    between = (every * among_all - own) / (2 * m * n)
    return jnp.mean(2.0 * between - among_x - among_y) / _mean_projection(size)


def _mean_gap(values: jax.Array) -> jax.Array:
    """The mean of |a - b| over all pairs in each row of values (k, n), (k,)."""
    n = values.shape[1]
    # the i-th smallest is the larger one in i pairs and the smaller one in n - 1 - i
    ranks = jnp.asarray((2.0 * np.arange(n) - (n - 1)) / (n * (n - 1) / 2.0), values.dtype)
    return jnp.matmul(jnp.sort(values, axis=1), ranks, precision=_HIGHEST)


def _directions(size: int) -> np.ndarray:
    """Unit vectors (k, size) over which means stand for those over all directions."""
    if size == 1:
        return np.ones((1, 1))
    if size == 2:
        angle = np.pi * np.arange(_DIRECTIONS // 2) / (_DIRECTIONS // 2)
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)
    random = np.random.default_rng(0)
    turns = [np.linalg.qr(random.standard_normal((size, size)))[0] for _ in range(-(-_DIRECTIONS // size))]
    return np.concatenate([np.eye(size), *turns])[: max(_DIRECTIONS, size)]


def _mean_projection(size: int) -> float:
    """The mean of |u_1| over all unit vectors u of `size` components."""
    return math.exp(math.lgamma(size / 2.0) - math.lgamma((size + 1) / 2.0)) / math.sqrt(math.pi)


class Regression(NamedTuple):
    """A guess of some numbers of a system from the statistics of its image.

    With x the standardised statistics it is linear in (x, tanh(x directions + offsets), 1).
    """

    centre: jax.Array
    spread: jax.Array
    directions: jax.Array
    offsets: jax.Array
    coefficients: jax.Array

    def __call__(self, statistics: jax.Array) -> jax.Array:
        """The guesses (n, d) for statistics (n, f)."""
        return jnp.matmul(self._basis(statistics), self.coefficients, precision=_HIGHEST)

    def _basis(self, statistics: jax.Array) -> jax.Array:
        x = (statistics - self.centre[None]) / self.spread[None]
        bent = jnp.tanh(jnp.matmul(x, self.directions, precision=_HIGHEST) + self.offsets[None])
        return jnp.concatenate([x, bent, jnp.ones_like(x[:, :1])], axis=1)


def regression(statistics: jax.Array, targets: jax.Array, key: jax.Array) -> Regression:
    """What guesses `targets` (n, d) best from `statistics` (n, f).

    A ridge regression on the statistics and on fixed random waves of them, an extreme learning machine (Huang
    et al. 2006, Neurocomputing 70, 489): a network of one layer that needs no descent.
    """
    first, second = jax.random.split(key)
    size, dtype = statistics.shape[1], statistics.dtype
    centre, spread = jnp.mean(statistics, axis=0), jnp.std(statistics, axis=0)
    plain = Regression(
        centre,
        jnp.where(spread > 0.0, spread, 1.0),
        jax.random.normal(first, (size, _HIDDEN), dtype) / np.sqrt(size),
        jax.random.normal(second, (_HIDDEN,), dtype),
        jnp.zeros((size + _HIDDEN + 1, targets.shape[1]), dtype),
    )
    basis = np.asarray(plain._basis(statistics), np.float64)
    wanted = np.asarray(targets, np.float64)
    penalty = _RIDGE * len(basis) * np.eye(basis.shape[1])
    penalty[-1, -1] = 0.0
    solved = np.linalg.solve(basis.T @ basis + penalty, basis.T @ wanted)
    return plain._replace(coefficients=jnp.asarray(solved, dtype))
