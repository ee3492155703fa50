"""The haloes of a system, drawn after all its other numbers: how many there are may depend on its lens.

This joins `sampling`, which draws them, with `imaging`, which knows the mass of the lens.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.distances import cosmology_parameters
from jaxlens.imaging.enclosed_mass import centre_of, mass_within
from jaxlens.imaging.halo_numbers import is_overfull
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.kernels.types import Params
from jaxlens.sampling.field_haloes import Sight, line_of_sight
from jaxlens.sampling.haloes import HaloDraws
from jaxlens.sampling.population import Population
from jaxlens.sampling.subhaloes import Host, subhaloes
from jaxlens.simulator.generation import Batch


def draw_haloes(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    assets: Assets,
    values: Params,
    key: jax.Array,
    index: jax.Array,
) -> dict[str, jax.Array]:
    """The haloes of one system.

    Masses, concentrations, truncations and positions are differentiable in the numbers of the system at fixed
    random numbers; how many there are is not, nor in which plane a halo along the line of sight is.

    Args:
        population: what is drawn.
        scene: what is imaged.
        hyperparameters: the numbers of the file by their paths, the lists of haloes among them.
        assets: the arrays that all systems share.
        values: every other value of the system by name.
        key: the key of the system, ().
        index: the index of the system, (), or its two words, (2,).

    Returns:
        NUMBER and the arrays of all haloes, by name.
    """
    dtype = jnp.result_type(float)
    arrays = {
        path: jnp.asarray(hyperparameters[path], dtype)
        for one in population.haloes
        for path in one.array_paths
    }
    macro = scene.macro
    params = with_tables(macro, {name: values[name] for name in macro.parameters}, assets)
    cosmology = cosmology_parameters(params)
    redshifts = jnp.stack([values[name] for name in population.redshifts])
    found: dict[str, jax.Array] = {}
    for one in population.haloes:
        if one.redshift:
            host = _host(population, macro, params, values, one)
            found |= subhaloes(one, values, host, cosmology, arrays, key, index)
        else:
            sight = Sight(redshifts, redshifts[_lens_plane(scene)])
            found |= line_of_sight(one, values, sight, cosmology, arrays, key, index)
    return found


def _lens_plane(scene: Scene) -> int:
    """The first plane that has mass; the last one where none has."""
    heavy = (j for j, plane in enumerate(scene.planes) if plane.masses)
    return next(heavy, len(scene.planes) - 1)


def _host(population: Population, scene: Scene, params: Params, values: Params, draws: HaloDraws) -> Host:
    """The object of which haloes are the subhaloes."""
    j = population.redshifts.index(draws.redshift)
    masses = [one for one in scene.planes[j].mass if one.prefix.startswith(f"{draws.host}-")]
    radius = draws.own(values).get("f_sub_radius")
    mass = None if radius is None else mass_within(scene, params, j, draws.host, radius)
    return Host(values[draws.redshift], *centre_of(masses, params), mass)


def haloes_apart(population: Population, scene: Scene, batch: Batch) -> Batch:
    """A batch whose haloes stand apart from its other values.

    Args:
        population: what is drawn, with haloes.
        scene: what is imaged.
        batch: the systems, with the arrays of haloes among their values.
    """
    arrays, values = {name for one in population.haloes for name in one.arrays}, batch.values
    overflow = [values[one.number] > one.haloes.bound for one in population.haloes]
    field = scene.field_haloes
    if field is not None:
        names = (field.number, f"{field.prefix}-z", *(plane.redshift for plane in scene.planes))
        places = {name: values[name] for name in names}
        overflow.append(jax.vmap(partial(is_overfull, scene, field))(places))
    return batch._replace(
        values={name: value for name, value in values.items() if name not in arrays},
        haloes={name: values[name] for name in sorted(arrays)},
        halo_overflow=jnp.any(jnp.stack(overflow), axis=0),
    )
