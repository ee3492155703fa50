"""Images in the precision in which they are handed over: float32 as they are computed, or float16."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.engine.job import Job
from jaxlens.files.precision import HALF, is_faint, refuse_too_large, warn_faint
from jaxlens.simulator.generation import Batch


class Rounding:
    """Rounds the arrays of a job's batches to its `image_dtype`, on the device, after all arithmetic.

    It may be called from several threads.

    Args:
        job: the job.
    """

    def __init__(self, job: Job) -> None:
        self._job, self._warned = job, False

    def __call__(self, batch: Batch, indices: Sequence[int]) -> Batch:
        """The batch, rounded.

        Args:
            batch: systems on the device.
            indices: the index of each system that is wanted, the first ones of the batch.

        Raises:
            ValueError: if a pixel is too large for float16.

        Warns:
            UserWarning: once, where all pixels of a system are so small that float16 rounds them to less than
                11 bits.
        """
        if self._job.image_dtype != HALF:
            return batch
        arrays = {name: getattr(batch, name) for name in self._job.arrays}
        rounded, largest = _rounded(arrays)
        for name, own in largest.items():
            self._check(name, indices, np.asarray(own)[: len(indices)])
        return batch._replace(**rounded)

    def _check(self, name: str, indices: Sequence[int], largest: np.ndarray) -> None:
        what = f"{self._job.label}: the {name}"
        # what is not finite is refused with the name of the parameter that it comes from
        refuse_too_large(what, indices, np.where(np.isfinite(largest), largest, 0.0))
        if not self._warned and np.any(is_faint(largest)):
            self._warned = True
            warn_faint(what, indices, largest)


@jax.jit
def _rounded(arrays: dict[str, jax.Array]) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
    """Arrays (n, ...) in float16, and the largest absolute value of each system, (n,)."""
    largest = {name: jnp.max(jnp.abs(own), axis=tuple(range(1, own.ndim))) for name, own in arrays.items()}
    return {name: own.astype(jnp.float16) for name, own in arrays.items()}, largest
