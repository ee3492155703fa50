"""Reference images: a file, the parameters of some systems, and their images by lenstronomy."""

from __future__ import annotations

import json

import jax
import numpy as np

from jaxlens import Simulator
from validation.agreement.inputs.scene_configs import Node
from validation.agreement.references import PARAMETER_PREFIX
from validation.agreement.topics.lenstronomy_images import image_of


def frozen(file: Node, configuration: str, count: int, seed: int, start: int = 0) -> dict[str, np.ndarray]:
    """The reference group of some systems of a configuration.

    Args:
        file: the file, as a dictionary.
        configuration: the label of one of its configurations.
        count: the number of systems.
        seed: the seed of the systems.
        start: index of the first system.

    Returns:
        `config`, the file as JSON text, `configuration`, the label, `parameters/<name>` (count,) or
        (count, bands), and lenstronomy's `image` (count, bands, num_pix, num_pix) in counts/s.
    """
    simulator = Simulator(file, configuration)
    params = _sampled(simulator, count, seed, start)
    images = [image_of(simulator, params, i) for i in range(count)]
    arrays = {"config": np.array(json.dumps(file)), "configuration": np.array(configuration)}
    arrays["image"] = np.stack(images)
    return arrays | {PARAMETER_PREFIX + name: value for name, value in params.items()}


def _sampled(simulator: Simulator, count: int, seed: int, start: int) -> dict[str, np.ndarray]:
    """Parameters drawn in float32, as float64 arrays, so that they are exact in both precisions."""
    with jax.enable_x64(False):
        params = simulator.sample(jax.random.key(seed, impl="threefry2x32"), count, start)
        return {name: np.asarray(value, dtype=np.float64) for name, value in params.items()}
