"""The file of a point source behind an EPL with shear, with room for given haloes, and their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from jaxlens import Simulator
from jaxlens.config.model.haloes import HALO_ARRAYS

LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"
MACRO = {
    "MASS_PROFILE_1": ("theta_E", "gamma", "e1", "e2", "center_x", "center_y"),
    "SHEAR_PROFILE_1": ("gamma1", "gamma2"),
}
# The prefixes of the parameters of haloes, by those of the references.
PREFIXES = {"sub": f"{LENS}-SUBSTRUCTURE", "los": "LINE_OF_SIGHT"}
# Two planes of haloes in front of the lens, and six between it and the source.
SPACING = 0.25
# Redshifts of the lens and of the source.
Z_LENS, Z_SOURCE = 0.5, 2.0

Arrays = Mapping[str, np.ndarray]


def lens_file(room: Mapping[str, int], tolerance: float = 0.0) -> dict[str, Any]:
    """A point source behind a lens.

    Args:
        room: the largest number of haloes, `sub` of subhaloes, `los` along the line of sight; one that is not
            there has none.
        tolerance: halo_tolerance.

    Returns:
        The configuration file, as a mapping.
    """
    light = {"magnitude": 20.0, "R_sersic": 0.5, "n_sersic": 1.0, "e1": 0.0, "e2": 0.0}
    profile = {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": light | {"center_x": 0.0, "center_y": 0.0}}
    epl = dict.fromkeys(MACRO["MASS_PROFILE_1"], 0.0) | {"theta_E": 1.0, "gamma": 2.0}
    lens: dict[str, Any] = {
        "NAME": "LENS",
        "MASS_PROFILE_1": {"NAME": "EPL", "PARAMETERS": epl},
        "SHEAR_PROFILE_1": {"NAME": "SHEAR", "PARAMETERS": {"gamma1": 0.0, "gamma2": 0.0}},
    }
    if "sub" in room:
        numbers = {"f_sub": 0.001, "f_sub_radius": 1.0, "radius": 3.0, "M_min": 1e7}
        lens["SUBSTRUCTURE"] = {"MAX_HALOES": room["sub"], "PARAMETERS": numbers}
    field = {
        "MAX_HALOES": room.get("los"),
        "dz": SPACING,
        "TWO_HALO": False,
        "SHEETS": False,
        "PARAMETERS": {"M_min": 1e9, "cone_radius": 1.0},
    }
    image = {"exposure_time": 100, "numPix": 60, "pixel_scale": 0.1, "psf_type": "NONE", "read_noise": 5}
    survey = {"BANDS": "r", "magnitude_zero_point": 27.0, "sky_brightness": 22.0, "num_exposures": 1}
    return {
        "DATASET": {"NAME": "Haloes", "PARAMETERS": {"SIZE": 1, "OUTDIR": "Haloes", "SEED": 0}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70.0, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image | {"halo_tolerance": tolerance}},
        "SURVEY": {"PARAMETERS": survey},
        "SPECIES": {
            "GALAXY_1": lens,
            "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": profile},
            "POINTSOURCE_1": {"NAME": "QUASAR", "HOST": "SOURCE", "PARAMETERS": {"magnitude": 20}},
        },
        "GEOMETRY": {
            "CONFIGURATION_1": {
                "NAME": "HALOES",
                "FRACTION": 1.0,
                "PLANE_1": {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": Z_LENS}},
                "PLANE_2": {"OBJECT_1": "SOURCE", "OBJECT_2": "QUASAR", "PARAMETERS": {"REDSHIFT": Z_SOURCE}},
            }
        },
    } | ({"LINE_OF_SIGHT": field} if "los" in room else {})


def params_of(sim: Simulator, cases: Arrays) -> dict[str, np.ndarray]:
    """The parameters of cases with given haloes.

    Args:
        sim: a simulator of `lens_file`.
        cases: the parameters of the macro lens by name, `source_x`, `source_y`, and haloes as `sub_x` or
            `los_x`, ..., with `sub_number` or `los_number`; one row a case.

    Returns:
        All parameters, one row a case.
    """
    count = len(cases["source_x"])
    drawn = sim.sample(jax.random.key(0, impl="threefry2x32"), 1)
    found = {name: np.repeat(np.asarray(value), count, axis=0) for name, value in drawn.items()}
    for profile, names in MACRO.items():
        found |= {f"{LENS}-{profile}-{name}": cases[name] for name in names}
    found |= {f"{SOURCE}-LIGHT_PROFILE_1-center_{axis}": cases[f"source_{axis}"] for axis in "xy"}
    for ours, prefix in PREFIXES.items():
        if f"{ours}_number" in cases:
            found[f"{prefix}-NUMBER"] = cases[f"{ours}_number"].astype(float)
            given = {name: cases[f"{ours}_{name}"] for name in HALO_ARRAYS if f"{ours}_{name}" in cases}
            found |= {f"{prefix}-{name}": value for name, value in given.items()}
    return found
