"""The keys of IMAGE about the PSF, and reading the kernel files of psf_type PIXEL."""

from __future__ import annotations

import numpy as np

from jaxlens.config.array_files import FITS, NPY, Wanted, read_array
from jaxlens.config.errors import Place, Report
from jaxlens.config.model import Kernel, Numerics
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import switch
from jaxlens.config.unit_sums import sum_problem, unit_sum
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
# The largest size of a kernel's file, unpacked, and of its array, in bytes.
MAX_BYTES = 50_000_000
# The smallest side of a kernel that is too large, in pixels of the image.
MAX_KERNEL_SIZE = 10_000
# The smallest kernel_supersampling_factor that is too large; that of drizzled images is four to ten.
MAX_KERNEL_FACTOR = 1000
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
    wanted = Wanted((*FITS, *NPY), MAX_BYTES, "cut the kernel out of it", _IMAGE, _FILE)
    found = read_array(node, report, wanted)
    if found is None:
        return None
    # in double precision, in which larger numbers are infinite
    array = found.array.astype(np.float64)
    return (found.source, array) if _is_kernel(array, Place(found.shown), report) else None


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
