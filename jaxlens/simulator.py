"""The Simulator: sample, render, observe."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from difflib import get_close_matches
from functools import partial
from os import PathLike
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax.typing import ArrayLike

from jaxlens import render as one_system
from jaxlens import systems
from jaxlens.config import Config, load_config
from jaxlens.config.model import Configuration
from jaxlens.kernels.lens_equation import ImagePositions
from jaxlens.population import Population, population
from jaxlens.recipes import parameters
from jaxlens.scene import Assets, Scene, assets, scene
from jaxlens.storage import read_metadata
from jaxlens.systems import Batch, Params


class Simulator:
    """Images of one configuration of a file, as pure functions.

    Args:
        config: a Config, the path of a YAML file, the name of a packaged example, or a dictionary.
        configuration: its label or NAME; may be left out when the file has one.
        survey: the name of a survey whose IMAGE and SURVEY take the place of the file's, as in `load_config`.

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
        survey: str | None = None,
    ) -> None:
        self.config = load_config(config, survey=survey)
        self.configuration: Configuration = self.config.configuration(configuration)
        self.population: Population = population(self.config, self.configuration)
        self.scene: Scene = scene(self.config, self.configuration)
        self.assets: Assets = assets(self.config, self.configuration)
        self._people = Static(self.population.static)
        self._numbers: dict[np.dtype[Any], Params] = {}

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

    @property
    def hyperparameters(self) -> Params:
        """Every number of the file that a draw depends on, by its path in the file, on the device."""
        dtype = jnp.result_type(float)
        if dtype not in self._numbers:
            # also inside a caller's jit, which must not leave its tracers here
            with jax.ensure_compile_time_eval():
                numbers = self.population.hyperparameters.items()
                self._numbers[dtype] = {
                    path: jax.device_put(np.asarray(value, dtype)) for path, value in numbers
                }
        return self._numbers[dtype]

    def sample(self, key: jax.Array, n: int, start: ArrayLike = 0) -> Params:
        """The parameters of systems start..start+n-1: {name: (n,) or (n, bands)}."""
        values = _draw(self._people, self.hyperparameters, key, _indices(start, n))
        return {name: values[name] for name in self.parameter_names}

    def params_from_table(self, table: Mapping[str, Any] | pd.DataFrame | str | PathLike[str]) -> Params:
        """The parameters of the systems in a metadata table, one a row, as `sample` gives them.

        `table` is a DataFrame, a mapping from column to numbers, or the path of a `*_metadata.csv` or
        `*_images.h5`.  `render` of the result gives the images without noise.  Noise belongs to a system's
        index, OBJID: `observe(key, params, start=table["OBJID-g"])` with the key of the dataset's seed gives
        the dataset's images, whatever rows there are, in whatever order.

        Raises ValueError where columns are missing or have something else than finite numbers, and
        StorageError where the file cannot be read.

        >>> import jaxlens
        >>> dataset = jaxlens.make_dataset("galaxy_galaxy", store_in_memory=False, store_sample=True)
        >>> params = jaxlens.Simulator("galaxy_galaxy").params_from_table(dataset.metadata())
        >>> params["exposure_time"].shape
        (5,)
        """
        read = read_metadata(table) if isinstance(table, str | PathLike) else table
        # only shapes are asked for, so any key will do
        wanted = jax.eval_shape(lambda: self.sample(jax.random.key(0, impl="threefry2x32"), 1))
        columns = {str(name): np.asarray(column) for name, column in read.items()}
        shapes = {name: wanted[name].shape[1:] for name in self.parameter_names}
        numbers = parameters(columns, shapes, self.bands)
        return {name: jnp.asarray(value, wanted[name].dtype) for name, value in numbers.items()}

    def render(self, params: Mapping[str, ArrayLike]) -> jax.Array:
        """The images without noise, (n, bands, num_pix, num_pix), in counts/s.

        The reach of the PSF is fixed when the program is compiled, by the widest seeing that the file allows.
        For a wider one a Gaussian has another program; inside a caller's jit, where the seeing is not known,
        its image is NaN.

        Raises ValueError where a parameter is missing or, with psf_type MOFFAT, the seeing is wider than
        the file allows.
        """
        checked = self._checked(params)
        return _render(self._scene_for(checked), checked, self.assets)

    def observe(self, key: jax.Array, params: Mapping[str, ArrayLike], start: ArrayLike = 0) -> jax.Array:
        """`render` and the noise of systems start..start+n-1.

        `start` may also be the index of every system, (n,).
        """
        checked = self._checked(params)
        n = next(iter(checked.values())).shape[0]
        what = self._scene_for(checked)
        return _observe(self.population.label, what, checked, key, _indices(start, n), self.assets)

    def __call__(self, key: jax.Array, n: int, start: ArrayLike = 0) -> tuple[jax.Array, Params]:
        """Noisy images of systems start..start+n-1, and their parameters."""
        indices = _indices(start, n)
        return _sample_and_observe(self._people, self.scene, self.hyperparameters, key, indices, self.assets)

    def image_positions(self, params: Mapping[str, ArrayLike]) -> dict[str, ImagePositions]:
        """The images of every lensed point source, by its name (`PLANE_2-OBJECT_2`).

        Each is an `ImagePositions` of x, y, magnification, mask (n, slots) and found (n,).  Where `found`
        exceeds the number of slots the faintest images are missing; `with_image_slots` makes room.
        """
        checked = self._checked(params)
        return _image_positions(self._scene_for(checked), checked)

    def generate(self, key: jax.Array, n: int, start: ArrayLike = 0, planes: bool = False) -> Batch:
        """A chunk of a dataset: images, all numbers, the overflow flag, and the planes if asked for."""
        indices = _indices(start, n)
        return _generate(self._people, self.scene, self.hyperparameters, key, indices, self.assets, planes)

    def numbers(self, key: jax.Array, n: int, start: ArrayLike = 0) -> Batch:
        """A chunk of a dataset without its images, whose program is then not compiled: all numbers."""
        return _tabulate(self._people, self.scene, self.hyperparameters, key, _indices(start, n))

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
        self._check_background(checked)
        return checked

    def _scene_for(self, params: Params) -> Scene:
        """The scene, without the bound on a Gaussian's reach where a seeing is wider than the file allows."""
        used = [params[name] for name in ("seeing", "pixel_scale") if name in params]
        if len(used) < 2 or any(isinstance(v, jax.core.Tracer) for v in used):
            return self.scene
        # numpy's own arrays, since inside jit an operation on JAX's would be traced
        widest = float(np.max(np.asarray(used[0]))) / float(np.min(np.asarray(used[1])))
        if self.scene.optics.admits(widest):
            return self.scene
        if self.scene.optics.psf != "GAUSSIAN":
            raise ValueError(
                f"a seeing of {widest:.3g} pixels is wider than the file allows; "
                "give SURVEY.PARAMETERS.seeing a DISTRIBUTION that reaches it"
            )
        return dataclasses.replace(self.scene, optics=dataclasses.replace(self.scene.optics, radius=None))

    def _check_background(self, params: Params) -> None:
        index = params.get("BACKGROUND_IDX")
        if index is None or isinstance(index, jax.core.Tracer) or self.assets.backgrounds is None:
            return
        count = len(self.assets.backgrounds)
        if not np.isin(np.asarray(index), np.arange(count)).all():
            raise ValueError(f"BACKGROUND_IDX must be a whole number from 0 to {count - 1}, the last image")


