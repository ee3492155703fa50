"""A file with few haloes on few pixels, as a dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SUBHALOES, FIELD = "PLANE_1-OBJECT_1-SUBSTRUCTURE", "LINE_OF_SIGHT"
THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"


def halo_document(
    outdir: Path | str = "unused", size: int = 6, subhaloes: int | None = 6, field: int | None = 8
) -> dict[str, Any]:
    """One lens with subhaloes, and haloes along the line of sight, on 6 x 6 pixels.

    Args:
        outdir: OUTDIR.
        size: SIZE.
        subhaloes: MAX_HALOES of the subhaloes; None: there are none.
        field: MAX_HALOES along the line of sight; None: there are none.
    """
    radius = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.9, "maximum": 1.1}}}
    lens: dict[str, Any] = {
        "NAME": "LENS",
        "MASS_PROFILE_1": {"NAME": "SIS", "PARAMETERS": {"theta_E": radius}},
    }
    light = {"NAME": "GAUSSIAN", "PARAMETERS": {"magnitude": 20.0, "sigma": 0.3}}
    if subhaloes is not None:
        numbers = {"Sigma_sub": 0.002, "radius": 1.5, "M_min": 1e8, "M_max": 1e10}
        lens["SUBSTRUCTURE"] = {"PROFILE": "TNFW", "MAX_HALOES": subhaloes, "PARAMETERS": numbers}
    numbers = {"M_min": 1e9, "M_max": 1e10, "cone_radius": 1.5}
    between = {"PROFILE": "TNFW", "MAX_HALOES": field, "dz": 0.4, "PARAMETERS": numbers}
    pixels = {"exposure_time": 1000, "numPix": 6, "pixel_scale": 0.5, "psf_type": "NONE", "read_noise": 5}
    survey = {"BANDS": "g", "seeing": 0.7, "magnitude_zero_point": 27.0, "sky_brightness": 22.0}
    return {
        "DATASET": {"NAME": "Haloes", "PARAMETERS": {"SIZE": size, "OUTDIR": str(outdir), "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": {**pixels, "halo_tolerance": 0.0}},
        "SURVEY": {"PARAMETERS": {**survey, "num_exposures": 1}},
        "SPECIES": {"GALAXY_1": lens, "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": light}},
        **({} if field is None else {"LINE_OF_SIGHT": between}),
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "LENSED",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.5}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 1.3}},
            }
        },
    }
