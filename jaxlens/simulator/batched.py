"""Many systems of one configuration at once, as pure functions: drawn, observed, or a chunk of a dataset.

This is the one place where the batch axis is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from jaxlens.imaging import likelihood, noise, point_sources, render
from jaxlens.imaging.derived import derived_quantities
from jaxlens.imaging.scene import Assets, Scene
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.sampling import priors
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import Population, draw_system

Params = dict[str, jax.Array]


class Batch(NamedTuple):
    """A chunk of a dataset.

    images (n, bands, num_pix, num_pix) in float32; `values` every number of each system, also those that
    its image does not depend on; `overflow` (n,) says that a point source has more images than slots,
    `finite` (n,) that every number and pixel is finite; `positions` are the images of each lensed point
    source, as `Simulator.image_positions` gives them; planes (n, 4, bands, num_pix, num_pix) the parts that
    add up to the image, the light of the lens and of the source, point sources and noise.  What was not asked
    for is None.
    """

    images: jax.Array | None
    values: Params
    overflow: jax.Array
    finite: jax.Array
    positions: dict[str, ImagePositions]
    planes: jax.Array | None = None


class Observed(NamedTuple):
    """Images, their noise's standard deviation or None, and the mask of used pixels or None."""

    images: jax.Array
    sigma: jax.Array | None = None
    mask: jax.Array | None = None


def draw(who: Population, numbers: Mapping[str, ArrayLike], key: ArrayLike, indices: ArrayLike) -> Params:
    """Every number of systems `indices` (n,): {name: (n,) or (n, bands)}."""
    keys = system_keys(key, who.label, indices)
    return jax.vmap(partial(draw_system, who, numbers))(keys, jnp.asarray(indices))


def generate(
    who: Population,
    what: Scene,
    numbers: Mapping[str, ArrayLike],
    key: ArrayLike,
    indices: ArrayLike,
    shared: Assets,
    planes: bool,
) -> Batch:
    """Systems `indices` (n,), drawn, rendered and observed, as a pure function."""
    # What is drawn is drawn once: a compiler may otherwise fuse it into every pixel, and repeat it there.
    values = jax.lax.optimization_barrier(draw(who, numbers, key, indices))
    return jax.vmap(partial(_finish, what, shared, planes))(values, _noise_keys(key, who.label, indices))


def tabulate(
    who: Population, what: Scene, numbers: Mapping[str, ArrayLike], key: ArrayLike, indices: ArrayLike
) -> Batch:
    """The numbers of systems `indices` (n,) without their images, as a pure function."""
    values = draw(who, numbers, key, indices)
    derived = jax.vmap(partial(derived_quantities, what))({name: values[name] for name in what.parameters})
    none = jnp.zeros(jnp.shape(indices), dtype=bool)
    return Batch(None, values | derived, none, jax.vmap(_finite)(values | derived), {})


def _noise_keys(key: ArrayLike, label: str, indices: ArrayLike) -> jax.Array:
    """`system_keys` behind a barrier, for the reason given above."""
    keys = system_keys(key, label, indices)
    data = jax.lax.optimization_barrier(jax.random.key_data(keys))
    return jax.random.wrap_key_data(data, impl=jax.random.key_impl(keys))


def observe(
    label: str, what: Scene, params: Params, key: ArrayLike, indices: ArrayLike, shared: Assets
) -> jax.Array:
    """The images of systems `indices` (n,) of these parameters, with noise, as a pure function."""

    def one(system: Params, key: jax.Array) -> jax.Array:
        return noise.observe(what, system, render.render(what, system, shared), key, shared)

    return jax.vmap(one)(params, _noise_keys(key, label, indices))


def log_prior(
    who: Population, numbers: Mapping[str, ArrayLike], params: Params, names: frozenset[str]
) -> jax.Array:
    """The log-density (n,) of the numbers called `names` of n systems, as a pure function."""
    return jax.vmap(lambda system: priors.log_prior(who, numbers, system, names))(params)


def expected(what: Scene, params: Params, shared: Assets) -> tuple[jax.Array, jax.Array]:
    """Mean and standard deviation of the images of n systems, as a pure function."""
    return jax.vmap(partial(likelihood.expected, what), (0, None))(params, shared)


def log_likelihood(what: Scene, params: Params, shared: Assets, observed: Observed) -> jax.Array:
    """The log-density (n,) of what was observed of each system or, where it has three axes, of all."""
    axes = jax.tree.map(lambda array: None if array.ndim == 3 else 0, observed)

    def one(system: Params, seen: Observed) -> jax.Array:
        return likelihood.log_likelihood(what, system, shared, *seen)

    return jax.vmap(one, (0, axes))(params, observed)


def _finish(what: Scene, shared: Assets, planes: bool, values: Params, key: jax.Array) -> Batch:
    """One system of a chunk."""
    params = {name: values[name] for name in what.parameters}
    positions = point_sources.point_source_images(what, params)
    overflow = jnp.any(jnp.asarray([i.found > what.image_slots for i in positions.values()], dtype=bool))
    numbers = values | derived_quantities(what, params)
    if not planes:
        light = render.render_with(what, params, positions, shared)
        image = noise.observe(what, params, light, key, shared).astype(jnp.float32)
        return Batch(image, numbers, overflow, _finite(numbers, image), positions)
    parts = render.render_planes(what, params, positions, shared)
    image = noise.observe(what, params, jnp.sum(parts, axis=0), key, shared)
    parts = jnp.concatenate([parts, (image - jnp.sum(parts, axis=0))[None]]).astype(jnp.float32)
    image = image.astype(jnp.float32)
    return Batch(image, numbers, overflow, _finite(numbers, image), positions, parts)


def _finite(*arrays: Mapping[str, jax.Array] | jax.Array) -> jax.Array:
    """Whether every number is finite, ()."""
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(arrays)]))
