"""Cutouts of injected systems: a FITS file a band, with the pixels before and after, and a WCS in each.

For the k-th system there are the extensions BEFORE, AFTER and LIGHT with EXTVER k: the image before the
system was added and afterwards, and the light without noise.  Pixels outside of the image are NaN.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from jaxlens.injection.images import BandImage
from jaxlens.injection.plain_files import storage_cards, written_unit

# BITPIX of the pixels.
_FLOAT32 = -32


class Cutouts:
    """The file of cutouts of a band; a context manager.

    Args:
        path: the file, which must not exist.
        image: the image of which they are.
    """

    def __init__(self, path: Path, image: BandImage) -> None:
        from astropy.io import fits

        self._image, self._count = image, 0
        self._wcs = image.wcs.to_header(relax=True)
        self._file = path.open("xb")
        header = fits.Header([*storage_cards(True, 8, ()), ("BAND", image.band, "of the image")])
        header["BUNIT"] = image.image.header.get("BUNIT", "")
        self._file.write(header.tostring().encode("ascii"))

    def append(
        self, stamps: dict[str, np.ndarray], corner: NDArray[np.int64], cards: dict[str, tuple[Any, str]]
    ) -> None:
        """Write the stamps of a system.

        Args:
            stamps: pixels by the name of the extension, each (side, side).
            corner: the column and row of the stamp's first pixel in the image.
            cards: what the headers say of the system: a value and a comment by keyword.
        """
        self._count += 1
        for name, pixels in stamps.items():
            self._file.write(written_unit(self._header(name, pixels, corner, cards), pixels))

    def _header(
        self, name: str, pixels: np.ndarray, corner: NDArray[np.int64], cards: dict[str, tuple[Any, str]]
    ) -> Any:
        from astropy.io import fits

        header = fits.Header(storage_cards(False, _FLOAT32, pixels.shape))
        header["EXTNAME"], header["EXTVER"] = name, self._count
        header.update(cards)
        header.extend(self._wcs.copy(), update=True)
        for i in range(2):
            header[f"CRPIX{i + 1}"] -= int(corner[i])
        header["LTV1"], header["LTV2"] = (-int(value) for value in corner)
        return header

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
