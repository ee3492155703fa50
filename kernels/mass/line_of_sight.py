"""Matter along the line of sight, in the tidal regime (Fleury, Larena & Uzan 2021, arXiv:2104.08883).

Matter in front of a lens (od), behind it (ds), and on the way to the source without it (os) distorts images
by

    A = 1 - Gamma,    Gamma = [[kappa + gamma1, gamma2 - omega], [gamma2 + omega, kappa - gamma1]].

It is no deflection that is added to that of the lens: with alpha and psi of the lens,

    beta = A_os theta - A_ds alpha(A_od theta),
    T    = f . (A_od^T A_ds^-1 A_os) f / 2 - psi(A_od theta),    f = theta - A_os^-1 beta.

The geometric term is computed as (A_os^-1 A_ds alpha) . (A_od^T alpha) / 2.

LOS_MINIMAL has os = los and ds = od.  A line of sight is registered with the deflection Gamma_os theta that
it has without a lens, and with a `LineOfSight`, by which rays are shot through one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import LineOfSight, mass_profile
from jaxlens.kernels.types import Pair, Real

# Gamma of one part of the line of sight: kappa, gamma1, gamma2, omega.
Tidal = tuple[Real, Real, Real, Real]

# What the parts of the line of sight are.
_PARTS = {
    "od": "in front of the lens",
    "os": "to the source, without the lens",
    "ds": "behind the lens",
    "los": "of od and os less ds",
}
# What the components of a distortion are.
_COMPONENTS = {
    "kappa": "convergence",
    "gamma1": "shear along the axes",
    "gamma2": "shear along the diagonals",
    "omega": "rotation",
}
# The usual size of a distortion.
_USUAL = 0.05
# What the parameters of LOS and LOS_MINIMAL mean.
TIDAL_MEANINGS = {
    f"{name}_{part}": Meaning("", f"{text} {where}", -_USUAL, _USUAL)
    for name, text in _COMPONENTS.items()
    for part, where in _PARTS.items()
}


def distorted(x: Real, y: Real, part: Tidal) -> Pair:
    """Gamma (x, y) of one part of the line of sight.

    Args:
        x: a vector (arcsec), any shape.
        y: its other component.
        part: kappa, gamma1, gamma2 and omega.

    Returns:
        The two components, of the shape to which the arguments broadcast.
    """
    x, y = jnp.asarray(x), jnp.asarray(y)
    kappa, gamma1, gamma2, omega = part
    return (kappa + gamma1) * x + (gamma2 - omega) * y, (gamma2 + omega) * x + (kappa - gamma1) * y


def _deflection(
    x: jax.Array, y: jax.Array, lens: Callable[..., Pair], od: Tidal, os: Tidal, ds: Tidal
) -> Pair:
    """The difference theta - beta of the module's equations; `lens` is alpha."""
    (od_x, od_y), (os_x, os_y) = distorted(x, y, od), distorted(x, y, os)
    alpha_x, alpha_y = lens(x - od_x, y - od_y)
    ds_x, ds_y = distorted(alpha_x, alpha_y, ds)
    return os_x + alpha_x - ds_x, os_y + alpha_y - ds_y


def _fermat(
    x: jax.Array,
    y: jax.Array,
    lens: Callable[..., Pair],
    potential: Callable[..., jax.Array],
    od: Tidal,
    os: Tidal,
    ds: Tidal,
) -> jax.Array:
    """T of the module's equations at an image; `lens` is alpha, and `potential` psi."""
    od_x, od_y = distorted(x, y, od)
    alpha_x, alpha_y = lens(x - od_x, y - od_y)
    ds_x, ds_y = distorted(alpha_x, alpha_y, ds)
    f_x, f_y = _inverse(alpha_x - ds_x, alpha_y - ds_y, os)
    kappa, gamma1, gamma2, omega = od
    # Gamma^T is Gamma with the opposite rotation
    back_x, back_y = distorted(alpha_x, alpha_y, (kappa, gamma1, gamma2, -omega))
    geometry = 0.5 * (f_x * (alpha_x - back_x) + f_y * (alpha_y - back_y))
    return geometry - potential(x - od_x, y - od_y)


def _inverse(x: jax.Array, y: jax.Array, part: Tidal) -> Pair:
    """(1 - Gamma)^-1 (x, y)."""
    kappa, gamma1, gamma2, omega = part
    a, b, c, d = 1.0 - kappa - gamma1, omega - gamma2, -gamma2 - omega, 1.0 - kappa + gamma1
    determinant = a * d - b * c
    return (d * x - b * y) / determinant, (a * y - c * x) / determinant


