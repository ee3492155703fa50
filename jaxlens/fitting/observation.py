"""The observed image that `read_image` gives, and its parts and orientation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from jaxlens.config.model import PIXEL_MAP
from jaxlens.fitting.windows import Center, Size, about, cropped, square


@dataclass(frozen=True, eq=False, repr=False)
class Observation:
    """One observed system, as `read_image` gives it.

    Attributes:
        images: the data, (1, bands, y, x), counts/s; of a time series (1, epochs, bands, y, x).
        noise_sigma: the noise's standard deviation in each pixel, of that shape, or None without one.
        mask: the pixels that are used, of that shape.
        psf: the kernel of the PSF, (1 or bands, k, k), each of unit sum, or None where none was given.
        bands: the names of the bands; empty where none were given.
        psf_factor: the number of the kernel's pixels along one side of an image pixel.
        psf_variance: the variance of each pixel of the kernel, of its shape, or None without one.
        pixel_scale: the square root of the area of a pixel, arcsec, or None where it is not known.
        transform: d(x, y) / d(column, row) at the centre, arcsec per pixel, (2, 2), where x points east and y
            north; None without a WCS.
        wcs: astropy's WCS of the pixels, or None without one.
        center: the column and the row where x = y = 0, from 0 at the centre of the first pixel; the centre of
            the image where none was given.
        unit: the unit of the images, "electron/s", "counts/s" or "ADU/s"; None where nothing says.
    """

    images: np.ndarray
    noise_sigma: np.ndarray | None
    mask: np.ndarray
    psf: np.ndarray | None
    bands: tuple[str, ...]
    psf_factor: int = 1
    psf_variance: np.ndarray | None = None
    pixel_scale: float | None = None
    transform: np.ndarray | None = None
    wcs: Any = None
    center: tuple[float, float] = field(default=(np.nan, np.nan))
    unit: str | None = None

    def __post_init__(self) -> None:
        if not np.isfinite(self.center).all():
            rows, columns = self.images.shape[-2:]
            object.__setattr__(self, "center", (0.5 * (columns - 1), 0.5 * (rows - 1)))

    def __repr__(self) -> str:
        _, *epochs, bands, rows, columns = self.images.shape
        extras = {"sigma": self.noise_sigma, "PSF": self.psf, "WCS": self.wcs}
        given = [name for name, array in extras.items() if array is not None]
        unused = int(np.count_nonzero(~self.mask))
        series = f"{epochs[0]} epoch{'s' * (epochs[0] > 1)}, " if epochs else ""
        scale = "" if self.pixel_scale is None else f" of {self.pixel_scale:.4g} arcsec"
        size = f"{series}{bands} band{'s' * (bands > 1)}, {rows} x {columns} pixels{scale}"
        listed = " and ".join(filter(None, (", ".join(given[:-1]), *given[-1:])))
        return f"Observation of {size}, {unused} of them not used{', with ' + listed if listed else ''}"

    @property
    def is_square(self) -> bool:
        """Whether the image has as many rows as columns."""
        return self.images.shape[-1] == self.images.shape[-2]

    @property
    def pixel_map(self) -> dict[str, float]:
        """The six numbers of IMAGE that say where the pixels are, by their names in a file.

        `transform_xx` to `transform_yy` are those of `transform`, and `x_shift` and `y_shift` the place of
        the middle of the image.  Without a WCS x grows with the column and y with the row.

        Raises:
            ValueError: if neither a WCS nor a pixel scale is known.
        """
        matrix = self.transform
        if matrix is None:
            if self.pixel_scale is None:
                raise ValueError("the pixel scale of the image is not known; give read_image pixel_scale=")
            matrix = self.pixel_scale * np.eye(2)
        rows, columns = self.images.shape[-2:]
        middle = np.array([0.5 * (columns - 1), 0.5 * (rows - 1)])
        numbers = np.concatenate([matrix.ravel(), matrix @ (middle - self.center)])
        return dict(zip(PIXEL_MAP, numbers.tolist(), strict=True))

    def crop(self, size: Size | None = None, center: Center | None = None) -> Observation:
        """A part of the image about a point, which becomes its centre; the PSF stays whole.

        Args:
            size: pixels along a side, (columns, rows), or an angle as "6 arcsec"; None: all of the image.
            center: the column and the row, or {"ra": ..., "dec": ...} in degrees; None: the centre.

        Raises:
            ValueError: as `jaxlens.read_image`.

        >>> import jaxlens, numpy as np
        >>> jaxlens.read_image(np.ones((40, 50))).crop((30, 20)).images.shape
        (1, 1, 20, 30)
        """
        if size is not None:
            return cropped(self, size, center)
        return self if center is None else about(self, center)

    def square(self) -> Observation:
        """The image with a border of pixels that are not used, by which it is a square; its centre stays.

        >>> import jaxlens, numpy as np
        >>> jaxlens.read_image(np.ones((40, 50))).square()
        Observation of 1 band, 50 x 50 pixels, 500 of them not used
        """
        return square(self)

    def masked(self, mask: np.ndarray) -> Observation:
        """The same image, of which only pixels are used that are used and that a mask keeps.

        Args:
            mask: True or 1 where a pixel is used, of the shape of `images` or broadcast to it.
        """
        return replace(self, mask=self.mask & (np.asarray(mask) != 0))
