"""Whole images: every packaged example of single exposures, and 300 random scenes.

Each group is a configuration, as `validation.agreement.topics.frozen_images.frozen` has it.  The random
scenes are 25 of each kind of `validation.agreement.inputs.scene_configs` and of four that these lack: other
profiles, no PSF under ADU, a velocity dispersion, a supernova off its host's center with a foreground star.
"""

from __future__ import annotations

import copy

import numpy as np
import yaml

from jaxlens import load_config
from jaxlens.config.examples import example_path
from validation.agreement.inputs.packaged import single_exposures
from validation.agreement.inputs.scene_configs import KINDS, Kind, Node, config, per_band, uniform
from validation.agreement.topics.frozen_images import frozen

# Pixels along a side of the random scenes.
NUM_PIX = 24
SEED = 7
# Systems of each kind of random scene.
RANDOM_SCENES = 25
# Systems of each configuration of a packaged example.
SYSTEMS = 2
CONFIGURATION = "CONFIGURATION_1"


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Eight configurations of packaged examples and twelve kinds of random scenes."""
    found = {}
    for name in single_exposures():
        file = yaml.safe_load(example_path(name).read_text(encoding="utf-8"))
        # lenstronomy has no pixel-integrated point source
        file["IMAGE"]["PARAMETERS"]["point_source"] = "interpolated"
        for configuration in load_config(file).configurations:
            label = configuration.label
            found[f"example {name} {label}"] = frozen(file, label, SYSTEMS, SEED)
    files = {str(kind): config(kind, NUM_PIX) for kind in KINDS}
    files |= {
        "other profiles": _other_profiles(),
        "no PSF, ADU": _without_psf(),
        "velocity dispersion": _velocity_dispersion(),
        "supernova and star": _supernova_and_star(),
    }
    for k, (name, file) in enumerate(files.items()):
        start = k * RANDOM_SCENES
        found[f"random {name}"] = frozen(file, CONFIGURATION, RANDOM_SCENES, SEED, start)
    return found


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
