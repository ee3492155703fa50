"""The arrays of light and mass profiles, copied to the device once."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.config.model import Configuration, Galaxy, PointSource, Profile


def profile_tables(configuration: Configuration) -> dict[str, jax.Array]:
    """The arrays of the profiles of a configuration by `<prefix>-<name>`; equal ones are the same array."""
    found: dict[str, jax.Array] = {}
    copied: dict[tuple[object, ...], jax.Array] = {}
    for plane in configuration.planes:
        for label, species in plane.objects:
            for profile in _profiles(species):
                for name, table in profile.tables:
                    key = (table.source, table.array.shape)
                    if key not in copied:
                        copied[key] = jnp.asarray(table.array, jnp.result_type(float))
                    found[f"{plane.label}-{label}-{profile.label}-{name}"] = copied[key]
    return found


def _profiles(species: Galaxy | PointSource) -> tuple[Profile, ...]:
    """The profiles of a galaxy; none of a point source."""
    return (*species.light, *species.mass, *species.shear) if isinstance(species, Galaxy) else ()
