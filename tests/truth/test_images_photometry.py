"""Forced photometry at the places of a truth table gives its magnitudes.

The photometry is the tests' own: numpy, from the images and the truth tables alone.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.special import erf

import jaxlens
from jaxlens.datasets.truth import write_dataset_truth

PIXEL, SIZE, ZERO_POINT = 0.2, 40, 27.0
SEEING = {"g": 0.7, "r": 0.6}
TOLERANCE = 0.01  # mag


@pytest.fixture
def isolated(isothermal):
    """Pairs of images of a quasar whose lens and host are dark, and noise of less than a thousandth."""
    species = isothermal["SPECIES"]
    del species["GALAXY_1"]["LIGHT_PROFILE_1"]
    species["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = 40.0
    for axis in ("x", "y"):
        place = {"NAME": "uniform", "PARAMETERS": {"minimum": -0.4, "maximum": 0.4}}
        species["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"][f"center_{axis}"] = {"DISTRIBUTION": place}
    species["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"] = 1.6
    isothermal["IMAGE"]["PARAMETERS"] |= {"numPix": SIZE, "pixel_scale": PIXEL, "exposure_time": 1e6}
    isothermal["SURVEY"]["PARAMETERS"] |= {"magnitude_zero_point": ZERO_POINT, "sky_brightness": 30.0}
    isothermal["DATASET"]["PARAMETERS"]["SIZE"] = 6
    return isothermal


def pixels(arcsec):
    """Where an angle is along an axis of the image, in pixels from the centre of the first."""
    return np.asarray(arcsec) / PIXEL + (SIZE - 1) / 2


def point(x, y, seeing):
    """The image of a point of flux 1: a Gaussian integrated over the pixels."""
    sigma = seeing / np.sqrt(8 * np.log(2)) / PIXEL

    def along(centre):
        edges = (np.arange(SIZE + 1) - 0.5 - centre) / sigma / np.sqrt(2)
        return np.diff(erf(edges)) / 2

    return along(pixels(y))[:, None] * along(pixels(x))[None, :]


def fitted_magnitudes(image, rows, seeing):
    """The magnitudes of points at the places of a truth table, fitted to an image together."""
    design = np.stack([point(row.x, row.y, seeing).ravel() for row in rows.itertuples()], axis=1)
    flux = np.linalg.lstsq(design, np.asarray(image, np.float64).ravel(), rcond=None)[0]
    return ZERO_POINT - 2.5 * np.log10(flux)


def aperture_magnitudes(image, rows, seeing):
    """The magnitudes of isolated points: the sum within 3.5 standard deviations."""
    x, y = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    radius = 3.5 * seeing / np.sqrt(8 * np.log(2)) / PIXEL
    inside = [np.hypot(x - pixels(row.x), y - pixels(row.y)) < radius for row in rows.itertuples()]
    return np.array([ZERO_POINT - 2.5 * np.log10(image[one].sum()) for one in inside])


def is_isolated(rows):
    """Whether the images of a system are apart from each other, and bright enough."""
    x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    apart = distance[~np.eye(len(rows), dtype=bool)]
    return bool(np.all(apart > 2.5)) and bool((rows["magnification"].abs() > 0.3).all())


@pytest.mark.long
def test_forced_photometry_gives_the_magnitudes(isolated, tmp_path):
    isolated["IMAGE"]["PARAMETERS"]["point_source"] = "exact"
    dataset = jaxlens.make_dataset(isolated)
    write_dataset_truth(dataset, tmp_path / "truth")
    images = pd.read_csv(tmp_path / "truth" / "images.csv")
    measured = 0
    for system, rows in images.groupby("id"):
        if not is_isolated(rows):
            continue
        for b, band in enumerate(dataset.bands):
            found = fitted_magnitudes(dataset.CONFIGURATION_1_images[system, b], rows, SEEING[band])
            np.testing.assert_allclose(found, rows[f"magnitude_{band}"], atol=TOLERANCE)
            measured += len(rows)
    assert measured >= 12


@pytest.mark.long
def test_forced_photometry_of_a_series_gives_the_magnitudes_of_each_epoch(isolated):
    """Of a quasar that varies: each image shows it at its own time.

    lenstronomy's stamps are wider than the PSF by their interpolation, and have all of its flux.
    """
    isolated["SPECIES"]["POINTSOURCE_1"]["MODEL"] = "variable"
    series = {"NITES": [60000.25, 60015.0, 60040.5], "OBJECTS": ["QUASAR"], "PEAK": 5.0}
    isolated["SURVEY"]["PARAMETERS"]["num_exposures"] = 1
    isolated["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"] = series | {"REFERENCE_MJD": 60000.0}
    dataset = jaxlens.make_dataset(isolated)
    tables = jaxlens.truth_tables(dataset, epochs=True)
    epochs, images = tables["epochs"], tables["images"]
    assert len(epochs) == 3 * 2 * len(images)
    measured = 0
    for system, rows in images.groupby("id"):
        if not is_isolated(rows):
            continue
        own = epochs[epochs["id"] == system]
        band = [dataset.bands.index(one) for one in own["band"]]
        np.testing.assert_array_equal(own["mjd"], dataset.mjd()[system, own["epoch"], band])
        for epoch in range(3):
            for b, band in enumerate(dataset.bands):
                found = aperture_magnitudes(dataset.series()[system, epoch, b], rows, SEEING[band])
                wanted = own[(own["epoch"] == epoch) & (own["band"] == band)].sort_values("image")
                np.testing.assert_allclose(found, wanted["magnitude"], atol=TOLERANCE)
                measured += len(found)
        brightest = own[own["band"] == "g"].groupby("image")["magnitude"].min()
        np.testing.assert_allclose(rows["magnitude_g"], brightest)
        brighter = own["unlensed_magnitude"] - own["magnitude"]
        factor = rows.set_index("image")["magnification"].abs()[own["image"]].to_numpy()
        np.testing.assert_allclose(10 ** (0.4 * brighter), factor, rtol=1e-4)
        np.testing.assert_allclose(rows["peak_mjd"], 60005.0 + rows["delay"], atol=1e-3)
    assert measured >= 36
    assert set(images["model"]) == {"variable"}
