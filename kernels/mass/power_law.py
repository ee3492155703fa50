"""The elliptical power law (Tessore & Metcalf 2015, arXiv:1507.01819).

    kappa(x, y) = (3 - gamma) / 2 (theta_E / sqrt(q x'^2 + y'^2 / q))^(gamma - 1)

Their eqs. 22 and 23, written with z = x + iy and the complex ellipticity e = e1 + i e2, become

    zeta  = z - e conj(z),        t = gamma - 1,
    alpha = (theta_E sqrt(1 - |e|^2) / |zeta|)^t  zeta  2F1(1, t/2; 2 - t/2; -conj(e) zeta / conj(zeta)),

an analytic function of e1 and e2, without position angle or axis ratio, so that its gradient is right also at
e = 0.  With w the argument of 2F1, 1 - w = (1 - |e|^2) conj(z / zeta) without cancellation.

The derivatives in x and y need no derivative of 2F1: that in z is kappa, and since alpha is homogeneous of
degree 1 - t, that in conj(z) is [(1 - t) alpha - kappa z] / conj(z).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.ellipse import circularized, clip_ellipticity
from jaxlens.kernels.fastmath.elementary import exp, inverse_root, log
from jaxlens.kernels.fastmath.hypergeometric import hypergeometric
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real, Tangent

# Inside this |zeta|^2 (arcsec^2) the deflection falls linearly to zero.
MIN_RADIUS_SQUARED = 1e-18
# For gamma < 2 the derivative in theta_E becomes infinite at theta_E = 0.  Below this theta_E sqrt(1 - |e|^2)
# (arcsec) it stays the same, so that it and its products with other derivatives are finite.
MIN_SCALE = 1e-15


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
    """Potential of `epl`: psi = (x alpha_x + y alpha_y) / (3 - gamma), relative to the centre.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        gamma: logarithmic slope of the density in three dimensions, 1 < gamma < 3.
        e1: ellipticity.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    dx, dy = x - center_x, y - center_y
    alpha_x, alpha_y = epl(dx, dy, theta_E=theta_E, gamma=gamma, e1=e1, e2=e2)
    return (dx * alpha_x + dy * alpha_y) / (3.0 - gamma)


@mass_profile("EPL", potential=epl_potential, sigma_v=True, power_law=True)
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
    """Deflection of the elliptical power law (equation above); lenstronomy's EPL.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        gamma: logarithmic slope of the density in three dimensions, 1 < gamma < 3; 2 is isothermal.
        e1: ellipticity.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    arguments = x - center_x, y - center_y, e1, e2, one_minus_e2, theta_E, gamma - 1.0
    dtype = jnp.result_type(*arguments, float)
    return _deflection(*(jnp.asarray(value, dtype) for value in arguments))


def _by_formula(
    x: jax.Array,
    y: jax.Array,
    e1: jax.Array,
    e2: jax.Array,
    one_minus_e2: jax.Array,
    theta_E: jax.Array,
    t: jax.Array,
) -> Pair:
    """The deflection alpha of the module's equations, relative to the centre."""
    u, v = circularized(x, y, e1, e2)
    # Coordinates over |zeta|: the derivatives of squares over |zeta|^2 overflow float32 at the centre.
    root = inverse_root(jnp.maximum(u * u + v * v, MIN_RADIUS_SQUARED))
    x, y, cos, sin = x * root, y * root, u * root, v * root
    # conj(z / zeta) = conj(z) zeta / |zeta|^2
    real, imag = x * cos + y * sin, x * sin - y * cos
    f_real, f_imag = hypergeometric(t, one_minus_e2 * real, one_minus_e2 * imag)
    scale = _scale(root, one_minus_e2, theta_E, t)
    return scale * (u * f_real - v * f_imag), scale * (u * f_imag + v * f_real)


# The same function, with the derivatives of `_deflection_jvp`.
_deflection = jax.custom_jvp(_by_formula)


def _scale(root: jax.Array, one_minus_e2: jax.Array, theta_E: jax.Array, t: jax.Array) -> jax.Array:
    """(theta_E sqrt(1 - |e|^2) / |zeta|)^t, which is kappa / (1 - t/2); `root` is 1 / |zeta|."""
    # The power of an array of pixels uses the fast logarithm; that of a scalar allows theta_E = 0.
    return power(theta_E * jnp.sqrt(one_minus_e2), t) * exp(t * log(root))


