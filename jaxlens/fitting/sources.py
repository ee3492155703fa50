"""Sources in an image besides a galaxy at its centre: what stands out of smooth isophotes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.int64]

# Pixels: the standard deviation of the Gaussian with which images are smoothed before peaks are looked for.
SMOOTHING = 1.5
# Sigma of a median: 1.4826 times the median of absolute deviations is the standard deviation of a Gaussian.
_MAD = 1.4826
# The even harmonics of an isophote, cos(m t) and sin(m t): those of ellipses, boxes and disks.
_HARMONICS = (2, 4)
# How often pixels that stand out are left out of an isophote, and by how many sigma.
_ROUNDS, _CLIP = 5, 2.0
# Sigma: pixels around a peak that belong to its source.
_FOOTPRINT = 2.0
# The share of its height by which a peak stands out of the saddle to a higher one, if it is one of its own.
_PROMINENCE = 0.35
# The share of the radius within which the middle of the galaxy is looked for.
_MIDDLE = 0.25
# Isophotes with fewer pixels than this for each of their numbers are means.
_PIXELS_PER_NUMBER = 4


@dataclass(frozen=True)
class Source:
    """A source in an image.

    Attributes:
        x: the column of its peak, from 0.
        y: its row.
        peak: the signal to noise of its peak in the smoothed image.
        footprint: its pixels, (y, x).
    """

    x: int
    y: int
    peak: float
    footprint: Flags


def other_sources(
    image: Floats, sigma: Floats, used: Flags, center: tuple[float, float], radius: float, threshold: float
) -> list[Source]:
    """The sources whose peak is farther than a radius from the centre, the brightest first.

    Args:
        image: the pixels, (y, x).
        sigma: the standard deviation of the noise, (y, x).
        used: which pixels count, (y, x).
        center: the column and the row of the middle of the galaxy.
        radius: in pixels.
        threshold: the smallest peak, in sigma of the smoothed image.
    """
    rest = image - smooth_galaxy(image, sigma, used, brightest(image, used, center, _MIDDLE * radius))
    snr = significance(rest, sigma, used)
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    outside = np.hypot(columns - center[0], rows - center[1]) > radius
    # noise that neighbours share, as in drizzled images, is larger in a smoothed image than sigma says
    snr = snr / _width(snr[outside & used])
    basins = watersheds(snr, _FOOTPRINT)
    found = []
    for label in np.unique(basins[basins >= 0]):
        y, x = np.unravel_index(label, image.shape)
        if snr[y, x] >= threshold and outside[y, x]:
            found.append(Source(int(x), int(y), float(snr[y, x]), basins == label))
    return sorted(found, key=lambda source: -source.peak)


def brightest(image: Floats, used: Flags, center: tuple[float, float], radius: float) -> tuple[float, float]:
    """The column and the row of the brightest point of the smoothed image near a point.

    Between pixels it is the top of the parabola through three of them along each axis.

    Args:
        image: the pixels, (y, x).
        used: which pixels count.
        center: the column and the row of the point.
        radius: how far away it may be, in pixels.
    """
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(np.where(used, image, 0.0), SMOOTHING)
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    near = np.hypot(columns - center[0], rows - center[1]) <= max(radius, 1.0)
    y, x = np.unravel_index(np.argmax(np.where(near & used, smooth, -np.inf)), image.shape)
    place = []
    for i, line in ((int(x), smooth[y]), (int(y), smooth[:, x])):
        before, here, after = line[max(i - 1, 0)], line[i], line[min(i + 1, len(line) - 1)]
        bend = before - 2.0 * here + after
        place.append(
            i + (0.5 * (before - after) / bend if bend < 0.0 and here >= max(before, after) else 0.0)
        )
    return place[0], place[1]


def smooth_galaxy(image: Floats, sigma: Floats, used: Flags, center: tuple[float, float]) -> Floats:
    """The light of a galaxy that is symmetric about a point, from its isophotes, (y, x).

    In each ring of a pixel's width, wider where it is farther out, the light is fitted by
    a + sum over m = 2, 4 of b_m cos(m t) + c_m sin(m t), without the pixels that stand out by 2 sigma.

    Args:
        image: the pixels, (y, x).
        sigma: the standard deviation of the noise.
        used: which pixels count.
        center: the column and the row of the middle.
    """
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    dx, dy = columns - center[0], rows - center[1]
    distance, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    edges = _edges(float(distance.max()))
    ring = np.digitize(distance, edges)
    basis = [np.ones_like(angle), *(f(m * angle) for m in _HARMONICS for f in (np.cos, np.sin))]
    model = np.zeros(image.shape)
    for k in range(1, len(edges)):
        inside = ring == k
        parts = np.stack([part[inside] for part in basis], axis=-1)
        model[inside] = _isophote(image[inside], sigma[inside], used[inside], parts, distance[inside])
    return model


def _edges(largest: float) -> Floats:
    """The radii between rings: a pixel wide, and a tenth of the radius where that is more."""
    edges = [0.0]
    while edges[-1] <= largest:
        edges.append(edges[-1] + max(1.0, 0.1 * edges[-1]))
    return np.array(edges)


def _isophote(image: Floats, sigma: Floats, used: Flags, basis: Floats, distance: Floats) -> Floats:
    """The smooth light of the pixels of a ring, (pixels,)."""
    kept = used.copy()
    # the light falls across a wide ring
    middle = distance - distance.mean()
    design = np.concatenate([basis, middle[:, None]], axis=-1)
    if np.count_nonzero(kept) < _PIXELS_PER_NUMBER * design.shape[1]:
        design = design[:, :1]
    model = np.zeros(len(image))
    for _ in range(_ROUNDS):
        if np.count_nonzero(kept) < design.shape[1]:
            break
        weight = 1.0 / sigma[kept]
        numbers = np.linalg.lstsq(design[kept] * weight[:, None], image[kept] * weight, rcond=None)[0]
        model = design @ numbers
        away = (image - model) / sigma
        # what is added by other light stands out above
        spread = max(1.0, _width(away[kept]))
        kept = used & (away < _CLIP * spread) & (away > -2.0 * _CLIP * spread)
    return model


def significance(image: Floats, sigma: Floats, used: Flags) -> Floats:
    """The signal to noise of an image smoothed by a Gaussian, (y, x); 0 where a pixel does not count.

    With the weights w of the Gaussian it is sum w u d / sqrt(sum w^2 u sigma^2); u is 1 for used pixels.

    Args:
        image: the pixels, (y, x).
        sigma: the standard deviation of the noise.
        used: which pixels count.
    """
    from scipy.ndimage import gaussian_filter

    weight = used.astype(np.float64)
    smooth = gaussian_filter(np.where(used, image, 0.0), SMOOTHING, mode="constant")
    # the square of a Gaussian is one of a smaller width
    variance = gaussian_filter(
        weight * np.where(used, sigma, 0.0) ** 2, SMOOTHING / np.sqrt(2.0), mode="constant"
    )
    noise = np.sqrt(np.maximum(variance, 0.0) / (4.0 * np.pi * SMOOTHING**2))
    return np.where(used & (noise > 0.0), smooth / np.where(noise > 0.0, noise, 1.0), 0.0)


def _width(values: Floats) -> float:
    """The standard deviation of the bulk of some values; 1 where it is smaller or there are none."""
    if not values.size:
        return 1.0
    return max(1.0, float(_MAD * np.median(np.abs(values - np.median(values)))))


def watersheds(height: Floats, lowest: float) -> Labels:
    """The basins of the peaks of a surface: from each pixel one climbs to its highest neighbour.

    A peak that stands out of the saddle to a higher one by less than a share of its height is a bump of that
    one.

    Args:
        height: the surface, (y, x).
        lowest: the height below which pixels belong to no peak.

    Returns:
        The index of the peak in the flat surface for each pixel, (y, x); -1 for those that have none.
    """
    above = height > lowest
    padded = np.pad(np.where(above, height, -np.inf), 1, constant_values=-np.inf)
    rows, columns = height.shape
    index = np.pad(np.arange(height.size).reshape(height.shape), 1, constant_values=-1)
    shifts = [(dy, dx) for dy in range(3) for dx in range(3)]
    views = np.stack([padded[dy : dy + rows, dx : dx + columns] for dy, dx in shifts])
    targets = np.stack([index[dy : dy + rows, dx : dx + columns] for dy, dx in shifts])
    best = np.take_along_axis(targets, np.argmax(views, axis=0)[None], axis=0)[0].ravel()
    top = np.where(above.ravel(), best, np.arange(height.size))
    while True:
        higher = top[top]
        if np.array_equal(higher, top):
            break
        top = higher
    labels = np.where(above.ravel(), top, -1).reshape(height.shape)
    return _merged(height, labels)


def _merged(height: Floats, labels: Labels) -> Labels:
    """The labels with bumps counted to the higher peak beside them."""
    saddles = _saddles(height, labels)
    parent = {int(label): int(label) for label in np.unique(labels[labels >= 0])}

    def root(label: int) -> int:
        while parent[label] != label:
            label = parent[label]
        return label

    flat = height.ravel()
    # from the highest saddle down, as when water falls
    for (one, other), saddle in sorted(saddles.items(), key=lambda item: -item[1]):
        a, b = root(one), root(other)
        low, high = (a, b) if flat[a] < flat[b] else (b, a)
        if a != b and flat[low] - saddle < _PROMINENCE * flat[low]:
            parent[low] = high
    roots = np.arange(height.size)
    for label in parent:
        roots[label] = root(label)
    return np.where(labels >= 0, roots[np.maximum(labels, 0)], -1)


def _saddles(height: Floats, labels: Labels) -> dict[tuple[int, int], float]:
    """The highest pass between each two basins that touch."""
    found: dict[tuple[int, int], float] = {}
    rows, columns = height.shape
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = (slice(0, rows - dy), slice(max(0, -dx), columns - max(0, dx)))
        there = (slice(dy, rows), slice(max(0, dx), columns - max(0, -dx)))
        a, b, pass_ = labels[here], labels[there], np.minimum(height[here], height[there])
        touching = (a != b) & (a >= 0) & (b >= 0)
        for one, other, value in zip(a[touching], b[touching], pass_[touching], strict=True):
            key = (int(min(one, other)), int(max(one, other)))
            found[key] = max(found.get(key, -np.inf), float(value))
    return found
