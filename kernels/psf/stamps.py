"""Point sources on an image.

The stamp of a point source is a kernel of pixels that is shifted bilinearly inside its box, as in
lenstronomy.  With `factor` it is made on a fine grid, which cuts each pixel in factor x factor, and summed
over each pixel.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf

from jaxlens.kernels.psf.gaussian import TRUNCATION
from jaxlens.kernels.psf.resampling import averaged

# The largest radius of a Gaussian stamp (pixels): lenstronomy's largest has 221 pixels on a side.
MAX_STAMP_RADIUS = 110
# The largest radius on a fine grid (fine pixels): lenstronomy's largest has 10,000 fine pixels on a side.
MAX_FINE_STAMP_RADIUS = 4999


def stamp_point_sources(
    flux: jax.Array,
    x: jax.Array,
    y: jax.Array,
    sigma: jax.Array | None,
    num_pix: int,
    exact: bool = False,
    factor: int = 1,
) -> jax.Array:
    """The image of point sources under a Gaussian PSF, or without a PSF.

    Args:
        flux: fluxes (bands, sources) in counts/s.
        x: positions (sources,) in pixels from the centre of the image's first pixel; they may be outside.
        y: the other coordinate.
        sigma: standard deviation of the PSF (bands,) in pixels; None without a PSF.
        num_pix: side of the image in pixels; static.
        exact: integrate the Gaussian over each pixel, which is smooth in the position, instead of
            lenstronomy's bilinear shift; static.
        factor: fine pixels along a pixel, where not `exact`; static.

    Returns:
        The image (bands, num_pix, num_pix) in counts/s.
    """
    along_axis = partial(stamp_profile, sigma=sigma, num_pix=num_pix, exact=exact, factor=factor)
    rows = flux[:, :, None] * along_axis(y)
    columns = jnp.broadcast_to(along_axis(x), rows.shape)
    return jnp.einsum("bsi,bsj->bij", rows, columns, precision=jax.lax.Precision.HIGHEST)


def stamp_profile(
    place: jax.Array, sigma: jax.Array | None, num_pix: int, exact: bool = False, factor: int = 1
) -> jax.Array:
    """One axis of the image of point sources of unit flux, which is the product of its two axes.

    Args:
        place: one coordinate of the sources, as in `stamp_point_sources`, (sources,).
        sigma: as in `stamp_point_sources`.
        num_pix: as in `stamp_point_sources`.
        exact: as in `stamp_point_sources`.
        factor: as in `stamp_point_sources`.

    Returns:
        The fraction of the flux in each row or column of pixels, (bands or 1, sources, num_pix).
    """
    if exact:
        respond, factor = exact_response, 1
    else:
        largest = MAX_STAMP_RADIUS if factor == 1 else MAX_FINE_STAMP_RADIUS
        respond = partial(interpolated_response, largest=largest)
    width = None if sigma is None else jnp.reshape(sigma, (-1, 1, 1)) * factor
    pixels = jnp.reshape(jnp.arange(num_pix * factor, dtype=place.dtype), (1, 1, -1))
    response = respond(pixels, jnp.reshape(_on_fine_grid(place, factor), (1, -1, 1)), width)
    return jnp.sum(jnp.reshape(response, (*response.shape[:2], num_pix, factor)), axis=-1)


def _on_fine_grid(place: jax.Array, factor: int) -> jax.Array:
    """A position in fine pixels from the first one's centre, given in pixels from the first one's centre."""
    return place * factor + (factor - 1) / 2.0


def stamp_kernel(
    flux: jax.Array, x: jax.Array, y: jax.Array, kernel: jax.Array, num_pix: int, factor: int = 1
) -> jax.Array:
    """The image of point sources under a PSF given as a kernel; lenstronomy's add_layer2image.

    Beyond the kernel's box, which moves with the source, there is no light.

    Args:
        flux: fluxes (bands, sources) in counts/s.
        x: positions (sources,) in pixels from the centre of the image's first pixel; they may be outside.
        y: the other coordinate.
        kernel: (1 or bands, k, k) on the fine grid, k odd.
        num_pix: side of the image in pixels; static.
        factor: fine pixels along a pixel; static.

    Returns:
        The image (bands, num_pix, num_pix) in counts/s.

    >>> kernel = jnp.full((1, 3, 3), 0.25)
    >>> print(stamp_kernel(jnp.ones((1, 1)), jnp.array([2.0]), jnp.array([0.0]), kernel, 4)[0])
    [[0.   0.25 0.25 0.25]
     [0.   0.25 0.25 0.25]
     [0.   0.   0.   0.  ]
     [0.   0.   0.   0.  ]]
    """
    size = num_pix * factor
    # Zeros all around: a window of the image's size that does not meet the kernel is empty.
    framed = jnp.pad(kernel, ((0, 0), (size + 1, size + 1), (size + 1, size + 1)))
    stamp = partial(_shifted, framed, kernel.shape[-1] // 2, size)

    def add(image: jax.Array, source: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        counts, at_x, at_y = source
        light = averaged(stamp(at_x, at_y), factor) * factor**2
        return image + counts[:, None, None] * light, None

    empty = jnp.zeros((flux.shape[0], num_pix, num_pix), flux.dtype)
    sources = flux.T, _on_fine_grid(x, factor), _on_fine_grid(y, factor)
    return jax.lax.scan(add, empty, sources)[0]


def interpolated_response(
    pixels: jax.Array, position: jax.Array, sigma: jax.Array | None, largest: int = MAX_STAMP_RADIUS
) -> jax.Array:
    """One axis of lenstronomy's stamp: a Gaussian sampled at pixel centres and shifted bilinearly.

    The kernel exp(-k^2 / (2 sigma^2)) of radius r = max(round(5 sigma), 1) pixels is normalised and
    interpolated linearly at `pixels` - `position`; beyond r it is zero.

    Args:
        pixels: pixel centres (..., n), in pixels.
        position: positions of the sources (..., 1), in pixels.
        sigma: standard deviation (..., 1), in pixels; None without a PSF, where the kernel is one pixel.
        largest: the largest r; static.

    Returns:
        The fraction of the flux in each pixel, (..., n).
    """
    t = pixels - position
    if sigma is None:
        return jnp.maximum(1.0 - jnp.abs(t), 0.0)
    radius = jnp.clip(jnp.round(TRUNCATION * sigma), 1.0, largest)

    def kernel(k: jax.Array) -> jax.Array:
        return jnp.where(jnp.abs(k) <= radius, jnp.exp(-0.5 * (k / sigma) ** 2), 0.0)

    right = jnp.reshape(jnp.arange(1, largest + 1, dtype=t.dtype), (1,) * (t.ndim - 1) + (-1,))
    norm = 1.0 + 2.0 * jnp.sum(kernel(right), axis=-1, keepdims=True)
    low = jnp.floor(t)
    mixed = kernel(low) + (t - low) * (kernel(low + 1.0) - kernel(low))
    return jnp.where(jnp.abs(t) <= radius, mixed / norm, 0.0)


def exact_response(pixels: jax.Array, position: jax.Array, sigma: jax.Array | None) -> jax.Array:
    """One axis of the Gaussian integrated over each pixel, which is smooth in the position.

    Args:
        pixels: pixel centres (..., n), in pixels.
        position: positions of the sources (..., 1), in pixels.
        sigma: standard deviation (..., 1), in pixels; None without a PSF.

    Returns:
        The fraction of the flux in each pixel, (..., n).
    """
    t = pixels - position
    if sigma is None:
        return jnp.maximum(1.0 - jnp.abs(t), 0.0)
    scale = np.sqrt(0.5) / sigma
    return 0.5 * (erf((t + 0.5) * scale) - erf((t - 0.5) * scale))


def _shifted(framed: jax.Array, radius: int, size: int, x: jax.Array, y: jax.Array) -> jax.Array:
    """The kernel shifted bilinearly to (x, y), in pixels: its values at the pixels, (..., size, size).

    `framed` is the kernel (..., k, k) of this radius, padded with size + 1 zeros on all sides.
    """
    pixels = jnp.arange(size, dtype=x.dtype)
    starts, fractions, inside = [], [], []
    for place in (y, x):
        near = jnp.clip(place, -radius - 1.0, size + radius)
        low = jnp.floor(-near)
        starts.append(low.astype(jnp.int32) + radius + size + 1)
        fractions.append(-near - low)
        inside.append(jnp.abs(pixels - near) <= radius)
    window = jax.lax.dynamic_slice_in_dim(framed, starts[0], size + 1, axis=1)
    window = jax.lax.dynamic_slice_in_dim(window, starts[1], size + 1, axis=2)
    down, right = fractions
    rows = (1.0 - down) * window[:, :-1] + down * window[:, 1:]
    mixed = (1.0 - right) * rows[:, :, :-1] + right * rows[:, :, 1:]
    return jnp.where(inside[0][None, :, None] & inside[1][None, None, :], mixed, 0.0)
