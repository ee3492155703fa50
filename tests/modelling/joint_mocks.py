"""A small lens in two bands, and images of it that are made without a fit's own model."""

from __future__ import annotations

from typing import Any

import numpy as np

import jaxlens
from jaxlens.modelling.bases import Basis, MultiGaussian, Sersic
from jaxlens.modelling.problem import LensProblem, lens_problem

LENS = "PLANE_1-OBJECT_1"
SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
PIXEL_SCALE = 0.15
SIDE = 20
BASES: tuple[Basis, ...] = (
    MultiGaussian(f"{LENS}-LIGHT_PROFILE_1", number=2, sigma_min=0.2, sigma_max=0.6),
    Sersic(SOURCE),
)


def normal(mean: float, std: float) -> dict[str, Any]:
    """A normal prior, as a file has it."""
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


def configuration(bands: str = "g,i") -> dict[str, Any]:
    """A file of an SIE with the light of a lens, whose ellipticity has a value in each band, and a source."""
    names = bands.split(",")
    centre = {"center_x": 0.0, "center_y": 0.0}
    own = dict.fromkeys(names, normal(0.0, 0.1)) if len(names) > 1 else normal(0.0, 0.1)
    light = {"magnitude": 20.0, "R_sersic": 0.5, "n_sersic": 1.0, "e1": own, "e2": 0.05, **centre}
    mass = {"theta_E": normal(0.9, 0.2), "e1": normal(0.0, 0.1), "e2": 0.03, **centre}
    source = {
        "magnitude": 21.0,
        "R_sersic": normal(0.25, 0.05),
        "n_sersic": 1.0,
        "e1": 0.0,
        "e2": 0.1,
        "center_x": normal(0.0, 0.1),
        "center_y": normal(0.0, 0.1),
    }
    lens = {
        "NAME": "LENS",
        "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light},
        "MASS_PROFILE_1": {"NAME": "SIE", "PARAMETERS": mass},
    }
    behind = {"NAME": "SOURCE", "LIGHT_PROFILE_1": {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": source}}
    instrument = {"exposure_time": 100, "numPix": SIDE, "pixel_scale": PIXEL_SCALE, "psf_type": "NONE"}
    survey = {"BANDS": bands, "seeing": 0.3, "magnitude_zero_point": 25, "sky_brightness": 22, "num_exposures": 1}
    return {
        "DATASET": {"NAME": "Joint", "PARAMETERS": {"SIZE": 1, "OUTDIR": "joint", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": {**instrument, "read_noise": 5, "ccd_gain": 1}},
        "SURVEY": {"PARAMETERS": survey},
        "SPECIES": {"GALAXY_1": lens, "GALAXY_2": behind},
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "LENS",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.3}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.0}},
            }
        },
    }
