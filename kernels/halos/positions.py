"""Where subhaloes are in their host, from uniform numbers.

The host is an NFW halo with a core (pyHalo's and lenstronomy's CNFW), out to its radius r_h (r200):

    rho(r) proportional to 1 / [(r_core + r) (Rs + r)^2],    r < r_h.

Uniform numbers become places by quantiles of one table a system, so nothing is rejected, and places are
differentiable in the host's numbers at fixed uniform numbers.  All lengths are in proper kpc.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import safe_sqrt
from jaxlens.kernels.halos.panels import PANELS, Panels, edges, panel_integrals, quantile
from jaxlens.kernels.types import Pair, Real

# The core radius in units of Rs where none is given; pyHalo's default (r_tidal).
CORE_OF_SCALE = 0.25
# kpc in a Mpc.
KPC = 1e3
# The least ratio of the host's radius to that of the cylinder, minus one, with which it reaches out of it.
LEAST_REACH = 1e-5


class Places(NamedTuple):
    """Where haloes are about the host's centre: x and y on the sky, and the distance r3d in space."""

    x: jax.Array
    y: jax.Array
    r3d: jax.Array


def host_radii(M_host: Real, concentration: Real, density: Real) -> Pair:
    """The radius r_h that encloses the mass of a host, and its scale radius Rs = r_h / c.

    Args:
        M_host: solar masses.
        concentration: c.
        density: `overdensities.enclosed_density` (solar masses per Mpc^3).

    Returns:
        r_h and Rs in proper kpc, of the shape to which the arguments broadcast.
    """
    radius = KPC * jnp.cbrt(3.0 / (4.0 * jnp.pi) * (jnp.asarray(M_host) / density))
    return radius, radius / concentration


def uniform_positions(
    u_radius: jax.Array,
    u_angle: jax.Array,
    u_depth: jax.Array,
    *,
    radius: Real,
    host_radius: Real,
    host_scale: Real,
    core_radius: Real,
) -> Places:
    """Uniform in a disc on the sky, and in depth as the host along the line of sight through its centre.

    The depth d has the density rho(d) for d < r_h, and r3d^2 = x^2 + y^2 + d^2.  So it is where the disc is
    small beside the core, where a cored halo is uniform in projection.

    Args:
        u_radius: uniform numbers in [0, 1], (haloes,).
        u_angle: the same.
        u_depth: the same.
        radius: of the disc, ().
        host_radius: r_h, ().
        host_scale: Rs, ().
        core_radius: r_core, above zero, ().

    Returns:
        x, y and r3d, each (haloes,).
    """
    from_axis = radius * jnp.sqrt(u_radius)
    reach, scale, core = _arrays(host_radius, host_scale, core_radius)

    def density(v: jax.Array) -> jax.Array:
        return jnp.cosh(v) * _density(core * jnp.sinh(v), scale, core)

    # steps are as fine as the core, however small it is
    table = _table(density, jnp.arcsinh(reach / core))
    depth = core * jnp.sinh(quantile(u_depth, table))
    squared = jnp.square(from_axis) + jnp.square(depth)
    return _places(from_axis, u_angle, jnp.sqrt(jnp.maximum(squared, jnp.finfo(squared.dtype).tiny)))


def cored_nfw_positions(
    u_radius: jax.Array,
    u_angle: jax.Array,
    u_depth: jax.Array,
    *,
    radius: Real,
    host_radius: Real,
    host_scale: Real,
    core_radius: Real,
) -> Places:
    """As the host's density, of which the cylinder of the radius about the line of sight is taken.

    r3d has the density rho r^2 times the share of the sphere's surface that is in the cylinder,
    1 - sqrt(1 - (R / r)^2) beyond R; on that part of the surface the halo is anywhere.  On the sky this is
    the density of CNFW in projection, of its part within r_h.  pyHalo's r3d is drawn without regard to x and
    y, from the whole host, and so is larger.

    Args:
        u_radius: uniform numbers in [0, 1], (haloes,).
        u_angle: the same.
        u_depth: the same; the distance r3d grows with it.
        radius: R, that of the cylinder, ().
        host_radius: r_h, ().
        host_scale: Rs, ().
        core_radius: r_core, above zero, ().

    Returns:
        x, y and r3d, each (haloes,).
    """
    R, reach, scale, core = _arrays(radius, host_radius, host_scale, core_radius)
    inner, outward = _cylinder(R, reach)
    table = _table(lambda w: _cylinder_density(w, inner, outward, scale, core), jnp.full((), 2.0, R.dtype))
    r = _cylinder_distance(quantile(u_depth, table), inner, outward)
    squared = jnp.square(jnp.minimum(R / r, 1.0))
    cap = squared / (1.0 + safe_sqrt(1.0 - squared))
    height = u_radius * cap
    return _places(r * safe_sqrt(height * (2.0 - height)), u_angle, r)


