"""Maps and radii of many lenses: the functions of one system, mapped over a batch and jitted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.pixel_grid import angles, pixel_grid
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.types import Pair, Params
from jaxlens.simulator.programs import compiled

# A function of (scene, j, params, x, y, ...) and of (scene, j, params).
Map = Callable[..., Any]
Number = Callable[[Scene, int, Params], Any]
# Systems whose radii are computed at once.
_AT_ONCE = 16


@compiled(0, 1, 2)
def mapped(
    function: Map, scene: Scene, j: int, params: Params, place: Pair, own: tuple[Any, ...], assets: Assets
) -> Any:
    """A map of the lens of each system at directions on the sky.

    Args:
        function: of `jaxlens.products.lens_maps`; static.
        scene: what is imaged; static.
        j: the index of the source's plane; static.
        params: {name: (n,) or (n, bands)}.
        place: x and y (arcsec), each (n, ...), or (1, ...) for all systems.
        own: further arguments of the function, pytrees of arrays (n, ...).
        assets: the arrays that all systems share.

    Returns:
        What the function returns, (n, ...).
    """
    axis = 0 if len(place[0]) != 1 else None
    each = place if axis == 0 else (place[0][0], place[1][0])

    def of_system(system: Params, place: Pair, own: tuple[Any, ...]) -> Any:
        return function(scene, j, with_tables(scene, system, assets), *place, *own)

    return jax.vmap(of_system, (0, axis, 0))(params, each, own)


@compiled(0)
def pixel_places(scene: Scene, params: Params) -> Pair:
    """Where the centres of the pixels of each system are, x and y (arcsec), each (n, num_pix, num_pix).

    Args:
        scene: what is imaged; static.
        params: {name: (n,) or (n, bands)}.
    """
    return jax.vmap(lambda system: places_of_pixels(scene, system))(params)


def places_of_pixels(scene: Scene, params: Params) -> Pair:
    """Where the centres of the pixels of one system are, x and y (arcsec), each (num_pix, num_pix)."""
    offsets = np.arange(scene.num_pix) - 0.5 * (scene.num_pix - 1)
    i, j = (jnp.asarray(one, jnp.result_type(float)) for one in np.meshgrid(offsets, offsets))
    return angles(pixel_grid(params), i, j)


@compiled(0, 1, 2)
def numbered(function: Number, scene: Scene, j: int, params: Params, assets: Assets) -> Any:
    """A number of the lens of each system, some systems at a time.

    Args:
        function: of `jaxlens.products.einstein_radii`; static.
        scene: what is imaged; static.
        j: the index of the source's plane; static.
        params: {name: (n,) or (n, bands)}.
        assets: the arrays that all systems share.

    Returns:
        What the function returns, (n, ...).
    """
    return jax.lax.map(
        lambda system: function(scene, j, with_tables(scene, system, assets)), params, batch_size=_AT_ONCE
    )
