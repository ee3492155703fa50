"""The ellipticity (e1, e2) of a profile for which axis ratio and position angle are given."""

from __future__ import annotations

import jax

from jaxlens.config.physical import AXIS_RATIO, forms_of
from jaxlens.imaging.scene_objects import Light, Mass
from jaxlens.kernels.ellipse import phi_q_to_ellipticity
from jaxlens.kernels.types import Params


def ellipticity(profile: Light | Mass, params: Params) -> dict[str, jax.Array]:
    """e1 and e2 by name, () or (bands,); none where a profile has no q and phi in place of them."""
    if AXIS_RATIO not in forms_of(profile.kernel, profile.parameters):
        return {}
    phi, q = params[f"{profile.prefix}-phi"], params[f"{profile.prefix}-q"]
    return dict(zip(AXIS_RATIO.replaced, phi_q_to_ellipticity(phi, q), strict=True))
