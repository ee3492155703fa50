"""An image of a stack is fixed in a fit, also where a file draws its index from a density."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.fitting.free_parameters import free_parameters

INDEX = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-image_index"
UNIFORM = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.0, "maximum": 2.0}}}


@pytest.mark.parametrize("index", [None, UNIFORM])
def test_the_image_of_a_stack_is_fixed(index: object, tmp_path: Path) -> None:
    np.save(tmp_path / "stack.npy", np.ones((3, 4, 4)))
    light = {"image": str(tmp_path / "stack.npy"), "scale": 0.1, "magnitude": 20.0}
    light |= {"center_x": UNIFORM} | ({} if index is None else {"image_index": index})
    exposure = {"exposure_time": 90, "numPix": 8, "pixel_scale": 0.2, "psf_type": "NONE", "read_noise": 7}
    survey = {"BANDS": "g", "magnitude_zero_point": 30, "sky_brightness": 23, "num_exposures": 1}
    galaxy = {"NAME": "GALAXY", "LIGHT_PROFILE_1": {"NAME": "INTERPOL", "PARAMETERS": light}}
    plane = {"OBJECT_1": "GALAXY", "PARAMETERS": {"REDSHIFT": 0.5}}
    sim = Simulator(
        {
            "DATASET": {"NAME": "images", "PARAMETERS": {"SIZE": 1, "OUTDIR": "out"}},
            "COSMOLOGY": {"NAME": "FlatLambdaCDM", "PARAMETERS": {"H0": 70, "Om0": 0.3}},
            "IMAGE": {"PARAMETERS": exposure},
            "SURVEY": {"PARAMETERS": survey},
            "SPECIES": {"GALAXY_1": galaxy},
            "GEOMETRY": {"CONFIGURATION_1": {"FRACTION": 1, "PLANE_1": plane}},
        }
    )
    drawn = {name: np.ones(1) for name in sim.parameter_names}
    with pytest.raises(ValueError, match=f"{INDEX}.*(fix it at one of them|fixed)"):
        free_parameters(sim, drawn, 1)
    found = free_parameters(sim, drawn, 1, fixed={INDEX: 2.0})
    assert [name for name, _ in found.places] == ["PLANE_1-OBJECT_1-LIGHT_PROFILE_1-center_x"]
    np.testing.assert_array_equal(found.params[INDEX], [2.0])
