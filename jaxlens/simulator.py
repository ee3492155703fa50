"""The Simulator: sample, render, observe."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from difflib import get_close_matches
from functools import partial
from os import PathLike
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens import render as one_system
from jaxlens.config import Config, load_config
from jaxlens.config.model import Configuration
from jaxlens.kernels.lens_equation import ImagePositions
from jaxlens.kernels.psf import FWHM_PER_SIGMA, blur_radius
from jaxlens.population import Population, draw_system, population, system_keys
from jaxlens.scene import Assets, Scene, assets, scene

Params = dict[str, jax.Array]


class Batch(NamedTuple):
    """A chunk of a dataset.

    images (n, bands, num_pix, num_pix) in float32; `values` every number of each system, also those that
    its image does not depend on; `overflow` (n,) says that a point source has more images than slots.
    """

    images: jax.Array
    values: Params
    overflow: jax.Array


class Simulator:
    """Images of one configuration of a file, as pure functions.

    Args:
        config: a Config, the path of a YAML file, the name of a packaged example, or a dictionary.
        configuration: its label or NAME; may be left out when the file has one.

    `params` is a flat dictionary of float arrays, (n,) for what the bands share and (n, bands) for what
    differs by band.  All methods jit, vmap over further axes, and differentiate with respect to
    every float in `params`.  The key is the dataset's: `jax.random.key(seed, impl="threefry2x32")` gives
    the systems of a dataset with that seed.

    >>> import jax, jaxlens
    >>> sim = jaxlens.Simulator("galaxy_galaxy")
    >>> images, params = sim(jax.random.key(1, impl="threefry2x32"), 2)
    >>> images.shape[:2], sim.bands
    ((2, 3), ('g', 'r', 'i'))
    """

    def __init__(
        self,
        config: Config | str | PathLike[str] | Mapping[str, Any],
        configuration: str | None = None,
    ) -> None:
        self.config = config if isinstance(config, Config) else load_config(config)
        self.configuration: Configuration = self.config.configuration(configuration)
        self.population: Population = population(self.config, self.configuration)
        self.scene: Scene = scene(self.config, self.configuration)
        self.assets: Assets = assets(self.config, self.configuration)

    def __repr__(self) -> str:
        return f"Simulator({self.config.name!r}, {self.configuration.label!r})"

    @property
    def bands(self) -> tuple[str, ...]:
        """The names of the bands, in the order of the images."""
        return self.scene.bands

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The keys of `params`."""
        return self.scene.parameters

    def sample(self, key: jax.Array, n: int, start: ArrayLike = 0) -> Params:
        """The parameters of systems start..start+n-1: {name: (n,) or (n, bands)}."""
        values = _draw(self.population, self.population.hyperparameters, key, _indices(start, n))
        return {name: values[name] for name in self.parameter_names}

    def render(self, params: Mapping[str, ArrayLike]) -> jax.Array:
        """The images without noise, (n, bands, num_pix, num_pix), in counts/s.

        Raises ValueError where a parameter is missing or, in images of more than 256 pixels, the seeing is
        wider than the file allows (the reach of the PSF is then fixed when the program is compiled).
        """
        return _render(self.scene, self._checked(params), self.assets)

    def observe(self, key: jax.Array, params: Mapping[str, ArrayLike], start: ArrayLike = 0) -> jax.Array:
        """`render` and the noise of systems start..start+n-1.

        `start` may also be the index of every system, (n,).
        """
        checked = self._checked(params)
        n = next(iter(checked.values())).shape[0]
        keys = _keys(self.population.label, key, _indices(start, n))
        return _observe(self.scene, checked, keys, self.assets)

    def __call__(self, key: jax.Array, n: int, start: ArrayLike = 0) -> tuple[jax.Array, Params]:
        """Noisy images of systems start..start+n-1, and their parameters."""
        params = self.sample(key, n, start)
        return self.observe(key, params, start), params

    def image_positions(self, params: Mapping[str, ArrayLike]) -> dict[str, ImagePositions]:
        """The images of every lensed point source, by its name (`PLANE_2-OBJECT_2`).

        Each is an `ImagePositions` of x, y, magnification, mask (n, slots) and found (n,).  Where `found`
        exceeds the number of slots the faintest images are missing; `with_image_slots` makes room.
        """
        return _image_positions(self.scene, self._checked(params))

    def generate(self, key: jax.Array, n: int, start: ArrayLike = 0) -> Batch:
        """A chunk of a dataset: images, all numbers, and the overflow flag."""
        indices = _indices(start, n)
        values = _draw(self.population, self.population.hyperparameters, key, indices)
        return _finish(self.scene, values, _keys(self.population.label, key, indices), self.assets)

    def with_image_slots(self, slots: int) -> Simulator:
        """The same simulator with room for `slots` images of each point source."""
        more = object.__new__(Simulator)
        more.__dict__ |= self.__dict__ | {"scene": dataclasses.replace(self.scene, image_slots=slots)}
        return more

    def _checked(self, params: Mapping[str, ArrayLike]) -> Params:
        """`params` as float arrays; only those that matter."""
        missing = [name for name in self.parameter_names if name not in params]
        if missing:
            near = get_close_matches(missing[0], list(params), n=1)
            hint = f"; {near[0]!r} is given" if near else ""
            raise ValueError(f"params lacks {', '.join(missing)}{hint}")
        dtype = jnp.result_type(float)
        checked = {name: jnp.asarray(params[name], dtype) for name in self.parameter_names}
        self._check_seeing(checked)
        return checked

    def _check_seeing(self, params: Params) -> None:
        reach = self.scene.blur_radius
        used = [params[name] for name in ("seeing", "pixel_scale") if name in params]
        if not self.scene.gaussian_psf or reach is None or any(isinstance(v, jax.core.Tracer) for v in used):
            return
        widest = float(np.max(used[0])) / float(np.min(used[1]))
        if blur_radius(widest / FWHM_PER_SIGMA) > reach:
            raise ValueError(
                f"a seeing of {widest:.3g} pixels is wider than the file allows; "
                "give SURVEY.PARAMETERS.seeing a DISTRIBUTION that reaches it"
            )


