"""Several numbers drawn together: a row of a table, a point of its interpolated density, a normal vector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import jax
import jax.numpy as jnp

from jaxlens.config.model import Column, Joint
from jaxlens.sampling.keys import named_keys

Arrays = Mapping[str, jax.Array]
# Of each parameter what is set by band, or for all of them (None).
JointNumbers = Iterable[tuple[str, dict[str | None, jax.Array]]]


def array_path(joint: Joint) -> str:
    """Under what name the arrays of a distribution stand among the numbers of a population."""
    return f"DISTRIBUTIONS.{joint.label}"


def joint_numbers(
    joints: tuple[Joint, ...],
    label: str,
    numbers: Arrays,
    key: jax.Array,
    index: jax.Array,
    attempts: Mapping[str, jax.Array],
) -> Iterator[tuple[str, dict[str | None, jax.Array]]]:
    """What joint distributions set in configuration `label`, in order: (parameter, {band or None: value}).

    `numbers` has their arrays; `key` and `index` are those of the system; `attempts` says, by the label of
    a distribution, how often it was asked before.
    """
    for joint in joints:
        path = array_path(joint)
        arrays = {name: numbers[f"{path}.{name}"] for name in joint.arrays}
        own = named_keys(key, [path])[0]
        if joint.label in attempts:
            own = jax.random.fold_in(own, attempts[joint.label])
        yield from _by_parameter(label, joint.columns, draw_joint(joint, arrays, own, index))


def _by_parameter(
    label: str, columns: tuple[Column, ...], row: jax.Array
) -> Iterator[tuple[str, dict[str | None, jax.Array]]]:
    """The numbers of `row` (columns,) that configuration `label` takes, by parameter and band."""
    found: dict[str, dict[str | None, jax.Array]] = {}
    for i, column in enumerate(columns):
        if column.configuration in (None, label):
            found.setdefault(column.parameter, {})[column.band] = row[i]
    yield from found.items()


def replaced(value: jax.Array, new: Mapping[str | None, jax.Array], bands: tuple[str, ...]) -> jax.Array:
    """`value`, () or (bands,), with what is set for all bands, then with what is set for single bands."""
    value = jnp.broadcast_to(new[None], value.shape) if None in new else value
    single = {band: number for band, number in new.items() if band is not None}
    if not single:
        return value
    every = jnp.broadcast_to(value, (len(bands),))
    return jnp.stack([single.get(band, every[i]) for i, band in enumerate(bands)])


def draw_joint(joint: Joint, arrays: Arrays, key: jax.Array, index: jax.Array) -> jax.Array:
    """The numbers (d,) of system `index`, in the order of `joint.columns`; `arrays` are those of `Joint`."""
    if joint.kind == "iterate":
        rows = arrays["values"].shape[0]
        return arrays["values"][index % rows]
    if joint.kind == "sample":
        return arrays["values"][_pick(arrays["cumulative"], key)]
    if joint.kind == "interpolate":
        return _interpolated(arrays["corners"], arrays["cumulative"], key)
    return _normal(joint, arrays["mean"], arrays["covariance"], key)


def _pick(cumulative: jax.Array, key: jax.Array) -> jax.Array:
    """An index with the probabilities whose cumulative sums, up to 1, are given."""
    u = jax.random.uniform(key, (), jnp.float32).astype(cumulative.dtype)
    found = jnp.searchsorted(cumulative, u, side="right")
    # rounding may leave the last sum below 1, and entries of no weight at the end are never meant
    return jnp.minimum(found, jnp.searchsorted(cumulative, cumulative[-1], side="left"))


def _interpolated(corners: jax.Array, cumulative: jax.Array, key: jax.Array) -> jax.Array:
    """A point of the density that is linear on each simplex.

    Barycentric coordinates l_k, k = 0..d: the density sum_k w_k l_k is the mixture, with probabilities in
    proportion to w_k, of Dirichlet densities whose parameters are 1 and, at k, 2; and Dirichlet numbers
    are normalised gamma numbers, of which the one of parameter 2 is the sum of two exponential ones.
    """
    key_pick, key_point = jax.random.split(key)
    simplex, corner = jnp.divmod(_pick(cumulative, key_pick), corners.shape[1])
    exponential = -jnp.log1p(-jax.random.uniform(key_point, (corners.shape[1] + 1,), jnp.float32))
    gamma = exponential[:-1] + jnp.where(jnp.arange(corners.shape[1]) == corner, exponential[-1], 0.0)
    weights = (gamma / jnp.sum(gamma)).astype(corners.dtype)
    return jnp.sum(weights[:, None] * corners[simplex], axis=0)


def _normal(joint: Joint, mean: jax.Array, covariance: jax.Array, key: jax.Array) -> jax.Array:
    """A vector mean + L z with L L^T = covariance; the exponential of it where the logarithm is normal."""
    z = jax.random.normal(key, mean.shape, jnp.float32).astype(mean.dtype)
    drawn = mean + jnp.matmul(jnp.linalg.cholesky(covariance), z, precision=jax.lax.Precision.HIGHEST)
    is_log = jnp.asarray(joint.log, dtype=bool)
    return jnp.where(is_log, jnp.exp(jnp.where(is_log, drawn, 0.0)), drawn)
