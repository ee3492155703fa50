"""A small file, and the arguments of lenstronomy, that the tests of this folder share."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

Node = dict[str, Any]

# What lenstronomy needs for one image, written out.
ARGUMENTS: Node = {
    "kwargs_model": {
        "lens_model_list": ["SIE", "SHEAR"],
        "lens_light_model_list": ["SERSIC_ELLIPSE"],
        "source_light_model_list": ["SERSIC"],
        "point_source_model_list": ["LENSED_POSITION"],
        "z_lens": 0.5,
        "z_source": 1.5,
    },
    "kwargs_params": {
        "kwargs_lens": [
            {"theta_E": 1.0, "e1": 0.1, "e2": -0.05, "center_x": 0.02, "center_y": 0.0},
            {"gamma1": 0.03, "gamma2": -0.01, "ra_0": 0.0, "dec_0": 0.0},
        ],
        "kwargs_lens_light": [
            {
                "amp": 5.0,
                "R_sersic": 0.8,
                "n_sersic": 4.0,
                "e1": 0.1,
                "e2": 0.0,
                "center_x": 0.1,
                "center_y": -0.2,
            }
        ],
        "kwargs_source": [{"amp": 20.0, "R_sersic": 0.2, "n_sersic": 1.0, "center_x": 0.05, "center_y": 0.1}],
        "kwargs_ps": [
            {"ra_image": np.array([1.0, -0.7]), "dec_image": np.array([0.2, -0.4]), "point_amp": [4.0, 1.0]}
        ],
    },
    "kwargs_data": {
        "image_data": np.zeros((20, 20)),
        "ra_at_xy_0": -1.9,
        "dec_at_xy_0": -1.9,
        "transform_pix2angle": np.diag([0.2, 0.2]),
        "background_rms": 0.01,
        "exposure_time": 900.0,
    },
    "kwargs_psf": {"psf_type": "GAUSSIAN", "fwhm": 0.6},
    "kwargs_numerics": {"supersampling_factor": 2},
}


def arguments(**changes: Node) -> Node:
    """The arguments with entries of their parts changed; None removes an entry."""
    found = copy.deepcopy(ARGUMENTS)
    for part, entries in changes.items():
        for key, value in entries.items():
            if value is None:
                found[part].pop(key)
            else:
                found[part][key] = value
    return found


# The shape of the galaxy of `file`.
_LIGHT: Node = {"R_sersic": 0.5, "n_sersic": 1.5, "e1": 0.1, "e2": -0.2, "center_x": 0.1, "center_y": 0.0}


def file(**image: Any) -> Node:
    """A file of constants with a galaxy and a quasar that is not lensed; `image` are keys of IMAGE."""
    galaxy = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": _LIGHT | {"magnitude": {"g": 21.0, "i": 20.0}}}
    return {
        "DATASET": {"NAME": "Exchange", "PARAMETERS": {"SIZE": 1, "OUTDIR": "Exchange"}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {
            "PARAMETERS": {
                "exposure_time": 100,
                "numPix": 11,
                "pixel_scale": 0.25,
                "psf_type": "GAUSSIAN",
                "background_noise": 0.02,
                **image,
            }
        },
        "SURVEY": {
            "PARAMETERS": {
                "BANDS": "g,i",
                "seeing": {"g": 0.9, "i": 0.7},
                "magnitude_zero_point": {"g": 25.0, "i": 24.0},
                "num_exposures": 3,
            }
        },
        "SPECIES": {
            "GALAXY_1": {"NAME": "GALAXY", "LIGHT_PROFILE_1": galaxy},
            "POINTSOURCE_1": {
                "NAME": "QUASAR",
                "HOST": "GALAXY",
                "PARAMETERS": {"magnitude": 22.0, "sep": 0.5, "sep_unit": "arcsec", "angle": 0.5},
            },
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "ONE",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "GALAXY", "OBJECT_2": "QUASAR", "PARAMETERS": {"REDSHIFT": 0.5}},
            }
        },
    }


def params(systems: int = 2, **more: float) -> dict[str, np.ndarray]:
    """The parameters of equal systems of `file`; `more` are parameters that a file with other keys has."""
    galaxy, quasar = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_2"
    values: Node = {
        "H0": 70.0,
        "Om0": 0.3,
        "exposure_time": 100.0,
        "pixel_scale": 0.25,
        "background_noise": 0.02,
        "seeing": [0.9, 0.7],
        "magnitude_zero_point": [25.0, 24.0],
        "num_exposures": 3.0,
        "PLANE_1-OBJECT_1-REDSHIFT": 0.5,
        f"{galaxy}-magnitude": [21.0, 20.0],
        f"{quasar}-magnitude": 22.0,
        f"{quasar}-sep": 0.5,
        f"{quasar}-angle": 0.5,
        **more,
    }
    values |= {f"{galaxy}-{name}": value for name, value in _LIGHT.items()}
    return {name: np.stack([np.asarray(value, np.float64)] * systems) for name, value in values.items()}
