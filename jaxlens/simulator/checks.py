"""The arguments of a Simulator, checked and brought to arrays."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from difflib import get_close_matches

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.optics import PSF_KERNEL
from jaxlens.imaging.scene import Scene
from jaxlens.sampling.indices import INDEX_LIMIT, consecutive, index_words, whole_numbers
from jaxlens.simulator.batched import Observed
from jaxlens.simulator.checked_arrays import CheckedArrays, as_array
from jaxlens.simulator.generation import Params
from jaxlens.simulator.given_params import as_arrays
from jaxlens.simulator.halo_params import padded_haloes


def checked_params(
    scene: Scene, assets: Assets, params: Mapping[str, ArrayLike], known: CheckedArrays
) -> Params:
    """The parameters on which images of `scene` depend, as float arrays.

    Args:
        scene: whose parameters are taken.
        assets: its arrays; `BACKGROUND_IDX` must be an index of its backgrounds, and `image_index` of a
            profile one of its stack of images.
        params: {name: (n,) or (n, bands)}, of a time series also (n, epochs, bands) or (n, epochs, 1), or
            one number for all systems; entries that the scene does not have are left out.  Arrays of haloes
            are (n, haloes), with any number of haloes for which there is room.
        known: indices of images that have been checked.

    Raises:
        ValueError: if a parameter is missing or no number, has another shape or number of epochs than the
            scene, or an image's index is none.
    """
    missing = [name for name in scene.parameters if name not in params]
    if missing:
        near = get_close_matches(missing[0], [name for name in params if isinstance(name, str)], n=1)
        hint = f"; {near[0]!r} is given" if near else ""
        raise ValueError(f"params lacks {', '.join(missing)}{hint}")
    checked = as_arrays(scene, params)
    _check_kernel(scene, checked)
    _check_background(assets, checked, known)
    _check_images(assets, checked, known)
    _check_epochs(scene, checked)
    return padded_haloes(scene, checked) if scene.haloes else checked


def _check_kernel(scene: Scene, params: Params) -> None:
    """ValueError where the systems' own kernels of the PSF have another shape than the scene has room for."""
    side, bands = scene.optics.own_kernel, len(scene.bands)
    if side and params[PSF_KERNEL].shape[1:] not in ((side, side), (1, side, side), (bands, side, side)):
        right = f"(n, {side}, {side}), or (n, {bands}, {side}, {side}) for each band its own"
        raise ValueError(f"{PSF_KERNEL} has shape {params[PSF_KERNEL].shape}; give {right}")


def _check_epochs(scene: Scene, params: Params) -> None:
    """ValueError where a parameter has epochs that the scene does not have, which broadcasting might hide."""
    if all(value.ndim != 3 for value in params.values()):
        return
    series = scene.series
    moving = series.by_epoch | {"day"} if series else frozenset()
    for name, value in params.items():
        if value.ndim != 3 or name == PSF_KERNEL:
            continue
        wanted = ""
        if series is None or ("-" not in name and name not in moving):
            wanted = "it is one for all epochs"
        elif value.shape[1] != series.epochs:
            wanted = f"there are {series.epochs} epochs"
        if wanted:
            raise ValueError(f"{name} has shape {value.shape}, but {wanted}")


def _check_background(assets: Assets, params: Params, known: CheckedArrays) -> None:
    """ValueError where BACKGROUND_IDX is known, that is outside a caller's jit, and is no index."""
    index = params.get("BACKGROUND_IDX")
    if index is None or isinstance(index, jax.core.Tracer) or assets.backgrounds is None:
        return
    if known.has(index):
        return
    count = len(assets.backgrounds)
    if not np.isin(np.asarray(index), np.arange(count)).all():
        raise ValueError(f"BACKGROUND_IDX must be a whole number from 0 to {count - 1}, the last image")
    known.add(index)


def image_indices(assets: Assets, params: Params) -> dict[str, int]:
    """The parameters that choose an image of a stack, with the number of its images."""
    stacks = {f"{name}_index": len(table) for name, table in (assets.tables or {}).items()}
    return {name: count for name, count in stacks.items() if name in params}


def _check_images(assets: Assets, params: Params, known: CheckedArrays) -> None:
    """ValueError where an `image_index` is known and no image has it; NaN is no index yet."""
    for name, count in image_indices(assets, params).items():
        index = params[name]
        if isinstance(index, jax.core.Tracer) or known.has(index):
            continue
        rounded = np.round(np.asarray(index))
        if np.any((rounded < 0) | (rounded >= count)):
            raise ValueError(f"{name} must be a number from 0 to {count - 1}, the last image")
        known.add(index)


