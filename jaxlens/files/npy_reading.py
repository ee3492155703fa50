"""Reading npy files of images, with the CSV and the files of other arrays beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from jaxlens.files.contents import ArrayName, Contents, Stored
from jaxlens.files.csv import read_csv
from jaxlens.files.csv_reading import CsvStoredFile
from jaxlens.files.csv_rows import CsvRows
from jaxlens.files.names import beside, images_name
from jaxlens.files.series_tables import grouped
from jaxlens.files.stored import StoredFile

# (rows, bands, y, x), and of planes (rows, 4, bands, y, x)
_DIMENSIONS = (4, 5)


class NpyStoredFile(CsvStoredFile):
    """An npy file of images, as a memory map; without the CSV beside it there are no metadata."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._maps: dict[ArrayName, np.ndarray] = {"images": _map(path)}
        csv = beside(path, "metadata", "csv")
        self._table = CsvRows(csv) if csv.exists() else None
        StoredFile.__init__(self, self._contents(), {})

    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        """An array of some systems; zero where a time series has no image."""
        if array not in self._maps:
            self._maps[array] = _map(beside(self._path, array, "npy"))
        rows = self._maps[array]
        if self.epochs is None:
            return np.array(rows[start:stop])
        return self._by_system(rows[self._rows[start] : self._rows[stop]], start, stop, 0)

    def stored(self, stop: int | None = None) -> Stored:
        """The first `stop` systems, or all; a time series has as many epochs as the longest of them.

        Without the CSV it is not known whether the images are a time series; `stop` then counts images.
        """
        if self._table is None:
            images = np.array(self._maps["images"][:stop])
            return Stored(images, pd.DataFrame(index=range(len(images))), {})
        metadata = read_csv(beside(self._path, "metadata", "csv"), stop)
        images = np.array(self._maps["images"][: len(metadata)])
        return Stored(images, metadata, {}, grouped(images, metadata))

    def close(self) -> None:
        """Forget the memory maps, which closes the files once no array of the caller needs them."""
        self._maps.clear()

    def _contents(self) -> Contents:
        images, name = self._maps["images"], images_name(self._path)
        label, num_pix, dtype = name.label if name else self._path.stem, images.shape[-1], images.dtype.name
        others: list[ArrayName] = [
            array for array in ("planes", "difference") if beside(self._path, array, "npy").exists()
        ]
        if self._table is None:
            bands = tuple(str(k) for k in range(images.shape[1]))
            return Contents(
                label, "images", bands, num_pix, len(images), {}, ("images", *others), dtype=dtype
            )
        if self._counts.sum() != len(images):
            raise ValueError(f"{len(images)} images have {self._counts.sum()} rows in the CSV beside them")
        return self._described(label, "images", ("images", *others), num_pix, dtype)


def _map(path: Path) -> np.ndarray:
    images: np.ndarray = np.load(path, mmap_mode="r")
    if images.ndim not in _DIMENSIONS:
        raise ValueError(f"an array of shape {images.shape} holds no images in bands")
    return images
