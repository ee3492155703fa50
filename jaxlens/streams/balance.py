"""Weights of systems that make the distribution of a label even."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.streams.scaling import Batches, next_batches


class LabelBalance:
    """Weights by which each interval of a label counts as much as every other, however rare it is.

    A system in an interval with the share p of the systems has the weight 1 / (m p), with the m intervals
    that have systems: the mean weight of systems is 1.  A loss that is multiplied by these does not fall by
    predicting what is common.

    Args:
        edges: the borders of the intervals, (m + 1,); values beyond them are in the first or the last.
        counts: how many systems were seen in each, (m,).

    Examples:
        Large Einstein radii, which are rare, count as much as small ones::

            balance = jaxlens.LabelBalance.fit(train, "theta_E")
            weight = balance.weights(batch.labels[:, 0])
            loss = jnp.mean(weight * (predicted - batch.labels[:, 0]) ** 2)

    >>> balance = LabelBalance([0.0, 1.0, 2.0], [3, 1])
    >>> print(balance.weights(np.array([0.5, 1.5, 7.0])))
    [0.6666667 2.        2.       ]
    """

    def __init__(self, edges: Sequence[float] | np.ndarray, counts: Sequence[int] | np.ndarray) -> None:
        self.edges, self.counts = np.asarray(edges, float), np.asarray(counts, float)
        if self.edges.ndim != 1 or self.counts.shape != (len(self.edges) - 1,) or not self.counts.sum() > 0:
            raise ValueError(
                f"edges and counts have shapes {self.edges.shape} and {self.counts.shape}; give (m + 1,) and "
                "(m,), with at least one system"
            )

    def weights(self, values: ArrayLike) -> jax.Array:
        """The weight of each value, of the same shape; the largest one in an interval without systems."""
        filled = self.counts > 0
        weights = self.counts.sum() / (
            filled.sum() * np.where(filled, self.counts, self.counts[filled].min())
        )
        at = jnp.searchsorted(jnp.asarray(self.edges[1:-1]), jnp.asarray(values), side="right")
        return jnp.asarray(weights)[at]

    @classmethod
    def fit(cls, stream: Batches, label: str, bins: int = 10, batches: int = 10) -> LabelBalance:
        """The balance of a label of the next batches of a stream, which itself does not move.

        Args:
            stream: the stream.
            label: the name of one of its labels, or its ending.
            bins: the number of intervals, equally wide between the smallest and the largest value.
            batches: how many batches.

        Raises:
            ValueError: if there is no such label, or no system has it.
        """
        found = [k for k, name in enumerate(stream.label_names) if f"-{name}".endswith(f"-{label}")]
        if len(found) != 1:
            raise ValueError(
                f"label is {label!r}; give one of {', '.join(stream.label_names) or 'the labels'}"
            )
        seen = [(one.labels[:, found[0]], one.present[:, found[0]]) for one in next_batches(stream, batches)]
        values = np.concatenate([labels[present] for labels, present in seen])
        if not values.size:
            raise ValueError(f"no system of {batches} batches has {label}; give more batches")
        counts, edges = np.histogram(values, bins)
        return cls(edges, counts)
