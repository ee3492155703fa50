"""An image convolved with a kernel of pixels.

Beyond the image's edge the light is zero, as in lenstronomy's PixelKernelConvolution.  (Its Gaussian blur,
`gaussian.gaussian_blur` here, continues the image with its edge pixels instead.)
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.psf.resampling import averaged, cropped, degraded


def convolve(image: jax.Array, kernel: jax.Array) -> jax.Array:
    """The image (..., n, n) convolved with a kernel (..., k, k), k odd; scipy's fftconvolve, mode="same".

    Pixels of the kernel that are farther from its centre than the image is wide move no light into the
    image and are cut off.  The Fourier transforms are just long enough that light which wraps around stays
    outside the image.

    >>> spike = jnp.zeros((3, 3)).at[0, 1].set(1.0)
    >>> print(jnp.rint(convolve(spike, jnp.arange(9.0).reshape(3, 3))).astype(int))
    [[3 4 5]
     [6 7 8]
     [0 0 0]]
    """
    n = image.shape[-1]
    kernel = cropped(kernel, 2 * n - 1)
    reach = kernel.shape[-1] // 2
    size = (_fast_length(n + reach),) * 2
    product = jnp.fft.rfft2(image, size) * jnp.fft.rfft2(kernel, size)
    return jnp.fft.irfft2(product, size)[..., reach : reach + n, reach : reach + n]


def _fast_length(length: int) -> int:
    """The smallest integer >= `length` without a prime factor above 5: FFTs of such lengths are fastest."""
    rest = length
    for prime in (2, 3, 5):
        while rest % prime == 0:
            rest //= prime
    return length if rest == 1 else _fast_length(length + 1)


def fine_side(pixels: int, factor: int) -> int:
    """The odd number of fine pixels along an axis that covers `pixels` pixels of the image.

    >>> fine_side(5, 2), fine_side(5, 3)
    (11, 15)
    """
    return pixels * factor // 2 * 2 + 1


def convolve_fine(
    image: jax.Array, kernel: jax.Array, factor: int, supersampling_kernel_size: int
) -> jax.Array:
    """An image on the fine grid convolved with a kernel there, averaged over each pixel.

    The kernel's middle acts on the fine grid, before the mean over each pixel is taken, and the rest on the
    pixels: lenstronomy's SubgridKernelConvolution with supersampling_kernel_size.

    Args:
        image: (..., n factor, n factor).
        kernel: (..., k, k) on the fine grid, k odd.
        factor: fine pixels along a pixel; static.
        supersampling_kernel_size: side of the kernel's middle in pixels of the image, odd; static.

    Returns:
        The image (..., n, n).
    """
    middle = cropped(kernel, fine_side(supersampling_kernel_size, factor))
    blurred = averaged(convolve(image, middle), factor)
    edge = (kernel.shape[-1] - middle.shape[-1]) // 2
    if edge == 0:
        return blurred
    around = kernel.at[..., edge:-edge, edge:-edge].set(0.0)
    return blurred + convolve(averaged(image, factor), degraded(around, factor))
