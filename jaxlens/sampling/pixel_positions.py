"""Positions that are drawn in pixels, those of foreground stars, as angles on the sky."""

from __future__ import annotations

from collections.abc import Collection

import jax

from jaxlens.config.model import PIXEL_SCALE
from jaxlens.config.naming import IN_IMAGE
from jaxlens.kernels.types import Params


def positions_from_pixels(names: Collection[str], system: Params) -> dict[str, jax.Array]:
    """Positions in arcsec of what is drawn in pixels from the centre of the image.

    Where pixels have a map and a table gives one of the two coordinates of a star, it is in arcsec, and the
    star's row or column is the one that was drawn.

    Args:
        names: the parameters that are drawn in pixels.
        system: the parameters of one system, each () or (bands,).

    Returns:
        The positions by the names of the parameters, arcsec.
    """
    if PIXEL_SCALE in system:
        return {name: system[name] * system[PIXEL_SCALE] for name in sorted(names)}
    found: dict[str, jax.Array] = {}
    for star in sorted({name.rpartition("-")[0] for name in names}):
        across, along = (f"{star}-{own}" for own in IN_IMAGE)
        found |= _on_sky(across, along, system, names)
    return found


def _on_sky(across: str, along: str, system: Params, wanted: Collection[str]) -> dict[str, jax.Array]:
    """The two coordinates of a star of which those in `wanted` are drawn in pixels, arcsec."""
    xx, xy, yx, yy = (system[f"transform_{own}"] for own in ("xx", "xy", "yx", "yy"))
    i, j, x_0, y_0 = system[across], system[along], system["x_shift"], system["y_shift"]
    if across not in wanted:
        i = (system[across] - x_0 - xy * j) / xx
    if along not in wanted:
        j = (system[along] - y_0 - yx * i) / yy
    x, y = xx * i + xy * j + x_0, yx * i + yy * j + y_0
    return {name: value for name, value in ((across, x), (along, y)) if name in wanted}
