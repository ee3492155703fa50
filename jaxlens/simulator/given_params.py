"""The parameters that a user gives: full names in the place of short ones, and the axis of systems.

All of it looks at names and shapes alone, so it costs nothing on a device and is the same inside jit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.haloes.arrays import halo_array
from jaxlens.config.haloes.names import NUMBER
from jaxlens.config.instrument import COSMOLOGY
from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE
from jaxlens.config.naming import IN_IMAGE, has_band_axis
from jaxlens.config.short_names import ShortNames, shown_name
from jaxlens.imaging.optics import PSF_KERNEL
from jaxlens.imaging.scene import Scene
from jaxlens.simulator.checked_arrays import as_array
from jaxlens.simulator.generation import Params

# The numbers that all bands share, besides those of masses and positions of profiles, by the last word.
_SHARED = frozenset(
    (
        *COSMOLOGY,
        PIXEL_SCALE,
        *PIXEL_MAP,
        *IN_IMAGE,
        NUMBER,
        "REDSHIFT",
        "sep",
        "angle",
        "PEAK",
        "BACKGROUND_IDX",
    )
)


def full_params(
    params: Mapping[str, ArrayLike], names: ShortNames, others: Callable[[], Collection[str]]
) -> Mapping[str, ArrayLike]:
    """`params` with full names in the place of short ones.

    A value under a short name takes the place of one that stands beside it under the full name, so that
    `params | {"theta_E": 1.2}` changes `params`.

    Args:
        params: the values by name.
        names: the parameters on which images depend.
        others: gives the names of further values, which may stand beside them without changing anything.

    Raises:
        ValueError: if `params` is no mapping, or a name may mean several parameters, or none and no value.
    """
    if not isinstance(params, Mapping):
        raise ValueError(
            f"params is of the type {type(params).__name__}; give a dictionary of arrays by name, as "
            "sim.sample returns it"
        )
    extra = [name for name in params if name not in names.names]
    if not extra:
        return params
    found = {name: value for name, value in params.items() if name in names.names}
    short: dict[str, str] = {}
    for name in extra:
        own = names.meant(name)
        if len(own) > 1:
            raise ValueError(
                f"params has {name}, which may mean {names.listed(own)}; give one of these names"
            )
        if own and own[0] in short:
            raise ValueError(f"params has {short[own[0]]} and {name}, which are both {own[0]}; give one")
        if own:
            found[own[0]], short[own[0]] = params[name], name
    unknown = {name: params[name] for name in extra if not names.meant(name)}
    if len(found) < len(names.names):
        # what is missing is an error of its own, which tells a name that is like it
        return found | unknown
    for name in unknown:
        if name not in others():
            raise ValueError(f"params has {shown_name(name)}, which is no parameter; {names.advice(name)}")
    return found


def as_arrays(scene: Scene, params: Mapping[str, ArrayLike]) -> Params:
    """The parameters of a scene as float arrays whose first axis is that of the systems.

    A single number stands for all systems; where all parameters are single numbers there is one system.

    Args:
        scene: whose parameters are taken.
        params: {name: (), (n,) or (n, bands)}, of a time series also (n, epochs, bands) or (n, epochs, 1).

    Returns:
        {name: (n,), (n, bands), (n, epochs, bands) or (n, epochs, 1)}.

    Raises:
        ValueError: if a value is no number; if parameters have different numbers of systems; if one has an
            axis of bands that cannot have one, or one of another length.
    """
    dtype = jnp.result_type(float)
    found = {name: _as_array(name, params[name], dtype) for name in scene.parameters}
    counts = Counter(value.shape[0] for value in found.values() if value.ndim)
    if not counts:
        return {name: value[None] for name, value in found.items()}
    count = counts.most_common(1)[0][0]
    _refuse_bands_alone(scene, found, count)
    for name, value in found.items():
        if not value.ndim:
            spread = jnp.broadcast_to if isinstance(value, jax.Array) else np.broadcast_to
            found[name] = spread(value, (count,))
        elif value.shape[0] != count or not _fits(scene, name, value.shape):
            raise ValueError(f"{name} has shape {value.shape}; {_right(scene, name, count)}")
    return found


def _as_array(name: str, value: Any, dtype: Any) -> jax.Array:
    """A value as an array of floats; ValueError where it is none."""
    try:
        if value is None or isinstance(value, str | bytes):
            raise TypeError
        return as_array(value, dtype)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {value!r:.60}; give a number, or an array of numbers") from None


def _refuse_bands_alone(scene: Scene, params: Params, count: int) -> None:
    """ValueError where only what differs by band tells how many systems there are, as many as bands."""
    bands = len(scene.bands)
    if count != bands or bands == 1:
        return
    rows = [name for name, value in params.items() if value.ndim]
    if all(params[name].ndim == 1 and _may_differ_by_band(name) for name in rows):
        raise ValueError(
            f"{rows[0]} has shape ({bands},), which may be {bands} systems or the {bands} bands of one; give "
            f"(1, {bands}) for one system, or ({bands},) also for a parameter that the bands share"
        )


def _fits(scene: Scene, name: str, shape: tuple[int, ...]) -> bool:
    """Whether a parameter may have a shape whose first axis is that of the systems."""
    if len(shape) < 2 or _has_own_check(scene, name):
        return True
    own, bands = shape[1:], len(scene.bands)
    if not _may_differ_by_band(name):
        return scene.series is not None and own == (scene.series.epochs, 1)
    return own == (bands,) or (len(own) == 2 and own[1] in (1, bands))


def _has_own_check(scene: Scene, name: str) -> bool:
    """Whether another function knows the shapes of a parameter: kernels, haloes, and epochs with them."""
    return name == PSF_KERNEL or halo_array(name) is not None


def _may_differ_by_band(name: str) -> bool:
    """Whether a parameter may have an axis of bands; masses, positions and the cosmology may not."""
    owner, _, own = name.rpartition("-")
    if "LIGHT_PROFILE_" in owner:
        return has_band_axis(name)
    # what is left of an object are magnitudes and the numbers of transients
    return "_PROFILE_" not in owner and own not in _SHARED


def _right(scene: Scene, name: str, count: int) -> str:
    """The shapes that a parameter may have."""
    if not _may_differ_by_band(name):
        return f"give ({count},), a number for each of {count} systems, or one number for all"
    shape = (count, len(scene.bands))
    return f"give ({count},) for what all bands share, {shape} for what differs by band, or one number"
