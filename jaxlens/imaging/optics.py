"""The PSF of a configuration: blurring of extended light and stamping of point sources.

`Optics` is the static part of the PSF; its width is a parameter and the kernel of psf_type PIXEL an argument.
As in lenstronomy, extended light is averaged over each pixel and then blurred; with
`supersampling_convolution` it is blurred first.  Point sources are stamped on a grid of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.model import Config
from jaxlens.imaging.pixel_grid import pixel_scale
from jaxlens.kernels.psf import gaussian, moffat
from jaxlens.kernels.psf.convolution import convolve, convolve_fine, fine_side
from jaxlens.kernels.psf.resampling import averaged, cropped, resampled, resampled_side
from jaxlens.kernels.psf.stamps import stamp_kernel, stamp_point_sources, stamp_profile
from jaxlens.kernels.types import Params

# The parameter that is the PSF of a system, (k, k) or (bands, k, k).
PSF_KERNEL = "psf_kernel"
# A Gaussian blur is a sum of shifted images or a product with two matrices.  The sum is faster for a narrow
# PSF: for a radius of 13 pixels in images of 100 x 100 by a factor of two on a CPU, and on a GPU the program
# moves a third of the bytes.
# Pixels of the blurred grid: the largest radius of the PSF at which shifted images are summed.
MAX_SHIFTED_RADIUS = 48
# The same bound as a fraction of the side of the image; the smaller of the two bounds holds.
MAX_SHIFTED_RADIUS_FRACTION = 0.25
# Factor on the largest width of the PSF, so that rounding in float32 cannot make its radius exceed the bound.
ROUNDING_MARGIN = 1.00001


@dataclass(frozen=True)
class Optics:
    """The static part of the PSF.

    A bound on the radius of the PSF is None where none is needed, as for a Gaussian blur by matrix products.

    Attributes:
        psf: the kind of PSF, the file's psf_type.
        num_pix: pixels along a side of the image.
        supersampling: sub-pixels along a side of a pixel on which extended light is given.
        blur_factor: sub-pixels along a side of a pixel on which extended light is blurred; it divides
            `supersampling`, and has no meaning for psf_type NONE.
        point_factor: sub-pixels along a side of a pixel on which point sources are stamped.
        exact_points: whether a point source is a Gaussian integrated over pixels; otherwise it is
            lenstronomy's kernel, shifted by interpolation.
        kernel_factor: samples of the kernel of psf_type PIXEL along a side of a pixel.
        supersampling_kernel_size: side, in pixels, of the middle of the kernel that acts on sub-pixels.
        convolution_kernel_size: side, in pixels, to which the kernel of the blur is cut; None: not cut.
        radius: the largest radius of the PSF, in pixels of the blurred grid.
        point_radius: the largest radius of the PSF, in pixels of the grid of the stamps.
        own_kernel: pixels along a side of the kernel of psf_type PIXEL where each system has one of its own,
            the parameter `psf_kernel`; 0 where all share one.
    """

    psf: Literal["GAUSSIAN", "MOFFAT", "PIXEL", "NONE"]
    num_pix: int
    supersampling: int
    blur_factor: int
    point_factor: int
    exact_points: bool
    kernel_factor: int
    supersampling_kernel_size: int
    convolution_kernel_size: int | None
    radius: int | None
    point_radius: int | None
    own_kernel: int = 0

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the parameters that the PSF depends on."""
        if self.own_kernel:
            return frozenset({PSF_KERNEL})
        return frozenset({"GAUSSIAN": ["seeing"], "MOFFAT": ["seeing", "moffat_beta"]}.get(self.psf, []))

    @property
    def is_bounded(self) -> bool:
        """Whether how far the PSF reaches is fixed by the file."""
        return self.radius is not None or self.point_radius is not None

    def admits(self, fwhm: float) -> bool:
        """Whether a PSF with a full width at half maximum of `fwhm` pixels stays within the static bounds."""
        if self.psf == "MOFFAT":
            bounds = (self.blur_factor, self.radius), (self.point_factor, self.point_radius)
            return all(bound is None or moffat.moffat_radius(fwhm * f, f) <= bound for f, bound in bounds)
        sigma = fwhm * self.blur_factor / gaussian.FWHM_PER_SIGMA
        return self.radius is None or gaussian.blur_radius(sigma) <= self.radius