def uniform_share(within: Real, radius: Real) -> jax.Array:
    """The share of the haloes of a disc that are within a smaller radius: (within / radius)^2, at most 1."""
    return jnp.square(jnp.minimum(within / jnp.asarray(radius), 1.0))


def cored_nfw_share(
    within: Real, *, radius: Real, host_radius: Real, host_scale: Real, core_radius: Real
) -> jax.Array:
    """The share of the haloes of `cored_nfw_positions` that are within a smaller radius on the sky.

    Args:
        within: the smaller radius, ().
        radius: that of the cylinder, ().
        host_radius: r_h, ().
        host_scale: Rs, ().
        core_radius: r_core, ().

    Returns:
        The share, at most 1, ().
    """
    small, R, reach, scale, core = _arrays(within, radius, host_radius, host_scale, core_radius)
    part, whole = (_number(end, reach, scale, core) for end in (jnp.minimum(small, R), R))
    return part / whole


def _arrays(*values: Real) -> tuple[jax.Array, ...]:
    return tuple(jnp.asarray(value, jnp.result_type(float)) for value in values)


def _density(r: jax.Array, scale: jax.Array, core: jax.Array) -> jax.Array:
    """The density in units in which it is 1 at the centre."""
    return 1.0 / ((1.0 + r / core) * jnp.square(1.0 + r / scale))


def _table(density, high: jax.Array) -> Panels:  # type: ignore[no-untyped-def]
    low = jnp.zeros_like(high)
    return Panels(low, high / PANELS, density(edges(low, high)), panel_integrals(density, low, high))


def _cylinder(R: jax.Array, reach: jax.Array) -> Pair:
    """The radius of the sphere that is all in the cylinder, and arcosh(r_h / R)."""
    return jnp.minimum(R, reach), jnp.arccosh(jnp.maximum(reach / R, 1.0 + LEAST_REACH))


def _cylinder_distance(w: jax.Array, inner: jax.Array, outward: jax.Array) -> jax.Array:
    """The distance r of w in [0, 2]: up to 1 inside the sphere, beyond outside.

    r = R sin(pi w / 2), then R cosh[(w - 1) V]: so the density of w is smooth where r has a kink in its own.
    """
    inside, outside = jnp.minimum(w, 1.0), jnp.maximum(w - 1.0, 0.0)
    return inner * jnp.where(w < 1.0, jnp.sin(0.5 * jnp.pi * inside), jnp.cosh(outside * outward))


def _cylinder_density(
    w: jax.Array, inner: jax.Array, outward: jax.Array, scale: jax.Array, core: jax.Array
) -> jax.Array:
    """Rho r^2 dr/dw times the share of the sphere that is in the cylinder, over R^3."""
    inside, v = jnp.minimum(w, 1.0), jnp.maximum(w - 1.0, 0.0) * outward
    r = _cylinder_distance(w, inner, outward)
    near = 0.5 * jnp.pi * jnp.cos(0.5 * jnp.pi * inside)
    # 1 - tanh v of the sphere
    far = outward * jnp.sinh(v) * 2.0 / (jnp.exp(2.0 * v) + 1.0)
    return _density(r, scale, core) * jnp.square(r / inner) * jnp.where(w < 1.0, near, far)


def _number(R: jax.Array, reach: jax.Array, scale: jax.Array, core: jax.Array) -> jax.Array:
    """The integral of rho over the cylinder, over 4 pi."""
    inner, outward = _cylinder(R, reach)
    low, high = jnp.zeros_like(R), jnp.full_like(R, 2.0)
    parts = panel_integrals(lambda w: _cylinder_density(w, inner, outward, scale, core), low, high)
    return inner**3 * jnp.sum(parts)


def _places(from_axis: jax.Array, u_angle: jax.Array, r3d: jax.Array) -> Places:
    angle = 2.0 * jnp.pi * u_angle
    return Places(from_axis * jnp.cos(angle), from_axis * jnp.sin(angle), r3d)
