"""The state of a stream as a dictionary of plain numbers, and what it must agree with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import jax
import numpy as np

from jaxlens.config import Config
from jaxlens.config.updates import config_dict
from jaxlens.sampling.indices import INDEX_LIMIT
from jaxlens.simulator.simulator import Simulator

# Rises where a state of an earlier version can no longer be read.
VERSION = 1

# The numbers that say where a stream stands, and those that must be the same in the stream that goes on.
_MOVING = ("index", "stop", "shared", "spawned")
_FIXED = ("seed", "lowest", "highest", "batch_size", "step")


def checked_state(state: Mapping[str, Any], own: Mapping[str, Any]) -> Mapping[str, Any]:
    """`state`, where it is one of a stream like that of `own`.

    Args:
        state: what the user gives.
        own: the state of the stream that is to go on.

    Raises:
        ValueError: if `state` is no state of a stream, or one of another file, seed or batch size.
    """
    missing = [name for name in own if name not in state] if isinstance(state, Mapping) else list(own)
    if missing:
        raise ValueError(
            f"this is no state of a stream, it lacks {missing[0]!r}; give what state_dict() gave"
        )
    if state["version"] != VERSION:
        raise ValueError(
            f"the state has version {state['version']}, and this jaxlens reads {VERSION}; begin with "
            "stream(..., start=state['index'])"
        )
    if state["configuration"] != own["configuration"]:
        raise ValueError(
            "the state is that of a stream of another file, or of other configurations; give the stream the "
            "file with which the state was made"
        )
    for name in _FIXED:
        if state[name] != own[name]:
            raise ValueError(
                f"{name} is {state[name]} in the state and {own[name]} in this stream; give the "
                "stream the same, or begin with stream(..., start=state['index'])"
            )
    for name in _MOVING:
        value = state[name]
        if not (_is_index(value) or (name == "shared" and value is None)):
            raise ValueError(f"{name} is {value!r} in the state; it must be a whole number from 0 to 2^63")
    return state


def _is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= INDEX_LIMIT


def mixture_digest(
    configs: Sequence[Config], simulators: Sequence[Simulator], fractions: Sequence[float]
) -> str:
    """A SHA-256 of everything that the systems of a stream depend on.

    Args:
        configs: the file of each configuration.
        simulators: one for each configuration.
        fractions: their shares, where these are not those of one file; else empty.
    """
    if not fractions:
        return configuration_digest(configs[0], simulators)
    each = [configuration_digest(*pair) for pair in zip(configs, ([one] for one in simulators), strict=True)]
    return hashlib.sha256(json.dumps([each, list(fractions)]).encode()).hexdigest()


def configuration_digest(config: Config, simulators: Sequence[Simulator]) -> str:
    """A SHA-256 of everything in a file that the systems of some of its configurations depend on.

    It is that of the sections of the file and of the numbers of its tables, kernels and libraries.  DATASET,
    the other configurations and the folders of files do not count.

    Args:
        config: the file.
        simulators: one for each configuration of the stream.
    """
    tree = config_dict(config)
    labels = [simulator.configuration.label for simulator in simulators]
    sections = {name: value for name, value in tree.items() if name != "DATASET"}
    sections["GEOMETRY"] = {label: tree["GEOMETRY"][label] for label in labels}
    text = json.dumps(_without_folders(sections), sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode())
    for simulator in simulators:
        arrays = [simulator.population.hyperparameters, simulator.assets]
        for path, leaf in jax.tree_util.tree_leaves_with_path(arrays):
            # in one precision, so that it is the same whether x64 is on or not
            digest.update(jax.tree_util.keystr(path).encode())
            digest.update(np.asarray(leaf, np.float32).tobytes())
    return digest.hexdigest()


def _without_folders(value: Any) -> Any:
    """`value` with the names of files instead of their paths."""
    if isinstance(value, Mapping):
        return {str(key): _without_folders(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_folders(one) for one in value]
    return PurePath(value).name if isinstance(value, str) and PurePath(value).is_absolute() else value
