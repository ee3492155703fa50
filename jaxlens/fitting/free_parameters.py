"""The free parameters of a fit with their priors, and the values of all other parameters.

Every parameter that varies in the file is either free, with a prior, or fixed at a value.  A constant of the
file keeps its value unless the caller frees it with a prior or fixes it at another value; so does the tie of
a parameter that follows others by a link without scatter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.errors import nearest
from jaxlens.config.model import LinkedDraw
from jaxlens.config.naming import FLIP, IMAGE_INDEX
from jaxlens.distributions import DeltaFunction, Distribution
from jaxlens.fitting.hidden_copies import hidden_copies
from jaxlens.fitting.own_ties import in_order, own_ties
from jaxlens.fitting.ties import dependent_ties, marginal, tied_params, ties
from jaxlens.fitting.transforms import Transform, transform_of
from jaxlens.sampling.epochs import POINTING, nights_of
from jaxlens.simulator.simulator import Simulator

Prior: TypeAlias = Distribution | Sequence[Distribution] | None
Free: TypeAlias = Iterable[str] | Mapping[str, Prior]

_GIVE_PRIOR = "give it one, as in free={name: Normal(mean, std)} of jaxlens.distributions"
_TIE_IT = "or tie it to another parameter, as in tie={name: other} (SAME_AS in the file)"


@dataclass(frozen=True)
class FreeParameters:
    """The k scalars that are fitted, and the values of all other parameters.

    Attributes:
        places: the name of each scalar and, where each band has its own value, the band's index.
        priors: the prior of each scalar.
        file_priors: the names of the parameters whose prior is the file's.
        changed: the names of the parameters that the caller fixed, tied or gave a prior.
        transform: the map between the unconstrained space and the free parameters.
        params: all parameters of n images, (n,), (n, bands) or (n, epochs, bands); the free ones are at
            their priors' medians.
        ties: the links by which other parameters follow the free ones, each after those that it follows.
    """

    places: tuple[tuple[str, int | None], ...]
    priors: tuple[Distribution, ...]
    file_priors: frozenset[str]
    changed: frozenset[str]
    transform: Transform
    params: Mapping[str, np.ndarray]
    ties: tuple[LinkedDraw, ...] = ()

    def names(self, bands: Sequence[str]) -> tuple[str, ...]:
        """The name of each scalar: the parameter's, with `-<band>` where each band has its own."""
        return tuple(name if band is None else f"{name}-{bands[band]}" for name, band in self.places)


def free_parameters(
    sim: Simulator,
    drawn: Mapping[str, ArrayLike],
    n: int,
    free: Free | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
    tie: Mapping[str, str] | None = None,
) -> FreeParameters:
    """The free parameters of a fit of n images.

    Args:
        sim: the simulator of the configuration; its distributions are the priors.
        drawn: the parameters of at least one system that the file draws, (m,), (m, bands) or
            (m, epochs, bands).
        n: the number of images.
        free: as in `jaxlens.fit`.
        fixed: as in `jaxlens.fit`.
        tie: as in `jaxlens.fit`.

    Returns:
        The free parameters, and the values of all others.

    Raises:
        ValueError: if a name is not that of a parameter; if a free parameter has no prior, or a discrete one;
            if a parameter varies and is neither free nor fixed; if values have a wrong shape; if nothing is
            free; if a parameter that differs by epoch is free.
    """
    fixed = _fixed(sim, n, {} if fixed is None else fixed)
    file = sim.priors
    hidden = hidden_copies(sim.scene, {**drawn, **fixed})
    shapes = {name: np.shape(drawn[name])[1:] for name in sim.parameter_names}
    free = free if free is None or isinstance(free, str | Mapping) else tuple(free)
    own_links = own_ties(sim, tie, shapes, {*([free] if isinstance(free, str) else free or ()), *fixed})
    tied = {link.name for link in own_links}
    priors = _priors(sim, file, free, {**fixed, **dict.fromkeys(tied, np.nan)}, hidden)
    _refuse_undecided(sim, file, priors, {*fixed, *tied}, hidden)
    params = {name: np.repeat(np.asarray(drawn[name])[:1], n, axis=0) for name in shapes}
    params |= {name: _value(name, fixed[name], (n, *shapes[name])) for name in fixed}
    places, distributions = _scalars(priors, shapes)
    own = frozenset(name for name in priors if isinstance(free, Mapping) and free[name] is not None)
    wide = [
        one if place[0] in own else marginal(sim, place, one, drawn)
        for place, one in zip(places, distributions, strict=True)
    ]
    moving, transform = _moving(wide)
    for i, median in zip(moving, np.asarray(transform.constrained(np.zeros(moving.size))), strict=True):
        name, band = places[i]
        params[name][:, ... if band is None else band] = median
    changed = own | frozenset(fixed) | tied
    every = in_order([*ties(sim, changed), *own_links])
    return FreeParameters(
        places=tuple(places[i] for i in moving),
        priors=tuple(distributions[i] for i in moving),
        file_priors=frozenset(priors) - own,
        changed=changed,
        transform=transform,
        params=tied_params(sim, every, params),
        ties=dependent_ties(every, {places[i][0] for i in moving}),
    )


