"""Scenes with haloes, and numbers of their haloes, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from jaxlens.config.haloes.names import halo_arrays
from jaxlens.config.model import Substructure
from jaxlens.config.model.haloes import HaloProfile
from jaxlens.imaging.halo_numbers import halo_redshifts
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import FieldHaloes, Haloes
from jaxlens.kernels.types import Params

SUBHALOES, FIELD = "PLANE_1-OBJECT_1-SUBSTRUCTURE", "LINE_OF_SIGHT"


def with_haloes(
    own: Scene,
    profile: HaloProfile = "TNFW",
    bound: int = 0,
    planes: Sequence[int] = (),
    field_bound: int = 0,
    window: int = 8,
) -> Scene:
    """A scene in which the first plane has `bound` subhaloes, and with `planes` of haloes."""
    arrays = halo_arrays(Substructure("", profile, "diemer_joyce", "200c", (), bound))
    subhaloes = (Haloes(SUBHALOES, profile, "200c", bound, arrays),) if bound else ()
    field = None
    if field_bound:
        names = ("x", "y", "z", *arrays[2:])
        field = FieldHaloes(FIELD, profile, "200c", field_bound, names, tuple(planes), window)
    first = replace(own.planes[0], subhaloes=subhaloes)
    found = replace(own, planes=(first, *own.planes[1:]), field_haloes=field)
    names = [name for haloes in found.haloes for name in haloes.parameters]
    return replace(found, parameters=(*own.parameters, *names))


def halo_params(own: Scene, params: Params, number: int, seed: int, heavy: float = 1e9) -> Params:
    """Numbers of haloes: as many as `number` of each kind, the rest of the arrays is zero."""
    draws, found = np.random.default_rng(seed), dict(params)
    for haloes in own.haloes:
        count = min(number, haloes.bound)

        def padded(values: np.ndarray, bound: int = haloes.bound) -> np.ndarray:
            return np.pad(values, (0, bound - len(values)))

        numbers = {name: draws.uniform(-1.5, 1.5, count) for name in ("x", "y")}
        numbers["mass"] = heavy * draws.uniform(0.05, 1.0, count)
        numbers["concentration"] = draws.uniform(8.0, 20.0, count)
        numbers["r_trunc"] = draws.uniform(0.05, 0.5, count)
        if isinstance(haloes, FieldHaloes):
            redshifts = np.asarray(halo_redshifts(own, haloes, params))
            numbers["z"] = redshifts[draws.permutation(np.arange(count) % len(redshifts))]
            found[haloes.sheets] = jnp.asarray(draws.uniform(0.0, 2e-3, len(redshifts)))
        found |= {f"{haloes.prefix}-{name}": jnp.asarray(padded(numbers[name])) for name in haloes.arrays}
        found[haloes.number] = jnp.asarray(float(count))
    return found
