"""Systems without their haloes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from validation.haloes.small_lens import PREFIXES


def smooth(params: Mapping[str, Any]) -> dict[str, Any]:
    """The same systems without haloes and sheets.

    Args:
        params: the parameters of systems, or of one, of a file with haloes.

    Returns:
        The parameters with no haloes, and no convergence that sheets take out.
    """
    absent = {f"{prefix}-{name}" for prefix in PREFIXES.values() for name in ("NUMBER", "kappa_sheet")}
    return {name: jnp.zeros_like(value) if name in absent else value for name, value in params.items()}
