"""`inject`: systems of a configuration in real images, at places on the sky."""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxlens.config import Config
from jaxlens.config.users_line import users_line
from jaxlens.injection.clearing import BRIGHT_SIGMA, MAX_BRIGHT
from jaxlens.injection.images import read_images
from jaxlens.injection.options import BATCH_SIZE, Options
from jaxlens.injection.positions import Positions, catalog_positions, positions_from
from jaxlens.injection.run import run
from jaxlens.simulator.simulator import Simulator
from jaxlens.truth.writing import TruthFormat

if TYPE_CHECKING:
    import pandas as pd


class InjectionWarning(UserWarning):
    """Something in an injection may be wrong; the message says what, and what would be right."""


@dataclass(frozen=True, eq=False, repr=False)
class Injection:
    """What `inject` has made.

    Attributes:
        folder: the folder.
        table: one row an entry of the positions: what became of it, and where and how bright it is in each
            band; docs/injection.md has the columns.
        images: the images with the systems, by band.
        files: all files.
        seed: the seed that was used.
        warnings: what may be wrong with it, in words.
    """

    folder: Path
    table: pd.DataFrame
    images: Mapping[str, Path]
    files: tuple[Path, ...]
    seed: int
    warnings: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many entries have each status."""
        return {str(status): int(count) for status, count in self.table["status"].value_counts().items()}

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in self.counts.items())
        return f"Injection({str(self.folder)!r}: {counts or 'nothing'})"


def inject(
    config: Config | str | os.PathLike[str] | Mapping[str, Any],
    images: Any,
    positions: Any = None,
    *,
    out: str | os.PathLike[str],
    configuration: str | None = None,
    number: int | None = None,
    spacing: float = 0.0,
    grid: bool = False,
    seed: int | None = None,
    stamp: int | Mapping[str, int] | None = None,
    psf: Any = None,
    psf_factor: int = 1,
    variance: Any = None,
    mask: Any = None,
    mask_planes: Sequence[str] | None = None,
    zero_point: Any = None,
    gain: Any = None,
    noise: bool = True,
    keep_clear: float | None = None,
    bright_sigma: float = BRIGHT_SIGMA,
    max_bright: float = MAX_BRIGHT,
    cutouts: bool = False,
    truth_format: TruthFormat = "csv",
    strict: bool = False,
    overwrite: bool = False,
    batch_size: int = BATCH_SIZE,
    check: Callable[[], None] = lambda: None,
) -> Injection:
    """Put systems into real images, at places on the sky.

    IMAGE and SURVEY of the configuration are replaced by the images: their WCS, zero points and PSFs.  Light
    is added to pixels that are not masked, with its own Poisson noise alone.  See docs/injection.md.

    Args:
        config: a Config, a YAML file, the name of a packaged example, or a dictionary.
        images: FITS files by band, or a list of them, whose bands are those of their headers, or else the
            bands of the configuration in order; `coadd.fits[NAME]` is an extension.
        positions: a table with ra, dec (degrees) and, where it has them, index (of the system; by default the
            number of the row) and id: a file, a DataFrame, or a mapping from columns to values.  None for the
            places of a CATALOG with SKY, or for `number` places.
        out: the folder of what is made.
        configuration: its label or NAME; may be left out when the file has one.
        number: how many places at random in the first image, or on a grid.
        spacing: the smallest distance of places at random, or that on the grid, arcsec.
        grid: whether places are on a square grid.
        seed: of the systems, their places and their noise; by default that of the file, or a new one.
        stamp: pixels along a side of a stamp, one number or by band; by default as wide on the sky as the
            file's images.
        psf: of each image, one or by band: a kernel, a FITS file with a kernel or with a cube and a table of
            places, or a function of (ra, dec, band), also by name as `module:function` or `FILE.py:function`;
            by default the file's PSF.
        psf_factor: the kernels' pixels along a side of an image pixel.
        variance: files of variances, one or by band; by default extensions of the images' files.
        mask: files of masks, in the same way.
        mask_planes: the planes or bits of masks that are bad; by default all bits, or those that are usually
            bad where the mask lists its planes.
        zero_point: AB magnitudes of one unit, one or by band; by default those of the headers.
        gain: electrons per unit, in the same way.
        noise: whether the light has its Poisson noise; without it variances stay as they are.
        keep_clear: arcsec around each place that must be clear of other objects, bad pixels and other
            injected systems; None for no such condition.
        bright_sigma: in sigma of the sky: brighter pixels belong to other objects.
        max_bright: the largest fraction of such pixels of a place that is clear.
        cutouts: whether `cutouts_<band>.fits` are written.
        truth_format: csv, parquet or sqlite.
        strict: whether positions that are off the images, or no numbers, are an error.
        overwrite: whether files in the folder are replaced.
        batch_size: systems that are rendered at a time.
        check: is called between batches, and raises where the work should end.

    Returns:
        The table of what became of each position, and the files.

    Raises:
        ConfigError: if the configuration is wrong.
        CatalogError, ValueError: if positions, images or options are wrong.
        StorageError: if a file cannot be read or written, or the folder has files.

    Warns:
        InjectionWarning: where stamps end in light that can be seen.
    """
    simulator = Simulator(config, configuration)
    asked = Options(
        out=Path(out),
        number=number,
        spacing=spacing,
        grid=grid,
        seed=_seed(simulator, seed),
        stamp=stamp,
        psf=psf,
        psf_factor=psf_factor,
        noise=noise,
        keep_clear=keep_clear,
        bright_sigma=bright_sigma,
        max_bright=max_bright,
        cutouts=cutouts,
        truth_format=truth_format,
        strict=strict,
        overwrite=overwrite,
        batch_size=batch_size,
        check=check,
    )
    read = read_images(
        images,
        simulator.bands,
        variance=variance,
        mask=mask,
        mask_planes=mask_planes,
        zero_point=zero_point,
        gain=gain,
        noise=noise,
    )
    made = run(simulator, read, _positions(simulator, positions, asked), asked)
    for warning in made.warnings:
        warnings.warn(warning, InjectionWarning, stacklevel=users_line())
    return Injection(asked.out, made.table, made.images, made.files, asked.seed, made.warnings)


def _seed(simulator: Simulator, seed: int | None) -> int:
    """The seed that is asked for, that of the file, or a new one."""
    for known in (seed, simulator.config.seed):
        if known is not None:
            return known
    return secrets.randbits(32)


def _positions(simulator: Simulator, positions: Any, options: Options) -> Positions | None:
    """The positions of a table or a CATALOG; None for places at random or on a grid."""
    placed = options.number is not None or options.grid
    if positions is None:
        return None if placed else catalog_positions(simulator, options.seed)
    if placed:
        raise ValueError("there are positions, and a number or a grid of places; give one of them")
    return positions_from(positions)
