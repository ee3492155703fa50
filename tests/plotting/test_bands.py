"""Which bands make a colour image."""

import numpy as np
import pytest

from jaxlens.plotting.bands import band_indices, colour_bands, in_flux_units, wavelength


@pytest.mark.parametrize(
    ("bands", "chosen"),
    [
        ("u,g,r,i,z,y", "g,r,i"),
        ("g,r,i,z,Y", "g,r,i"),
        ("i,r,g", "g,r,i"),
        ("g,r,z", "g,r,z"),
        ("NUV,u,g,z", "u,g,z"),
        ("NUV,u,g,r,y", "g,r,y"),
        ("F115W,F150W,F277W,F444W", "F115W,F277W,F444W"),
        ("F158,F129,F106", "F106,F129,F158"),
        ("F160W,F814W,F475W", "F475W,F814W,F160W"),
        ("VIS,Y,J,H", "VIS,Y,H"),
        ("a,b,c,d", "a,b,c"),
    ],
)
def test_the_bands_of_a_colour_image_are_sensible(bands, chosen):
    names = bands.split(",")
    assert [names[b] for b in colour_bands(names)] == chosen.split(",")


def test_bands_may_be_chosen():
    assert colour_bands(["u", "g", "r", "i"], ["u", "r", 3]) == [0, 2, 3]
    assert colour_bands(5) == [0, 1, 2]
    assert band_indices(["g", "r"], [-1]) == [1]
    for wrong in ("gri", ["g", "r"], [0, 1, 2, 3]):
        with pytest.raises(ValueError, match="give three, bluest first"):
            colour_bands(["u", "g", "r", "i"], wrong)
    with pytest.raises(ValueError, match="a colour image needs three bands; there are 2"):
        colour_bands(["g", "r"])
    with pytest.raises(ValueError, match="4 is no band"):
        band_indices(["g", "r"], [4])


def test_names_tell_wavelengths():
    names = ("F090W", "F200LP", "F218W", "F336W", "F300M", "F106", "HSC-g")
    assert [wavelength(name) for name in names] == [900.0, 200.0, 218.0, 336.0, 3000.0, 1060.0, None]


def test_a_spectrum_like_the_suns_is_grey_in_optical_bands():
    """f_nu proportional to the wavelength, at zero points that differ; in the infrared it is not changed."""
    zeros = np.array([28.0, 27.0, 29.0])
    bands = ["g", "r", "i"]
    flux = np.array([wavelength(band) for band in bands]) * 10.0 ** (0.4 * zeros)
    scaled = in_flux_units(flux[:, None, None], zeros, bands)
    np.testing.assert_allclose(scaled, np.full((3, 1, 1), scaled.mean()), rtol=1e-12)
    infrared = in_flux_units(flux[:, None, None], zeros, ["F115W", "F150W", "F277W"])
    np.testing.assert_allclose(infrared, in_flux_units(flux[:, None, None], zeros))
