"""Which numbers of a system a fit moves, with which priors, and what the others are.

Every number that varies in the file is either free, with a prior, or fixed at a value; a constant of the file
stays what it is unless the caller frees it with a prior or fixes it at another value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.errors import nearest
from jaxlens.distributions import DeltaFunction, Distribution
from jaxlens.fitting.transforms import Transform, transform_of
from jaxlens.simulator.simulator import Simulator

Prior: TypeAlias = Distribution | Sequence[Distribution] | None
Free: TypeAlias = Iterable[str] | Mapping[str, Prior]

_GIVE_PRIOR = "give it one, as in free={name: Normal(mean, std)} of jaxlens.distributions"


@dataclass(frozen=True)
class FreeNumbers:
    """The k numbers that move, and the values of all others.

    Attributes:
        places: of each the parameter, and the index of its band where each band has its own.
        priors: the prior of each.
        drawn: the parameters among them whose prior is the file's.
        changed: the parameters that are not as in the file: fixed, or with a prior of the caller.
        transform: of the numbers, to and from the space without bounds.
        values: all parameters, (n,) or (n, bands); the free numbers are their priors' medians.
    """

    places: tuple[tuple[str, int | None], ...]
    priors: tuple[Distribution, ...]
    drawn: frozenset[str]
    changed: frozenset[str]
    transform: Transform
    values: Mapping[str, np.ndarray]

    def names(self, bands: Sequence[str]) -> tuple[str, ...]:
        """The name of each number: the parameter's, with `-<band>` where each band has its own."""
        return tuple(name if band is None else f"{name}-{bands[band]}" for name, band in self.places)


def free_numbers(
    sim: Simulator,
    one: Mapping[str, ArrayLike],
    n: int,
    free: Free | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
) -> FreeNumbers:
    """What a fit of n images moves; `one` are the parameters of any system that the file draws.

    Raises:
        ValueError: a name that is no parameter; a free one without a prior, or that takes separate values
            only; a varying one that is neither free nor fixed; values of a wrong shape; nothing to move.
    """
    fixed = _fixed(sim, {} if fixed is None else fixed)
    priors = _priors(sim, free, fixed)
    _refuse_left(sim, priors, fixed)
    shapes = {name: np.shape(one[name])[1:] for name in sim.parameter_names}
    values = {name: np.repeat(np.asarray(one[name])[:1], n, axis=0) for name in shapes}
    values |= {name: _value(name, fixed[name], (n, *shapes[name])) for name in fixed}
    places, each = _listed(priors, shapes)
    _refuse_none(len(each))
    every = jax.tree.map(np.asarray, transform_of(each))
    # an interval without width, and what some bands have as a constant, does not move
    moving = np.flatnonzero(np.asarray(every.scale) > 0.0)
    _refuse_none(moving.size)
    transform = jax.tree.map(lambda field: field[moving], every)
    for i, median in zip(moving, np.asarray(transform.constrained(np.zeros(moving.size))), strict=True):
        name, band = places[i]
        values[name][:, ... if band is None else band] = median
    own = frozenset(name for name in priors if isinstance(free, Mapping) and free[name] is not None)
    return FreeNumbers(
        places=tuple(places[i] for i in moving),
        priors=tuple(each[i] for i in moving),
        drawn=frozenset(priors) - own,
        changed=own | frozenset(fixed),
        transform=transform,
        values=values,
    )


def _refuse_none(count: int) -> None:
    if count == 0:
        raise ValueError("no number is free; name at least one that varies in `free`")


def _listed(
    priors: Mapping[str, tuple[Distribution, ...]], shapes: Mapping[str, tuple[int, ...]]
) -> tuple[list[tuple[str, int | None]], list[Distribution]]:
    """Each number by its parameter and band, and its prior."""
    places: list[tuple[str, int | None]] = []
    each: list[Distribution] = []
    for name, distributions in priors.items():
        found = _per_band(name, distributions, shapes[name])
        places += [(name, band if shapes[name] else None) for band in range(len(found))]
        each += found
    return places, each


