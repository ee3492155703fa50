"""The elliptical power law with multipoles: EPL_BOXYDISKY and the EPL_MULTIPOLE family.

Each is the EPL of `power_law` plus multipoles of order m = 1, 3 or 4, with the same centre.  Their
angles are counted from the major axis of the EPL, phi_m = phi + delta_phi_m, and their strengths are relative
to its size (Van de Vyvere et al. 2022, A&A 659, A127; Paugnat & Gilman 2025, arXiv:2502.03530):

    a_m = a_m/a theta_E / sqrt(q)   about a circle,
    a_m = a_m/a theta_E             about an ellipse, in the profiles `*_ELL`.

As in lenstronomy 1.14.2 the multipoles of `*_ELL` are about an ellipse of the EPL's axis ratio whose major
axis is along x, and so along the EPL's where e1 > 0 and e2 = 0.

The angle phi is not continuous at e1 = e2 = 0, so neither are these profiles.  There phi is zero, as in
lenstronomy, and the derivatives in e1 and e2 are those at a constant angle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import MAX_ELLIPTICITY, safe_sqrt
from jaxlens.kernels.mass.multipole import circular, logarithmic_potential
from jaxlens.kernels.mass.multipole_ell import elliptical
from jaxlens.kernels.mass.power_law import epl, epl_potential
from jaxlens.kernels.registry import describe, mass_profile
from jaxlens.kernels.types import Pair, Real

# The parameters of the EPL, without its centre.
EPL_PARAMETERS = ("theta_E", "gamma", "e1", "e2")
# What is said of every profile of the family; the first line is its own.
DOC = """{title}

    It is EPL plus multipoles {about}: m = {orders} of strength {strengths}, at angles from the EPL's major
    axis.  At e1 = e2 = 0, where that axis has no direction, it is taken to be along x.
    """


def _axis(e1: Real, e2: Real) -> tuple[jax.Array, jax.Array]:
    """Position angle (radians) and modulus of the ellipticity, with finite derivatives where it is zero."""
    squared = jnp.square(e1) + jnp.square(e2)
    elliptical = squared > 0.0
    angle = 0.5 * jnp.arctan2(jnp.where(elliptical, e2, 0.0), jnp.where(elliptical, e1, 1.0))
    return angle, jnp.minimum(safe_sqrt(squared), MAX_ELLIPTICITY)


def _parts(
    x: Real, y: Real, orders: tuple[int, ...], about_ellipse: bool, lens: dict[str, Any]
) -> list[tuple[Pair, Pair]]:
    """The deflection of each multipole, with the factor of ln r in it."""
    angle, modulus = _axis(lens["e1"], lens["e2"])
    theta_E = lens["theta_E"]
    size = theta_E if about_ellipse else theta_E * jnp.sqrt((1.0 + modulus) / (1.0 - modulus))
    parts = []
    for m in orders:
        strength, phi_m = size * lens[f"a{m}_a"], angle + lens.get(f"delta_phi_m{m}", 0.0)
        if about_ellipse:
            parts.append(elliptical(x, y, m, strength, phi_m, modulus, theta_E))
        else:
            parts.append(circular(x, y, m, strength, phi_m, theta_E))
    return parts


def _register(
    name: str, title: str, orders: tuple[int, ...], *, angles: bool = True, about_ellipse: bool = False
) -> Callable[..., Pair]:
    """Registers the EPL with multipoles; without `angles` they are along the major axis."""

    def potential(x: Real, y: Real, *, center_x: Real = 0.0, center_y: Real = 0.0, **lens: Any) -> jax.Array:
        dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
        psi = epl_potential(dx, dy, **{key: lens[key] for key in EPL_PARAMETERS})
        for alpha, odd in _parts(dx, dy, orders, about_ellipse, lens):
            psi = psi + logarithmic_potential(dx, dy, alpha, odd)
        return psi

    def deflection(x: Real, y: Real, *, center_x: Real = 0.0, center_y: Real = 0.0, **lens: Any) -> Pair:
        dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
        total = epl(dx, dy, **{key: lens[key] for key in EPL_PARAMETERS})
        for alpha, _ in _parts(dx, dy, orders, about_ellipse, lens):
            total = total[0] + alpha[0], total[1] + alpha[1]
        return total

    own = [key for m in orders for key in (f"a{m}_a", f"delta_phi_m{m}") if angles or key == f"a{m}_a"]
    about = "about an ellipse" if about_ellipse else "about a circle"
    doc = DOC.format(
        title=title,
        about=about,
        orders=", ".join(map(str, orders)),
        strengths=", ".join(f"a{m}_a" for m in orders),
    )
    for function in (potential, deflection):
        describe(function, name, doc, (*EPL_PARAMETERS, *own))
    return mass_profile(name, potential=potential, sigma_v=True)(deflection)


epl_boxydisky = _register(
    "EPL_BOXYDISKY", "Boxy or disky power law; lenstronomy's EPL_BOXYDISKY.", (4,), angles=False
)
epl_boxydisky_ell = _register(
    "EPL_BOXYDISKY_ELL",
    "Boxy or disky power law; lenstronomy's EPL_BOXYDISKY_ELL.",
    (4,),
    angles=False,
    about_ellipse=True,
)
epl_multipole_m3m4 = _register(
    "EPL_MULTIPOLE_M3M4", "Power law with two multipoles; lenstronomy's EPL_MULTIPOLE_M3M4.", (3, 4)
)
epl_multipole_m3m4_ell = _register(
    "EPL_MULTIPOLE_M3M4_ELL",
    "Power law with two multipoles; lenstronomy's EPL_MULTIPOLE_M3M4_ELL.",
    (3, 4),
    about_ellipse=True,
)
epl_multipole_m1m3m4 = _register(
    "EPL_MULTIPOLE_M1M3M4", "Power law with three multipoles; lenstronomy's EPL_MULTIPOLE_M1M3M4.", (1, 3, 4)
)
epl_multipole_m1m3m4_ell = _register(
    "EPL_MULTIPOLE_M1M3M4_ELL",
    "Power law with three multipoles; lenstronomy's EPL_MULTIPOLE_M1M3M4_ELL.",
    (1, 3, 4),
    about_ellipse=True,
)
