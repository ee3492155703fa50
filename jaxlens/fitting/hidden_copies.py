"""Copies of objects that a system has not: their numbers change nothing in an image, and are not fitted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jax.typing import ArrayLike

from jaxlens.imaging.scene import Scene


def hidden_copies(scene: Scene, values: Mapping[str, ArrayLike]) -> tuple[str, ...]:
    """The beginnings of the names of the parameters of copies that none of some systems has.

    Args:
        scene: the static part of the configuration.
        values: the NUMBER of each object with copies by its name, of any shape; the largest counts.

    Returns:
        Such as `PLANE_1-OBJECT_3_4-`, of the copies beyond NUMBER.
    """
    return tuple(
        f"{prefix}-"
        for plane in scene.planes
        for copied in plane.copies
        for k, prefix in enumerate(copied.prefixes, start=1)
        if k > np.max(np.asarray(values[copied.number]))
    )
