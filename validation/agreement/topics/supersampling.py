"""Images at supersampling 1, 2, 3 and 5, with an even and an odd number of pixels.

Each group is named `<factor> x <factor>, <num_pix> pixels` and is as
`validation.agreement.topics.frozen_images.frozen` has it: a lens whose light and source are compact and
steep, so that the factor changes the image.
"""

from __future__ import annotations

import numpy as np

from validation.agreement.inputs.scene_configs import Kind, Node, config, per_band, uniform
from validation.agreement.topics.frozen_images import frozen

# Values of supersampling_factor.
FACTORS = (1, 2, 3, 5)
# Pixels along a side of an image.
SIZES = (20, 21)
# Systems of each group.
SCENES = 5
SEED = 11


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Eight groups of the same five systems."""
    return {
        f"{factor} x {factor}, {size} pixels": frozen(_config(factor, size), "CONFIGURATION_1", SCENES, SEED)
        for factor in FACTORS
        for size in SIZES
    }


def _config(factor: int, size: int) -> Node:
    file = config(Kind(2, False, 3), size)
    file["IMAGE"]["PARAMETERS"]["supersampling_factor"] = factor
    for galaxy in ("GALAXY_1", "GALAXY_2"):
        light = file["SPECIES"][galaxy]["LIGHT_PROFILE_1"]["PARAMETERS"]
        light["R_sersic"] = per_band((0.05, 0.3), (0.05, 0.3))
        light["n_sersic"] = uniform(0.5, 6.0)
    return file
