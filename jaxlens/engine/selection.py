"""What is said of a system that no attempt has made as SELECT asks."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import numpy as np

from jaxlens.engine.job import Job
from jaxlens.sampling.indices import whole_numbers
from jaxlens.simulator.acceptance import measured_acceptance

# The attempts of the system from which it is found out what rejects most, and how many of them at most are
# tested on image positions and images.
_ATTEMPTS = 1000
_ATTEMPTS_WITH_IMAGES = 64
_LOWER_WORD = np.uint64(2**32 - 1)


def selection_failure(
    job: Job, indices: Sequence[int], tries: np.ndarray, key: np.ndarray | None = None
) -> str:
    """Why a batch cannot be used in which a system does not meet SELECT.

    Args:
        job: the systems.
        indices: the index of each system of the batch.
        tries: how often each was drawn, (n,); NaN where no attempt was kept.
        key: the raw key of the systems, where the upper words of their indices are in it; None: the job's.
    """
    simulator, row = job.simulator, int(np.argmax(np.isnan(tries)))
    selection = simulator.population.selection
    assert selection is not None, "only a selection makes several attempts"
    count = min(selection.max_tries, _ATTEMPTS)
    index = whole_numbers("index", np.full(count, indices[row], np.uint64))
    # a thread does not have the settings of the thread that has started it
    with jax.enable_x64(tries.dtype == np.float64):
        raw = job.key if key is None else key
        own = index if key is None else index & _LOWER_WORD
        found = measured_acceptance(simulator, raw, own, np.arange(count), _ATTEMPTS_WITH_IMAGES)
    worst = found.rejected[found.strictest]
    failed = np.isnan(tries)
    kept, made = np.sum(~failed), np.sum(np.where(failed, selection.max_tries, tries))
    rows = [joint.label for joint in simulator.population.joints if joint.kind == "iterate"]
    table = f"; the rows of {rows[0]} belong to the systems and are not drawn again" if rows else ""
    return (
        f"{job.label}: no attempt of {selection.max_tries} (MAX_TRIES) makes system "
        f"{indices[row]}{job.source} meet SELECT; {found.strictest} rejects most, {worst.share:.1%} of the "
        f"{worst.tested} draws that are tested on it, and {kept} of {made:.0f} attempts in this batch were "
        f"kept{table}; weaken the criterion, or change what is drawn (`jaxlens check` shows what is rejected)"
    )
