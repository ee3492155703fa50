"""Real images: read from FITS with their noise, PSF and mask, and checked before anything is fitted to them.

A mask is True or 1 where a pixel is used, as lenstronomy's; flags of bad pixels, such as the data quality
arrays of HST and JWST, are the other way round and go under `bad`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from jaxlens.files.fits import Source, as_floats, cube
from jaxlens.kernels.psf.resampling import resampled_side
from jaxlens.simulator.simulator import Simulator

_NONFINITE = "nonfinite"
_MASKED = "give a mask that leaves them out (True or 1 = used)"


class Pixels(NamedTuple):
    """Images (n, bands, y, x), the noise's sigma or None, and what is used, all of one shape.

    Pixels that are not used hold finite numbers, so that nothing derived from them is NaN.
    """

    images: np.ndarray
    noise_sigma: np.ndarray | None
    mask: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Observation:
    """One observed system, as `read_image` gives it.

    Attributes:
        images: the data, (1, bands, y, x), in the units of the files.
        noise_sigma: the noise's standard deviation in each pixel, of that shape, or None without one.
        mask: the pixels that are used, of that shape.
        psf: the kernel of the PSF, (1 or bands, k, k), each of unit sum, or None where none was given.
        bands: the names of the bands; empty where none were given.
    """

    images: np.ndarray
    noise_sigma: np.ndarray | None
    mask: np.ndarray
    psf: np.ndarray | None
    bands: tuple[str, ...]

    def __repr__(self) -> str:
        _, bands, rows, columns = self.images.shape
        extras = {"sigma": self.noise_sigma, "PSF": self.psf}
        given = " and ".join(name for name, array in extras.items() if array is not None)
        unused = int(np.count_nonzero(~self.mask))
        size = f"{bands} band{'s' * (bands > 1)}, {rows} x {columns} pixels, {unused} of them not used"
        return f"Observation of {size}{', with ' + given if given else ''}"


def read_image(
    image: Source,
    sigma: Source | None = None,
    psf: Source | None = None,
    mask: Source | None = None,
    bad: Source | None = None,
    bands: Sequence[str] | None = None,
) -> Observation:
    """Read an observed lens for a fit.

    Each of `image`, `sigma`, `psf`, `mask` and `bad` is a FITS file or an array, of shape (bands, y, x) or,
    for one band, (y, x); or one of these (y, x) for each band, as a list or by the band's name.  Of a file
    the first image is taken; `"lens.fits[ERR]"` or `"lens.fits[2]"` names another extension.  Nothing is
    guessed from the names of extensions.

    Args:
        image: the data, in the units of the configuration that will be fitted (counts/s).
        sigma: the noise's standard deviation; without it a fit takes the simulator's own noise model.  A
            map of inverse variances must be converted first.
        psf: the kernel of the PSF, with an odd number of pixels along both axes; it is scaled to unit sum.
        mask: 1 where a pixel is used and 0 elsewhere, or "nonfinite", which leaves out the pixels whose data
            or sigma are not finite.
        bad: flags: pixels where it is not zero are left out.
        bands: the names of the bands, which give the order of what is named by band.

    Raises:
        ValueError: shapes that do not fit together; pixels that are used and not finite, or whose sigma is
            not above zero; no pixel left; a mask of other numbers than 0 and 1; a PSF that is none.
        StorageError: a file that is missing, is not FITS, or has no such image.

    >>> import numpy as np
    >>> data = np.ones((8, 8))
    >>> data[0, 0] = np.nan
    >>> read_image(data, sigma=0.1, mask="nonfinite")
    Observation of 1 band, 8 x 8 pixels, 1 of them not used, with sigma
    """
    names = tuple(bands) if bands is not None else tuple(image) if isinstance(image, Mapping) else ()
    images = cube("image", image, names)
    if names and len(names) != len(images):
        raise ValueError(f"image has {len(images)} bands, but {len(names)} are named: {', '.join(names)}")
    noise = None if sigma is None else _like("sigma", cube("sigma", sigma, names), images.shape)
    used = _used_pixels(images, noise, mask, bad, names)
    advice = f'{_MASKED}, or mask="{_NONFINITE}"' if mask is None else _MASKED
    pixels = _cleaned(images[None], None if noise is None else noise[None], used[None], advice)
    kernel = None if psf is None else psf_kernel(cube("psf", psf, names), len(images))
    return Observation(*pixels, kernel, names)


def check_images(
    sim: Simulator, images: ArrayLike, noise_sigma: ArrayLike | None = None, mask: ArrayLike | None = None
) -> Pixels:
    """Images as a fit takes them, (n, bands, y, x); what is not used is finite.

    Args:
        sim: the simulator that is to be fitted.
        images: (n, bands, y, x), or (bands, y, x) for one.
        noise_sigma: the noise's standard deviation, of that shape or broadcast to it.
        mask: True or 1 where a pixel is used, of that shape or broadcast to it; by default everywhere.

    Raises:
        ValueError: images of another shape than the simulator's, without pixels that are used, or with used
            pixels that are not finite or whose sigma is not above zero; the message says which.

    >>> import jaxlens, numpy as np
    >>> sim = jaxlens.Simulator("galaxy_galaxy")
    >>> check_images(sim, np.ones((3, 50, 50))).mask.shape
    (1, 3, 50, 50)
    """
    pixels = as_floats("images", images)
    pixels = pixels[None] if pixels.ndim == 3 else pixels
    side = sim.scene.num_pix
    if pixels.shape[1:] != (len(sim.bands), side, side):
        right = f"(n, {len(sim.bands)}, {side}, {side}) for the bands {', '.join(sim.bands)}"
        raise ValueError(f"images has shape {np.shape(images)}; it must be {right}, as the simulator's")
    if len(pixels) == 0:
        raise ValueError("there are no images; give at least one")
    noise = None if noise_sigma is None else as_floats("noise_sigma", noise_sigma)
    noise = None if noise is None else _like("noise_sigma", noise, pixels.shape)
    used = np.ones(pixels.shape, bool) if mask is None else _like("mask", _as_mask(mask), pixels.shape)
    return _cleaned(pixels, noise, used, _MASKED)


def psf_kernel(kernel: ArrayLike, bands: int) -> np.ndarray:
    """A PSF as an image is convolved with it: (1 or `bands`, k, k), k odd, each of unit sum.

    Raises ValueError where it is of another shape, not finite, or does not sum to more than zero.
    """
    array = as_floats("psf", kernel)
    array = array[None] if array.ndim == 2 else array
    if array.ndim != 3 or len(array) not in (1, bands):
        right = "(k, k)" if bands == 1 else f"(k, k), or ({bands}, k, k) for {bands} bands"
        raise ValueError(f"psf has shape {np.shape(kernel)}; it must be {right}")
    if not all(length % 2 for length in array.shape[1:]):
        size = "{} x {}".format(*array.shape[1:])
        raise ValueError(f"psf has {size} pixels; give an odd number along both axes, which have a middle")
    if not np.isfinite(array).all():
        raise ValueError(f"psf has {_count(~np.isfinite(array))} that are not finite; mend the kernel")
    total = np.sum(array, axis=(1, 2), keepdims=True)
    if not (total > 0).all():
        raise ValueError(f"psf sums to {total.min():g}; the sum must be above 0, and is scaled to 1")
    side = max(array.shape[1:])
    widths = [(0, 0), *(((side - length) // 2,) * 2 for length in array.shape[1:])]
    return np.pad(array / total, widths)


def with_psf(sim: Simulator, kernel: ArrayLike, factor: int = 1) -> Simulator:
    """The same simulator with this PSF in place of the file's, as under `psf_type: PIXEL`.

    `kernel` is (k, k) or (bands, k, k) with k odd, sampled at `factor` pixels to a pixel of the image; it is
    scaled to unit sum.  The seeing is no parameter any more.

    Raises ValueError where the kernel is none, see `psf_kernel`, or `factor` is below 1.

    >>> import jaxlens, numpy as np
    >>> sim = with_psf(jaxlens.Simulator("galaxy_galaxy"), np.ones((5, 5)))
    >>> sim.scene.optics.psf, "seeing" in sim.parameter_names
    ('PIXEL', False)
    """
    if factor < 1:
        raise ValueError(
            f"factor is {factor}; it must be at least 1, the pixels of the kernel to one of the image"
        )
    array = psf_kernel(kernel, len(sim.bands))
    optics = sim.scene.optics
    point_factor = max(optics.point_factor, factor)
    seen = dataclasses.replace(
        optics,
        psf="PIXEL",
        kernel_factor=factor,
        point_factor=point_factor,
        exact_points=False,
        radius=None,
        point_radius=resampled_side(array.shape[-1], factor, point_factor) // 2,
    )
    names = tuple(name for name in sim.parameter_names if name not in optics.parameters)
    return sim.replace(
        scene=dataclasses.replace(sim.scene, optics=seen, parameters=names),
        assets=sim.assets._replace(psf_kernel=jnp.asarray(array, jnp.result_type(float))),
    )


def _cleaned(images: np.ndarray, noise: np.ndarray | None, used: np.ndarray, advice: str) -> Pixels:
    """The pixels in jaxlens's precision, or a ValueError that says which of them cannot be used."""
    empty = np.flatnonzero(~used.any(axis=(1, 2, 3)))
    if empty.size:
        which = ", ".join(map(str, empty))
        raise ValueError(
            f"no pixel of image {which} is used; the mask must be True or 1 where a pixel is used"
        )
    dtype = jnp.result_type(float)
    with np.errstate(over="ignore", under="ignore"):
        images, noise = images.astype(dtype), None if noise is None else noise.astype(dtype)
    _refuse("image", images, used & ~np.isfinite(images), "not finite", advice)
    if noise is not None:
        _refuse("sigma", noise, used & ~np.isfinite(noise), "not finite", advice)
        _refuse("sigma", noise, used & ~(noise > 0), "not above zero", f"mend them, or {advice}")
        noise = np.where(used, noise, np.asarray(1, dtype))
    return Pixels(np.where(used, images, np.asarray(0, dtype)), noise, used)


