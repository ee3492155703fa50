"""The keys of IMAGE about the PSF, and reading the kernel files of psf_type PIXEL."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.config.errors import Place, Report, shown
from jaxlens.config.files import is_file, locate, resolve
from jaxlens.config.fits_extensions import image_unit, missing_image, split_extension
from jaxlens.config.limited_files import TooLarge, opened, read_npy
from jaxlens.config.model import Kernel, Numerics
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import switch
from jaxlens.config.unit_sums import sum_problem, unit_sum
from jaxlens.config.values import word
from jaxlens.kernels.psf.convolution import fine_side
from jaxlens.kernels.psf.resampling import resampled_side

PSF_TYPES = ("GAUSSIAN", "MOFFAT", "PIXEL", "NONE")
# Key -> the psf_types with which it has an effect.  With another psf_type it gets a remark and not a problem,
# since the psf_type may be that of a survey's preset.
_ONLY_FOR = {
    "kernel_point_source": ("PIXEL",),
    "kernel_supersampling_factor": ("PIXEL",),
    "moffat_beta": ("MOFFAT",),
    "supersampling_kernel_size": ("PIXEL", "MOFFAT"),
    "convolution_kernel_size": ("PIXEL", "MOFFAT"),
}
# The endings of the names of FITS files.
FITS = (".fits", ".fit", ".fts")
# The largest size of a kernel's file, unpacked, and of its array, in bytes.
MAX_BYTES = 50_000_000
# The smallest side of a kernel that is too large, in pixels of the image.
MAX_KERNEL_SIZE = 10_000
# The smallest kernel_supersampling_factor that is too large; that of drizzled images is four to ten.
MAX_KERNEL_FACTOR = 1000
_CUT = "cut the kernel out of it"
_IMAGE = "give an image (y, x) of the PSF"
_FILE = "give a .fits or .npy file, or one for each band"


def read_numerics(section: Section, psf_type: str, supersampling: int, kernel: Kernel | None) -> Numerics:
    """How the PSF is applied; keys that have no effect get a remark.

    Args:
        section: IMAGE.PARAMETERS.
        psf_type: the kind of PSF, or "" where it is illegal.
        supersampling: the `supersampling_factor` of the image.
        kernel: the kernels of psf_type PIXEL, or None.

    Returns:
        The settings, with lenstronomy's defaults.
    """
    idle = {key for key, types in _ONLY_FOR.items() if psf_type and psf_type not in types}
    for key in _ONLY_FOR:
        if key in idle:
            _remark_idle(section, key, f"psf_type is {psf_type}")
    section.choice("compute_mode", ("regular",), default="regular")
    convolution = section.take("supersampling_convolution")
    before_averaging = (
        convolution is not None
        and switch(convolution, section.report, "blur the sub-pixels", "blur the pixels") is True
    )
    kernel_size = None if "supersampling_kernel_size" in idle else _odd(section, "supersampling_kernel_size")
    size = None if "convolution_kernel_size" in idle else _odd(section, "convolution_kernel_size")
    if kernel is not None and size is not None:
        _check_size(section, size, kernel, supersampling if before_averaging else 1)
    default = kernel.factor if kernel else 1
    points = section.integer("point_source_supersampling_factor", 1, default=default)
    side = kernel_size or Numerics.supersampling_kernel_size
    return Numerics(before_averaging, side, size, points)


def check_points(section: Section, point_source: str, psf_type: str) -> None:
    """Report `point_source: exact` with a PSF other than a Gaussian, which cannot be integrated exactly.

    Args:
        section: IMAGE.PARAMETERS.
        point_source: `exact` or `interpolated`.
        psf_type: the kind of PSF.
    """
    node = section.take("point_source")
    if node is None or point_source != "exact":
        return
    if psf_type in ("PIXEL", "MOFFAT"):
        finding = f"exact is not for psf_type {psf_type}; use interpolated, or psf_type GAUSSIAN"
        section.report.problem(node.place, finding)
    _remark_idle(section, "point_source_supersampling_factor", "point_source is exact")


def _remark_idle(section: Section, key: str, why: str) -> None:
    """Remark that `key` has no effect, where the file gives it."""
    node = section.take(key)
    if node is not None:
        section.report.remark(node.place, f"has no effect, since {why}")


def _odd(section: Section, key: str) -> int | None:
    """The odd number of pixels under `key`, or None where it is missing."""
    node = section.take(key)
    if node is None:
        return None
    value = section.integer(key, 1, below=MAX_KERNEL_SIZE)
    if value % 2 == 0:
        section.report.problem(node.place, f"is {value}; give an odd number, which has a middle")
    return value


def _check_size(section: Section, size: int, kernel: Kernel, factor: int) -> None:
    """Report a convolution_kernel_size that is larger than the kernel.

    The kernel is resampled to `factor` pixels along one side of an image pixel.
    """
    side = resampled_side(kernel.array.shape[-1], kernel.factor, factor)
    if fine_side(size, factor) > side:
        place = section.take("convolution_kernel_size").place  # type: ignore[union-attr]
        finding = f"is {size}, but the kernel has {side // factor} pixels along a side"
        section.report.problem(place, f"{finding}; leave it out to use the whole kernel")


def read_kernel(section: Section) -> Kernel | None:
    """The kernels of psf_type PIXEL, one for all bands or one for each, of unit sum and equal odd size.

    Smaller kernels are padded with zeros.  The result is None where a file is illegal, which is reported.
    """
    report = section.report
    node = section.need("kernel_point_source", _FILE)
    factor = section.integer("kernel_supersampling_factor", 1, default=1, below=MAX_KERNEL_FACTOR)
    if node is None:
        return None
    nodes = _by_band(node, report) if isinstance(node.value, dict) else [node]
    found = [_read(one, report) for one in nodes]
    files = tuple(path for path, _ in filter(None, found))
    arrays = [array for _, array in filter(None, found)]
    if not arrays or len(arrays) < len(nodes):
        return None
    side = max(max(array.shape) for array in arrays)
    return Kernel(files, factor, np.stack([_padded(array, side) for array in arrays]))


def _by_band(node: Node, report: Report) -> list[Node]:
    """The values of a mapping by band, in the order of the bands."""
    # the keys are taken for the bands where BANDS is wrong, which is reported elsewhere
    bands = report.bands or tuple(node.entries)
    with Section(node, report, noun=f"one of BANDS{report.bands_of}") as entries:
        return [
            one
            for band in bands
            if (one := entries.need(band, f"give every band{report.bands_of} a kernel")) is not None
        ]


def _padded(array: np.ndarray, side: int) -> np.ndarray:
    """`array`, odd along both axes, scaled to unit sum and padded with zeros to (side, side)."""
    widths = [((side - length) // 2,) * 2 for length in array.shape]
    return np.pad(unit_sum(array), widths)


def _read(node: Node, report: Report) -> tuple[str, np.ndarray] | None:
    """The path and the array of the file that a node names; None, and a problem, where it is not a kernel."""
    written = word(node, report, _FILE)
    name, extension = (written, None) if is_file(node.place, written) else split_extension(written)
    path = resolve(node.place, name, report) if name else None
    as_shown = locate(node.place, name, report) if path else None
    if path is None or as_shown is None:
        return None
    suffix = path.suffix.lower()
    if suffix not in FITS and (suffix != ".npy" or extension):
        finding = (
            "has no extensions, since it is no FITS file" if suffix == ".npy" else "is neither FITS nor npy"
        )
        report.problem(node.place, f"{shown(name)} {finding}; {_FILE}")
        return None
    report.sources.append(str(as_shown))
    place = Place(str(as_shown))
    if path.stat().st_size > MAX_BYTES:
        report.problem(place, f"is over {MAX_BYTES // 10**6} MB; {_CUT}")
        return None
    brackets = f"[{extension}]" if extension else ""
    if node.place in report.paths:
        report.paths[node.place] += brackets
    array = _read_npy(path, place, report) if suffix == ".npy" else _read_fits(path, extension, place, report)
    if array is None or not _is_kernel(array, place, report):
        return None
    return f"{path}{brackets}", array


def _read_npy(path: Path, place: Place, report: Report) -> np.ndarray | None:
    """The array in a npy file; None, and a problem, where it cannot be read."""
    try:
        return _doubles(read_npy(path, MAX_BYTES, _CUT))
    except TooLarge as error:
        report.problem(place, str(error))
        return None
    except Exception:  # for a broken file numpy raises many kinds of errors, such as EOFError, TypeError
        report.problem(place, f"cannot be read as an npy file of numbers; {_IMAGE}")
        return None


def _read_fits(path: Path, extension: str | None, place: Place, report: Report) -> np.ndarray | None:
    """The image in an extension of a FITS file (see `image_unit`); None, and a problem, without one."""
    from astropy.io import fits

    try:
        with warnings.catch_warnings():
            # astropy only warns where a file is shorter than its header says
            warnings.filterwarnings("error", message=".*truncated.*")
            with opened(path, MAX_BYTES, _CUT) as stream, fits.open(stream, memmap=False) as file:
                return _image(file, extension, place, report)
    except TooLarge as error:
        report.problem(place, str(error))
        return None
    except Exception:  # for a broken file astropy raises many kinds of errors, such as zlib.error, KeyError
        report.problem(place, f"cannot be read as FITS; {_IMAGE}")
        return None


def _image(file: Any, extension: str | None, place: Place, report: Report) -> np.ndarray | None:
    """The image in an extension of an open FITS file; None, and a problem, where there is none."""
    part = image_unit(file, extension)
    if part is None:
        report.problem(place, missing_image(file, extension) if extension else f"has no image; {_IMAGE}")
        return None
    # a compressed image may be large although its file is small
    if math.prod(part.shape) * abs(part.header["BITPIX"]) // 8 > MAX_BYTES:
        report.problem(place, f"is over {MAX_BYTES // 10**6} MB; {_CUT}")
        return None
    return _doubles(part.data)


def _doubles(array: np.ndarray) -> np.ndarray:
    """Numbers in double precision, in which larger ones are infinite; TypeError where they are not real."""
    with np.errstate(over="ignore"):
        return np.asarray(array).astype(np.float64, casting="same_kind")


def _is_kernel(array: np.ndarray, place: Place, report: Report) -> bool:
    """Whether an array can be a PSF: finite, two-dimensional, odd along both axes, and of positive sum.

    The first condition that is violated is reported as a problem; pixels below zero get a remark.
    """
    wrong = ""
    if array.ndim != 2 or 0 in array.shape:
        wrong = f"has an array of shape {array.shape}; {_IMAGE}"
    elif not all(length % 2 for length in array.shape):
        wrong = "has {} x {} pixels; give an odd number along both axes, so that one is in the middle".format(
            *array.shape
        )
    elif not np.all(np.isfinite(array)):
        count = int(np.count_nonzero(~np.isfinite(array)))
        wrong = (
            f"has {count} {'pixel that is' if count == 1 else 'pixels that are'} not finite; mend the kernel"
        )
    else:
        wrong = sum_problem(array)
    if wrong:
        report.problem(place, wrong)
    elif np.any(array < 0):
        count = int(np.count_nonzero(array < 0))
        report.remark(place, f"has {count} {'pixel' if count == 1 else 'pixels'} below 0; a PSF has none")
    return not wrong
