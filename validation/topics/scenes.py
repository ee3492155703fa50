"""Whole images.

Each group is a scene: `config`, the file as JSON text; `parameters/<name>`, one row of jaxlens's params,
of shape () or (bands,); `image` (bands, num_pix, num_pix) in counts/s.  One scene of each kind of
`scene_configs`, and a few of what they lack: other profiles, no PSF under ADU, a velocity dispersion,
a supernova off its host's center with a foreground star.
"""

from __future__ import annotations

import copy
import json

import numpy as np

from jaxlens import Simulator, load_config
from validation.lenstronomy_images import image_of
from validation.references import PARAMETER_PREFIX
from validation.scene_configs import KINDS, Kind, Node, config, per_band, uniform
from validation.scenes import sampled

NUM_PIX = 24
SEED = 7


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Twelve scenes."""
    files = {str(kind): config(kind, NUM_PIX) for kind in KINDS}
    files |= {
        "other profiles": _other_profiles(),
        "no PSF, ADU": _without_psf(),
        "velocity dispersion": _velocity_dispersion(),
        "supernova and star": _supernova_and_star(),
    }
    return {name: _scene(file, start) for start, (name, file) in enumerate(files.items())}


def _scene(file: Node, start: int) -> dict[str, np.ndarray]:
    loaded = load_config(file)
    params = sampled(Simulator(loaded), 1, SEED, start)
    row = {name: value[0] for name, value in params.items()}
    image = image_of(loaded, loaded.configuration(), row)
    arrays = {"config": np.array(json.dumps(file)), "image": image}
    return arrays | {PARAMETER_PREFIX + name: value for name, value in row.items()}


def _other_profiles() -> Node:
    file = copy.deepcopy(config(Kind(2, False, 1), NUM_PIX))
    lens, source = file["SPECIES"]["GALAXY_1"], file["SPECIES"]["GALAXY_2"]
    core: Node = {"Rb": uniform(0.05, 0.1), "gamma": uniform(0.1, 0.4), "alpha": 3.0}
    lens["LIGHT_PROFILE_1"]["NAME"] = "CORE_SERSIC"
    lens["LIGHT_PROFILE_1"]["PARAMETERS"] |= core
    lens["LIGHT_PROFILE_2"] = {"NAME": "UNIFORM", "PARAMETERS": {"magnitude": per_band((23, 24), (22, 23))}}
    lens["MASS_PROFILE_1"]["NAME"] = "EPL"
    lens["MASS_PROFILE_1"]["PARAMETERS"]["gamma"] = uniform(1.7, 2.3)
    lens["MASS_PROFILE_2"] = {"NAME": "CONVERGENCE", "PARAMETERS": {"kappa": uniform(-0.05, 0.05)}}
    polar = {"gamma_ext": uniform(0.0, 0.1), "psi_ext": uniform(-3.0, 3.0)}
    lens["SHEAR_PROFILE_1"] = {"NAME": "SHEAR_GAMMA_PSI", "PARAMETERS": polar}
    gaussian: Node = {"magnitude": per_band((21, 22), (20, 21)), "sigma": per_band((0.1, 0.3), (0.1, 0.3))}
    gaussian |= {"e1": 0.1, "e2": uniform(-0.2, 0.2), "center_x": 0.1, "center_y": uniform(-0.2, 0.2)}
    source["LIGHT_PROFILE_2"] = {"NAME": "GAUSSIAN_ELLIPSE", "PARAMETERS": gaussian}
    return file


def _without_psf() -> Node:
    file = copy.deepcopy(config(Kind(2, True, 3), NUM_PIX))
    file["IMAGE"]["PARAMETERS"] |= {"psf_type": "NONE", "data_count_unit": "ADU"}
    return file


def _velocity_dispersion() -> Node:
    file = copy.deepcopy(config(Kind(3, False, 1), NUM_PIX))
    masses = file["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    del masses["theta_E"]
    masses["sigma_v"] = uniform(200.0, 280.0)
    return file


def _supernova_and_star() -> Node:
    file = copy.deepcopy(config(Kind(2, True, 1), NUM_PIX))
    offset = {"sep": uniform(1.0, 3.0), "sep_unit": "kpc"}
    file["SPECIES"]["POINTSOURCE_1"]["PARAMETERS"] |= offset
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": per_band((20, 21), (19, 20))}}
    file["SPECIES"]["POINTSOURCE_2"] = star
    file["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["OBJECT_2"] = "STAR"
    return file
