"""The arrays of haloes that a user gives, brought to the shapes that a scene has room for."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import FieldHaloes, Haloes
from jaxlens.kernels.types import Params


def padded_haloes(scene: Scene, params: Params) -> dict[str, jax.Array]:
    """`params` with arrays of haloes as long as the scene has room for: shorter ones have zeros at their end.

    So lists of any length are rendered by one program.

    Args:
        scene: what is imaged.
        params: {name: (n,) or (n, bands)}, of haloes (n, haloes).

    Raises:
        ValueError: if an array of haloes has another shape than (n, haloes), or those of one prefix have
            different lengths; if there are more haloes than the scene has room for; or if `kappa_sheet` has
            another number of planes than the scene.
    """
    found = dict(params)
    for haloes in scene.haloes:
        names = [f"{haloes.prefix}-{name}" for name in haloes.arrays]
        _check_shapes(haloes, params, names)
        found |= {name: _padded(params[name], haloes.bound) for name in names}
        if isinstance(haloes, FieldHaloes):
            _check_sheets(haloes, params)
    return found


def _check_shapes(haloes: Haloes, params: Params, names: list[str]) -> None:
    count = params[haloes.number].shape
    shapes = {name: params[name].shape for name in names}
    wanted = (*count, *shapes[names[0]][1:2])
    for name, shape in shapes.items():
        if len(shape) != 2 or shape != wanted:
            system = ", ".join([*map(str, count), "haloes"])
            raise ValueError(f"{name} has shape {shape}; give ({system}), as many haloes as {names[0]} has")
    if wanted[1] > haloes.bound:
        raise ValueError(
            f"{names[0]} has shape {wanted}, and there is room for {haloes.bound} haloes; leave out zeros at "
            "its end, or give a larger MAX_HALOES in the file"
        )


def _check_sheets(haloes: FieldHaloes, params: Params) -> None:
    shape, planes = params[haloes.sheets].shape, sum(haloes.planes)
    if shape[1:] != (planes,):
        raise ValueError(f"{haloes.sheets} has shape {shape}; there are {planes} planes of haloes")


def _padded(array: jax.Array, length: int) -> jax.Array:
    """(n, haloes) with zeros at the end, (n, length); an array of numpy stays one."""
    more = length - array.shape[1]
    if more == 0:
        return array
    pad = jnp.pad if isinstance(array, jax.Array) else np.pad
    return pad(array, ((0, 0), (0, more)))
