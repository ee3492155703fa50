"""What of a Dataset is in memory: images, planes, time series and metadata, by configuration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from jaxlens.config import Config
from jaxlens.files.contents import ArrayName
from jaxlens.production.products import ROW_ARRAYS, Kept

# What must be given to make_dataset for each array.
_ADVICE: dict[ArrayName, str] = {
    "images": "make the dataset without skip_image_generation",
    "planes": "make the dataset with return_planes=True",
    "difference": "give the TIMESERIES the key DIFFERENCE",
}


class DatasetArrays:
    """The arrays and tables of a dataset that were kept in memory.

    Each is also an attribute, such as `CONFIGURATION_1_images`.  Time series are kept by system; where
    pointings have different numbers of epochs `images` and `planes` are copies, made when asked for.
    """

    config: Config
    _kept: dict[str, Kept]

    def images(self, configuration: str | None = None) -> np.ndarray:
        """The images that were kept, shape (n, bands, rows, columns), float32, in counts/s.

        Those of a time series have the epochs of a system one after another, like the rows of `metadata`.

        Raises:
            ValueError: if there is no such configuration, or nothing of it was kept.
        """
        return self._rows("images", configuration)

    def planes(self, configuration: str | None = None) -> np.ndarray:
        """The parts of the images, shape (n, 4, bands, rows, columns); they add up to the image.

        They are the light of the lens (of all planes but the last; of the plane, where there is one), the
        light of the source (the last plane), point sources, and noise, which is everything else.

        Raises:
            ValueError: if there is no such configuration, or nothing of it was kept.
        """
        return self._rows("planes", configuration)

    def series(self, configuration: str | None = None, array: ArrayName = "images") -> np.ndarray:
        """The images of time series by system, shape (systems, epochs, bands, rows, columns), in counts/s.

        They share their memory with `images` where all pointings have the same number of epochs.  An image
        that `mask` does not have is zero.

        Args:
            configuration: a label or NAME; it may be left out where the file has one.
            array: "images", "planes", shape (systems, epochs, 4, bands, rows, columns), or "difference".

        Raises:
            ValueError: if there is no such configuration, nothing of it was kept, or it has no TIMESERIES.
        """
        self._of_series(configuration)
        return self._array(array, configuration)

    def difference(self, configuration: str | None = None) -> np.ndarray:
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
        mjd = self._of_series(configuration).mjd
        assert mjd is not None
        return mjd

    def mask(self, configuration: str | None = None) -> np.ndarray:
        """Whether a system was observed at an epoch in a band, (systems, epochs, bands).

        Raises:
            ValueError: as `series`.
        """
        return ~np.isnan(self.mjd(configuration))

    def metadata(self, configuration: str | None = None) -> pd.DataFrame:
        """The metadata that were kept, one row a system; of a time series one row a system and epoch.

        Raises:
            ValueError: if there is no such configuration, or nothing of it was kept.
        """
        return self._find(configuration).metadata

    def __getattr__(self, name: str) -> Any:
        """The images and planes of a time series of pointings of different lengths, such as
        `CONFIGURATION_1_images`, when they are first asked for.
        """
        label, _, array = name.rpartition("_")
        kept = self.__dict__.get("_kept", {}).get(label)
        if kept is None or array not in ROW_ARRAYS or array not in kept.arrays:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        setattr(self, name, kept.rows(array))
        return self.__dict__[name]

    def _keep(self, label: str, kept: Kept) -> None:
        """Keep the products of a configuration, also as attributes."""
        self._kept[label] = kept
        for name, value in kept.attributes().items():
            setattr(self, f"{label}_{name}", value)

    def _forget(self) -> None:
        """Remove what was kept."""
        for label, kept in self._kept.items():
            for name in (*kept.attributes(), *kept.arrays):
                self.__dict__.pop(f"{label}_{name}", None)
        self._kept = {}

    def _rows(self, name: ArrayName, configuration: str | None) -> np.ndarray:
        self._array(name, configuration)
        rows: np.ndarray = getattr(self, f"{self.config.configuration(configuration).label}_{name}")
        return rows

    def _array(self, name: ArrayName, configuration: str | None) -> np.ndarray:
        arrays = self._find(configuration).arrays
        if name not in arrays:
            raise ValueError(f"there are no {name}; {_ADVICE[name]}")
        return arrays[name]

    def _of_series(self, configuration: str | None) -> Kept:
        kept = self._find(configuration)
        if kept.mjd is None:
            label = self.config.configuration(configuration).label
            raise ValueError(f"{label} has no TIMESERIES; its images are single exposures")
        return kept

    def _find(self, configuration: str | None) -> Kept:
        label = self.config.configuration(configuration).label
        if label not in self._kept:
            raise ValueError(f"nothing of {label} is in memory; make the dataset with store_in_memory=True")
        return self._kept[label]
