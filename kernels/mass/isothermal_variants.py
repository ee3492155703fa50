"""Relatives of the isothermal lenses: NIE_POTENTIAL, NIE_SIMPLE, SIS_TRUNCATED."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import circularized, clip_ellipticity
from jaxlens.kernels.mass.isothermal import SIE_CORE, nie, nie_potential
from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real


def _elliptical_terms(
    x: Real, y: Real, theta_E: Real, theta_c: Real, e1: Real, e2: Real
) -> tuple[jax.Array, Pair, jax.Array]:
    """theta_E and half the gradient of the squared radius, in lenstronomy's units, and 1 / its root."""
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    # 2 q / (1 + q^2), by which lenstronomy multiplies theta_E and theta_c squared
    factor = one_minus_e2 / (2.0 - one_minus_e2)
    u, v = circularized(x, y, e1, e2)
    root = jnp.sqrt(factor * jnp.square(theta_c) + SIE_CORE**2 + (x * u + y * v))
    return theta_E * jnp.sqrt(factor), (u, v), root


def elliptical_nie_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    theta_c: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `elliptical_nie`.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        theta_c: core radius (arcsec).
        e1: ellipticity of the potential.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    strength, _, root = _elliptical_terms(x - center_x, y - center_y, theta_E, theta_c, e1, e2)
    return strength * root


@mass_profile(
    "NIE_POTENTIAL",
    potential=elliptical_nie_potential,
    sigma_v=True,
    meanings={"theta_c": Meaning("arcsec", "core radius", 0.05, 0.5)},
)
def elliptical_nie(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    theta_c: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Isothermal lens with a core and an elliptical potential; lenstronomy's NIE_POTENTIAL.

    psi = theta_E f sqrt[(f theta_c)^2 + (1 - |e|) x'^2 + (1 + |e|) y'^2] along the axes of the ellipse, with
    f^2 = 2 q / (1 + q^2): Blandford & Kochanek (1987, ApJ 321, 658), eq. 1.  The root is that of a polynomial
    in x, y, e1 and e2, to which 1e-20 arcsec^2 is added, so that it is differentiable at the centre.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        theta_E: Einstein radius (arcsec).
        theta_c: core radius (arcsec).
        e1: ellipticity of the potential.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    strength, (u, v), root = _elliptical_terms(x - center_x, y - center_y, theta_E, theta_c, e1, e2)
    slope = strength / root
    return slope * u, slope * v


def _of_nie(b: Real, s: Real, q: Real) -> dict[str, Real]:
    """The parameters of `nie`: theta_E = b / sqrt(q), s_scale = s sqrt(q), e1 = (1 - q) / (1 + q)."""
    root = jnp.sqrt(q)
    return {"theta_E": b / root, "s_scale": s * root, "e1": (1.0 - q) / (1.0 + q), "e2": 0.0}


def nie_simple_potential(
    x: Real,
    y: Real,
    *,
    b: Real,
    s: Real,
    q: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `nie_simple`: that of `nie` with its parameters.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        b: strength (arcsec).
        s: core radius along the major axis (arcsec).
        q: axis ratio.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    return nie_potential(x - center_x, y - center_y, **_of_nie(b, s, q))


@mass_profile(
    "NIE_SIMPLE",
    potential=nie_simple_potential,
    meanings={
        "b": Meaning("arcsec", "strength of the lens", 0.5, 2.0),
        "s": Meaning("arcsec", "core radius along the major axis", 0.01, 0.5),
    },
)
def nie_simple(
    x: Real,
    y: Real,
    *,
    b: Real,
    s: Real,
    q: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """The NIE with its major axis along x, in Keeton's parameters; lenstronomy's NIE_SIMPLE.

    kappa = b / 2 [q^2 (s^2 + x^2) + y^2]^(-1/2): Keeton & Kochanek (1998, ApJ 495, 157), eq. 11.  It is `nie`
    with theta_E = b / sqrt(q), s_scale = s sqrt(q), e1 = (1 - q) / (1 + q), e2 = 0.  lenstronomy's has no
    centre; here it has one, which is (0, 0) where none is given.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        b: strength (arcsec).
        s: core radius along the major axis (arcsec).
        q: axis ratio, 0 < q <= 1.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    return nie(x - center_x, y - center_y, **_of_nie(b, s, q))


def _truncated_slope(r_squared: Real, *, theta_E: Real, r_trunc: Real) -> jax.Array:
    """Alpha / r: theta_E / r times 1 inside r_trunc, 2 - r / r_trunc up to 2 r_trunc, and 0 beyond."""
    r = jnp.sqrt(r_squared + SIE_CORE**2)
    return theta_E * jnp.clip(2.0 - r / r_trunc, 0.0, 1.0) / r


def _truncated_potential(r_squared: Real, *, theta_E: Real, r_trunc: Real) -> jax.Array:
    """The integral of the slope: theta_E (r - (r - r_trunc)^2 / (2 r_trunc)) between the two radii."""
    r = jnp.sqrt(r_squared + SIE_CORE**2)
    beyond = jnp.clip(r - r_trunc, 0.0, r_trunc)
    return theta_E * (jnp.minimum(r, 2.0 * r_trunc) - 0.5 * beyond * (beyond / r_trunc))


sis_truncated = register_round(
    "SIS_TRUNCATED",
    Radial(_truncated_slope, _truncated_potential),
    """Singular isothermal sphere that ends at r_trunc; lenstronomy's SIS_TRUNCATED.

    alpha is theta_E inside r_trunc and falls linearly from there to zero at 2 r_trunc.  Its derivatives jump
    at both radii.  A core of 1e-10 arcsec makes it differentiable at the centre.
    """,
    sigma_v=True,
)