def _fixed(sim: Simulator, fixed: Mapping[str, ArrayLike]) -> Mapping[str, ArrayLike]:
    if not isinstance(fixed, Mapping):
        raise ValueError("fixed must say at which values: give a mapping, as in fixed={'seeing': 0.7}")
    for name in fixed:
        _check_name(sim, name, "fixed")
    return fixed


def _check_name(sim: Simulator, name: str, where: str) -> None:
    if name not in sim.parameter_names:
        raise ValueError(f"{name} in {where} is no parameter; {nearest(str(name), sim.parameter_names)}")


def _priors(
    sim: Simulator, free: Free | None, fixed: Mapping[str, ArrayLike]
) -> dict[str, tuple[Distribution, ...]]:
    """The distributions of each free parameter: one, or one a band."""
    file = sim.priors
    if free is None:
        free = [name for name, each in file.items() if name not in fixed and not _separate(each)]
    if isinstance(free, str):
        raise ValueError(f"free is the text {free!r}; give a list of parameters, or a mapping to priors")
    given: Mapping[str, Prior] = free if isinstance(free, Mapping) else dict.fromkeys(free)
    found: dict[str, tuple[Distribution, ...]] = {}
    for name, prior in given.items():
        _check_name(sim, name, "free")
        if name in fixed:
            raise ValueError(f"{name} is in free and in fixed; it can only be one of them")
        found[name] = _tuple(name, prior) if prior is not None else _of_file(sim, name, file)
        if _separate(found[name]):
            raise ValueError(f"{name} takes separate values only, which have no slope; fix it at one of them")
    return found


def _tuple(name: str, prior: Distribution | Sequence[Distribution]) -> tuple[Distribution, ...]:
    each = tuple(prior) if isinstance(prior, Sequence) else (prior,)
    for one in each:
        if not isinstance(one, Distribution):
            raise ValueError(f"the prior of {name} is {one!r}; give a distribution of jaxlens.distributions")
        if one.problems():
            raise ValueError(f"the prior of {name}: {'; '.join(one.problems())}")
    return each


def _of_file(
    sim: Simulator, name: str, file: Mapping[str, tuple[Distribution, ...]]
) -> tuple[Distribution, ...]:
    if name in file:
        return file[name]
    why = sim.without_prior.get(name, "is a constant of the file")
    raise ValueError(f"{name} in free {why}, and has no prior; {_GIVE_PRIOR}")


def _separate(each: Sequence[Distribution]) -> bool:
    return any(one.discrete and not isinstance(one, DeltaFunction) for one in each)


def _refuse_left(sim: Simulator, priors: Mapping[str, object], fixed: Mapping[str, object]) -> None:
    """ValueError where something that varies is neither free nor fixed."""
    for name, each in sim.priors.items():
        if name not in priors and name not in fixed:
            what = "takes separate values in the file" if _separate(each) else "varies in the file"
            raise ValueError(f"{name} {what} and is not free; give its value, as in fixed={{{name!r}: ...}}")
    for name, why in sim.without_prior.items():
        if name not in priors and name not in fixed:
            raise ValueError(f"{name} {why}, and has no prior; {_GIVE_PRIOR}, or a value in fixed")


def _value(name: str, value: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(value, jnp.result_type(float))
    if not np.isfinite(array).all():
        raise ValueError(f"{name} is fixed at a value that is not finite; give a number")
    try:
        return np.broadcast_to(array, shape).copy()
    except ValueError:
        right = "one number" if len(shape) == 1 else f"one number, or one for each of {shape[1]} bands"
        raise ValueError(f"{name} in fixed has shape {array.shape}; give {right}, or {shape}") from None


def _per_band(name: str, each: tuple[Distribution, ...], shape: tuple[int, ...]) -> tuple[Distribution, ...]:
    count = shape[0] if shape else 1
    if len(each) not in (1, count):
        raise ValueError(f"{name} has {len(each)} priors; give one, or one for each of {count} bands")
    return each * count if len(each) == 1 else each
