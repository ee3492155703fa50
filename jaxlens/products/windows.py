"""The square on the sky in which the critical curves of a system are looked for."""

from __future__ import annotations

import numpy as np

from jaxlens.imaging.enclosed_mass import main_centre
from jaxlens.imaging.pixel_grid import PixelMap, farthest_angle, pixel_grid
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.types import Params

# The window reaches this many Einstein radii from the lens.
_REACH = 1.6


def window(scene: Scene, params: Params, radius: float) -> tuple[float, tuple[float, float]]:
    """Half the width of the window of a system, and its centre.

    It has the whole image in it, and the lens to well beyond its Einstein radius.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, on the host or not.
        radius: its Einstein radius, arcsec; 0 where there is none.

    Returns:
        arcsec, and (x, y) in arcsec.
    """
    grid = pixel_grid(params)
    center = (float(grid.x), float(grid.y)) if isinstance(grid, PixelMap) else (0.0, 0.0)
    half = float(farthest_angle(grid, 0.5 * scene.num_pix)) - max(map(abs, center))
    lens = np.array([float(one) for one in main_centre(scene, params)])
    beyond = float(np.abs(lens - np.array(center)).max()) + _REACH * radius
    return max(half, beyond), center