class Static:
    """A value that is static under jit, whose hash is taken once and not at every call."""

    def __init__(self, value: Population) -> None:
        self.value = value
        self._hash = hash(value)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Static) and self.value == other.value)


def _indices(start: ArrayLike, n: int) -> ArrayLike:
    """start..start+n-1, or `start` itself where it is the index of every system."""
    # numpy's arithmetic where it can be: each operation on JAX's arrays is a program of its own
    array = jnp if isinstance(start, jax.Array) else np
    first = array.asarray(start, array.uint32)
    if first.shape not in ((), (n,)):
        raise ValueError(f"start has shape {first.shape}; give one index, or {n}, one for each system")
    return first if first.ndim else first + array.arange(n, dtype=array.uint32)


@partial(jax.jit, static_argnums=0)
def _draw(who: Static, numbers: Params, key: jax.Array, indices: ArrayLike) -> Params:
    return systems.draw(who.value, numbers, key, indices)


@partial(jax.jit, static_argnums=0)
def _render(what: Scene, params: Params, shared: Assets) -> jax.Array:
    return jax.vmap(partial(one_system.render, what), (0, None))(params, shared)


@partial(jax.jit, static_argnums=(0, 1))
def _observe(
    label: str, what: Scene, params: Params, key: jax.Array, indices: ArrayLike, shared: Assets
) -> jax.Array:
    return systems.observe(label, what, params, key, indices, shared)


@partial(jax.jit, static_argnums=(0, 1))
def _sample_and_observe(
    who: Static, what: Scene, numbers: Params, key: jax.Array, indices: ArrayLike, shared: Assets
) -> tuple[jax.Array, Params]:
    values = jax.lax.optimization_barrier(systems.draw(who.value, numbers, key, indices))
    params = {name: values[name] for name in what.parameters}
    return systems.observe(who.value.label, what, params, key, indices, shared), params


@partial(jax.jit, static_argnums=0)
def _image_positions(what: Scene, params: Params) -> dict[str, ImagePositions]:
    return jax.vmap(partial(one_system.point_source_images, what))(params)


@partial(jax.jit, static_argnums=(0, 1, 6))
def _generate(
    who: Static,
    what: Scene,
    numbers: Params,
    key: jax.Array,
    indices: ArrayLike,
    shared: Assets,
    planes: bool,
) -> Batch:
    return systems.generate(who.value, what, numbers, key, indices, shared, planes)


@partial(jax.jit, static_argnums=(0, 1))
def _tabulate(who: Static, what: Scene, numbers: Params, key: jax.Array, indices: ArrayLike) -> Batch:
    return systems.tabulate(who.value, what, numbers, key, indices)