def _refuse(what: str, array: np.ndarray, wrong: np.ndarray, why: str, advice: str) -> None:
    """ValueError where a pixel is wrong, with how many there are and where the first is."""
    if not wrong.any():
        return
    first = np.unravel_index(np.argmax(wrong), wrong.shape)
    place = "image {}, band {}, row {}, column {}".format(*first)
    raise ValueError(
        f"{what}: {_count(wrong)} used but {why}, the first ({array[first]:g}) in {place}; {advice}"
    )


def _count(which: np.ndarray) -> str:
    count = int(np.count_nonzero(which))
    return f"{count} pixel{'s' * (count != 1)}"


def _used_pixels(
    images: np.ndarray, noise: np.ndarray | None, mask: Any, bad: Source | None, names: tuple[str, ...]
) -> np.ndarray:
    """The pixels (bands, y, x) that `mask` and `bad` leave."""
    used = np.ones(images.shape, bool)
    if isinstance(mask, str) and mask == _NONFINITE:
        used = np.isfinite(images) if noise is None else np.isfinite(images) & np.isfinite(noise)
    elif mask is not None:
        used = _like("mask", _as_mask(cube("mask", mask, names)), images.shape)
    return used if bad is None else used & _like("bad", cube("bad", bad, names) == 0, images.shape)


def _as_mask(mask: ArrayLike) -> np.ndarray:
    """A mask of 0 and 1 as False and True."""
    array = as_floats("mask", mask)
    other = array[(array != 0) & (array != 1)]
    if other.size:
        right = (
            "give True or 1 where a pixel is used and 0 elsewhere; flags of bad pixels go to read_image's bad"
        )
        raise ValueError(f"mask holds {other[0]:g}; {right}")
    return array != 0


def _like(what: str, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """`array` broadcast to the shape of the images."""
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(f"{what} has shape {array.shape}; the image has {shape}") from None