def _parts(
    kappa_od: Real = 0.0,
    gamma1_od: Real = 0.0,
    gamma2_od: Real = 0.0,
    omega_od: Real = 0.0,
    kappa_os: Real = 0.0,
    gamma1_os: Real = 0.0,
    gamma2_os: Real = 0.0,
    omega_os: Real = 0.0,
    kappa_ds: Real = 0.0,
    gamma1_ds: Real = 0.0,
    gamma2_ds: Real = 0.0,
    omega_ds: Real = 0.0,
) -> tuple[Tidal, Tidal, Tidal]:
    """Gamma of od, os and ds from the parameters of LOS."""
    return (
        (kappa_od, gamma1_od, gamma2_od, omega_od),
        (kappa_os, gamma1_os, gamma2_os, omega_os),
        (kappa_ds, gamma1_ds, gamma2_ds, omega_ds),
    )


def _minimal_parts(
    kappa_od: Real = 0.0,
    gamma1_od: Real = 0.0,
    gamma2_od: Real = 0.0,
    omega_od: Real = 0.0,
    kappa_los: Real = 0.0,
    gamma1_los: Real = 0.0,
    gamma2_los: Real = 0.0,
    omega_los: Real = 0.0,
) -> tuple[Tidal, Tidal, Tidal]:
    """Gamma of od, os and ds from the parameters of LOS_MINIMAL."""
    od = kappa_od, gamma1_od, gamma2_od, omega_od
    return od, (kappa_los, gamma1_los, gamma2_los, omega_los), od


def register_line_of_sight(
    name: str,
    parts: Callable[..., tuple[Any, ...]],
    line_of_sight: LineOfSight,
    doc: str,
    *,
    meanings: dict[str, Meaning],
    linear: bool,
) -> None:
    """Registers a line of sight among the mass profiles.

    Args:
        name: lenstronomy's name.
        parts: its arguments are the parameters of the profile; it gives the arguments that the functions of
            `line_of_sight` take after x, y and the functions of the lens.
        line_of_sight: the rays and the Fermat potential behind a lens.
        doc: the equation, and its source.
        meanings: what the parameters mean.
        linear: the deflection without a lens is linear in the position.
    """

    def behind(x: jax.Array, y: jax.Array, lens: Callable[..., Pair], **own: Real) -> Pair:
        return line_of_sight.deflection(x, y, lens, *parts(**own))

    def fermat(
        x: jax.Array,
        y: jax.Array,
        lens: Callable[..., Pair],
        potential: Callable[..., jax.Array],
        **own: Real,
    ) -> jax.Array:
        return line_of_sight.fermat(x, y, lens, potential, *parts(**own))

    def alone(x: Real, y: Real, **own: Real) -> Pair:
        alpha_x, alpha_y = behind(jnp.asarray(x), jnp.asarray(y), no_lens, **own)
        # without a lens it does not depend on all parameters, but one that is NaN makes NaN
        nothing = sum(0.0 * jnp.asarray(value) for value in own.values())
        return alpha_x + nothing, alpha_y + nothing

    position = [inspect.Parameter(key, inspect.Parameter.POSITIONAL_OR_KEYWORD) for key in ("x", "y")]
    own = [one.replace(kind=one.KEYWORD_ONLY) for one in inspect.signature(parts).parameters.values()]
    alone.__name__ = alone.__qualname__ = name.lower()
    alone.__doc__ = doc
    alone.__signature__ = inspect.Signature([*position, *own])  # type: ignore[attr-defined]
    mass_profile(
        name,
        potential=None,
        linear=linear,
        meanings=meanings,
        line_of_sight=LineOfSight(behind, fermat),
    )(alone)


def no_lens(x: jax.Array, y: jax.Array) -> Pair:
    """The deflection of no lens, 0."""
    return jnp.zeros_like(x), jnp.zeros_like(y)


_TIDAL = LineOfSight(_deflection, _fermat)
_DOC = """Tidal distortions along the line of sight; lenstronomy's {}.

beta = A_os theta - A_ds alpha(A_od theta) with alpha the deflection of all other masses, and A = 1 - Gamma of
the parameters kappa, gamma1, gamma2 and omega of each part: od in front of the lens, ds behind it, os to the
source{}.  One lens plane only.  Fleury, Larena & Uzan 2021, arXiv:2104.08883.
"""

register_line_of_sight("LOS", _parts, _TIDAL, _DOC.format("LOS", ""), meanings=TIDAL_MEANINGS, linear=True)
register_line_of_sight(
    "LOS_MINIMAL",
    _minimal_parts,
    _TIDAL,
    _DOC.format("LOS_MINIMAL", "; here los stands for os, and od for ds too"),
    meanings=TIDAL_MEANINGS,
    linear=True,
)
