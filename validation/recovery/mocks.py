"""The files of the simulated lenses that are fitted, as dictionaries for `load_config`.

Those of galaxies and quasars are images of a space telescope: 64 x 64 pixels of 0.08 arcsec in one band, a
PSF of 0.15 arcsec and the noise of four exposures of 500 s.  The lens is an SIE with external shear, its
light a Sersic ellipse with a centre of its own; the source is a Sersic ellipse inside the Einstein radius.
PSF, exposure and sky are known.
"""

from __future__ import annotations

from typing import Any

Node = dict[str, Any]
# The nights of the supernova's series (days).
SUPERNOVA_NIGHTS = [14.0 * k for k in range(8)]


def galaxy_galaxy_mock(num_pix: int = 64) -> Node:
    """A lensed galaxy with 21 free parameters; the flux of its arcs is 70 to 230 times the error of the flux.

    >>> galaxy_galaxy_mock()["IMAGE"]["PARAMETERS"]["numPix"]
    64
    """
    return _file("GALAXY_MOCK", num_pix)


def lensed_quasar_mock(num_pix: int = 64) -> Node:
    """The lensed galaxy with a quasar of free flux in its centre: 22 free parameters.

    >>> lensed_quasar_mock()["IMAGE"]["PARAMETERS"]["point_source"]
    'exact'
    """
    file = _file("QUASAR_MOCK", num_pix)
    # A fit needs a stamp that is a smooth function of the position.
    file["IMAGE"]["PARAMETERS"]["point_source"] = "exact"
    quasar = {"magnitude": normal(23.0, 0.4)}
    file["SPECIES"]["POINTSOURCE_1"] = {"NAME": "QUASAR", "HOST": "SOURCE", "PARAMETERS": quasar}
    file["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_2"] = "QUASAR"
    return file


def lensed_supernova_mock(num_pix: int = 32) -> Node:
    """A series of images of a lensed type Ia supernova in its host: 13 free parameters, H0 among them.

    Eight nights, two weeks apart, in two bands; 32 x 32 pixels of 0.12 arcsec, a PSF of 0.25 arcsec and the
    noise of one exposure of 60 s.  The parameters are those of the light curve, of the lens, of the host, and
    H0, so that the delays are measured by the light curves of the images.

    >>> lensed_supernova_mock()["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"]["OBJECTS"]
    ['SUPERNOVA']
    """
    file = _file("SUPERNOVA_MOCK", num_pix)
    file["COSMOLOGY"]["PARAMETERS"]["H0"] = normal(70.0, 7.0)
    file["IMAGE"]["PARAMETERS"] |= {"pixel_scale": 0.12, "exposure_time": 60, "point_source": "exact"}
    file["SURVEY"]["PARAMETERS"] |= {"BANDS": "r,i", "passbands": "lsst", "seeing": 0.25, "num_exposures": 1}
    file["SPECIES"] |= {"GALAXY_1": _quiet_lens(), "GALAXY_2": _host(), "POINTSOURCE_1": _supernova()}
    configuration = file["GEOMETRY"]["CONFIGURATION_1"]
    configuration["PLANE_1"]["PARAMETERS"]["REDSHIFT"] = 0.3
    configuration["PLANE_2"] = {
        "OBJECT_1": "SOURCE",
        "OBJECT_2": "SUPERNOVA",
        "PARAMETERS": {"REDSHIFT": 0.8},
    }
    peak = between(15.0, 8.0, -10.0, 40.0)
    configuration["TIMESERIES"] = {"NITES": SUPERNOVA_NIGHTS, "OBJECTS": ["SUPERNOVA"], "PEAK": peak}
    return file


def normal(mean: float, std: float) -> Node:
    """The entry of a parameter with a normal distribution."""
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


