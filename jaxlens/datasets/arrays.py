"""The images, planes, time series and metadata of a Dataset, by configuration, in memory or on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from jaxlens.config import Config
from jaxlens.files.contents import ArrayName
from jaxlens.files.system_haloes import SystemHaloes
from jaxlens.files.systems import Systems

if TYPE_CHECKING:
    import pandas as pd

# What must be given to make_dataset for each array.
_ADVICE: dict[ArrayName, str] = {
    "images": "make the dataset without skip_image_generation",
    "planes": "make the dataset with return_planes=True",
    "difference": "give the TIMESERIES the key DIFFERENCE",
}


# What there may be of each configuration; the arrays of the first have one row for each row of the table.
_ROWS: tuple[ArrayName, ...] = ("images", "planes")
_ATTRIBUTES = ("images", "planes", "difference", "series", "mjd", "mask", "metadata", "haloes")
# A numpy array, or a `jaxlens.files.lazy.LazyArray` of a dataset that is read from the disk.
Array: TypeAlias = Any


# Why a dataset that was loaded may have no configuration.
_WITHOUT_CONFIG = ", since its config.yaml, or a file that it names, could not be read"


class DatasetArrays:
    """The arrays and tables of a dataset.

    Each is also an attribute, such as `CONFIGURATION_1_images`.  Those that are not in memory are read from
    the dataset's folder where they are indexed (`LazyArray`).  Time series are kept by system; where
    pointings have different numbers of epochs `images` and `planes` in memory are copies, made when asked
    for.

    Attributes:
        config: the configuration that was used.
        configurations: labels of the configurations that were made.
        folder: where its files are; None for one in memory alone.
    """

    config: Config
    configurations: list[str]
    folder: Path | None
    _systems: dict[str, Systems]

    def images(self, configuration: str | None = None) -> Array:
        """The images, shape (n, bands, rows, columns), float32, in counts/s.

        Those of a time series have the epochs of a system one after another, like the rows of `metadata`.

        Raises:
            ValueError: if there is no such configuration, or nothing of it is there.
        """
        return self._rows("images", self._label(configuration))

    def planes(self, configuration: str | None = None) -> Array:
        """The parts of the images, shape (n, 4, bands, rows, columns); they add up to the image.

        They are the light of the lens (of all planes but the last; of the plane, where there is one), the
        light of the source (the last plane), point sources, and noise, which is everything else.

        Raises:
            ValueError: if there is no such configuration, or nothing of it is there.
        """
        return self._rows("planes", self._label(configuration))

    def series(self, configuration: str | None = None, array: ArrayName = "images") -> Array:
        """The images of time series by system, shape (systems, epochs, bands, rows, columns), in counts/s.

        They share their memory with `images` where all pointings have the same number of epochs.  An image
        that `mask` does not have is zero.

        Args:
            configuration: a label or NAME; it may be left out where the file has one.
            array: "images", "planes", shape (systems, epochs, 4, bands, rows, columns), or "difference".

        Raises:
            ValueError: if there is no such configuration, nothing of it is there, or it has no TIMESERIES.
        """
        label = self._of_series(configuration)
        return self._array(array, label)

    def difference(self, configuration: str | None = None) -> Array:
        """The images minus the template of DIFFERENCE, shape (systems, epochs, bands, rows, columns).

        Raises:
            ValueError: as `series`, or if the file asks for no difference images.
        """
        return self.series(configuration, "difference")

    def mjd(self, configuration: str | None = None) -> np.ndarray:
        """When each image of a time series was taken, (systems, epochs, bands), float64.

        It is the night of the cadence; NaN where `mask` has no image.

        Raises:
            ValueError: as `series`.
        """
        return self._cached(self._of_series(configuration), "mjd")

    def mask(self, configuration: str | None = None) -> np.ndarray:
        """Whether a system was observed at an epoch in a band, (systems, epochs, bands).

        Raises:
            ValueError: as `series`.
        """
        return self._cached(self._of_series(configuration), "mask")

    def metadata(self, configuration: str | None = None) -> pd.DataFrame:
        """The metadata, one row a system; of a time series one row a system and epoch.

        Raises:
            ValueError: if there is no such configuration, or nothing of it is there.
        """
        table: pd.DataFrame = self._cached(self._label(configuration), "metadata")
        return table

    def haloes(self, configuration: str | None = None) -> SystemHaloes:
        """The haloes of each system, of SUBSTRUCTURE and LINE_OF_SIGHT.

        `haloes().of(i)` are those of system i: {prefix: {name: (haloes,)}}, where the prefix is
        `LINE_OF_SIGHT`, or such as `PLANE_1-OBJECT_1-SUBSTRUCTURE`, and the names are x, y, r_trunc (arcsec),
        z, mass (solar masses) and concentration, those that the profile needs, and `kappa_sheet` (planes,).
        `haloes()[prefix]` has those of all systems as ragged arrays.

        Raises:
            ValueError: if there is no such configuration, nothing of it is there, or it has no haloes.
        """
        label = self._label(configuration)
        if not _has(self._find(label), "haloes"):
            raise ValueError(f"{label} has no haloes; give it SUBSTRUCTURE or LINE_OF_SIGHT")
        found: SystemHaloes = self._cached(label, "haloes")
        return found

    def systems_of(self, configuration: str | None = None) -> Systems:
        """The systems of one configuration with their arrays and their metadata by name.

        Raises:
            ValueError: if there is no such configuration, or nothing of it is there.
        """
        return self._find(self._label(configuration))

    def _advice(self, label: str, kind: str) -> str:
        """What the dataset has in place of an attribute that names a configuration; "" for other names."""
        if not label.startswith("CONFIGURATION_") or kind not in _ATTRIBUTES:
            return ""
        found = self.__dict__.get("_systems", {})
        there = [f"{one}_{what}" for one, own in found.items() for what in _ATTRIBUTES if _has(own, what)]
        return f"; it has {', '.join(there)}" if there else "; nothing of it is there"

    def __getattr__(self, name: str) -> Any:
        """What there is of a configuration, such as `CONFIGURATION_1_images`, when it is first asked for."""
        label, _, kind = name.rpartition("_")
        systems = self.__dict__.get("_systems", {}).get(label)
        if systems is None or kind not in _ATTRIBUTES or not _has(systems, kind):
            reason = _WITHOUT_CONFIG if name in ("config", "config_dict") else self._advice(label, kind)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{reason}")
        found = _of(systems, kind)
        self.__dict__[name] = found
        return found

    def __dir__(self) -> list[str]:
        """The attributes of every configuration too."""
        own = [
            f"{label}_{kind}"
            for label, systems in self.__dict__.get("_systems", {}).items()
            for kind in _ATTRIBUTES
            if _has(systems, kind)
        ]
        return sorted({*super().__dir__(), *own})

    def _forget(self) -> None:
        """Remove what there was, to make room for another dataset."""
        for label in self._systems:
            for kind in _ATTRIBUTES:
                self.__dict__.pop(f"{label}_{kind}", None)
        self._systems = {}

    def _label(self, configuration: str | None) -> str:
        """The label of a configuration by its label or NAME."""
        if "config" in self.__dict__:
            return self.config.configuration(configuration).label
        if configuration is None and len(self.configurations) == 1:
            return self.configurations[0]
        if configuration in self.configurations:
            return str(configuration)
        there = ", ".join(self.configurations)
        raise ValueError(f"configuration {configuration!r} is not there; give one of {there}")

    def _rows(self, name: ArrayName, label: str) -> Array:
        self._array(name, label)
        return self._cached(label, name)

    def _array(self, name: ArrayName, label: str) -> Array:
        if name not in self._find(label).arrays:
            raise ValueError(f"there are no {name}; {_ADVICE[name]}")
        return self._find(label).arrays[name]

    def _of_series(self, configuration: str | None) -> str:
        label = self._label(configuration)
        if self._find(label).contents.epochs is None:
            raise ValueError(f"{label} has no TIMESERIES; its images are single exposures")
        return label

    def _find(self, label: str) -> Systems:
        if label not in self._systems:
            where = "in memory" if self.folder is None else f"whole in {self.folder}"
            advice = "make the dataset with store_in_memory=True" if self.folder is None else "resume it"
            raise ValueError(f"nothing of {label} is {where}; {advice}")
        return self._systems[label]

    def _cached(self, label: str, kind: str) -> Any:
        self._find(label)
        return getattr(self, f"{label}_{kind}")


def _has(systems: Systems, kind: str) -> bool:
    """Whether there is an attribute of this kind."""
    if kind in ("mjd", "mask"):
        return systems.contents.epochs is not None
    if kind == "series":
        return systems.contents.epochs is not None and "images" in systems.arrays
    if kind == "haloes":
        return systems.haloes is not None
    return kind == "metadata" or kind in systems.arrays


def _of(systems: Systems, kind: str) -> Any:
    """The attribute of this kind."""
    if kind == "mask":
        return ~np.isnan(np.asarray(systems.mjd))
    if kind in _ROWS:
        return systems.rows(kind)
    if kind in ("series", "difference"):
        return systems.arrays["images" if kind == "series" else "difference"]
    return getattr(systems, kind)
