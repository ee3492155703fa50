"""Gaussian convergences that are elliptical.

    kappa = amp / (2 pi sigma^2) exp(-R^2 / (2 sigma^2)),    R^2 = q x'^2 + y'^2 / q,

with (x', y') along the axes of the ellipse.  In complex notation, with u = z - e conj(z) (the coordinates of
`ellipse.circularized`), U = |u|^2 / (2 sigma^2 (1 - |e|^2)) = R^2 / (2 sigma^2) and
W = e conj(u)^2 / (2 sigma^2 (1 - |e|^2)), the deflection field of homoeoids (Bourassa & Kantowski 1975, ApJ
195, 13), alpha* = 2 int_0^R kappa(r) r dr / sqrt(z^2 - 4 e r^2 / (1 - |e|^2)), becomes

    alpha = amp u / (2 pi sigma^2) conj(J),    J = int_0^1 exp(-A) dt,    A = U t + W t (1 - t)
    psi = amp / (2 pi) [Ein(U) + 2 Re int_0^1 W t (1 - e^-A) / A dt]

All is polynomial in e or entire, so that gradients at e = 0 and at the centre are right.  J is

    J = H(U + W, W) - e^-U H(U - W, W),    H(q, a) = int_0^inf e^(-q x + a x^2) dx,

where U is not small; H is the Faddeeva function (`fastmath.faddeeva.gaussian_half_line`).  This is Shajib
(2019, MNRAS 488, 1387), eq. 4.15, in other variables.  Where U is small the two terms cancel, and J is a
Gauss-Legendre sum.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import circularized, clip_ellipticity
from jaxlens.kernels.fastmath.complex_pairs import exponential, product, quotient, select
from jaxlens.kernels.fastmath.elementary import exp
from jaxlens.kernels.fastmath.entire_exponential import entire_exponential_integral
from jaxlens.kernels.fastmath.faddeeva import complex_polynomial, gaussian_half_line
from jaxlens.kernels.fastmath.sums import total
from jaxlens.kernels.mass.gaussian import MASS
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real, Reals

# The U below which J is a Gauss-Legendre sum.
SMALL_U = 2.0
# Nodes of that sum, in float32 and float64: errors of 3e-9 and 1e-16 for |W| < U.
NODES = (6, 12)
# Nodes of the potential's integral.
POTENTIAL_NODES = (24, 48)
# The integrand of the potential ends where e^-A is e to minus this.
ENDS = (17.0, 37.0)
# Degrees of the power series of (1 - e^-A) / A for |A| < 1.
SERIES_DEGREES = (9, 17)


def mean_exponential(size: jax.Array, w: Pair) -> Pair:
    """J(U, W), the integral of exp(-U t - W t (1 - t)) over 0 < t < 1.

    Args:
        size: U, at least 0, any shape.
        w: W, complex, with a modulus below U.

    Returns:
        J as a pair.
    """
    small = size < SMALL_U
    zero = jnp.zeros_like(size)
    near = _sum_of_nodes(jnp.where(small, size, 0.0), select(small, w, (zero, zero)))
    u, (real, imag) = jnp.where(small, SMALL_U, size), select(small, (zero, zero), w)
    whole = gaussian_half_line((u + real, imag), (real, imag))
    beyond = gaussian_half_line((u - real, -imag), (real, imag))
    decay = exp(-u)
    return select(small, near, (whole[0] - decay * beyond[0], whole[1] - decay * beyond[1]))


def _sum_of_nodes(size: jax.Array, w: Pair) -> Pair:
    """J where U is small: t (1 - t) is the same at nodes that are opposite, t and 1 - t."""
    nodes, weights = _legendre(NODES[not _single(size)])
    half = len(nodes) // 2
    real, imag = jnp.zeros_like(size), jnp.zeros_like(size)
    for t, weight in zip(nodes[:half].tolist(), weights[:half].tolist(), strict=True):
        both = weight * (exp(-t * size) + exp((t - 1.0) * size))
        bend = exponential((-t * (1.0 - t) * w[0], -t * (1.0 - t) * w[1]))
        real, imag = real + both * bend[0], imag + both * bend[1]
    return real, imag


def _potential_term(size: jax.Array, w: Pair) -> jax.Array:
    """2 Re int_0^1 W t (1 - e^-A) / A dt.

    Up to an end, beyond which e^-A is zero, a Gauss-Legendre sum; from there 2 ln |1 + (1 - end) W / U|.
    """
    single = _single(size)
    safe = jnp.maximum(size, 1.0)
    ratio = w[0] / safe, w[1] / safe
    slowest = 1.0 - jnp.sqrt(jnp.minimum(ratio[0] ** 2 + ratio[1] ** 2, 0.9998))
    end = jax.lax.stop_gradient(jnp.minimum(1.0, ENDS[not single] / (safe * slowest)))
    rest = (1.0 - end) * ratio[0], (1.0 - end) * ratio[1]
    outside = jnp.log1p(2.0 * rest[0] + rest[0] ** 2 + rest[1] ** 2)
    nodes, weights = (jnp.asarray(own, size.dtype) for own in _legendre(POTENTIAL_NODES[not single]))
    shape = (1,) * size.ndim + (-1,)
    t = jnp.expand_dims(end, -1) * jnp.reshape(nodes, shape)
    real, imag = jnp.expand_dims(w[0], -1), jnp.expand_dims(w[1], -1)
    bend = t * (1.0 - t)
    a = jnp.expand_dims(size, -1) * t + real * bend, imag * bend
    mean = _complex_mean(a)
    inside = jnp.sum((real * mean[0] - imag * mean[1]) * t * jnp.reshape(weights, shape), axis=-1)
    return outside + 2.0 * end * inside


def _complex_mean(a: Pair) -> Pair:
    """(1 - e^-a) / a of complex a with a real part >= 0, which is 1 at a = 0."""
    small = a[0] * a[0] + a[1] * a[1] < 1.0
    one, zero = jnp.ones_like(a[0]), jnp.zeros_like(a[0])
    degree = SERIES_DEGREES[not _single(a[0])]
    series = tuple(float((-1.0) ** k / np.prod(np.arange(1.0, k + 2))) for k in range(degree + 1))
    near = complex_polynomial(series, select(small, a, (zero, zero)))
    far = select(small, (one, zero), a)
    decay = exponential((-far[0], -far[1]))
    return select(small, near, quotient((1.0 - decay[0], -decay[1]), far))


def _legendre(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss-Legendre quadrature from 0 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1.0), 0.5 * weights


def _single(x: jax.Array) -> bool:
    return bool(jnp.finfo(x.dtype).bits == 32)


class _Ellipse:
    """Position relative to an ellipse, in units that do not depend on sigma."""

    def __init__(self, x: Real, y: Real, e1: Real, e2: Real) -> None:
        e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
        dtype = jnp.result_type(x, y, e1, e2, float)
        x, y, e1, e2 = (jnp.asarray(value, dtype) for value in (x, y, e1, e2))
        inverse = 0.5 / jnp.asarray(one_minus_e2, dtype)
        self.u = jnp.broadcast_arrays(*circularized(x, y, e1, e2))
        real, imag = self.u
        self.size = (real * real + imag * imag) * inverse
        square = (real * real - imag * imag) * inverse, -2.0 * real * imag * inverse
        self.w = product((e1, e2), square)

    def scaled(self, sigma: Real) -> tuple[jax.Array, Pair]:
        """U and W of a width (arcsec)."""
        inverse = 1.0 / jnp.square(sigma)
        return self.size * inverse, (self.w[0] * inverse, self.w[1] * inverse)

    def deflection(self, amp: Real, sigma: Real) -> Pair:
        """Alpha of one Gaussian of mass amp (arcsec^2)."""
        mean = mean_exponential(*self.scaled(sigma))
        alpha_x, alpha_y = product((self.u[0], self.u[1]), (mean[0], -mean[1]))
        scale = amp * (0.5 / jnp.pi) / jnp.square(sigma)
        return scale * alpha_x, scale * alpha_y

    def potential(self, amp: Real, sigma: Real) -> jax.Array:
        """Psi of one Gaussian."""
        size, w = self.scaled(sigma)
        return amp * (0.5 / jnp.pi) * (entire_exponential_integral(size) + _potential_term(size, w))


def multi_gaussian_ellipse_potential(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    sigma: Reals,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
    scale_factor: Real = 1.0,
) -> jax.Array:
    """Potential of `multi_gaussian_ellipse`, zero at the centre.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: mass of each Gaussian (arcsec^2).
        sigma: product average of the standard deviations along the two axes, of each (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.
        scale_factor: factor of all masses.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    at = _Ellipse(x - center_x, y - center_y, e1, e2)
    return scale_factor * total(at.potential, 1, amp=amp, sigma=sigma)


@mass_profile(
    "MULTI_GAUSSIAN_ELLIPSE_KAPPA", potential=multi_gaussian_ellipse_potential, meanings={"amp": MASS}
)
def multi_gaussian_ellipse(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    sigma: Reals,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
    scale_factor: Real = 1.0,
) -> Pair:
    """A sum of elliptical Gaussian convergences; lenstronomy's MULTI_GAUSSIAN_ELLIPSE_KAPPA.

    kappa = scale_factor sum_i amp_i / (2 pi sigma_i^2) exp(-R^2 / (2 sigma_i^2)), with R the product-average
    elliptical radius (Shajib 2019).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: mass of each Gaussian (arcsec^2).
        sigma: product average of the standard deviations along the two axes, of each (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.
        scale_factor: factor of all masses.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    at = _Ellipse(x - center_x, y - center_y, e1, e2)
    alpha_x, alpha_y = total(at.deflection, 1, amp=amp, sigma=sigma)
    return scale_factor * alpha_x, scale_factor * alpha_y


def gaussian_ellipse_kappa_potential(
    x: Real,
    y: Real,
    *,
    amp: Real,
    sigma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `gaussian_ellipse_kappa`, zero at the centre.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: mass (arcsec^2).
        sigma: product average of the standard deviations along the two axes (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    return _Ellipse(x - center_x, y - center_y, e1, e2).potential(amp, sigma)


@mass_profile("GAUSSIAN_ELLIPSE_KAPPA", potential=gaussian_ellipse_kappa_potential, meanings={"amp": MASS})
def gaussian_ellipse_kappa(
    x: Real,
    y: Real,
    *,
    amp: Real,
    sigma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """An elliptical Gaussian convergence; lenstronomy's GAUSSIAN_ELLIPSE_KAPPA.

    kappa = amp / (2 pi sigma^2) exp(-R^2 / (2 sigma^2)), with R the product-average elliptical radius (Shajib
    2019, eq. 4.15).  lenstronomy's is round where 1 - q < 1e-5; this one is smooth there.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: mass, the integral of the convergence over the sky (arcsec^2).
        sigma: product average of the standard deviations along the two axes (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    return _Ellipse(x - center_x, y - center_y, e1, e2).deflection(amp, sigma)
