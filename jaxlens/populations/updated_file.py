"""A configuration file as a dictionary, with new values of some hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxlens.config.updates import config_dict, set_parameters
from jaxlens.populations.hyperparameters import ParameterDraw, parameter_draws
from jaxlens.simulator.simulator import Simulator


def updated_file(sim: Simulator, values: Mapping[str, float]) -> dict[str, Any]:
    """The whole file as a dictionary, with these values of hyperparameters, by their paths.

    The entries at all other paths stay as they are, also where the YAML text shares them by an anchor.
    """
    tree = config_dict(sim.config)
    done: set[tuple[str, ...]] = set()
    for owner in parameter_draws(sim):
        # several planes may hold the same object of the file
        if owner.paths not in done and any(path in values for path in owner.paths):
            done.add(owner.paths)
            set_parameters(tree, sim.config, sim.configuration.label, _entries(owner, values))
    return tree


def _entries(owner: ParameterDraw, values: Mapping[str, float]) -> dict[str, float | dict[str, Any]]:
    """The new entries of the file by their names: of the parameter, or of the numbers of its link."""
    band = f"-{owner.band}" if owner.band else ""
    if not owner.draw.link:
        return {f"{owner.name}{band}": _description(owner, values)}
    keys = (key.rpartition(".")[2] for key, _ in owner.draw.parameters)
    return {
        f"{owner.name}-{key}{band}": values[path]
        for key, path in zip(keys, owner.paths, strict=True)
        if path in values
    }


def _description(owner: ParameterDraw, values: Mapping[str, float]) -> float | dict[str, Any]:
    """The file's description of a draw, with new values of some of its hyperparameters."""
    draw = owner.draw
    pairs = zip(owner.paths, draw.parameters, strict=True)
    parameters = {name: values.get(path, old) for path, (name, old) in pairs}
    if draw.is_constant:
        return float(np.asarray(parameters["value"]))
    plain = {name: np.asarray(value, float).tolist() for name, value in parameters.items()}
    truncate = {"TRUNCATE": list(draw.truncate)} if draw.truncate else {}
    return {"DISTRIBUTION": {"NAME": draw.distribution, "PARAMETERS": plain} | truncate}
