"""Quantities drawn together: a row of a table, a point of its interpolated density, a normal vector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import jax
import jax.numpy as jnp

from jaxlens.config.model import Column, Joint
from jaxlens.kernels.types import Params
from jaxlens.sampling.indices import remainder
from jaxlens.sampling.keys import named_keys

# (parameter, {band: value}): a value for each band that is set separately; under None that for all bands.
JointValues = Iterable[tuple[str, dict[str | None, jax.Array]]]


def array_path(joint: Joint) -> str:
    """The path under which the arrays of a joint distribution stand among the hyperparameters."""
    return f"DISTRIBUTIONS.{joint.label}"


def joint_values(
    joints: tuple[Joint, ...],
    label: str,
    hyperparameters: Params,
    key: jax.Array,
    index: jax.Array,
    attempts: Mapping[str, jax.Array],
) -> Iterator[tuple[str, dict[str | None, jax.Array]]]:
    """The values that joint distributions set in one system.

    Args:
        joints: the joint distributions.
        label: the label of the configuration.
        hyperparameters: the hyperparameters by path in the file, the distributions' arrays among them.
        key: the key of the system, ().
        index: the index of the system, (), or its two words, (2,).
        attempts: the number of earlier draws of a distribution, by its label, each ().

    Yields:
        (parameter, {band or None: value}) in the order of the file.
    """
    for joint in joints:
        if not any(column.configuration in (None, label) for column in joint.columns):
            continue
        path = array_path(joint)
        arrays = {name: hyperparameters[f"{path}.{name}"] for name in joint.arrays}
        own = named_keys(key, [path])[0]
        if joint.label in attempts:
            own = jax.random.fold_in(own, attempts[joint.label])
        yield from _by_parameter(label, joint.columns, draw_joint(joint, arrays, own, index))


def _by_parameter(
    label: str, columns: tuple[Column, ...], row: jax.Array
) -> Iterator[tuple[str, dict[str | None, jax.Array]]]:
    """The values of `row` (columns,) that configuration `label` uses, by parameter and band."""
    found: dict[str, dict[str | None, jax.Array]] = {}
    for i, column in enumerate(columns):
        if column.configuration in (None, label):
            found.setdefault(column.parameter, {})[column.band] = row[i]
    yield from found.items()


def replaced(value: jax.Array, new: Mapping[str | None, jax.Array], bands: tuple[str, ...]) -> jax.Array:
    """A value with what a joint distribution sets: first for all bands, then for single bands.

    Args:
        value: () or (bands,); (epochs, bands) where it is drawn for each epoch, which are then all alike.
        new: the values that are set, each (), by band; None means all bands.
        bands: the names of the bands.

    Returns:
        (bands,) where a single band is set, else of the shape of `value`.
    """
    value = jnp.broadcast_to(new[None], value.shape) if None in new else value
    by_band = {band: drawn for band, drawn in new.items() if band is not None}
    if not by_band:
        return value
    value = jnp.broadcast_to(value, (*value.shape[:-1], len(bands)))
    columns = [
        jnp.broadcast_to(by_band[band], value.shape[:-1]) if band in by_band else value[..., i]
        for i, band in enumerate(bands)
    ]
    return jnp.stack(columns, axis=-1)


def draw_joint(joint: Joint, arrays: Params, key: jax.Array, index: jax.Array) -> jax.Array:
    """The values of one draw, in the order of `joint.columns`.

    Args:
        joint: the joint distribution.
        arrays: its arrays by name, as `Joint` describes them.
        key: the key of the draw, ().
        index: the index of the system, (), or its two words, (2,).

    Returns:
        (columns,).
    """
    if joint.kind == "iterate":
        rows = arrays["values"].shape[0]
        return arrays["values"][remainder(index, rows)]
    if joint.kind == "sample":
        return arrays["values"][_pick(arrays["cumulative"], key)]
    if joint.kind == "interpolate":
        return _interpolated(arrays["corners"], arrays["cumulative"], key)
    return _normal(joint, arrays["mean"], arrays["covariance"], key)


def _pick(cumulative: jax.Array, key: jax.Array) -> jax.Array:
    """A random index; `cumulative` has the cumulative sums of the probabilities, the last of which is 1."""
    u = jax.random.uniform(key, (), jnp.float32).astype(cumulative.dtype)
    found = jnp.searchsorted(cumulative, u, side="right")
    # Rounding may leave the last sum below 1, and u above it; the last index of positive probability is then
    # returned.
    return jnp.minimum(found, jnp.searchsorted(cumulative, cumulative[-1], side="left"))


def _interpolated(corners: jax.Array, cumulative: jax.Array, key: jax.Array) -> jax.Array:
    """A point of the density that is linear on each simplex, (columns,).

    In barycentric coordinates l_k, k = 0..d, the density of a simplex is sum_k w_k l_k.  This is a mixture of
    Dirichlet densities: component k has the parameter 2 at index k and 1 elsewhere, and its weight is
    proportional to w_k.  A Dirichlet variate is a vector of gamma variates divided by their sum; a gamma
    variate of parameter 1 is an exponential variate and one of parameter 2 the sum of two.
    """
    key_pick, key_point = jax.random.split(key)
    simplex, corner = jnp.divmod(_pick(cumulative, key_pick), corners.shape[1])
    exponential = -jnp.log1p(-jax.random.uniform(key_point, (corners.shape[1] + 1,), jnp.float32))
    gamma = exponential[:-1] + jnp.where(jnp.arange(corners.shape[1]) == corner, exponential[-1], 0.0)
    weights = (gamma / jnp.sum(gamma)).astype(corners.dtype)
    return jnp.sum(weights[:, None] * corners[simplex], axis=0)


def _normal(joint: Joint, mean: jax.Array, covariance: jax.Array, key: jax.Array) -> jax.Array:
    """A vector mean + L z with L L^T = covariance, (columns,); its exponential where `joint.log` is true."""
    z = jax.random.normal(key, mean.shape, jnp.float32).astype(mean.dtype)
    drawn = mean + jnp.matmul(jnp.linalg.cholesky(covariance), z, precision=jax.lax.Precision.HIGHEST)
    is_log = jnp.asarray(joint.log, dtype=bool)
    return jnp.where(is_log, jnp.exp(jnp.where(is_log, drawn, 0.0)), drawn)
