"""The largest projected mass that an object can have within a circle, from its mass profiles.

The mean convergence within a circle is the mean of the outward deflection along it, over its radius.  The
largest one is sought at the ends of the values that the numbers of each profile can have; all profiles of the
object are taken to be at its centre.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.haloes.corners import Values, at_corners
from jaxlens.config.haloes.supports import Ends, Supports
from jaxlens.config.instrument import COSMOLOGY
from jaxlens.config.model import Configuration, Galaxy, Profile
from jaxlens.config.naming import POSITIONS, redshift_name
from jaxlens.config.physical import AXIS_RATIO, LOG_M, POINT_MASS, SIGMA_V, Form, forms_of
from jaxlens.config.profile_parameters import list_of
from jaxlens.kernels import MASS_PROFILES
from jaxlens.kernels.cosmology import (
    ARCSEC,
    sigma_v_to_theta_E,
    transverse_between,
    transverse_comoving_distance,
)
from jaxlens.kernels.ellipse import phi_q_to_ellipticity
from jaxlens.kernels.halos import (
    MassDefinition,
    critical_surface_density,
    enclosed_density,
    nfw_angles,
    point_mass_angle,
)
from jaxlens.kernels.halos.angles import gnfw_angles
from jaxlens.kernels.registry import MassProfile

# Directions over which the deflection is averaged, as in `jaxlens.imaging.enclosed_mass`.
_DIRECTIONS = 64
# A source nearer to the lens in redshift is as if it were as far: with a given Einstein radius the mass has
# no largest value where the source may be just behind the lens.
_SMALLEST_GAP = 0.1
# With these the mass within a circle rises.
_RISING = ("theta_E", "sigma_v", "M", "M200", "logM", "alpha_Rs")
_Z, _SOURCE, _OWN = "z", "z_source", "own "


def largest_host_mass(
    prefix: str, galaxy: Galaxy, radius: float, configuration: Configuration, supports: Supports
) -> float:
    """The largest projected mass of an object within a circle about its centre, without sheets and shear.

    Args:
        prefix: the prefix of the object, such as `PLANE_1-OBJECT_1`.
        galaxy: what it is.
        radius: that of the circle (arcsec).
        configuration: the configuration in which it stands.
        supports: the values that its numbers can have.

    Returns:
        Solar masses; infinite where no largest value is known, NaN where a number is missing or illegal.
    """
    label = prefix.partition("-")[0]
    plane = next(one for one in configuration.planes if one.label == label)
    source = redshift_name(configuration.planes[-1])
    around = {_Z: supports.of(redshift_name(plane)), _SOURCE: supports.of(source)} | supports.cosmology()
    return sum(
        _largest(f"{prefix}-{profile.label}", profile, radius, around, supports)
        for profile in galaxy.mass
        if profile.name and _is_matter(profile)
    )


def _is_matter(profile: Profile) -> bool:
    kernel = MASS_PROFILES[profile.name]
    return not kernel.linear and kernel.line_of_sight is None


def _largest(
    prefix: str, profile: Profile, radius: float, around: Mapping[str, Ends], supports: Supports
) -> float:
    """The largest mass of one profile within a circle about its centre."""
    ends = {
        name: (0.0, 0.0) if name in POSITIONS else supports.of(f"{prefix}-{name}")
        for name, _ in profile.parameters
    }
    every = [end for pair in (*ends.values(), *around.values()) for end in pair]
    if not all(map(math.isfinite, every)):
        return math.nan if any(map(math.isnan, every)) else math.inf
    kind = _Kind(profile.name, profile.mass_definition, profile.integers)
    tables = {name: jnp.asarray(one.array, jnp.result_type(float)) for name, one in profile.tables}
    # the parameters of a profile may be called as those of the cosmology
    named = {f"{_OWN}{name}": (high if name in _RISING else low, high) for name, (low, high) in ends.items()}

    def mass(values: Values) -> jax.Array:
        values[_SOURCE] = max(values[_SOURCE], values[_Z] + _SMALLEST_GAP)
        own = {name.removeprefix(_OWN): one for name, one in values.items() if name.startswith(_OWN)}
        return _mass(kind, own, {name: one for name, one in values.items() if name in around}, tables, radius)

    return float(np.max(at_corners(mass, {**named, **around})))


class _Kind(NamedTuple):
    """What of a profile is static."""

    name: str
    definition: MassDefinition
    integers: tuple[tuple[str, int], ...]


@partial(jax.jit, static_argnums=0)
def _mass(
    kind: _Kind,
    own: Mapping[str, jax.Array],
    around: Mapping[str, jax.Array],
    tables: Mapping[str, jax.Array],
    radius: float,
) -> jax.Array:
    """The mass within a circle about the centre, solar masses, ().

    Args:
        kind: what the profile is.
        own: its parameters as the file has them.
        around: the redshifts of lens and source, and the cosmology.
        tables: its arrays.
        radius: that of the circle (arcsec).
    """
    kernel = MASS_PROFILES[kind.name]
    cosmology = {name: value for name, value in around.items() if name in COSMOLOGY}
    T_lens, T_source = (transverse_comoving_distance(around[one], **cosmology) for one in (_Z, _SOURCE))
    between = transverse_between(around[_Z], around[_SOURCE], **cosmology)
    distances = (jnp.asarray(around[_Z]), T_lens, T_source, between)
    known = dict(own)
    for form in forms_of(kernel, own):
        known |= _replaced(form, own, distances, cosmology, kind.definition)
    directions = np.arange(_DIRECTIONS) * (2.0 * np.pi / _DIRECTIONS)
    cos, sin = (jnp.asarray(one, jnp.result_type(float)) for one in (np.cos(directions), np.sin(directions)))
    arguments = {**_arguments(kernel, known), **dict(kind.integers), **tables}
    alpha_x, alpha_y = kernel.deflection(radius * cos, radius * sin, **arguments)
    outward = jnp.mean(alpha_x * cos + alpha_y * sin)
    angle = T_lens / (1.0 + distances[0]) * ARCSEC
    return jnp.pi * radius * outward * jnp.square(angle) * critical_surface_density(*distances)


def _arguments(kernel: MassProfile, known: Mapping[str, jax.Array]) -> dict[str, object]:
    """The numbers and lists that a profile takes, by name."""
    found: dict[str, object] = {name: one for name, one in known.items() if name in kernel.parameters}
    lists = dict.fromkeys(whole for name in known if (whole := list_of(name, kernel)))
    return found | {
        whole: tuple(one for name, one in known.items() if list_of(name, kernel) == whole) for whole in lists
    }


def _replaced(
    form: Form,
    own: Mapping[str, jax.Array],
    distances: tuple[jax.Array, ...],
    cosmology: Mapping[str, jax.Array],
    definition: MassDefinition,
) -> dict[str, jax.Array]:
    """The parameters of a profile that follow from those of a file."""
    sigma_crit, D_lens = critical_surface_density(*distances), distances[1] / (1.0 + distances[0])
    if form == AXIS_RATIO:
        return dict(zip(form.replaced, phi_q_to_ellipticity(own["phi"], own["q"]), strict=True))
    if form == SIGMA_V:
        return {"theta_E": sigma_v_to_theta_E(own["sigma_v"], *distances[1:])}
    if form == POINT_MASS:
        return {"theta_E": point_mass_angle(own["M"], sigma_crit, D_lens)}
    mass = jnp.power(10.0, own["logM"]) if form == LOG_M else own["M200"]
    density = enclosed_density(definition, distances[0], **cosmology)
    if "gamma_in" in own:
        found = gnfw_angles(mass, own["concentration"], own["gamma_in"], density, sigma_crit, D_lens)
    else:
        found = nfw_angles(mass, own["concentration"], density, sigma_crit, D_lens)
    return dict(zip(form.replaced, found, strict=True))
