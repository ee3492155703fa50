"""The elliptical power law (Tessore & Metcalf 2015, arXiv:1507.01819).

    kappa(x, y) = (3 - gamma) / 2 (theta_E / sqrt(q x'^2 + y'^2 / q))^(gamma - 1)

Their eqs. 22 and 23, written with z = x + iy and the complex ellipticity e = e1 + i e2, become

    zeta  = z - e conj(z),        t = gamma - 1,
    alpha = (theta_E sqrt(1 - |e|^2) / |zeta|)^t  zeta  2F1(1, t/2; 2 - t/2; -conj(e) zeta / conj(zeta)),

in which nothing but analytic functions of e1 and e2 is left: no position angle, no axis ratio, and so the
right gradient at e = 0.  With w the argument of 2F1, 1 - w = (1 - |e|^2) conj(z / zeta) without cancellation.

The slopes in x and y need no derivative of 2F1: that in z is kappa, and since alpha is homogeneous of degree
1 - t, that in conj(z) is [(1 - t) alpha - kappa z] / conj(z).
"""

from __future__ import annotations

from typing import TypeAlias

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.ellipse import clip_ellipticity, shear_image
from jaxlens.kernels.fastmath.elementary import exp, inverse_root, log
from jaxlens.kernels.fastmath.hypergeometric import hypergeometric
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Real

# Inside this |zeta|^2 (arcsec^2) the deflection falls to zero; its slopes are those at the centre.
MIN_RADIUS_SQUARED = 1e-18

Pair: TypeAlias = tuple[jax.Array, jax.Array]
Tangent: TypeAlias = jax.Array | SymbolicZero


def _by_formula(
    x: jax.Array,
    y: jax.Array,
    e1: jax.Array,
    e2: jax.Array,
    determinant: jax.Array,
    theta_E: jax.Array,
    t: jax.Array,
) -> Pair:
    """Alpha of the module's equations about the centre; `determinant` is 1 - |e|^2."""
    u, v = shear_image(x, y, e1, e2)
    # Coordinates over |zeta| rather than squares over |zeta|^2: the slopes at the centre fit float32.
    root = inverse_root(jnp.maximum(u * u + v * v, MIN_RADIUS_SQUARED))
    x, y, cos, sin = x * root, y * root, u * root, v * root
    # conj(z / zeta) = conj(z) zeta / |zeta|^2
    real, imag = x * cos + y * sin, x * sin - y * cos
    f_real, f_imag = hypergeometric(t, determinant * real, determinant * imag)
    scale = _scale(root, determinant, theta_E, t)
    return scale * (u * f_real - v * f_imag), scale * (u * f_imag + v * f_real)


# The same, with slopes in closed form (`_deflection_jvp`).
_deflection = jax.custom_jvp(_by_formula)


def _scale(root: jax.Array, determinant: jax.Array, theta_E: jax.Array, t: jax.Array) -> jax.Array:
    """(theta_E sqrt(1 - |e|^2) / |zeta|)^t, of which kappa is 1 - t/2; `root` is 1 / |zeta|."""
    # the power of an array goes by its logarithm; that of a number is right where theta_E = 0
    return (theta_E * jnp.sqrt(determinant)) ** t * exp(t * log(root))


def _deflection_jvp(primals: tuple[jax.Array, ...], tangents: tuple[Tangent, ...]) -> tuple[Pair, Pair]:
    x, y, *shape = primals
    moving = [k for k, tangent in enumerate(tangents[2:]) if not isinstance(tangent, SymbolicZero)]

    def of_shape(*moved: jax.Array) -> Pair:
        place = dict(zip(moving, moved, strict=True))
        return _by_formula(x, y, *(place.get(k, value) for k, value in enumerate(shape)))

    if moving:
        moved, along = [shape[k] for k in moving], [tangents[k + 2] for k in moving]
        alpha, change = jax.jvp(of_shape, moved, along)
    else:
        alpha = _deflection(*primals)
        change = jnp.zeros_like(alpha[0]), jnp.zeros_like(alpha[1])
    dx, dy = tangents[:2]
    if not (isinstance(dx, SymbolicZero) and isinstance(dy, SymbolicZero)):
        xx, xy, yy = _hessian(primals, alpha)
        for slope_x, slope_y, d in ((xx, xy, dx), (xy, yy, dy)):
            if not isinstance(d, SymbolicZero):
                change = change[0] + slope_x * d, change[1] + slope_y * d
    return alpha, change


_deflection.defjvp(_deflection_jvp, symbolic_zeros=True)


def _hessian(primals: tuple[jax.Array, ...], alpha: Pair) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Psi_xx, Psi_xy, Psi_yy: d alpha / d conj(z) is (Psi_xx - Psi_yy) / 2 + i Psi_xy."""
    x, y, e1, e2, determinant, theta_E, t = primals
    u, v = shear_image(x, y, e1, e2)
    radius_squared = jnp.maximum(u * u + v * v, MIN_RADIUS_SQUARED)
    scale = _scale(inverse_root(radius_squared), determinant, theta_E, t)
    outside = radius_squared > MIN_RADIUS_SQUARED
    # the centre's own slopes, scale (dz - e conj(dz)), within the softened core
    kappa = jnp.where(outside, 1.0 - 0.5 * t, 1.0) * scale
    inverse = 1.0 / jnp.where(outside, x * x + y * y, 1.0)
    real, imag = (1.0 - t) * alpha[0] - kappa * x, (1.0 - t) * alpha[1] - kappa * y
    # divided by conj(z): times z over its square
    plus = jnp.where(outside, (real * x - imag * y) * inverse, -e1 * scale)
    cross = jnp.where(outside, (real * y + imag * x) * inverse, -e2 * scale)
    return kappa + plus, cross, kappa - plus


def epl_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Psi = (x alpha_x + y alpha_y) / (3 - gamma), relative to the centre, in arcsec^2."""
    dx, dy = x - center_x, y - center_y
    alpha_x, alpha_y = epl(dx, dy, theta_E=theta_E, gamma=gamma, e1=e1, e2=e2)
    return (dx * alpha_x + dy * alpha_y) / (3.0 - gamma)


@mass_profile("EPL", potential=epl_potential, sigma_v=True)
def epl(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Deflection of the elliptical power law (equation above), in arcsec; lenstronomy's EPL.

    gamma is the slope of the density in three dimensions, 1 < gamma < 3; 2 is isothermal.
    """
    e1, e2, determinant = clip_ellipticity(e1, e2)
    given = x - center_x, y - center_y, e1, e2, determinant, theta_E, gamma - 1.0
    dtype = jnp.result_type(*given, float)
    return _deflection(*(jnp.asarray(value, dtype) for value in given))
