"""Profiles of a radius: round ones, and those whose potential is elliptical, from one radial function.

A family of profiles is one function of the squared radius, and each of its profiles is made from it by a
function of this module.  With psi(r) the potential of the round lens:

    round                   alpha = (psi'(r) / r) (x, y)
    elliptical potential    psi(R),  R^2 = r^2 - 2 [e1 (x^2 - y^2) + 2 e2 x y] / (1 + |e|^2)

The second is lenstronomy's `*_ELLIPSE_POTENTIAL` (Golse & Kneib 2002, A&A 390, 821): R^2 is
(1 - eps) x'^2 + (1 + eps) y'^2 along the axes of the ellipse, with eps = (1 - q^2) / (1 + q^2), which is
2 |e| / (1 + |e|^2).  It is polynomial in x and y and has right derivatives at e1 = e2 = 0.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import clip_ellipticity
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import mass_profile, parameters_of
from jaxlens.kernels.types import Pair, Real


class Radial(NamedTuple):
    """A family's functions of the squared radius (arcsec^2); the keyword-only arguments are its parameters.

    Attributes:
        slope: `(r_squared, **parameters)` -> psi'(r) / r, which is the deflection over the radius, and the
            mean convergence within r.
        potential: `(r_squared, **parameters)` -> psi in arcsec^2.
    """

    slope: Callable[..., jax.Array]
    potential: Callable[..., jax.Array]


def register_round(
    name: str,
    radial: Radial,
    doc: str,
    *,
    meanings: Mapping[str, Meaning] = MappingProxyType({}),
    **options: Any,
) -> Callable[..., Pair]:
    """Registers the round profile of a family.

    Args:
        name: lenstronomy's name of the profile.
        radial: the family.
        doc: the equation, and its source.
        meanings: as in `registry.mass_profile`.
        **options: as in `registry.mass_profile`.

    Returns:
        The deflection `(x, y, *, <the family's parameters>, center_x, center_y)`, arcsec.
    """

    def potential(x: Real, y: Real, *, center_x: Real = 0.0, center_y: Real = 0.0, **own: Any) -> jax.Array:
        dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
        return radial.potential(dx * dx + dy * dy, **own)

    def deflection(x: Real, y: Real, *, center_x: Real = 0.0, center_y: Real = 0.0, **own: Any) -> Pair:
        dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
        slope = radial.slope(dx * dx + dy * dy, **own)
        return slope * dx, slope * dy

    for function in (potential, deflection):
        _describe(function, name, radial, doc, ())
    return mass_profile(name, potential=potential, meanings=meanings, **options)(deflection)


def register_elliptical_potential(
    name: str,
    radial: Radial,
    doc: str,
    *,
    meanings: Mapping[str, Meaning] = MappingProxyType({}),
    gradient: Callable[[jax.Array, jax.Array, Real, Real], Pair] | None = None,
    **options: Any,
) -> Callable[..., Pair]:
    """Registers the profile of a family whose potential is constant on ellipses.

    Args:
        name: lenstronomy's name of the profile.
        radial: the family.
        doc: the equation, and its source.
        meanings: as in `registry.mass_profile`.
        gradient: half the gradient of R^2, where R is another one than in `half_gradient`.
        **options: as in `registry.mass_profile`.

    Returns:
        The deflection `(x, y, *, <the family's parameters>, e1, e2, center_x, center_y)`, arcsec.
    """
    half = gradient or half_gradient

    def potential(
        x: Real, y: Real, *, e1: Real, e2: Real, center_x: Real = 0.0, center_y: Real = 0.0, **own: Any
    ) -> jax.Array:
        dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
        u, v = half(dx, dy, e1, e2)
        return radial.potential(dx * u + dy * v, **own)

    def deflection(
        x: Real, y: Real, *, e1: Real, e2: Real, center_x: Real = 0.0, center_y: Real = 0.0, **own: Any
    ) -> Pair:
        dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
        u, v = half(dx, dy, e1, e2)
        slope = radial.slope(dx * u + dy * v, **own)
        return slope * u, slope * v

    for function in (potential, deflection):
        _describe(function, name, radial, doc, ("e1", "e2"))
    return mass_profile(name, potential=potential, meanings=meanings, **options)(deflection)


def half_gradient(x: jax.Array, y: jax.Array, e1: Real, e2: Real) -> Pair:
    """Half the gradient of R^2 in x and y; its product with (x, y) is R^2, because R^2 is quadratic.

    Args:
        x: position relative to the centre (arcsec), any shape.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.

    Returns:
        Its two components, arcsec, of the shape to which the arguments broadcast.
    """
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    factor = 2.0 / (2.0 - one_minus_e2)
    k1, k2 = factor * e1, factor * e2
    return (1.0 - k1) * x - k2 * y, (1.0 + k1) * y - k2 * x


def _describe(
    function: Callable[..., Any], name: str, radial: Radial, doc: str, ellipticity: tuple[str, ...]
) -> None:
    """Gives a made function its name, its docstring and the signature of its parameters."""
    kinds = inspect.signature(radial.slope).parameters
    only = inspect.Parameter.KEYWORD_ONLY
    own = [kinds[key] for key in parameters_of(radial.slope)]
    shape = [inspect.Parameter(key, only, annotation="Real") for key in ellipticity]
    centre = [
        inspect.Parameter(key, only, default=0.0, annotation="Real") for key in ("center_x", "center_y")
    ]
    position = [inspect.Parameter(key, inspect.Parameter.POSITIONAL_OR_KEYWORD) for key in ("x", "y")]
    function.__name__ = function.__qualname__ = name.lower()
    # the family's own module, which has its equations
    function.__module__ = radial.slope.__module__
    function.__doc__ = doc
    function.__signature__ = inspect.Signature([*position, *own, *shape, *centre])  # type: ignore[attr-defined]
