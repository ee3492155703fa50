"""What the truth tables need of systems: their numbers, images, delays and light curves, by one program."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import jax
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.haloes.arrays import halo_array
from jaxlens.config.users_line import users_line
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.derived import derived_quantities
from jaxlens.imaging.epochs import transient_fluxes
from jaxlens.imaging.light_curves import ImageFluxes
from jaxlens.imaging.point_sources import point_source_images
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.imaging.time_delays import source_delays
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params
from jaxlens.simulator.base import ANY_KEY
from jaxlens.simulator.checked_arrays import CheckedArrays
from jaxlens.simulator.checks import checked_params
from jaxlens.simulator.programs import compiled
from jaxlens.simulator.simulator import Simulator

T = TypeVar("T")
# Systems that are computed at once: a power of two between these, so that programs are compiled seldom.
SMALLEST_BATCH, BATCH = 8, 1024
# The number of image slots is not doubled any more once it is this large.
MAX_IMAGE_SLOTS = 64


class Systems(NamedTuple):
    """What is known of n systems.

    Attributes:
        values: parameters and what follows from them by name, (n,), (n, bands), or by epoch; without haloes.
        images: the images of each lensed point source by its prefix, arrays (n, slots).
        delays: days after the first image, by the same prefixes, (n, slots).
        curves: the light curves of the images of what varies, by prefix.
    """

    values: dict[str, Any]
    images: dict[str, ImagePositions]
    delays: dict[str, Any]
    curves: dict[str, ImageFluxes]


@compiled(0)
def _compute(scene: Scene, params: Mapping[str, Any], assets: Assets) -> Systems:
    """The systems with these parameters, {name: (n, ...)}; `scene` is static."""

    def of_system(system: Params) -> Systems:
        whole = dict(with_tables(scene, system, assets))
        images = point_source_images(scene, whole)
        own = {name: value for name, value in system.items() if halo_array(name) is None}
        values = own | derived_quantities(scene, whole, images)
        curves = transient_fluxes(scene, whole, images, assets) if scene.series else {}
        return Systems(values, images, source_delays(scene, whole, images), dict(curves))

    return jax.vmap(of_system)(params)


def computed_systems(simulator: Simulator, params: Mapping[str, ArrayLike]) -> Systems:
    """What is known of systems, on the host.

    Args:
        simulator: the simulator of their configuration.
        params: their parameters, {name: (n,) or (n, bands), ...}; other values may stand beside them.

    Raises:
        ValueError: where a parameter is missing.

    Warns:
        UserWarning: where a point source has more than `MAX_IMAGE_SLOTS` images, some of which are missing.
    """
    scene, assets = simulator.scene, simulator.assets
    arrays = checked_params(scene, assets, params, CheckedArrays())
    count = len(next(iter(arrays.values())))
    if not count:
        shapes = jax.eval_shape(lambda own: _compute(scene, own, assets), arrays)
        return jax.tree.map(lambda one: np.zeros(one.shape, one.dtype), shapes)
    return joined_systems(in_batches(arrays, lambda own: _batch(simulator, own)))


def in_batches(params: Mapping[str, ArrayLike], function: Callable[[dict[str, np.ndarray]], T]) -> list[T]:
    """A function of some systems at a time.

    It is given a power of two of systems, so that programs are compiled seldom; the last is repeated.

    Args:
        params: the parameters of n systems, n > 0, (n, ...) by name.
        function: takes those of some systems, and returns arrays with the systems on their first axis.

    Returns:
        What it returns of the systems one after another, without those that were repeated.
    """
    host = {name: np.asarray(value) for name, value in params.items()}
    total = len(next(iter(host.values())))
    parts = []
    for start in range(0, total, BATCH):
        count = min(BATCH, total - start)
        size = min(BATCH, max(SMALLEST_BATCH, 1 << (count - 1).bit_length()))
        rows = start + np.minimum(np.arange(size), count - 1)
        found = function({name: value[rows] for name, value in host.items()})
        parts.append(jax.tree.map(lambda array, n=count: array[:n], found))
    return parts


def parameter_shapes(simulator: Simulator) -> dict[str, jax.ShapeDtypeStruct]:
    """The shape of each parameter of one system, (1, ...)."""
    drawn = jax.eval_shape(lambda key: simulator.sample(key, 1), ANY_KEY)
    return {name: drawn[name] for name in simulator.parameter_names}


def no_params(simulator: Simulator) -> dict[str, np.ndarray]:
    """The parameters of no systems, (0, ...), with which tables have their columns and no rows."""
    shapes = parameter_shapes(simulator)
    return {name: np.zeros((0, *one.shape[1:]), one.dtype) for name, one in shapes.items()}


def joined_systems(parts: list[Systems]) -> Systems:
    """Systems one after another, whose arrays may have different numbers of slots."""
    if len(parts) == 1:
        return parts[0]
    return jax.tree.map(lambda *arrays: np.concatenate(_of_one_width(arrays)), *parts)


def _of_one_width(arrays: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    """Arrays that are as long as the longest along their last axis, with zeros at the end."""
    if arrays[0].ndim == 1:
        return list(arrays)
    width = max(one.shape[-1] for one in arrays)
    empty = [(0, 0)] * (arrays[0].ndim - 1)
    return [np.pad(one, [*empty, (0, width - one.shape[-1])]) for one in arrays]


def _batch(simulator: Simulator, params: dict[str, np.ndarray]) -> Systems:
    """A batch of systems with all of their images."""
    scene = simulator.scene
    while True:
        found = jax.tree.map(np.asarray, _compute(scene, params, simulator.assets))
        more = max((int(one.found.max()) for one in found.images.values()), default=0)
        if more <= scene.image_slots or scene.image_slots >= MAX_IMAGE_SLOTS:
            break
        scene = simulator.with_image_slots(2 * scene.image_slots).scene
    if more > scene.image_slots:
        warnings.warn(
            f"a point source has {more} images, of which {scene.image_slots} are in the truth tables",
            stacklevel=users_line(),
        )
    return found