def between(mean: float, std: float, minimum: float, maximum: float) -> Node:
    """The entry of a parameter with a truncated normal distribution.

    Args:
        mean: the mean before truncation.
        std: the standard deviation before truncation.
        minimum: the lower end.
        maximum: the upper end.
    """
    ends = {"mean": mean, "std": std, "minimum": minimum, "maximum": maximum}
    return {"DISTRIBUTION": {"NAME": "truncated_normal", "PARAMETERS": ends}}


def _file(name: str, num_pix: int) -> Node:
    return {
        "DATASET": {"NAME": name, "PARAMETERS": {"SIZE": 1, "OUTDIR": name, "SEED": 0}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": _image(num_pix)},
        "SURVEY": {"PARAMETERS": _survey()},
        "SPECIES": {"GALAXY_1": _lens(), "GALAXY_2": _source()},
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": name,
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.5}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 2.0}},
            }
        },
    }


def _image(num_pix: int) -> Node:
    exposure = {"exposure_time": 500, "read_noise": 4, "ccd_gain": 2.5}
    return exposure | {"numPix": num_pix, "pixel_scale": 0.08, "psf_type": "GAUSSIAN"}


def _survey() -> Node:
    sky = {"magnitude_zero_point": 25.96, "sky_brightness": 22.3, "num_exposures": 4}
    return {"BANDS": "F160W", "seeing": 0.15} | sky


def _lens() -> Node:
    middle = {axis: normal(0.0, 0.03) for axis in ("center_x", "center_y")}
    mass = {"theta_E": between(1.1, 0.15, 0.7, 1.5)} | _ellipse(0.1) | middle
    light = {"magnitude": normal(19.5, 0.4), "R_sersic": between(0.7, 0.15, 0.25, 1.3)}
    light |= {"n_sersic": between(3.0, 0.6, 1.0, 6.0)} | _ellipse(0.1) | middle
    return {
        "NAME": "LENS",
        "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light},
        "MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": mass},
        "SHEAR_PROFILE_1": {
            "NAME": "SHEAR",
            "PARAMETERS": {name: normal(0.0, 0.04) for name in ("gamma1", "gamma2")},
        },
    }


def _source() -> Node:
    light = {"magnitude": normal(24.0, 0.3), "R_sersic": between(0.25, 0.06, 0.08, 0.5)}
    light |= {"n_sersic": between(1.3, 0.3, 0.5, 3.0)} | _ellipse(0.12)
    light |= {axis: normal(0.0, 0.12) for axis in ("center_x", "center_y")}
    return {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light}}


def _quiet_lens() -> Node:
    """A lens whose light is known but for its magnitude, and whose mass is centred on it."""
    middle = {"center_x": 0.0, "center_y": 0.0}
    light = {"magnitude": normal(19.5, 0.4), "R_sersic": 0.7, "n_sersic": 3.0, "e1": 0.1, "e2": 0.0} | middle
    mass = {"theta_E": between(1.1, 0.08, 0.8, 1.4)} | _ellipse(0.06) | middle
    return {
        "NAME": "LENS",
        "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light},
        "MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": mass},
    }


def _host() -> Node:
    light = {"magnitude": normal(23.0, 0.3), "R_sersic": between(0.25, 0.06, 0.08, 0.5), "n_sersic": 1.0}
    light |= {"e1": 0.1, "e2": 0.0, "center_x": normal(0.2, 0.06), "center_y": normal(0.1, 0.06)}
    return {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light}}


def _supernova() -> Node:
    """A type Ia supernova in the middle of its host; MODEL replaces the magnitude."""
    model = {"NAME": "ia", "ABSMAG": normal(-19.4, 0.1), "ALPHA": 1.5, "BETA": 3.1}
    model |= {"STRETCH": between(1.0, 0.1, 0.7, 1.3), "COLOR": normal(0.0, 0.06)}
    return {"NAME": "SUPERNOVA", "HOST": "SOURCE", "MODEL": model, "PARAMETERS": {"magnitude": 22}}


def _ellipse(spread: float) -> Node:
    return {name: normal(0.0, spread) for name in ("e1", "e2")}
