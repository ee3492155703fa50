"""The names of a system's parameters, and a profile's parameters from them.

Processes of lenstronomy import this module, so that it imports neither jax nor jaxlens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

Row = dict[str, Any]
T = TypeVar("T")

LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"
QUASAR, STAR = "PLANE_2-OBJECT_2", "PLANE_1-OBJECT_2"


def part(params: Mapping[str, T], prefix: str) -> dict[str, T]:
    """The parameters of one profile, by lenstronomy's names.

    >>> part({"PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E": 1.2, "seeing": 0.6}, f"{LENS}-MASS_PROFILE_1")
    {'theta_E': 1.2}
    """
    start = f"{prefix}-"
    return {name[len(start) :]: value for name, value in params.items() if name.startswith(start)}


def of_band(row: Row, b: int) -> dict[str, float]:
    """The parameters in band number `b`; those that differ by band are lists.

    >>> of_band({"seeing": [0.7, 0.6], "H0": 70.0}, 1)
    {'seeing': 0.6, 'H0': 70.0}
    """
    return {name: float(value[b] if isinstance(value, list) else value) for name, value in row.items()}
