"""Sources beside a galaxy: smooth isophotes, significance, and basins of peaks."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from jaxlens.fitting.sources import brightest, other_sources, significance, smooth_galaxy, watersheds

SIDE = 101
Y, X = np.mgrid[:SIDE, :SIDE].astype(float)


def galaxy(x: float = 50.3, y: float = 49.8, q: float = 0.7, angle: float = 0.6) -> np.ndarray:
    """An elliptical galaxy as a Sersic profile of n = 4 with a core of a pixel."""
    dx, dy = X - x, Y - y
    a, b = dx * np.cos(angle) + dy * np.sin(angle), -dx * np.sin(angle) + dy * np.cos(angle)
    radius = np.sqrt(a**2 + (b / q) ** 2 + 1.0)
    return np.asarray(50.0 * np.exp(-7.67 * ((radius / 20.0) ** 0.25 - 1.0)))


def spot(x: float, y: float, height: float, width: float = 1.5) -> np.ndarray:
    return np.asarray(height * np.exp(-0.5 * ((X - x) ** 2 + (Y - y) ** 2) / width**2))


def test_an_elliptical_galaxy_is_smooth_and_a_spot_is_not() -> None:
    light, sigma, used = galaxy(), np.full((SIDE, SIDE), 3.0), np.ones((SIDE, SIDE), bool)
    outside = np.hypot(X - 50, Y - 50) > 15
    model = smooth_galaxy(light, sigma, used, (50.3, 49.8))
    assert np.abs(model - light)[outside].max() < 0.6 * 3.0
    with_spot = smooth_galaxy(light + spot(75, 60, 300.0, 3.0), sigma, used, (50.3, 49.8))
    assert np.abs(with_spot - light)[outside].max() < 1.0 * 3.0


def test_noise_has_a_significance_of_width_one_also_beside_a_mask() -> None:
    rng = np.random.default_rng(1)
    sigma, used = rng.uniform(0.5, 3.0, (SIDE, SIDE)), rng.uniform(size=(SIDE, SIDE)) > 0.2
    used[:, :30] = False
    snr = significance(sigma * rng.normal(size=(SIDE, SIDE)), sigma, used)
    assert abs(np.std(snr[used]) - 1.0) < 0.06
    assert (snr[~used] == 0.0).all()


def test_the_middle_of_a_galaxy_is_found_between_pixels() -> None:
    for x, y in ((50.3, 49.8), (47.1, 52.6)):
        found = brightest(galaxy(x, y), np.ones((SIDE, SIDE), bool), (50.0, 50.0), 5.0)
        assert np.hypot(found[0] - x, found[1] - y) < 0.1
    far = galaxy() + spot(80, 50, 1e5)
    assert (
        np.hypot(*np.subtract(brightest(far, np.ones_like(X, bool), (50.0, 50.0), 5.0), (50.3, 49.8))) < 0.1
    )


def test_basins_are_those_of_peaks_and_bumps_are_not_peaks() -> None:
    two = spot(30, 50, 20.0, 4.0) + spot(60, 50, 10.0, 4.0)
    basins = watersheds(two, 0.5)
    labels = np.unique(basins[basins >= 0])
    assert [np.unravel_index(label, two.shape) for label in labels] == [(50, 30), (50, 60)]
    assert (basins[:, :44][two[:, :44] > 0.5] == labels[0]).all()
    # on the flank of the higher one, with a saddle of nearly its own height
    flank = spot(30, 50, 20.0, 6.0) + spot(43, 50, 6.0, 3.0)
    assert len(np.unique(watersheds(flank, 0.5))) == 2, "one basin, and what is below"
    assert (watersheds(np.zeros((5, 5)), 0.5) == -1).all()


def test_sources_are_found_where_they_are_and_noise_is_none() -> None:
    rng = np.random.default_rng(2)
    used, sigma = np.ones((SIDE, SIDE), bool), np.sqrt(4.0 + galaxy())
    places = [(80, 30), (20, 75), (50, 90)]
    false_ones = 0
    for _ in range(5):
        noise = sigma * rng.normal(size=(SIDE, SIDE))
        image = galaxy() + noise + sum(spot(x, y, 20.0) for x, y in places)
        found = other_sources(image, sigma, used, (50.0, 50.0), 20.0, 5.0)
        false_ones += len(other_sources(galaxy() + noise, sigma, used, (50.0, 50.0), 20.0, 5.0))
        for x, y in places:
            assert min(np.hypot(one.x - x, one.y - y) for one in found) < 2.0
        assert [one.peak for one in found] == sorted((one.peak for one in found), reverse=True)
        assert all(one.footprint[one.y, one.x] for one in found)
    assert false_ones == 0


def test_noise_that_neighbours_share_makes_no_sources() -> None:
    """As in a drizzled image, where the map of the noise is that of each pixel alone."""
    rng = np.random.default_rng(3)
    noise = gaussian_filter(rng.normal(size=(SIDE, SIDE)), 0.8)
    noise /= noise.std()
    found = other_sources(noise, np.ones_like(noise), noise > -99, (50.0, 50.0), 10.0, 5.0)
    assert found == []
