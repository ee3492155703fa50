"""How many of the drawn systems a selection keeps, and which of its criteria reject how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.model import Selection
from jaxlens.sampling.indices import index_words
from jaxlens.simulator.batched_draws import tested

if TYPE_CHECKING:
    from jaxlens.simulator.base import SimulatorBase

# Attempts that are tested at a time where image positions or images are needed.
_AT_ONCE = 32


class Rejected(NamedTuple):
    """What a criterion rejects.

    Attributes:
        tested: how many draws came to it: those that had met what is tested before.
        share: which part of these it rejects, from 0 to 1.
    """

    tested: int
    share: float


class Acceptance(NamedTuple):
    """An estimate of the share of drawn systems that a selection keeps.

    Attributes:
        share: the share that is kept, from 0 to 1.
        draws: the number of draws from which it is estimated; its error is sqrt(share (1 - share) / draws).
        rejected: what each criterion rejects, by `key: threshold`, in the order in which they are tested.
            Criteria that need the same are tested together, and one draw may fail several.
    """

    share: float
    draws: int
    rejected: dict[str, Rejected]

    @property
    def strictest(self) -> str:
        """The criterion that rejects the largest share of what comes to it; "" without criteria."""
        return max(self.rejected, key=lambda name: self.rejected[name].share, default="")


def measured_acceptance(
    simulator: SimulatorBase,
    key: ArrayLike,
    indices: np.ndarray,
    attempts: np.ndarray,
    most: int | None = None,
) -> Acceptance:
    """The share of some attempts of systems that the selection of a simulator keeps.

    Args:
        simulator: the configuration, with a selection.
        key: the key of the dataset's seed, or its raw data, (2,) uint32.
        indices: the indices of the systems, (n,), uint64.
        attempts: the number of the attempt of each, (n,).
        most: how many attempts are tested at most where image positions or images are needed; None: all.
    """
    selection = simulator.population.selection
    assert selection is not None, "the caller asks only where there is a selection"
    words, tries = index_words(indices), attempts.astype(np.uint32)
    left, share, rejected = np.arange(len(indices)), 1.0, {}
    for stage, criteria in enumerate(selection.stages):
        if criteria[0].kind != "numbers":
            left = left[:most]
        met = _met(simulator, key, words[left], tries[left], stage, selection)
        for one, own in zip(criteria, met.T, strict=True):
            rejected[str(one)] = Rejected(len(left), 1.0 - float(np.mean(own)) if len(left) else 0.0)
        kept = np.all(met, axis=1)
        share *= float(np.mean(kept)) if len(left) else 0.0
        left = left[kept]
    return Acceptance(share, len(indices), rejected)


def _met(
    simulator: SimulatorBase,
    key: ArrayLike,
    words: np.ndarray,
    tries: np.ndarray,
    stage: int,
    selection: Selection,
) -> np.ndarray:
    """Which criteria of a stage the attempts meet, (n, criteria), by one program of a fixed size."""
    criteria = selection.stages[stage]
    size = max(1, len(tries)) if criteria[0].kind == "numbers" else _AT_ONCE
    found = [np.zeros((0, len(criteria)), bool)]
    for start in range(0, len(tries), size):
        rows = np.arange(start, start + size) % len(tries)
        met = tested(
            simulator.static_population,
            simulator.drawn_scene,
            simulator.hyperparameters,
            key,
            words[rows],
            tries[rows],
            simulator.assets,
            stage,
        )
        found.append(np.asarray(met)[: len(tries) - start])
    return np.concatenate(found)
