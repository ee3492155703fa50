"""What is drawn anew for each epoch of a time series, and the nights of a system's pointing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config.model import Configuration, Draw, Quantity
from jaxlens.kernels.types import Params
from jaxlens.sampling.draws import SystemDraw, draw_bands, draw_parameters
from jaxlens.sampling.keys import named_keys, uniforms

# Names of parameters: the index of the pointing, the days of the epochs, the number of epochs of each band.
POINTING, DAY, NUM_EPOCHS = "POINTING", "day", "num_epochs"


@dataclass(frozen=True)
class Epochs:
    """The static part of a configuration's time series, as it is drawn.

    Attributes:
        path: the path of the cadence in the file, under which its arrays stand among the hyperparameters.
        pointings: the number of pointings.
        count: the number of epochs of the longest pointing.
        conditions: the names of the parameters that the nights of a pointing set.
        names: the names of the quantities that are drawn anew for each epoch.
    """

    path: str
    pointings: int
    count: int
    conditions: tuple[str, ...]
    names: frozenset[str]

    @property
    def of_pointing(self) -> dict[str, str]:
        """The parameters that a pointing sets, each with the name of its array in the cadence."""
        return {DAY: "day", NUM_EPOCHS: "count"} | {name: name for name in self.conditions}


def epochs(configuration: Configuration, names: Iterable[str]) -> Epochs | None:
    """The static part of the time series of `configuration`; None where it has none.

    Args:
        configuration: the configuration.
        names: the names of the quantities that are drawn anew for each epoch.
    """
    series = configuration.series
    if series is None:
        return None
    cadence = series.cadence
    path = f"GEOMETRY.{configuration.label}.TIMESERIES.NITES"
    drawn = frozenset(names) - set(cadence.conditions)
    return Epochs(path, len(cadence.pointings), cadence.epochs, cadence.conditions, drawn)


def draw_by_epoch(
    series: Epochs,
    quantities: Iterable[tuple[str, Quantity]],
    bands: tuple[str, ...],
    hyperparameters: Params,
    key: jax.Array,
) -> dict[str, jax.Array]:
    """The quantities of one system that are drawn anew for each epoch.

    The key of an epoch's draw is that of the quantity, and of the band where bands are drawn apart, with the
    epoch's number folded in: it does not depend on the number of epochs.

    Args:
        series: the epochs.
        quantities: the quantities by name.
        bands: the names of the bands.
        hyperparameters: the parameters of all distributions, by path in the file.
        key: the key of the system, ().

    Returns:
        By name, (epochs, bands); (epochs, 1) for a quantity that all bands share.
    """
    return {
        name: _by_epoch(series.count, name, quantity, bands, hyperparameters, key)
        for name, quantity in quantities
        if name in series.names
    }


def draw_nights(series: Epochs, hyperparameters: Params, key: jax.Array) -> dict[str, jax.Array]:
    """The pointing of one system, drawn uniformly, with its nights and their conditions.

    Args:
        series: the epochs.
        hyperparameters: the arrays of the cadence are among them.
        key: the key of the system, ().

    Returns:
        POINTING (), `day` and each condition (epochs, bands), `num_epochs` (bands,).
    """
    uniform = uniforms(named_keys(key, [POINTING]))[0]
    # The largest `uniform` is 1 - 2^-24, so the product is less than the number of pointings.
    pointing = jnp.floor(uniform * series.pointings).astype(jnp.int32)
    nights = {
        name: hyperparameters[f"{series.path}.{array}"][pointing]
        for name, array in series.of_pointing.items()
    }
    return {POINTING: pointing.astype(jnp.result_type(float)), **nights}


def nights_of(series: Epochs, hyperparameters: Params, pointing: ArrayLike, n: int) -> dict[str, np.ndarray]:
    """The nights of known pointings, with their conditions.

    Args:
        series: the epochs.
        hyperparameters: the arrays of the cadence are among them.
        pointing: the index of each system's pointing, (n,), or one for all.
        n: the number of systems.

    Returns:
        `day` and each condition (n, epochs, bands), `num_epochs` (n, bands).

    Raises:
        ValueError: if a pointing is no index, or their number is wrong.
    """
    given = np.asarray(pointing)
    if given.shape not in ((), (n,)) or not np.isin(given, np.arange(series.pointings)).all():
        last = series.pointings - 1
        raise ValueError(
            f"{POINTING} must be a whole number from 0 to {last}, or one for each of {n} systems"
        )
    chosen = np.broadcast_to(given, (n,)).astype(int)
    return {
        name: np.asarray(hyperparameters[f"{series.path}.{array}"])[chosen]
        for name, array in series.of_pointing.items()
    }


def is_by_band(name: str) -> bool:
    """Whether a quantity that is drawn for each epoch is drawn for each band: SURVEY, IMAGE, and NOISE."""
    return "-" not in name or name.endswith("-NOISE")


def _by_epoch(
    count: int,
    name: str,
    quantity: Quantity,
    bands: tuple[str, ...],
    hyperparameters: Params,
    key: jax.Array,
) -> jax.Array:
    """One quantity of all epochs, (count, bands) or (count, 1)."""
    own = [
        (draw, draw_parameters(quantity, band, draw, hyperparameters))
        for band, draw in zip(draw_bands(quantity, bands), quantity.draws, strict=True)
    ]
    columns = [f"{name}-{band}" for band in bands] if is_by_band(name) else [name]
    if len(own) == 1:
        keys = _epoch_keys(named_keys(key, columns), count)
        return jax.vmap(partial(_values, *own[0], bands))(keys).T
    # A function that draws for all bands at once has one key, named without a band.
    columns = [name if draw.pick is not None else c for c, (draw, _) in zip(columns, own, strict=True)]
    keys = _epoch_keys(named_keys(key, columns), count)
    return jnp.stack([_values(*own[i], bands, keys[i]) for i in range(len(own))], axis=1)


def _epoch_keys(keys: jax.Array, count: int) -> jax.Array:
    """The keys (names, count) of the epochs of each named key (names,)."""
    numbers = jnp.arange(count, dtype=jnp.uint32)
    return jax.vmap(jax.vmap(jax.random.fold_in, (None, 0)), (0, None))(keys, numbers)


def _values(draw: Draw, parameters: Params, bands: tuple[str, ...], keys: jax.Array) -> jax.Array:
    """The values of one draw with these keys, (keys,)."""
    bits = uniforms(keys).astype(jnp.result_type(float))
    return jax.vmap(lambda key, u: SystemDraw(draw, parameters, bands, key, u).value())(keys, bits)
