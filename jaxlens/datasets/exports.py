"""What a Dataset gives to others: a description, an xarray.Dataset, files in another format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from jaxlens.datasets.cutouts import fits_header, sky_places
from jaxlens.datasets.labelled import labelled
from jaxlens.datasets.saving import save
from jaxlens.datasets.updates import DatasetUpdates
from jaxlens.files.fits import write_fits
from jaxlens.files.formats import ImageFormat
from jaxlens.production.manifest import Manifest
from jaxlens.truth.sky import sky_position

if TYPE_CHECKING:
    import xarray
    from astropy.wcs import WCS


class DatasetExports(DatasetUpdates):
    """A dataset that can be looked at and written.

    Attributes:
        name: the dataset's NAME.
        bands: names of the bands.
        seed: the seed that was used.
        arguments: the arguments of make_dataset, by name.
        manifest: how much of it is in the folder; None for one in memory alone.
    """

    name: str
    bands: list[str]
    seed: int | None
    arguments: dict[str, Any]
    manifest: Manifest | None

    def to_xarray(self, configuration: str | None = None) -> xarray.Dataset:
        """One configuration as an `xarray.Dataset`.

        Its variables are `images`, `planes` and `difference`, by (system, [epoch,] [plane,] band, y, x), and
        every value of the metadata by its name without the band, by (system), (system, band) or (system,
        epoch, band).  Coordinates are the index of each system, the names of bands and planes, and x and y in
        arcsec where all systems have one pixel scale.  Arrays on the disk are read when they are used; the
        metadata is read at once.

        Args:
            configuration: a label or NAME; it may be left out where the file has one.

        Raises:
            ImportError: if xarray is not installed.
            ValueError: if there is no such configuration, or nothing of it is there.
        """
        return labelled(self.systems_of(configuration), self.name, self.seed)

    def wcs(self, index: int, configuration: str | None = None) -> WCS:
        """Where the pixels of a system are on the sky.

        x points to increasing right ascension (the first axis of the WCS), y to the north.

        Args:
            index: which system, as `images` has them; of a time series as `series` has them.
            configuration: a label or NAME; it may be left out where the file has one.

        Returns:
            An `astropy.wcs.WCS` of two axes: `wcs.pixel_to_world(i, j)` is the position of pixel
            `images[index, band, j, i]`.

        Raises:
            ValueError: if there is no such system, or the systems have no place on the sky, which the key SKY
                of CATALOG gives.
        """
        from astropy.wcs import WCS

        return WCS(fits_header(self.systems_of(configuration), index))

    def sky_positions(
        self, x: ArrayLike, y: ArrayLike, configuration: str | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Right ascension and declination of directions that are known as offsets from each system's origin.

        Offsets are coordinates of the tangent plane at the place of a system, x to the east and y to the
        north, as images of point sources, critical curves and light profiles have them.

        Args:
            x: arcsec, (systems,), (systems, m), or a number for all.
            y: the same for the other axis.
            configuration: a label or NAME; it may be left out where the file has one.

        Returns:
            Both in degrees (ICRS), of the shape of the offsets, or (systems,) where these are one number.

        Raises:
            ValueError: if the systems have no place on the sky, or there are offsets of another number.
        """
        systems = self.systems_of(configuration)
        ra, dec = sky_places(systems)
        offsets = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64))
        if offsets[0].ndim and offsets[0].shape[0] != ra.size:
            raise ValueError(
                f"x and y have {offsets[0].shape[0]} rows; give {ra.size}, one for each system, or one number"
            )
        shape = (-1, *[1] * (offsets[0].ndim - 1)) if offsets[0].ndim else (-1,)
        return sky_position(ra.reshape(shape), dec.reshape(shape), *offsets)

    def write_cutout(self, path: str | Path, index: int, configuration: str | None = None) -> None:
        """Write the images of one system as FITS, one extension a band, with their place on the sky.

        Those of a time series have the axis of epochs in front.  An earlier file is replaced.

        Args:
            path: the file.
            index: which system, as in `wcs`.
            configuration: a label or NAME; it may be left out where the file has one.

        Raises:
            ValueError: as `wcs`, and if there are no images.
            StorageError: if the file cannot be written.
        """
        systems = self.systems_of(configuration)
        header = fits_header(systems, index)
        if "images" not in systems.arrays:
            raise ValueError("there are no images; make the dataset without skip_image_generation")
        images = np.asarray(systems.arrays["images"][index])
        header["BUNIT"] = str(systems.contents.attributes.get("units", "electrons/s"))
        by_band = {band: images[..., b, :, :] for b, band in enumerate(systems.contents.bands)}
        write_fits(path, by_band, header)

    def save(
        self,
        folder: str | Path,
        format: ImageFormat = "h5",
        image_dtype: str | None = None,
        compression: str | None = None,
        shard_size: int | None = None,
        overwrite: bool = False,
        check: Callable[[], None] = lambda: None,
    ) -> Path:
        """Write the dataset into a folder, in any format; only a part of it is in memory at a time.

        The folder is a dataset like one that `make_dataset` writes: with a manifest, which `jaxlens.verify`
        proves, and for `load`.

        Args:
            folder: where to.
            format: a format of `make_dataset`, as "h5", "npy" or "zarr".
            image_dtype: "float32" or "float16", which rounds pixels to 11 bits; by default as it is.
            compression: of the arrays, where the format has any; "gzip" or "lzf" of HDF5.
            shard_size: systems a shard, rounded up to whole batches; by default the shards stay the same.
            overwrite: replace the dataset that is in the folder, if there is one, once this one is whole.
            check: is called between shards, and raises where the work should end.

        Returns:
            The folder.

        Raises:
            StorageError: if the folder cannot be written, or holds a dataset that is not overwritten.
            ImportError: if the library of the format is not installed.
            ValueError: if an argument is wrong, or only a sample of the dataset is in memory.
        """
        save(self, Path(folder), format, image_dtype, compression, shard_size, overwrite, check)
        return Path(folder)

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        where = "in memory" if self.folder is None else f"in {self.folder}"
        part = ""
        if self.manifest is not None:
            where += f" ({self.manifest.format}, {self.manifest.dtype})"
            if self.manifest.part is not None:
                part = f", part {self.manifest.part[0]} of {self.manifest.part[1]}"
        yield f"Dataset {self.name}: seed {self.seed}, {self._state()}{part}, {where}"
        for label in self.configurations:
            name = self.name_of(label)
            yield f"  {label}{f' ({name})' if name else ''}: {self._content(label)}"

    def _state(self) -> str:
        if self.manifest is None or self.manifest.complete:
            return "complete"
        shards = [shard for _, shard in self.manifest.shards()]
        return f"incomplete ({sum(shard.whole for shard in shards)} of {len(shards)} shards are whole)"

    def name_of(self, label: str) -> str:
        """The NAME of a configuration; "" where it is not known."""
        if "config" in self.__dict__:
            return self.config.configuration(label).name
        known = self._systems[label].contents.attributes if label in self._systems else {}
        return str(known.get("configuration", ""))

    def _content(self, label: str) -> str:
        """What there is of a configuration."""
        if label not in self._systems:
            return "nothing is there"
        contents = self._systems[label].contents
        epochs = "" if contents.epochs is None else f" x {contents.epochs} epochs"
        bands = f"{len(contents.bands)} band{'s' * (len(contents.bands) != 1)} ({', '.join(contents.bands)})"
        arrays = [f"{name} {contents.shape(name)}" for name in contents.arrays] or ["metadata alone"]
        haloes = self._systems[label].haloes
        arrays += [] if haloes is None else [f"haloes of {', '.join(haloes)}"]
        return f"{contents.count} systems{epochs} x {bands}; {', '.join(arrays)}"
