"""Point sources on an image.

A point source's stamp is a kernel of pixels that is shifted bilinearly inside its box, as in lenstronomy.
With `factor` it is drawn on a grid that cuts each pixel in factor x factor, and summed over each pixel.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf

from jaxlens.kernels.psf.gaussian import TRUNCATION
from jaxlens.kernels.psf.resampling import averaged

# lenstronomy never stamps a Gaussian of more than 221 pixels a side, or of more than 10,000 on a finer grid.
MAX_STAMP_RADIUS = 110
MAX_FINE_STAMP_RADIUS = 4999


def interpolated_response(
    pixels: jax.Array, position: jax.Array, sigma: jax.Array | None, largest: int = MAX_STAMP_RADIUS
) -> jax.Array:
    """One axis of lenstronomy's stamp: a Gaussian sampled at pixel centres and shifted bilinearly.

    The kernel exp(-k^2 / (2 sigma^2)) of radius r = max(round(5 sigma), 1) pixels, at most `largest`, is
    normalised and interpolated linearly at `pixels` - `position` (both in pixels); beyond r it is zero.
    Without a PSF (sigma None) the kernel is a single pixel.
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
    """One axis of the Gaussian integrated over each pixel: smooth in the position, for fits."""
    t = pixels - position
    if sigma is None:
        return jnp.maximum(1.0 - jnp.abs(t), 0.0)
    scale = np.sqrt(0.5) / sigma
    return 0.5 * (erf((t + 0.5) * scale) - erf((t - 0.5) * scale))


def stamp_point_sources(
    flux: jax.Array,
    x: jax.Array,
    y: jax.Array,
    sigma: jax.Array | None,
    num_pix: int,
    exact: bool = False,
    factor: int = 1,
) -> jax.Array:
    """The image (bands, num_pix, num_pix) of point sources under a Gaussian PSF, or none.

    flux (bands, sources) in counts/s; x, y (sources,) in pixels from the image's first pixel centre; sigma
    (bands,) in pixels or None without a PSF.  Sources off the image leave only what reaches it.  `exact`
    integrates over each pixel, whatever the `factor`.
    """
    if exact:
        respond, factor = exact_response, 1
    else:
        largest = MAX_STAMP_RADIUS if factor == 1 else MAX_FINE_STAMP_RADIUS
        respond = partial(interpolated_response, largest=largest)
    width = None if sigma is None else jnp.reshape(sigma, (-1, 1, 1)) * factor
    pixels = jnp.reshape(jnp.arange(num_pix * factor, dtype=x.dtype), (1, 1, -1))

    def axis(place: jax.Array) -> jax.Array:
        response = respond(pixels, jnp.reshape(_on_fine_grid(place, factor), (1, -1, 1)), width)
        return jnp.sum(jnp.reshape(response, (*response.shape[:2], num_pix, factor)), axis=-1)

    rows = flux[:, :, None] * axis(y)
    columns = jnp.broadcast_to(axis(x), rows.shape)
    return jnp.einsum("bsi,bsj->bij", rows, columns, precision=jax.lax.Precision.HIGHEST)


def _on_fine_grid(place: jax.Array, factor: int) -> jax.Array:
    """A place in pixels from the first pixel's centre, in fine pixels from the first fine one's."""
    return place * factor + (factor - 1) / 2.0


def stamp_kernel(
    flux: jax.Array, x: jax.Array, y: jax.Array, kernel: jax.Array, num_pix: int, factor: int = 1
) -> jax.Array:
    """`stamp_point_sources` with a kernel (1 or bands, k, k), k odd, of the grid that `factor` says.

    Beyond the kernel's box, which moves with the source, there is no light (lenstronomy's add_layer2image).

    >>> kernel = jnp.full((1, 3, 3), 0.25)
    >>> print(stamp_kernel(jnp.ones((1, 1)), jnp.array([2.0]), jnp.array([0.0]), kernel, 4)[0])
    [[0.   0.25 0.25 0.25]
     [0.   0.25 0.25 0.25]
     [0.   0.   0.   0.  ]
     [0.   0.   0.   0.  ]]
    """
    size = num_pix * factor
    # All of a window this far out is empty, wherever it is cut.
    framed = jnp.pad(kernel, ((0, 0), (size + 1, size + 1), (size + 1, size + 1)))
    stamp = partial(_shifted, framed, kernel.shape[-1] // 2, size)

    def add(image: jax.Array, source: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        counts, at_x, at_y = source
        light = averaged(stamp(at_x, at_y), factor) * factor**2
        return image + counts[:, None, None] * light, None

    empty = jnp.zeros((flux.shape[0], num_pix, num_pix), flux.dtype)
    sources = flux.T, _on_fine_grid(x, factor), _on_fine_grid(y, factor)
    return jax.lax.scan(add, empty, sources)[0]


def _shifted(framed: jax.Array, radius: int, size: int, x: jax.Array, y: jax.Array) -> jax.Array:
    """The kernel's values (..., size, size) at the pixels when its centre is at (x, y), in pixels.

    `framed` is the kernel with size + 1 zeros around it.
    """
    pixels = jnp.arange(size, dtype=x.dtype)
    starts, shares, inside = [], [], []
    for place in (y, x):
        near = jnp.clip(place, -radius - 1.0, size + radius)
        low = jnp.floor(-near)
        starts.append(low.astype(jnp.int32) + radius + size + 1)
        shares.append(-near - low)
        inside.append(jnp.abs(pixels - near) <= radius)
    window = jax.lax.dynamic_slice_in_dim(framed, starts[0], size + 1, axis=1)
    window = jax.lax.dynamic_slice_in_dim(window, starts[1], size + 1, axis=2)
    down, right = shares
    rows = (1.0 - down) * window[:, :-1] + down * window[:, 1:]
    mixed = (1.0 - right) * rows[:, :, :-1] + right * rows[:, :, 1:]
    return jnp.where(inside[0][None, :, None] & inside[1][None, None, :], mixed, 0.0)