def _indices(start: ArrayLike, n: int) -> jax.Array:
    """start..start+n-1, or `start` itself where it is the index of every system."""
    first = jnp.asarray(start, jnp.uint32)
    return first if first.ndim else first + jnp.arange(n, dtype=jnp.uint32)


# Numbers, keys and images are programs of their own: in one program XLA's CPU compiler fuses the drawing of a
# parameter into every pixel that uses it, and repeats it there.


@partial(jax.jit, static_argnums=0)
def _draw(what: Population, numbers: Mapping[str, ArrayLike], key: jax.Array, indices: jax.Array) -> Params:
    keys = system_keys(key, what.label, indices)
    return jax.vmap(partial(draw_system, what, numbers))(keys, indices)


@partial(jax.jit, static_argnums=0)
def _keys(label: str, key: jax.Array, indices: jax.Array) -> jax.Array:
    return system_keys(key, label, indices)


@partial(jax.jit, static_argnums=0)
def _render(what: Scene, params: Params, shared: Assets) -> jax.Array:
    return jax.vmap(partial(one_system.render, what), (0, None))(params, shared)


@partial(jax.jit, static_argnums=0)
def _observe(what: Scene, params: Params, keys: jax.Array, shared: Assets) -> jax.Array:
    def observe(system: Params, key: jax.Array) -> jax.Array:
        return one_system.observe(what, system, one_system.render(what, system, shared), key, shared)

    return jax.vmap(observe)(params, keys)


@partial(jax.jit, static_argnums=0)
def _image_positions(what: Scene, params: Params) -> dict[str, ImagePositions]:
    return jax.vmap(partial(one_system.point_source_images, what))(params)


@partial(jax.jit, static_argnums=0)
def _finish(what: Scene, values: Params, keys: jax.Array, shared: Assets) -> Batch:
    def finish(values: Params, key: jax.Array) -> Batch:
        params = {name: values[name] for name in what.parameters}
        images = one_system.point_source_images(what, params)
        clean = one_system.render_with(what, params, images, shared)
        image = one_system.observe(what, params, clean, key, shared)
        overflow = jnp.any(jnp.asarray([i.found > what.image_slots for i in images.values()], dtype=bool))
        numbers = values | one_system.derived(what, params)
        return Batch(image.astype(jnp.float32), numbers, overflow)

    return jax.vmap(finish)(values, keys)