def _moving(distributions: Sequence[Distribution]) -> tuple[np.ndarray, Transform]:
    """The indices of the distributions that have a width, and the transform of these distributions.

    A uniform distribution between equal bounds has no width.  Neither has the constant of one band of a
    parameter that varies in other bands.
    """
    _refuse_none(len(distributions))
    transform = jax.tree.map(np.asarray, transform_of(distributions))
    moving = np.flatnonzero(np.asarray(transform.scale) > 0.0)
    _refuse_none(moving.size)
    return moving, jax.tree.map(lambda field: field[moving], transform)


def _refuse_none(count: int) -> None:
    if count == 0:
        raise ValueError("no number is free; name at least one that varies in `free`")


def _scalars(
    priors: Mapping[str, tuple[Distribution, ...]], shapes: Mapping[str, tuple[int, ...]]
) -> tuple[list[tuple[str, int | None]], list[Distribution]]:
    """Name, band and prior of each scalar among the free parameters."""
    places: list[tuple[str, int | None]] = []
    distributions: list[Distribution] = []
    for name, given in priors.items():
        found = _per_band(name, given, shapes[name])
        places += [(name, band if shapes[name] else None) for band in range(len(found))]
        distributions += found
    return places, distributions


def _fixed(sim: Simulator, n: int, fixed: Mapping[str, ArrayLike]) -> Mapping[str, ArrayLike]:
    """The fixed values by name, with the nights of the POINTING that is among them."""
    if not isinstance(fixed, Mapping):
        raise ValueError("fixed must say at which values: give a mapping, as in fixed={'seeing': 0.7}")
    epochs = sim.static_population.epochs
    if epochs is not None and POINTING in fixed:
        nights = nights_of(epochs, sim.hyperparameters, fixed[POINTING], n)
        fixed = nights | {name: value for name, value in fixed.items() if name != POINTING}
    for name in fixed:
        _check_name(sim, name, "fixed")
    return fixed


def _check_name(sim: Simulator, name: str, where: str) -> None:
    if name not in sim.parameter_names:
        raise ValueError(f"{name} in {where} is no parameter; {nearest(str(name), sim.parameter_names)}")


def _priors(
    sim: Simulator,
    file: Mapping[str, tuple[Distribution, ...]],
    free: Free | None,
    fixed: Mapping[str, ArrayLike],
    hidden: tuple[str, ...],
) -> dict[str, tuple[Distribution, ...]]:
    """The prior of each free parameter: one distribution, or one for each band; `file` has the file's."""
    if free is None:
        shown = {name: prior for name, prior in file.items() if not name.startswith(hidden)}
        once = {name: prior for name, prior in shown.items() if not _by_epoch(sim, name)}
        free = [name for name, prior in once.items() if name not in fixed and not _is_discrete(prior)]
    if isinstance(free, str):
        raise ValueError(f"free is the text {free!r}; give a list of parameters, or a mapping to priors")
    given: Mapping[str, Prior] = free if isinstance(free, Mapping) else dict.fromkeys(free)
    found: dict[str, tuple[Distribution, ...]] = {}
    for name, prior in given.items():
        _check_name(sim, name, "free")
        if name in fixed:
            raise ValueError(f"{name} is in free and in fixed; it can only be one of them")
        _refuse_by_epoch(sim, name)
        found[name] = _own_prior(name, prior) if prior is not None else _of_file(sim, name, file)
        if _is_discrete(found[name]):
            raise ValueError(
                f"{name} takes separate values only, which have no gradient; fix it at one of them"
            )
    return found