def changed_hyperparameters(hyperparameters: Params, changes: Mapping[str, ArrayLike] | None) -> Params:
    """`hyperparameters` with some of them changed.

    Args:
        hyperparameters: every number of the file by its path.
        changes: the new numbers, by full paths.

    Raises:
        ValueError: if a new number has another shape than that of the file.
    """
    if not changes:
        return hyperparameters
    dtype = jnp.result_type(float)
    new = {path: jnp.asarray(value, dtype) for path, value in changes.items()}
    for path, value in new.items():
        right = hyperparameters[path].shape
        if value.shape != right:
            raise ValueError(f"{path} has shape {value.shape}; give {right if right else 'one number'}")
    return {**hyperparameters, **new}


def number_of_systems(n: object) -> int:
    """`n` as an int; ValueError where it is no whole number from 0 on.

    >>> number_of_systems(np.int64(3))
    3
    """
    try:
        number = -1 if isinstance(n, bool | np.bool_) else operator.index(n)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if number < 0:
        raise ValueError(f"n is {n!r}; give the number of systems, a whole number from 0 on, such as 3")
    return number


def system_indices(start: ArrayLike, n: int) -> ArrayLike:
    """The indices start..start+n-1 of n systems, or `start` itself where it has n indices.

    Args:
        start: one index, or n; also traced, where what is negative cannot be refused.
        n: the number of systems.

    Returns:
        (n,), uint32, where all are surely below 2^32, and otherwise the two words of each, (n, 2), uint32.

    Raises:
        ValueError: if `n` is no number of systems, `start` has another shape or is no index, or the last
            index is above 2^63 - 1.
    """
    n = number_of_systems(n)
    shape = np.shape(start)
    if shape not in ((), (n,)):
        raise ValueError(f"start has shape {shape}; give one index, or {n}, one for each system")
    if isinstance(start, jax.core.Tracer):
        return _traced_indices(start, n)
    # on numpy's arrays numpy computes: each operation on JAX's arrays would be compiled by itself
    first = whole_numbers("start", start)
    indices = first if first.ndim else consecutive(int(first), n)
    if indices.size and int(indices[-1]) >= INDEX_LIMIT:
        raise ValueError(f"start is {first}, and the last of {n} indices would be above 2^63 - 1")
    return index_words(indices) if np.any(indices >> np.uint64(32)) else indices.astype(np.uint32)


def _traced_indices(start: jax.Array, n: int) -> jax.Array:
    """`system_indices` where `start` is traced: with upper words where its type has room for them."""
    if not jnp.issubdtype(start.dtype, jnp.integer):
        raise ValueError(f"start is traced as {start.dtype}; it must be an integer")
    wide = start.dtype.itemsize == 8
    lower = first = start.astype(jnp.uint32)
    upper = (start >> 32).astype(jnp.uint32) if wide else jnp.zeros_like(lower)
    if not start.ndim:
        lower = first + jnp.arange(n, dtype=jnp.uint32)
        upper = upper + (lower < first)
    elif not wide:
        return lower
    # a sum of an int32 and of the number of systems is below 2^32
    return jnp.stack([lower, upper], axis=-1) if wide or start.dtype == jnp.uint32 else lower


def system_count(params: Params) -> int:
    """The number of systems in `params`."""
    return int(next(iter(params.values())).shape[0])


def observed_images(
    scene: Scene, n: int, images: ArrayLike, noise_sigma: ArrayLike | None, mask: ArrayLike | None
) -> Observed:
    """What was observed of n systems, each array with the shape of one image or of n.

    Args:
        scene: the scene, which knows the bands and the number of pixels.
        n: the number of systems.
        images: counts/s, of the shape of one image for all systems, or (n, ...).
        noise_sigma: counts/s, broadcast to one of these shapes; None where the parameters decide it.
        mask: likewise, true where a pixel is used; None where all are.

    Raises:
        ValueError: if a shape does not fit, or real images stand in for the background's noise, whose
            sigma is not known, and no `noise_sigma` is given.
    """
    if noise_sigma is None and scene.backgrounds == "replace":
        raise ValueError("the noise of real backgrounds is not known; give noise_sigma")
    dtype = jnp.result_type(float)
    sigma = None if noise_sigma is None else as_array(noise_sigma, dtype)
    used = None if mask is None else as_array(mask, bool)
    return Observed(
        _broadcast(scene, n, "images", as_array(images, dtype)),
        None if sigma is None else _broadcast(scene, n, "noise_sigma", sigma),
        None if used is None else _broadcast(scene, n, "mask", used),
    )


def _broadcast(scene: Scene, n: int, name: str, array: jax.Array) -> jax.Array:
    """`array` broadcast to the image of all systems or of each, with the systems on the first axis."""
    image = scene.image_shape
    shape = (n, *image) if array.ndim == len(image) + 1 else image
    if array.shape == shape:
        return array
    broadcast = np.broadcast_to if isinstance(array, np.ndarray) else jnp.broadcast_to
    try:
        if name == "images" and array.shape[-len(image) :] != image:
            raise ValueError
        return broadcast(array, shape)
    except ValueError:
        raise ValueError(f"{name} has shape {array.shape}; give {image}, or {(n, *image)}") from None
