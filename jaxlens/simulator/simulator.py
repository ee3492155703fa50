"""The Simulator: sample, render, observe."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from os import PathLike
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax.typing import ArrayLike

from jaxlens.config import Config, load_config
from jaxlens.config.errors import nearest
from jaxlens.config.model import Configuration
from jaxlens.files.table import parameters
from jaxlens.files.writer import read_metadata
from jaxlens.imaging.scene import Assets, Scene, assets, scene
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.sampling import priors
from jaxlens.sampling.population import Population, population
from jaxlens.simulator import jitted
from jaxlens.simulator.batched import Batch, Observed, Params


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
        self._people = jitted.Static(self.population.static)
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

    def _with(self, changed: Mapping[str, ArrayLike] | None) -> Params:
        """`hyperparameters` with some of them changed."""
        numbers = self.hyperparameters
        for path in changed or ():
            if path not in numbers:
                raise ValueError(f"{path} is no number of the file; {nearest(path, numbers)}")
        return {
            **numbers,
            **{path: jnp.asarray(v, jnp.result_type(float)) for path, v in (changed or {}).items()},
        }

    def sample(
        self,
        key: jax.Array,
        n: int,
        start: ArrayLike = 0,
        hyperparameters: Mapping[str, ArrayLike] | None = None,
    ) -> Params:
        """The parameters of systems start..start+n-1: {name: (n,) or (n, bands)}.

        `hyperparameters` take the place of some or all numbers of the file, by the paths of
        `sim.hyperparameters`.  Each parameter is a smooth function of them at fixed random bits, but for
        what is drawn from separate values, so that the mean of a statistic of many systems can be
        differentiated with respect to the numbers of the file.

        Raises ValueError for a path that is no number of the file.

        >>> import jax, jaxlens
        >>> sim, key = jaxlens.Simulator("galaxy_galaxy"), jax.random.key(1, impl="threefry2x32")
        >>> path = "SPECIES.GALAXY_1.MASS_PROFILE_1.sigma_v.mean"
        >>> drawn = lambda v: sim.sample(key, 8, hyperparameters={path: v})
        >>> mean = lambda v: drawn(v)["PLANE_1-OBJECT_1-MASS_PROFILE_1-sigma_v"].mean()
        >>> float(jax.grad(mean)(300.0))
        1.0
        """
        values = jitted.draw(self._people, self._with(hyperparameters), key, _indices(start, n))
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
        return jitted.render(self._scene_for(checked), checked, self.assets)

    def observe(self, key: jax.Array, params: Mapping[str, ArrayLike], start: ArrayLike = 0) -> jax.Array:
        """`render` and the noise of systems start..start+n-1.

        `start` may also be the index of every system, (n,).
        """
        checked = self._checked(params)
        n = next(iter(checked.values())).shape[0]
        what = self._scene_for(checked)
        return jitted.observe(self.population.label, what, checked, key, _indices(start, n), self.assets)

    def __call__(
        self,
        key: jax.Array,
        n: int,
        start: ArrayLike = 0,
        hyperparameters: Mapping[str, ArrayLike] | None = None,
    ) -> tuple[jax.Array, Params]:
        """Noisy images of systems start..start+n-1, and their parameters.

        `hyperparameters` are as in `sample`.
        """
        indices, numbers = _indices(start, n), self._with(hyperparameters)
        what = self._scene_given(hyperparameters or ())
        return jitted.sample_and_observe(self._people, what, numbers, key, indices, self.assets)

    @property
    def priors(self) -> priors.Priors:
        """The distribution of each parameter that varies and has a density: a tuple of one, or one a band.

        Redshifts are given without the order of the planes, which `log_prior` knows.
        """
        found = priors.priors(self._people.value, self.hyperparameters)
        return {name: found[name] for name in self.parameter_names if name in found}

    @property
    def without_prior(self) -> dict[str, str]:
        """The parameters that vary and have no density, with the reason in words."""
        found = priors.without_prior(self._people.value)
        return {name: found[name] for name in self.parameter_names if name in found}

    def log_prior(
        self,
        params: Mapping[str, ArrayLike],
        hyperparameters: Mapping[str, ArrayLike] | None = None,
        names: Collection[str] | None = None,
    ) -> jax.Array:
        """The log-density with which the file draws these parameters, (n,).

        It is the sum over all parameters that vary, or those called `names`; minus infinity where one is
        out of its range.  Parameters that are drawn together count together.

        Raises ValueError where one of them has no density (it comes from a table, a function, or SPECIAL).

        >>> import jax, jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(jax.random.key(1, impl="threefry2x32"), 2)
        >>> size = sim.log_prior(params, names=["PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"])
        >>> [round(float(jnp.exp(-p)), 3) for p in size]  # uniform between 0.6 and 1.2
        [0.6, 0.6]
        """
        who = self._people.value
        wanted = frozenset(priors.varying(who) & set(self.parameter_names) if names is None else names)
        priors.check_names(who, wanted, self.parameter_names)
        return jitted.log_prior(self._people, self._with(hyperparameters), self._checked(params), wanted)

    def expected(self, params: Mapping[str, ArrayLike]) -> tuple[jax.Array, jax.Array]:
        """Mean and standard deviation of every pixel of the observed images, each like `render`.

        Beyond `render`, the mean has every POISSON_NOISE and the real background.
        """
        checked = self._checked(params)
        return jitted.expected(self._scene_for(checked), checked, self.assets)

    def log_likelihood(
        self,
        params: Mapping[str, ArrayLike],
        images: ArrayLike,
        noise_sigma: ArrayLike | None = None,
        mask: ArrayLike | None = None,
    ) -> jax.Array:
        """The log-density of observed images, given the parameters, (n,).

        ln L = -1/2 sum [ (d - m)^2 / s^2 + 2 ln s + ln 2 pi ] over the pixels where `mask` is true: Gaussian,
        with the mean m of `expected` and, where `noise_sigma` is None, its standard deviation s, which
        depends on the parameters too.

        Args:
            params: as in `render`.
            images: counts/s, (n, bands, num_pix, num_pix), or (bands, num_pix, num_pix) for all n.
            noise_sigma: counts/s, like `images` or broadcast to one of them.
            mask: likewise; true where a pixel is used.  What is masked may have any value, NaN too.

        Raises ValueError where a shape does not fit, or where real images stand in for the background's
        noise, whose sigma is not known, and no `noise_sigma` is given.

        >>> import jax, jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> images, params = sim(jax.random.key(1, impl="threefry2x32"), 2)
        >>> sim.log_likelihood(params, images).shape
        (2,)
        """
        if noise_sigma is None and self.scene.backgrounds == "replace":
            raise ValueError("the noise of real backgrounds is not known; give noise_sigma")
        checked = self._checked(params)
        n = next(iter(checked.values())).shape[0]
        dtype = jnp.result_type(float)
        observed = Observed(
            _image(self.scene, n, "images", jnp.asarray(images, dtype)),
            None
            if noise_sigma is None
            else _image(self.scene, n, "noise_sigma", jnp.asarray(noise_sigma, dtype)),
            None if mask is None else _image(self.scene, n, "mask", jnp.asarray(mask, bool)),
        )
        return jitted.log_likelihood(self._scene_for(checked), checked, self.assets, observed)

    def log_posterior(
        self,
        params: Mapping[str, ArrayLike],
        images: ArrayLike,
        noise_sigma: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        names: Collection[str] | None = None,
    ) -> jax.Array:
        """`log_likelihood` plus `log_prior`, (n,): the posterior density up to a constant of the data."""
        prior = self.log_prior(params, names=names)
        return prior + self.log_likelihood(params, images, noise_sigma, mask)

    def image_positions(self, params: Mapping[str, ArrayLike]) -> dict[str, ImagePositions]:
        """The images of every lensed point source, by its name (`PLANE_2-OBJECT_2`).

        Each is an `ImagePositions` of x, y, magnification, mask (n, slots) and found (n,).  Where `found`
        exceeds the number of slots the faintest images are missing; `with_image_slots` makes room.
        """
        checked = self._checked(params)
        return jitted.image_positions(self._scene_for(checked), checked)

    def generate(self, key: jax.Array, n: int, start: ArrayLike = 0, planes: bool = False) -> Batch:
        """A chunk of a dataset: images, all numbers, the overflow flag, and the planes if asked for."""
        indices = _indices(start, n)
        return jitted.generate(
            self._people, self.scene, self.hyperparameters, key, indices, self.assets, planes
        )

    def numbers(self, key: jax.Array, n: int, start: ArrayLike = 0) -> Batch:
        """A chunk of a dataset without its images, whose program is then not compiled: all numbers."""
        return jitted.tabulate(self._people, self.scene, self.hyperparameters, key, _indices(start, n))

    def with_image_slots(self, slots: int) -> Simulator:
        """The same simulator with room for `slots` images of each point source."""
        return self._with_scene(dataclasses.replace(self.scene, image_slots=slots))

    def with_unbounded_psf(self) -> Simulator:
        """The same simulator, whose Gaussian PSF may be of any width inside jit too.

        Its blur is then two matrix products.  A PSF of another kind stays as it is.
        """
        if self.scene.optics.psf != "GAUSSIAN":
            return self
        return self._with_scene(_unbounded(self.scene))

    def _with_scene(self, what: Scene) -> Simulator:
        return self.replace(scene=what)

    def replace(self, **changes: Any) -> Simulator:
        """A copy with some attributes changed, such as `scene` or `assets`."""
        other = object.__new__(type(self))
        other.__dict__ |= self.__dict__ | changes
        return other

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
        return _unbounded(self.scene)

    def _scene_given(self, changed: Collection[str]) -> Scene:
        """The scene, without the bound on a Gaussian's reach where a number of its width is changed."""
        quantities = dict(self.population.quantities)
        widths = [quantities[name].path for name in ("seeing", "pixel_scale") if name in quantities]
        moved = any(path == w or path.startswith(f"{w}.") for path in changed for w in widths)
        return self.with_unbounded_psf().scene if moved else self.scene

    def _check_background(self, params: Params) -> None:
        index = params.get("BACKGROUND_IDX")
        if index is None or isinstance(index, jax.core.Tracer) or self.assets.backgrounds is None:
            return
        count = len(self.assets.backgrounds)
        if not np.isin(np.asarray(index), np.arange(count)).all():
            raise ValueError(f"BACKGROUND_IDX must be a whole number from 0 to {count - 1}, the last image")


def _unbounded(what: Scene) -> Scene:
    """`what` without a bound on how far a Gaussian PSF reaches."""
    return dataclasses.replace(what, optics=dataclasses.replace(what.optics, radius=None))


def _image(what: Scene, n: int, name: str, array: jax.Array) -> jax.Array:
    """`array` broadcast to images of all systems (bands, y, x), or of each (n, bands, y, x)."""
    one = (len(what.bands), what.num_pix, what.num_pix)
    shape = (n, *one) if array.ndim == 4 else one
    try:
        if name == "images" and array.shape[-3:] != one:
            raise ValueError
        return jnp.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(f"{name} has shape {array.shape}; give {one}, or {(n, *one)}") from None


def _indices(start: ArrayLike, n: int) -> ArrayLike:
    """start..start+n-1, or `start` itself where it is the index of every system."""
    # numpy's arithmetic where it can be: each operation on JAX's arrays is a program of its own
    array = jnp if isinstance(start, jax.Array) else np
    first = array.asarray(start, array.uint32)
    if first.shape not in ((), (n,)):
        raise ValueError(f"start has shape {first.shape}; give one index, or {n}, one for each system")
    return first if first.ndim else first + array.arange(n, dtype=array.uint32)
