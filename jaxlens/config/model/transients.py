"""MODEL of a point source, TIMESERIES of a configuration, and the passbands of the survey."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from jaxlens.config.model.quantities import Quantity
from jaxlens.config.model.tables import Arrays


@dataclass(frozen=True)
class Library:
    """The arrays of a model of transients, such as spectra; two are equal where their digests are.

    Attributes:
        digest: a hash of the arrays' content.
        ids: the name of each template, for the metadata (`-id`); the parameter TEMPLATE is an index of them.
        types: the type of each template, for the metadata (`-type`).
        arrays: arrays of floats by name, which the model in `jaxlens.kernels.transients` documents.
    """

    digest: str
    ids: tuple[str, ...]
    types: tuple[str, ...]
    arrays: Arrays = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Transient:
    """MODEL of a point source.

    Attributes:
        name: the model's name in `jaxlens.kernels.transients.TRANSIENTS`.
        parameters: (name, quantity) pairs: those of the model, and `NOISE` (mag, drawn for each night and
            band) and `MICROLENSING` (a factor of each image) where the file gives them.
        library: the arrays of the model, its ids and types.
        microlensing_by_epoch: whether the factors of `MICROLENSING` are drawn anew for each epoch.
    """

    name: str
    parameters: tuple[tuple[str, Quantity], ...]
    library: Library
    microlensing_by_epoch: bool = False


@dataclass(frozen=True)
class Passbands:
    """The transmission of each band, as weights of an integral over wavelengths.

    Attributes:
        digest: a hash of the arrays' content.
        names: the packaged curve or the file of each band.
        arrays: `wavelength` and `weight`, (bands, points), as in `jaxlens.kernels.transients.registry.Sky`.
    """

    digest: str
    names: tuple[str, ...]
    arrays: Arrays = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Cadence:
    """The nights of each pointing, and what is known of each night.

    Attributes:
        digest: a hash of the arrays' content.
        pointings: the labels of the pointings.
        reference_mjd: REFERENCE_MJD; a night of the file is `reference_mjd` + day.
        epochs: the largest number of epochs of any pointing.
        conditions: the names of the parameters that the nights set, such as `seeing`.
        arrays: `day` (pointings, epochs, bands), days since `reference_mjd`, where an epoch that a band does
            not have repeats the last one; `count` (pointings, bands), the number of epochs of each band; and
            one array like `day` for each of `conditions`.
    """

    digest: str
    pointings: tuple[str, ...]
    reference_mjd: float
    epochs: int
    conditions: tuple[str, ...] = ()
    arrays: Arrays = field(default_factory=dict, compare=False, repr=False)

    @property
    def count(self) -> np.ndarray:
        """The number of epochs of each pointing and band, (pointings, bands)."""
        return self.arrays["count"]

    def bounds(self, parameter: str) -> tuple[float, float] | None:
        """The smallest and largest value to which nights set `parameter`; None where they do not set it."""
        if parameter not in self.conditions:
            return None
        return float(self.arrays[parameter].min()), float(self.arrays[parameter].max())


@dataclass(frozen=True)
class TimeSeries:
    """TIMESERIES of a configuration.

    Attributes:
        objects: the prefixes of the objects whose light curves are simulated, such as `PLANE_2-OBJECT_2`.
        cadence: when they are observed.
        peaks: the day of the peak: one pair ("PEAK", quantity) for all objects, or one pair
            (`PLANE_2-OBJECT_2-PEAK`, quantity) for each.
        template: what is subtracted for difference images: an epoch's index, "static" for the image without
            transients and noise, or None where no difference images are made.
    """

    objects: tuple[str, ...]
    cadence: Cadence
    peaks: tuple[tuple[str, Quantity], ...]
    template: int | Literal["static"] | None = None