@jax.custom_jvp
def power(base: jax.Array, t: jax.Array) -> jax.Array:
    """base^t of base >= 0, with finite derivatives at base = 0."""
    return base**t


@power.defjvp
def _power_jvp(primals: Pair, tangents: Pair) -> tuple[jax.Array, jax.Array]:
    (base, t), (d_base, d_t) = primals, tangents
    value = power(base, t)
    steep = (base < MIN_SCALE) & (t < 1.0)
    slope = t * power(jnp.where(steep, MIN_SCALE, base), t - 1.0)
    positive = base > 0.0
    in_t = jnp.where(positive, value * jnp.log(jnp.where(positive, base, 1.0)), 0.0)
    return value, slope * d_base + in_t * d_t


def _deflection_jvp(primals: tuple[jax.Array, ...], tangents: tuple[Tangent, ...]) -> tuple[Pair, Pair]:
    """The deflection and its tangent: in closed form in the position, by JAX in the lens's parameters."""
    (x, y, *lens), (dx, dy, *d_lens) = primals, tangents
    alpha, change = _jvp_in_lens(x, y, lens, d_lens)
    if not (isinstance(dx, SymbolicZero) and isinstance(dy, SymbolicZero)):
        e1, e2, one_minus_e2, theta_E, t = lens
        xx, xy, yy = _hessian(x, y, e1, e2, one_minus_e2, theta_E, t, alpha)
        for psi_x, psi_y, d in ((xx, xy, dx), (xy, yy, dy)):
            if not isinstance(d, SymbolicZero):
                change = change[0] + psi_x * d, change[1] + psi_y * d
    return alpha, change


_deflection.defjvp(_deflection_jvp, symbolic_zeros=True)


def _jvp_in_lens(
    x: jax.Array, y: jax.Array, lens: list[jax.Array], d_lens: list[Tangent]
) -> tuple[Pair, Pair]:
    """The deflection and its tangent along d_lens, at a fixed position.

    `lens` is (e1, e2, one_minus_e2, theta_E, t).  Parameters whose tangent is a symbolic zero stay constants.
    """
    varying = [k for k, tangent in enumerate(d_lens) if not isinstance(tangent, SymbolicZero)]
    if not varying:
        alpha = _deflection(x, y, *lens)
        return alpha, (jnp.zeros_like(alpha[0]), jnp.zeros_like(alpha[1]))

    def deflection(*values: jax.Array) -> Pair:
        new = dict(zip(varying, values, strict=True))
        return _by_formula(x, y, *(new.get(k, value) for k, value in enumerate(lens)))

    alpha, change = jax.jvp(deflection, [lens[k] for k in varying], [d_lens[k] for k in varying])
    return alpha, change


def _hessian(
    x: jax.Array,
    y: jax.Array,
    e1: jax.Array,
    e2: jax.Array,
    one_minus_e2: jax.Array,
    theta_E: jax.Array,
    t: jax.Array,
    alpha: Pair,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """psi_xx, psi_xy and psi_yy: d alpha / d conj(z) is (psi_xx - psi_yy) / 2 + i psi_xy."""
    u, v = circularized(x, y, e1, e2)
    radius_squared = jnp.maximum(u * u + v * v, MIN_RADIUS_SQUARED)
    scale = _scale(inverse_root(radius_squared), one_minus_e2, theta_E, t)
    outside = radius_squared > MIN_RADIUS_SQUARED
    # Inside MIN_RADIUS_SQUARED the deflection is scale (z - e conj(z)), and so are its derivatives.
    kappa = jnp.where(outside, 1.0 - 0.5 * t, 1.0) * scale
    inverse = 1.0 / jnp.where(outside, x * x + y * y, 1.0)
    real, imag = (1.0 - t) * alpha[0] - kappa * x, (1.0 - t) * alpha[1] - kappa * y
    # 1 / conj(z) is z / |z|^2
    half_difference = jnp.where(outside, (real * x - imag * y) * inverse, -e1 * scale)
    cross = jnp.where(outside, (real * y + imag * x) * inverse, -e2 * scale)
    return kappa + half_difference, cross, kappa - half_difference