def optics(config: Config) -> Optics:
    """The static part of the PSF that `config` describes."""
    instrument = config.instrument
    numerics = instrument.numerics
    # also under psf_type NONE, in whose place a kernel may be put
    blur_factor = instrument.supersampling_factor if numerics.supersampling_convolution else 1
    radius, point_radius = _radii(config, blur_factor)
    return Optics(
        psf=instrument.psf_type,
        num_pix=instrument.num_pix,
        supersampling=instrument.supersampling_factor,
        blur_factor=blur_factor,
        point_factor=numerics.point_source_supersampling_factor,
        exact_points=instrument.point_source == "exact",
        kernel_factor=instrument.kernel.factor if instrument.kernel else 1,
        supersampling_kernel_size=numerics.supersampling_kernel_size,
        convolution_kernel_size=numerics.convolution_kernel_size,
        radius=radius,
        point_radius=point_radius,
    )


def _radii(config: Config, blur_factor: int) -> tuple[int | None, int | None]:
    """`radius` and `point_radius` of an `Optics` with this `blur_factor`."""
    instrument = config.instrument
    point_factor = instrument.numerics.point_source_supersampling_factor
    if instrument.psf_type == "NONE":
        return None, None
    if instrument.kernel is not None:
        side, sampled_at = instrument.kernel.array.shape[-1], instrument.kernel.factor
        return None, resampled_side(side, sampled_at, point_factor) // 2
    smallest_scale, largest_seeing = config.reach("pixel_scale")[0], config.reach("seeing")[1]
    # A pixel scale whose distribution extends to zero or below bounds no width in pixels.
    widest = ROUNDING_MARGIN * largest_seeing / smallest_scale if smallest_scale > 0.0 else np.inf
    if instrument.psf_type == "MOFFAT":
        radius, point_radius = (moffat.moffat_radius(widest * f, f) for f in (blur_factor, point_factor))
        return radius, point_radius
    sigma = widest * blur_factor / gaussian.FWHM_PER_SIGMA
    bound = min(MAX_SHIFTED_RADIUS, MAX_SHIFTED_RADIUS_FRACTION * instrument.num_pix * blur_factor)
    return (gaussian.blur_radius(sigma) if gaussian.TRUNCATION * sigma < bound else None), None


