"""Light of many systems: the functions of one system, mapped over a batch and jitted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.point_sources import point_source_images
from jaxlens.imaging.render import render_planes
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.types import Params
from jaxlens.simulator.programs import compiled


@compiled(0)
def parts(scene: Scene, params: Params, assets: Assets) -> list[jax.Array]:
    """The light of the lens, of the source, and of point sources, each like `batched.render`.

    Args:
        scene: what is imaged; static.
        params: {name: (n,) or (n, bands)}.
        assets: the arrays that all systems share.
    """

    def of_system(system: Params) -> list[jax.Array]:
        whole = with_tables(scene, system, assets)
        return list(render_planes(scene, whole, point_source_images(scene, whole), assets))

    return jax.vmap(of_system)(params)


@compiled(0, 1)
def of_systems(
    function: Callable[[Scene, Params, Assets], Any], scene: Scene, params: Params, assets: Assets
) -> Any:
    """A function of one system, of each system.

    Args:
        function: of `jaxlens.products`; static.
        scene: what is imaged; static.
        params: {name: (n,) or (n, bands)}.
        assets: the arrays that all systems share.

    Returns:
        What the function returns, (n, ...).
    """
    return jax.vmap(lambda system: function(scene, system, assets))(params)
