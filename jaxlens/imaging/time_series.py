"""The static part of a time series, and the arrays that its light curves are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp

from jaxlens.config.model import Config, Configuration, PointSource
from jaxlens.config.naming import by_epoch_names, microlensing_names


@dataclass(frozen=True)
class Transient:
    """An object whose light curve is simulated; its parameters are called `<prefix>-<name>`.

    Attributes:
        prefix: the object's prefix, such as `PLANE_2-OBJECT_2`; for a foreground star too.
        plane: the index of its plane.
        model: the name of its model in `jaxlens.kernels.transients`.
        parameters: the names of the model's parameters.
        peak: the name of the parameter that is the day of its peak.
        noisy: whether it has a parameter NOISE, in magnitudes.
        microlensed: the number of images that have a parameter MICROLENSING_k.
    """

    prefix: str
    plane: int
    model: str
    parameters: tuple[str, ...]
    peak: str
    noisy: bool
    microlensed: int


@dataclass(frozen=True)
class Series:
    """The static part of a configuration's time series.

    Attributes:
        epochs: the number of epochs of the longest pointing.
        transients: the objects whose light curves are simulated.
        by_epoch: the parameters of the instrument that differ by epoch.
        template: what difference images are made with: an epoch's index, "static", or None for none.
    """

    epochs: int
    transients: tuple[Transient, ...]
    by_epoch: frozenset[str]
    template: int | Literal["static"] | None


def series(config: Config, configuration: Configuration) -> Series | None:
    """The static part of the TIMESERIES of `configuration`; None where it has none."""
    timeseries = configuration.series
    if timeseries is None:
        return None
    instrument = {n for n in by_epoch_names(config.instrument, configuration) if "-" not in n}
    return Series(
        epochs=timeseries.cadence.epochs,
        transients=tuple(_transients(config, configuration)),
        by_epoch=frozenset(instrument | set(timeseries.cadence.conditions)),
        template=timeseries.template,
    )


def with_light_curves(time_series: Series, names: Iterable[str]) -> tuple[str, ...]:
    """The names of a scene's parameters with those of its time series.

    A transient has no parameter `magnitude`: its light curve gives the magnitude at each epoch.

    Args:
        time_series: the static part of the time series.
        names: the names of the parameters of a single exposure.
    """
    replaced = {f"{transient.prefix}-magnitude" for transient in time_series.transients}
    found = [name for name in names if name not in replaced] + ["day", "num_epochs"]
    for transient in time_series.transients:
        own = [*transient.parameters, *["NOISE"] * transient.noisy]
        own += [f"MICROLENSING_{k}" for k in range(transient.microlensed)]
        found += [transient.peak, *(f"{transient.prefix}-{name}" for name in own)]
    return tuple(dict.fromkeys(found))


def light_curve_assets(config: Config, configuration: Configuration) -> dict[str, Any]:
    """The fields `passbands` and `libraries` of the assets of `configuration`, on the device."""
    if configuration.series is None:
        return {}
    bands = config.instrument.passbands
    return {
        "passbands": None
        if bands is None
        else tuple(_array(bands.arrays[n]) for n in ("wavelength", "weight")),
        "libraries": {
            prefix: {name: _array(array) for name, array in source.model.library.arrays.items()}
            for prefix, _, source in _objects(configuration)
            if source.model is not None
        },
    }


def _array(values: Any) -> jax.Array:
    """An array of floats on the device."""
    return jnp.asarray(values, jnp.result_type(float))


def _objects(configuration: Configuration) -> list[tuple[str, int, PointSource]]:
    """(prefix, index of its plane, species) of each object of the TIMESERIES."""
    wanted = configuration.series.objects if configuration.series else ()
    return [
        (f"{plane.label}-{label}", j, species)
        for j, plane in enumerate(configuration.planes)
        for label, species in plane.objects
        if isinstance(species, PointSource) and f"{plane.label}-{label}" in wanted
    ]


def _transients(config: Config, configuration: Configuration) -> list[Transient]:
    """The objects of the TIMESERIES whose light curves are simulated."""
    assert configuration.series is not None
    peaks = dict(configuration.series.peaks)
    found = []
    for prefix, j, source in _objects(configuration):
        assert source.model is not None, "an object of OBJECTS without MODEL is reported by the config"
        names = [name for name, _ in source.model.parameters]
        extra = {"NOISE", "MICROLENSING"}
        found.append(
            Transient(
                prefix=prefix,
                plane=j,
                model=source.model.name,
                parameters=tuple(name for name in names if name not in extra),
                peak="PEAK" if "PEAK" in peaks else f"{prefix}-PEAK",
                noisy="NOISE" in names,
                microlensed=len(microlensing_names(prefix, configuration)) if "MICROLENSING" in names else 0,
            )
        )
    return found