def blur(optics: Optics, params: Params, light: jax.Array, kernel: jax.Array | None) -> jax.Array:
    """Extended light blurred by the PSF and averaged over pixels.

    Args:
        optics: the static part of the PSF.
        params: the parameters of one system, each () or (bands,).
        light: surface brightness on sub-pixels, (1 or bands, num_pix s, num_pix s) with s =
            optics.supersampling, in any unit.
        kernel: the kernel of psf_type PIXEL, (1 or bands, k, k); None for other kinds.

    Returns:
        The image (1 or bands, num_pix, num_pix), in the unit of `light`.
    """
    kernel = _kernel_of(optics, params, kernel)
    if optics.psf == "NONE":
        return averaged(light, optics.supersampling)
    if optics.blur_factor == 1 or optics.blur_factor < optics.supersampling:
        light = averaged(light, optics.supersampling // optics.blur_factor)
    if optics.psf == "GAUSSIAN":
        return averaged(_gaussian_blur(optics, params, light), optics.blur_factor)
    used = _kernel(optics, params, kernel, optics.blur_factor, optics.radius)
    if optics.convolution_kernel_size is not None:
        used = cropped(used, fine_side(optics.convolution_kernel_size, optics.blur_factor))
    if optics.blur_factor == 1:
        return convolve(light, used)
    return convolve_fine(light, used, optics.blur_factor, optics.supersampling_kernel_size)


def _kernel_of(optics: Optics, params: Params, shared: jax.Array | None) -> jax.Array | None:
    """The kernel of a system, (1 or bands, k, k): that which all share, or its own, scaled to unit sum."""
    if not optics.own_kernel:
        return shared
    own = params[PSF_KERNEL]
    own = own[None] if own.ndim == 2 else own
    return own / jnp.sum(own, axis=(1, 2), keepdims=True)


def _kernel(
    optics: Optics, params: Params, kernel: jax.Array | None, factor: int, radius: int | None
) -> jax.Array:
    """The kernel of PIXEL or MOFFAT on a grid of `factor` sub-pixels, (1 or bands, k, k)."""
    if kernel is not None:
        return resampled(kernel.astype(jnp.result_type(float)), optics.kernel_factor, factor)
    assert radius is not None, "a Moffat kernel always has a bound"
    fwhm = jnp.atleast_1d(params["seeing"] / pixel_scale(params) * factor)
    fwhm, beta = jnp.broadcast_arrays(fwhm, jnp.atleast_1d(params["moffat_beta"]))
    return moffat.moffat_kernel(fwhm, beta, radius)


def _sigma_in_pixels(params: Params) -> jax.Array:
    """The standard deviation of a Gaussian PSF in pixels, () or (bands,)."""
    return gaussian.fwhm_to_sigma(params["seeing"]) / pixel_scale(params)


def _gaussian_blur(optics: Optics, params: Params, image: jax.Array) -> jax.Array:
    """The Gaussian blur on the blurred grid, by shifted images or by matrix products."""
    sigma = jnp.reshape(_sigma_in_pixels(params) * optics.blur_factor, (-1, 1, 1))
    radius = optics.radius
    if radius is None:
        return _blur_by_matrix(image, sigma)

    methods = gaussian.gaussian_blur, gaussian.gaussian_blur_in_passes
    shifted, in_passes = (partial(method, radius=radius) for method in methods)
    return jax.lax.platform_dependent(image, sigma, cpu=shifted, default=in_passes)


def _blur_by_matrix(image: jax.Array, sigma: jax.Array) -> jax.Array:
    bands = max(image.shape[0], sigma.shape[0])
    image = jnp.broadcast_to(image, (bands, *image.shape[1:]))
    return gaussian.gaussian_blur_by_matrix(image, jnp.broadcast_to(sigma, (bands, 1, 1)))


def stamped(
    optics: Optics, params: Params, flux: jax.Array, x: jax.Array, y: jax.Array, kernel: jax.Array | None
) -> jax.Array:
    """The image of point sources.

    Args:
        optics: the static part of the PSF.
        params: the parameters of one system, each () or (bands,).
        flux: fluxes, counts/s, (bands, sources).
        x: positions in pixels from the centre of the first pixel, (sources,).
        y: the other coordinate.
        kernel: the kernel of psf_type PIXEL, (1 or bands, k, k); None for other kinds.

    Returns:
        Counts/s, (bands, num_pix, num_pix).
    """
    if optics.psf in ("PIXEL", "MOFFAT"):
        kernel = _kernel_of(optics, params, kernel)
        used = _kernel(optics, params, kernel, optics.point_factor, optics.point_radius)
        return stamp_kernel(flux, x, y, used, optics.num_pix, optics.point_factor)
    sigma = None
    if optics.psf == "GAUSSIAN":
        sigma = jnp.broadcast_to(_sigma_in_pixels(params), flux.shape[:1])
    return stamp_point_sources(
        flux, x, y, sigma, optics.num_pix, exact=optics.exact_points, factor=optics.point_factor
    )


def unit_stamps(
    optics: Optics, params: Params, x: jax.Array, y: jax.Array, kernel: jax.Array | None
) -> jax.Array:
    """The image of each of some point sources of unit flux.

    Args:
        optics: the static part of the PSF.
        params: the parameters of one system, each () or (bands,).
        x: positions in pixels from the centre of the first pixel, (sources,).
        y: the other coordinate.
        kernel: the kernel of psf_type PIXEL, (1 or bands, k, k); None for other kinds.

    Returns:
        (sources, bands, num_pix, num_pix), where bands is the number of bands of the PSF, or 1.
    """
    kernel = _kernel_of(optics, params, kernel)
    width = [params[name] for name in sorted(optics.parameters) if name != PSF_KERNEL]
    width += [] if kernel is None else [kernel[:, 0, 0]]
    bands = max([1, *(value.shape[0] for value in width if value.ndim)])
    flux = jnp.ones((bands, 1), x.dtype)
    return jax.vmap(lambda u, v: stamped(optics, params, flux, u[None], v[None], kernel))(x, y)


def unit_profiles(
    optics: Optics, params: Params, bands: int, x: jax.Array, y: jax.Array
) -> tuple[jax.Array, jax.Array] | None:
    """The two axes of the image of each of some point sources of unit flux, where it is their product.

    Args:
        optics: the static part of the PSF.
        params: the parameters of one system, each () or (bands,).
        bands: the number of bands.
        x: positions in pixels from the centre of the first pixel, (sources,).
        y: the other coordinate.

    Returns:
        Columns and rows, each (bands, sources, num_pix); None for a PSF that is no product.
    """
    if optics.psf in ("PIXEL", "MOFFAT"):
        return None
    sigma = jnp.broadcast_to(_sigma_in_pixels(params), (bands,)) if optics.psf == "GAUSSIAN" else None
    factor, exact = optics.point_factor, optics.exact_points
    columns, rows = (stamp_profile(v, sigma, optics.num_pix, exact, factor) for v in (x, y))
    shape = (bands, len(x), optics.num_pix)
    return jnp.broadcast_to(columns, shape), jnp.broadcast_to(rows, shape)


def stamp_radius(optics: Optics, params: Params) -> jax.Array:
    """The distance from a point source, in pixels of the image, up to which its stamp has light, ()."""
    if optics.point_radius is not None:
        return jnp.asarray(optics.point_radius / optics.point_factor)
    if optics.psf == "NONE":
        return jnp.ones(())
    fine = jnp.max(_sigma_in_pixels(params)) * optics.point_factor
    return jnp.maximum(jnp.round(gaussian.TRUNCATION * fine), 1.0) / optics.point_factor
