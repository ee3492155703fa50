"""The light of a lens and its source where a caller names none: a basis in the place of each profile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jaxlens.modelling.bases import Basis, MultiGaussian, Shapelets
from jaxlens.simulator.simulator import Simulator

# Gaussians of the light of the lens and of the source, and their widths in pixels.
LENS_GAUSSIANS, LENS_WIDTHS = 12, (0.2, 80.0)
SOURCE_GAUSSIANS, SOURCE_WIDTHS = 12, (0.2, 20.0)
# The largest order of shapelets.
MAX_ORDER = 14


def default_light(sim: Simulator) -> tuple[Basis, ...]:
    """Gaussians in the place of each light profile: of the lens up to 80 pixels wide, of the source up to 20.

    Args:
        sim: the simulator of the configuration.

    Returns:
        The bases, those of the lens first.

    Raises:
        ValueError: if there is no light in front of the last plane, or none in it.
    """
    scale = float(np.min(np.asarray(sim.config.reach("pixel_scale"))))
    lenses = [light.prefix for plane in sim.scene.planes[:-1] for light in plane.light]
    sources = [light.prefix for light in sim.scene.planes[-1].light]
    if not lenses or not sources:
        raise ValueError("fit_lens needs a LIGHT_PROFILE of the lens and one of the source behind it")
    low, high = LENS_WIDTHS
    of_lens = [MultiGaussian(p, LENS_GAUSSIANS, low * scale, high * scale) for p in lenses]
    low, high = SOURCE_WIDTHS
    of_source = [MultiGaussian(p, SOURCE_GAUSSIANS, low * scale, high * scale) for p in sources]
    return (*of_lens, *of_source)


def with_shapelets(sim: Simulator, bases: Sequence[Basis]) -> tuple[Basis, ...]:
    """The light, and shapelets beside the first basis of the last plane whose profile has a size."""
    lights = [light for light in sim.scene.planes[-1].light if "R_sersic" in light.parameters]
    sources = {light.prefix for light in lights}
    place = next((basis.prefix for basis in bases if basis.prefix in sources), None)
    return tuple(bases) if place is None else (*bases, Shapelets(place, MAX_ORDER))
