"""Whole images of each family of profiles: a file of `validation/agreement/inputs/families` each.

Each group is a configuration, as `validation.agreement.topics.frozen_images.frozen` has it.
"""

from __future__ import annotations

import warnings

import numpy as np
import yaml

from jaxlens.config import load_config
from validation.agreement.inputs.families import files
from validation.agreement.topics.frozen_images import frozen

SEED = 17
# Systems of each family.
SYSTEMS = 2


def groups() -> dict[str, dict[str, np.ndarray]]:
    """A group for each family, with the images of lenstronomy."""
    found = {}
    for name, path in files().items():
        file = yaml.safe_load(load_config(path).text)
        with warnings.catch_warnings():
            # lenstronomy warns of what it divides at a centre
            warnings.simplefilter("ignore", RuntimeWarning)
            found[name] = frozen(file, "CONFIGURATION_1", SYSTEMS, SEED)
    return found
