"""Checks of observed images before anything is fitted to them."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from jaxlens.files.fits import as_floats
from jaxlens.simulator.simulator import Simulator

# The end of the messages about pixels that are not finite.
GIVE_MASK = "give a mask that leaves them out (True or 1 = used)"


class CheckedImages(NamedTuple):
    """Images, the noise's sigma or None, and the mask of used pixels, each (n, bands, y, x).

    Those of a time series are (n, epochs, bands, y, x).  Pixels that are not used hold finite values, so that
    nothing derived from them is NaN.
    """

    images: np.ndarray
    noise_sigma: np.ndarray | None
    mask: np.ndarray


def check_images(
    sim: Simulator,
    images: ArrayLike,
    noise_sigma: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    num_epochs: ArrayLike | None = None,
) -> CheckedImages:
    """Images, noise and mask, checked and of one shape.

    Args:
        sim: the simulator that is to be fitted.
        images: the observed images, (n, bands, y, x), or (bands, y, x) for one image; of a time series
            (n, epochs, bands, y, x), or (epochs, bands, y, x) for one.
        noise_sigma: the noise's standard deviation, of the shape of `images` or broadcast to it.
        mask: True or 1 where a pixel is used, of the shape of `images` or broadcast to it; by default
            everywhere.
        num_epochs: the number of epochs of each band of a time series, (n, bands); later ones are not used.

    Returns:
        The images with the systems on the first axis, finite also where a pixel is not used.

    Raises:
        ValueError: if the images have another shape than the simulator's; if no pixel of an image is used; if
            used pixels are not finite, or their sigma is not above zero (the message names the first).

    >>> import jaxlens, numpy as np
    >>> sim = jaxlens.Simulator("galaxy_galaxy")
    >>> check_images(sim, np.ones((3, 50, 50))).mask.shape
    (1, 3, 50, 50)
    """
    pixels = of_systems(sim, images)
    noise = None
    if noise_sigma is not None:
        noise = like("noise_sigma", as_floats("noise_sigma", noise_sigma), pixels.shape)
    used = np.ones(pixels.shape, bool) if mask is None else like("mask", as_mask(mask), pixels.shape)
    if num_epochs is not None:
        observed = np.arange(pixels.shape[1])[None, :, None] < np.asarray(num_epochs)[:, None, :]
        used = used & observed[..., None, None]
    return checked(pixels, noise, used, GIVE_MASK)


def of_systems(sim: Simulator, images: ArrayLike) -> np.ndarray:
    """Images of the simulator's shape, with the systems on the first axis.

    Args:
        sim: the simulator that is to be fitted.
        images: the images of n systems, or of one without that axis.

    Raises:
        ValueError: if they have another shape than the simulator's, or there are none.
    """
    pixels, shape = as_floats("images", images), sim.scene.image_shape
    pixels = pixels[None] if pixels.ndim == len(shape) else pixels
    if pixels.shape[1:] != shape:
        right = f"(n, {', '.join(map(str, shape))}) for the bands {', '.join(sim.bands)}"
        if sim.scene.series:
            right = f"{right} and {shape[0]} epochs"
        raise ValueError(f"images has shape {np.shape(images)}; it must be {right}, as the simulator's")
    if len(pixels) == 0:
        raise ValueError("there are no images; give at least one")
    return pixels


def checked(images: np.ndarray, noise: np.ndarray | None, used: np.ndarray, advice: str) -> CheckedImages:
    """Images in jaxlens's precision, after checks of every used pixel.

    Args:
        images: the observed images, (n, bands, y, x) or (n, epochs, bands, y, x).
        noise: the noise's standard deviation, of that shape, or None.
        used: the mask of used pixels, of that shape.
        advice: the end of the message about pixels that are not finite.

    Returns:
        The images; where a pixel is not used it is 0, and its sigma 1.

    Raises:
        ValueError: if an image has no used pixels, or used pixels are not finite or have a sigma that is not
            above zero.
    """
    empty = np.flatnonzero(~used.reshape(len(used), -1).any(axis=1))
    if empty.size:
        names = ", ".join(map(str, empty))
        raise ValueError(
            f"no pixel of image {names} is used; the mask must be True or 1 where a pixel is used"
        )
    dtype = jnp.result_type(float)
    with np.errstate(over="ignore", under="ignore"):
        images, noise = images.astype(dtype), None if noise is None else noise.astype(dtype)
    _refuse("image", images, used & ~np.isfinite(images), "not finite", advice)
    if noise is not None:
        _refuse("sigma", noise, used & ~np.isfinite(noise), "not finite", advice)
        _refuse("sigma", noise, used & ~(noise > 0), "not above zero", f"mend them, or {advice}")
        noise = np.where(used, noise, np.asarray(1, dtype))
    return CheckedImages(np.where(used, images, np.asarray(0, dtype)), noise, used)


def _refuse(name: str, array: np.ndarray, wrong: np.ndarray, fault: str, advice: str) -> None:
    """ValueError if any pixel is wrong, with the number of wrong pixels and the place of the first."""
    if not wrong.any():
        return
    first = np.unravel_index(np.argmax(wrong), wrong.shape)
    axes = (
        ("image", "epoch", "band", "row", "column") if wrong.ndim == 5 else ("image", "band", "row", "column")
    )
    place = ", ".join(f"{axis} {index}" for axis, index in zip(axes, first, strict=True))
    raise ValueError(
        f"{name}: {pixel_count(wrong)} used but {fault}, the first ({array[first]:g}) in {place}; {advice}"
    )


def pixel_count(selected: np.ndarray) -> str:
    """The number of selected pixels, for messages.

    >>> pixel_count(np.ones((2, 3), bool))
    '6 pixels'
    """
    count = int(np.count_nonzero(selected))
    return f"{count} pixel{'s' * (count != 1)}"


def as_mask(mask: ArrayLike) -> np.ndarray:
    """A mask of 0 and 1 as an array of False and True; ValueError for other values."""
    array = as_floats("mask", mask)
    wrong = array[(array != 0) & (array != 1)]
    if wrong.size:
        right = (
            "give True or 1 where a pixel is used and 0 elsewhere; flags of bad pixels go to read_image's bad"
        )
        raise ValueError(f"mask holds {wrong[0]:g}; {right}")
    return array != 0


def like(name: str, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """An array broadcast to the shape of the images.

    Args:
        name: the name of the array in the error message.
        array: the array.
        shape: the shape of the images.

    Returns:
        A view of the array of this shape, which cannot be written to.

    Raises:
        ValueError: if the array does not broadcast to this shape.
    """
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(f"{name} has shape {array.shape}; the image has {shape}") from None