def _own_prior(name: str, prior: Distribution | Sequence[Distribution]) -> tuple[Distribution, ...]:
    """A prior that the caller gave, as a tuple of valid distributions."""
    given = tuple(prior) if isinstance(prior, Sequence) else (prior,)
    for distribution in given:
        if not isinstance(distribution, Distribution):
            advice = "give a distribution of jaxlens.distributions"
            raise ValueError(f"the prior of {name} is {distribution!r}; {advice}")
        if distribution.problems():
            raise ValueError(f"the prior of {name}: {'; '.join(distribution.problems())}")
    return given


def _of_file(
    sim: Simulator, name: str, file: Mapping[str, tuple[Distribution, ...]]
) -> tuple[Distribution, ...]:
    if name in file:
        return file[name]
    tied = {link.name for link in ties(sim)}
    is_what = "is tied to others by its link" if name in tied else "is a constant of the file"
    reason = sim.without_prior.get(name, is_what)
    raise ValueError(f"{name} in free {reason}, and has no prior; {_GIVE_PRIOR}")


def _is_discrete(distributions: Sequence[Distribution]) -> bool:
    """Whether one of the distributions is discrete; a constant does not count as one."""
    return any(each.discrete and not isinstance(each, DeltaFunction) for each in distributions)


def _by_epoch(sim: Simulator, name: str) -> bool:
    """Whether a parameter differs by epoch: it is drawn anew for each, or is one of the nights' own."""
    epochs = sim.static_population.epochs
    return epochs is not None and name in epochs.names | set(epochs.of_pointing)


def _refuse_by_epoch(sim: Simulator, name: str) -> None:
    """ValueError where a parameter cannot be free because it differs by epoch, or is an index or a seed."""
    if _by_epoch(sim, name):
        raise ValueError(
            f"{name} in free differs by epoch; only what is the same at all epochs can be free, "
            f"so give its values, as in fixed={{{name!r}: ...}}"
        )
    transients = sim.scene.series.transients if sim.scene.series else ()
    chosen = {f"{t.prefix}-{own}" for t in transients for own in ("TEMPLATE", "REALIZATION")}
    if name in chosen or name.endswith((f"-{IMAGE_INDEX}", f"-{FLIP}")):
        raise ValueError(f"{name} takes separate values only, which have no gradient; fix it at one of them")


def _refuse_undecided(
    sim: Simulator,
    file: Mapping[str, tuple[Distribution, ...]],
    priors: Mapping[str, object],
    fixed: Collection[str],
    hidden: tuple[str, ...],
) -> None:
    """ValueError where a parameter that varies, and not of a hidden copy, is not free, fixed or tied."""
    for name, prior in file.items():
        if name not in priors and name not in fixed and not name.startswith(hidden):
            state = "takes separate values in the file" if _is_discrete(prior) else "varies in the file"
            state = "differs by epoch" if _by_epoch(sim, name) else state
            raise ValueError(f"{name} {state} and is not free; give its value, as in fixed={{{name!r}: ...}}")
    for name, reason in sim.without_prior.items():
        if name not in priors and name not in fixed and not name.startswith(hidden):
            if _by_epoch(sim, name):
                raise ValueError(f"{name} {reason}; give fixed={{{POINTING!r}: ...}}, or its values in fixed")
            raise ValueError(f"{name} {reason}, and has no prior; {_GIVE_PRIOR}, a value in fixed, {_TIE_IT}")


def _value(name: str, value: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """A fixed value as an array of this shape, (n,), (n, bands) or (n, epochs, bands)."""
    array = np.asarray(value, jnp.result_type(float))
    if not np.isfinite(array).all():
        raise ValueError(f"{name} is fixed at a value that is not finite; give a number")
    try:
        return np.broadcast_to(array, shape).copy()
    except ValueError:
        right = "one number" if len(shape) == 1 else f"one number, or one for each of {shape[-1]} bands"
        raise ValueError(f"{name} in fixed has shape {array.shape}; give {right}, or {shape}") from None


def _per_band(name: str, prior: tuple[Distribution, ...], shape: tuple[int, ...]) -> tuple[Distribution, ...]:
    """The priors of the scalars of a parameter that has this shape, () or (bands,)."""
    count = shape[0] if shape else 1
    if len(prior) not in (1, count):
        raise ValueError(f"{name} has {len(prior)} priors; give one, or one for each of {count} bands")
    return prior * count if len(prior) == 1 else prior
