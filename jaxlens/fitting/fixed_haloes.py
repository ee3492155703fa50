"""The haloes of a fit: they are those that the caller gives, and do not move.

A fit follows derivatives, and how many haloes a system has is a whole number.  So their number and arrays are
in `fixed`, or their number is 0 there, which fits the lens without haloes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.fitting.result import FitResult
from jaxlens.imaging.scene_objects import FieldHaloes, Haloes
from jaxlens.simulator.simulator import Simulator


@dataclass(frozen=True)
class FittedLens:
    """What a fit moves, and the haloes that it does not.

    Attributes:
        sim: the simulator that is fitted; where no image has haloes it has none either.
        macro: the same without haloes, whose draws are the starts.
        fixed: the fixed values by name, with those of haloes that are not zero.
        haloes: the parameters of haloes by name, NUMBER (n,), arrays (n, haloes), sheets (n, planes).
    """

    sim: Simulator
    macro: Simulator
    fixed: Mapping[str, ArrayLike]
    haloes: Mapping[str, np.ndarray]

    def drawn(self, key: jax.Array, count: int) -> dict[str, jax.Array]:
        """Parameters of `count` systems that the file draws, with the haloes of the first image."""
        found = dict(self.macro.sample(key, count))
        own = {name: self.haloes[name] for name in self.sim.parameter_names if name not in found}
        return found | {name: jnp.repeat(jnp.asarray(v[:1], float), count, axis=0) for name, v in own.items()}

    def result(self, found: FitResult) -> FitResult:
        """The result with the parameters of haloes that were left out of the fit."""
        absent = {name: value for name, value in self.haloes.items() if name not in found.params}
        return replace(found, params={**found.params, **absent}) if absent else found


def fitted_lens(
    sim: Simulator, n: int, fixed: Mapping[str, ArrayLike] | None, free: Iterable[str] | None
) -> FittedLens:
    """What a fit of n images moves.

    Args:
        sim: the simulator of the configuration.
        n: the number of images.
        fixed: as in `jaxlens.fit`.
        free: as in `jaxlens.fit`.

    Raises:
        ValueError: if the number of haloes is not in `fixed`, or their arrays lack or have wrong shapes; if a
            number of haloes is free.
    """
    given: dict[str, Any] = dict(fixed) if isinstance(fixed, Mapping) else {}
    if not sim.scene.haloes:
        return FittedLens(sim, sim, {} if fixed is None else fixed, {})
    names = {name for haloes in sim.scene.haloes for name in haloes.parameters}
    for name in () if free is None or isinstance(free, str) else free:
        if name in names:
            raise ValueError(
                f"{name} is in free, and a fit holds haloes fixed; give a halo that is to be found as a "
                "MASS_PROFILE of the lens"
            )
    population = replace(sim.population, haloes=())
    macro = sim.replace(scene=sim.scene.macro, population=population, static_population=population.static)
    haloes = {name: value for own in sim.scene.haloes for name, value in _given(own, n, given).items()}
    others = {name: value for name, value in given.items() if name not in names}
    if not any(np.any(haloes[own.number]) for own in sim.scene.haloes):
        return FittedLens(macro, macro, others, haloes)
    return FittedLens(sim, macro, {**others, **haloes}, haloes)


def _given(haloes: Haloes, n: int, fixed: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The parameters of some haloes of n images."""
    if haloes.number not in fixed:
        raise ValueError(
            f"{haloes.prefix}: a fit holds haloes fixed; give them in fixed, as dataset.haloes().params() "
            f"has them, or fit the lens without haloes by fixed={{{haloes.number!r}: 0}}"
        )
    number = _numbers(haloes, n, fixed[haloes.number])
    names = [f"{haloes.prefix}-{name}" for name in haloes.arrays]
    found = {haloes.number: number}
    for name in names:
        if name not in fixed and number.any():
            raise ValueError(f"{name} is missing in fixed; its {haloes.number} is not 0, so give (n, haloes)")
        found[name] = _array(
            name, fixed.get(name, np.zeros(0)), n, haloes.bound, int(number.max(initial=0.0))
        )
    if isinstance(haloes, FieldHaloes):
        found[haloes.sheets] = _sheets(haloes, n, fixed)
    return found


def _numbers(haloes: Haloes, n: int, given: Any) -> np.ndarray:
    """How many haloes each image has, (n,)."""
    number = np.asarray(given, float)
    if number.shape not in ((), (n,)) or np.any(number != np.round(number)) or np.any(number < 0):
        raise ValueError(f"{haloes.number} in fixed is {given}; give a whole number, or {n} of them")
    if number.max(initial=0.0) > haloes.bound:
        raise ValueError(
            f"{haloes.number} in fixed is {number.max():.0f}, and there is room for {haloes.bound} haloes; "
            "give a larger MAX_HALOES in the file"
        )
    return np.broadcast_to(number, (n,)).copy()


def _array(name: str, given: Any, n: int, bound: int, needed: int) -> np.ndarray:
    """An array of haloes of n images, (n, bound), zero after those that are given."""
    array = np.asarray(given, jnp.result_type(float))
    if array.ndim not in (1, 2) or array.shape[:-1] not in ((), (n,)) or array.shape[-1] < needed:
        raise ValueError(
            f"{name} in fixed has shape {array.shape}; give ({n}, {needed}), zero where no halo is"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} in fixed is not all finite; give numbers, 0 where no halo is")
    found = np.zeros((n, bound), array.dtype)
    kept = min(bound, array.shape[-1])
    found[:, :kept] = array[..., :kept]
    return found


def _sheets(haloes: FieldHaloes, n: int, fixed: Mapping[str, Any]) -> np.ndarray:
    """What the sheets of n images take out, (n, planes); nothing where it is not given."""
    planes = sum(haloes.planes)
    array = np.asarray(fixed.get(haloes.sheets, np.zeros(planes)), jnp.result_type(float))
    if array.shape not in ((planes,), (n, planes)):
        raise ValueError(f"{haloes.sheets} in fixed has shape {array.shape}; give ({n}, {planes})")
    return np.broadcast_to(array, (n, planes)).copy()
