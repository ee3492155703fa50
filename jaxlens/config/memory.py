"""How much memory one system takes, so that a file with which nothing can be made is refused at once.

An estimate, good to a factor of two, of the bytes of the largest arrays in float32: with B bands, E epochs,
numPix N, supersampling_factor s, and the PSF's kernel of k sub-pixels along a side where the blur is a
convolution on b sub-pixels a pixel, and of K where point sources are stamped on f sub-pixels a pixel,

    4 bytes x B x (3 (N s)^2 + 3 E N^2 + 3 (N b + k)^2 + (2 N f + K)^2);

the stamps of other PSFs are products of columns and rows, of N f sub-pixels for each image of a point source.
Haloes take 3 x 4 bytes for each number of those for which there is room, in their lists and in their planes.
The rows of a catalogue, which all systems share, take 4 bytes a number.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

from jaxlens.config.errors import Place, Report
from jaxlens.config.haloes.names import halo_arrays, named_haloes
from jaxlens.config.model import CATALOG, Config, Configuration, LineOfSight, PointSource
from jaxlens.config.reader import Node
from jaxlens.kernels.psf.moffat import moffat_radius
from jaxlens.kernels.psf.resampling import resampled_side

# Bytes of one system above which a file is refused: the memory of a large graphics card of a workstation.
MAX_BYTES = 24 * 10**9
# Bytes of one system above which there is a warning: many a laptop fails then.
MANY_BYTES = 4 * 10**9
# Bytes of a number in single precision.
_FLOAT = 4
# The largest arrays of sub-pixels, of images, and of a convolution, that are in memory at a time.
_ARRAYS = 3
# The largest number of columns and rows of stamps: two for each image of several point sources.
_COLUMNS = 2 * 64
# Stands for haloes where these are what takes the memory, and what then is said.
_HALOES = "LINE_OF_SIGHT"
_ADVICE_HALOES = "make M_min of the haloes larger, or give MAX_HALOES"
# The keys of IMAGE that multiply pixels.
_FACTORS = ("supersampling_factor", "point_source_supersampling_factor", "kernel_point_source")


def check_memory(config: Config, tree: Node, report: Report) -> None:
    """Report configurations of which one system takes more memory than there is, and remark those near it.

    Args:
        config: what was read; it may have placeholders.
        tree: the whole file.
        report: a problem is added above `MAX_BYTES`, a remark above `MANY_BYTES`.
    """
    _check_catalog(config, tree, report)
    found: dict[tuple[str, str, bool], list[str]] = {}
    for one in config.configurations:
        size = system_bytes(config, one)
        if size > MANY_BYTES:
            memory = f"one system takes about {_gigabytes(size)} GB of memory ({_shape(config, one)})"
            key = _culprit(config, one, size), memory, size > MAX_BYTES
            found.setdefault(key, []).append(one.label)
    for (name, memory, too_much), labels in found.items():
        advice = _ADVICE_HALOES if name == _HALOES else "make numPix or the supersampling smaller"
        if too_much:
            limit = f"the limit is {_gigabytes(MAX_BYTES)} GB, so {advice}"
            report.problem(_place(tree, name), f"{memory}; {limit}", configurations=labels)
        else:
            report.remark(_place(tree, name), f"{memory}; {advice} if there is less", configurations=labels)


def _check_catalog(config: Config, tree: Node, report: Report) -> None:
    """Report a catalogue that takes more memory on a device than there is, and remark one near it."""
    for joint in config.joints:
        size = _FLOAT * joint.arrays["values"].size if joint.label == CATALOG and joint.arrays else 0
        if size > MANY_BYTES:
            rows, columns = joint.arrays["values"].shape
            memory = f"{rows} rows of {columns} numbers take {_gigabytes(size)} GB of memory on a device"
            place, advice = tree.entries[CATALOG].place, "use fewer of them, by WHERE and COLUMNS"
            if size > MAX_BYTES:
                report.problem(place, f"{memory}; the limit is {_gigabytes(MAX_BYTES)} GB, so {advice}")
            else:
                report.remark(place, f"{memory}; {advice}, if there is less")


def system_bytes(config: Config, configuration: Configuration) -> int:
    """The memory that one system of a configuration takes, see above.

    Args:
        config: the file.
        configuration: one of its configurations.

    Returns:
        Bytes, a whole number of any size.
    """
    instrument, numerics = config.instrument, config.instrument.numerics
    side, factor = instrument.num_pix, instrument.supersampling_factor
    points = numerics.point_source_supersampling_factor
    pixels = _ARRAYS * ((side * factor) ** 2 + _epochs(configuration) * side**2)
    if instrument.psf_type in ("PIXEL", "MOFFAT"):
        fine = factor if numerics.supersampling_convolution else 1
        pixels += _ARRAYS * (side * fine + _kernel_side(config, fine)) ** 2
    if any(isinstance(one, PointSource) for plane in configuration.planes for _, one in plane.objects):
        if instrument.psf_type in ("PIXEL", "MOFFAT"):
            pixels += (2 * side * points + _kernel_side(config, points)) ** 2
        elif instrument.point_source != "exact":
            pixels += _COLUMNS * side * points
    return _FLOAT * (max(1, len(instrument.bands)) * pixels + _ARRAYS * halo_numbers(configuration))


def halo_numbers(configuration: Configuration) -> int:
    """The numbers of haloes of one system, in lists and, along the line of sight, by plane."""
    found = 0
    for _, haloes in named_haloes(configuration):
        places = haloes.bound
        if isinstance(haloes, LineOfSight):
            places += sum(haloes.planes) * haloes.window
        found += places * len(halo_arrays(haloes))
    return found


def _epochs(configuration: Configuration) -> int:
    return configuration.series.cadence.epochs if configuration.series else 1


def _kernel_side(config: Config, factor: int) -> int:
    """The sub-pixels along a side of the kernel of the PSF on a grid of `factor` sub-pixels a pixel."""
    kernel = config.instrument.kernel
    if kernel is not None:
        return resampled_side(kernel.array.shape[-1], kernel.factor, factor)
    if config.instrument.psf_type != "MOFFAT":
        return 0
    scale, seeing = config.reach("pixel_scale")[0], config.reach("seeing")[1]
    widest = seeing / scale if scale > 0.0 else math.inf
    # placeholders are NaN
    return 0 if math.isnan(widest) else 2 * moffat_radius(widest * factor, factor) + 1


def _culprit(config: Config, configuration: Configuration, size: int) -> str:
    """The key without which the memory would be less than half of `size`: one of IMAGE, or haloes."""
    own = config.instrument
    if 2 * _FLOAT * _ARRAYS * halo_numbers(configuration) > size:
        return _HALOES
    numerics = replace(own.numerics, point_source_supersampling_factor=1)
    changed = (
        replace(own, supersampling_factor=1),
        replace(own, numerics=numerics),
        replace(own, kernel=None),
    )
    for key, instrument in zip(_FACTORS, changed, strict=True):
        if 2 * system_bytes(replace(config, instrument=instrument), configuration) < size:
            return key
    return "numPix"


def _place(tree: Node, key: str) -> Place:
    """The place of a key of IMAGE, or of the mapping in which it is missing; that of haloes."""
    if key == _HALOES:
        return tree.entries[_HALOES].place if _HALOES in tree.entries else tree.place.at("SPECIES")
    node = tree
    for word in ("IMAGE", "PARAMETERS", key):
        if word not in node.entries:
            return node.place.at(key)
        node = node.entries[word]
    return node.place


def _shape(config: Config, configuration: Configuration) -> str:
    """What makes a system so large."""
    own = config.instrument
    epochs = f"{_epochs(configuration)} epochs, " if configuration.series else ""
    points = own.numerics.point_source_supersampling_factor
    fine = f", {_rounded(points)} of point sources" if points > 1 else ""
    count = len(own.bands)
    return (
        f"{epochs}{count} {'band' if count == 1 else 'bands'} of {_rounded(own.num_pix)} x "
        f"{_rounded(own.num_pix)} pixels, {_rounded(own.supersampling_factor)} sub-pixels along each{fine}"
        f"{_haloes(configuration)}"
    )


def _haloes(configuration: Configuration) -> str:
    """For how many haloes there is room, in words."""
    room = sum(haloes.bound for _, haloes in named_haloes(configuration))
    return f", room for {_rounded(room)} haloes" if room else ""


def _gigabytes(size: int) -> str:
    """A number of bytes in GB, with two digits."""
    whole = -(-size // 10**9)
    return _rounded(round(whole, 2 - len(str(whole)))) if whole > 99 else str(whole)


def _rounded(number: int) -> str:
    """A whole number of any size, in full where it is short."""
    return str(number) if number < 10**9 else f"{Decimal(number):.2g}".replace("E", "e")
