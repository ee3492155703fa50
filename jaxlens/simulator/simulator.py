"""The Simulator: sample, render, observe."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.sampling.indices import consecutive
from jaxlens.sampling.keys import Key, random_key
from jaxlens.simulator import batched
from jaxlens.simulator.acceptance import Acceptance, measured_acceptance
from jaxlens.simulator.base import ANY_KEY
from jaxlens.simulator.batched_draws import draw
from jaxlens.simulator.checks import number_of_systems, system_count, system_indices
from jaxlens.simulator.generation import Batch, Params
from jaxlens.simulator.plots import SimulatorPlots
from jaxlens.simulator.psf_bounds import scene_for_hyperparameters

if TYPE_CHECKING:
    import pandas as pd

    from jaxlens.files.system_haloes import SystemHaloes


class Simulator(SimulatorPlots):
    """Images of one configuration of a file, as pure functions.

    `params` is a flat dictionary of float arrays, (n,) for what the bands share, (n, bands) for what differs
    by band, and (n, haloes) for haloes, of which the first NUMBER count; one number stands for all systems.
    Names may be short: `params | {"theta_E": 1.2}` (see `names` and `full_name`).  All methods jit, vmap over
    further axes, and differentiate with respect to every float in `params`.  A key is a seed, and gives the
    systems of a dataset with that seed; a key of `jax.random.key(seed)`, of any kind, means the same.

    Args:
        config: a Config, the path of a YAML file, the name of a packaged example, or a dictionary.
        configuration: its label or NAME; may be left out when the file has one.  What is wrong with the
            others alone is a warning.
        survey: a survey whose IMAGE and SURVEY take the place of the file's, as in `load_config`.
        bands: the bands that are used, as in `load_config`.

    Raises:
        ConfigError: if the file is wrong.
        ValueError: if the file has no such configuration, or several and none is named.

    Warns:
        ConfigWarning: for what is wrong with the file but not used, unless `config` is a Config.

    >>> import jaxlens
    >>> sim = jaxlens.Simulator("galaxy_galaxy")
    >>> images, params = sim(1, 2)
    >>> images.shape[:2], sim.bands
    ((2, 3), ('g', 'r', 'i'))
    """

    def sample(
        self,
        key: Key,
        n: int,
        start: ArrayLike = 0,
        hyperparameters: Mapping[str, ArrayLike] | None = None,
    ) -> Params:
        """The parameters of systems start..start+n-1.

        Each parameter is a smooth function of the hyperparameters at fixed random bits, but for what is
        drawn from separate values, so that the mean of a statistic of many systems can be differentiated
        with respect to the numbers of the file.  So are the masses, places and concentrations of haloes, but
        how many there are (NUMBER) jumps, as does the plane of a halo along the line of sight: a sum over the
        haloes of a system has no derivative where its NUMBER changes, and that of NUMBER is 0.

        Args:
            key: the dataset's seed, or its key.
            n: the number of systems, 0 or more.
            start: the index of the first system, or of every system, (n,); from 0 to 2^63 - 1.
            hyperparameters: take the place of some or all numbers of the file, by the paths of
                `sim.hyperparameters`, or endings of these that only one has.

        Returns:
            {name: (n,) or (n, bands)}, and (n, haloes) for arrays of haloes.  Where NUMBER is more than there
            is room for they have the first haloes, and the image is NaN.  With SELECT they are those of the
            first attempt of each system that meets it, all NaN where none of MAX_TRIES does; which attempt it
            is has no derivative.

        Raises:
            ValueError: for a path that is no number of the file, and where `n` is no number of systems.

        >>> import jax, jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> drawn = lambda v: sim.sample(1, 8, hyperparameters={"sigma_v.mean": v})
        >>> mean = lambda v: drawn(v)[sim.full_name("sigma_v")].mean()
        >>> float(jax.grad(mean)(300.0))
        1.0
        """
        numbers, changed = self._changed(hyperparameters)
        indices, population = system_indices(start, n), self.static_population
        # a selection by images is made with the blur that these numbers need
        admitted = scene_for_hyperparameters(self.drawn_scene, self.population, changed)
        values = draw(population, admitted, numbers, random_key(key), indices, self.assets)
        given = self.given_parameters
        params = {name: values[name] for name in self.parameter_names if name not in given}
        return params if hyperparameters else self._drawn(params)

    def params_from_table(
        self,
        table: Mapping[str, Any] | pd.DataFrame | str | PathLike[str],
        haloes: SystemHaloes | str | PathLike[str] | None = None,
    ) -> Params:
        """The parameters of the systems in a metadata table, one a row, as `sample` gives them.

        `render` of the result gives the images without noise.  Noise belongs to a system's index, OBJID:
        `observe(key, params, start=table["OBJID-g"])` with the key of the dataset's seed gives the dataset's
        images, whatever rows there are, in whatever order.

        The table of a time series has one row for each system and epoch.  The rows with one OBJID are put
        together to one system; the systems come in the order in which the table has them first, which is
        that of `table["OBJID-g"].unique()`.

        Args:
            table: a DataFrame, a mapping from column to values, or the path of a `*_metadata.csv` or
                `*_images.h5`.  Its columns may have short names, and what bands share needs no band.
            haloes: those of the systems, as `Dataset.haloes` gives them, or the path of a `*_haloes.h5`; by
                default the file beside the table.  Only a file with SUBSTRUCTURE or LINE_OF_SIGHT needs them.

        Raises:
            ValueError: where columns are missing or have something else than finite numbers, rows of a
                time series are missing, or haloes are not given or are those of other systems.
            StorageError: where the file cannot be read.

        >>> import jaxlens
        >>> dataset = jaxlens.make_dataset("galaxy_galaxy", store_in_memory=False, store_sample=True)
        >>> params = jaxlens.Simulator("galaxy_galaxy").params_from_table(dataset.metadata())
        >>> params["exposure_time"].shape
        (5,)
        """
        # with pandas and h5py, which simulations do without
        from jaxlens.simulator.table_params import table_params

        drawn = jax.eval_shape(lambda key: self.sample(key, 1), ANY_KEY)
        wanted = {name: drawn[name] for name in self.parameter_names if name in drawn}
        values = table_params(table, haloes, wanted, self.bands, self.short_names)
        return {name: jnp.asarray(value, wanted[name].dtype) for name, value in values.items()}

    def render(self, params: Mapping[str, ArrayLike]) -> jax.Array:
        """The images without noise, (n, bands, num_pix, num_pix), in counts/s.

        Those of a time series are (n, epochs, bands, num_pix, num_pix).

        How far the PSF reaches is fixed when the program is compiled, by the widest seeing that the file
        allows.  For a wider one a Gaussian has another program; inside a caller's jit, where the seeing is
        not known, its image is NaN.

        All pixels of a system are NaN where one of its parameters is NaN or infinite (but for magnitudes and
        exposures), or where a plane is nearer than the one before it.

        Args:
            params: the parameters by name; other values of `generate` may stand beside them.

        Raises:
            ValueError: where a parameter is missing or no value has its name, with the nearest name; with
                psf_type MOFFAT, where the seeing is wider than the file allows.
        """
        checked, admitted = self._checked(params)
        return batched.render(admitted, checked, self.assets)

    def observe(self, key: Key, params: Mapping[str, ArrayLike], start: ArrayLike = 0) -> jax.Array:
        """`render` with the noise of systems start..start+n-1.

        Args:
            key: the dataset's seed, or its key.
            params: as in `render`.
            start: the index of the first system, or of every system, (n,); from 0 to 2^63 - 1.

        Returns:
            The images in counts/s, of the shape of `render`.

        Raises:
            ValueError: as `render`.
        """
        checked, admitted = self._checked(params)
        indices = system_indices(start, system_count(checked))
        return batched.observe(
            self.population.label, admitted, checked, random_key(key), indices, self.assets
        )

    def __call__(
        self,
        key: Key,
        n: int,
        start: ArrayLike = 0,
        hyperparameters: Mapping[str, ArrayLike] | None = None,
    ) -> tuple[jax.Array, Params]:
        """Noisy images of systems start..start+n-1, and their parameters.

        Args:
            key: the dataset's seed, or its key.
            n: the number of systems.
            start: the index of the first system, or of every system, (n,); from 0 to 2^63 - 1.
            hyperparameters: as in `sample`.

        Returns:
            Images (n, bands, num_pix, num_pix) in counts/s, and the parameters as `sample` gives them.

        Raises:
            ValueError: as `sample`.
        """
        self._refuse_given()
        numbers, changed = self._changed(hyperparameters)
        admitted = scene_for_hyperparameters(self.scene, self.population, changed)
        indices = system_indices(start, n)
        images, params = batched.sample_and_observe(
            self.static_population, admitted, numbers, random_key(key), indices, self.assets
        )
        return images, params if hyperparameters else self._drawn(params)

    def image_positions(self, params: Mapping[str, ArrayLike]) -> dict[str, ImagePositions]:
        """The images of every lensed point source, by its name (`PLANE_2-OBJECT_2`).

        Each is an `ImagePositions` of x, y, magnification, mask (n, slots) and found (n,).  Where `found`
        exceeds the number of slots the faintest images are missing; `with_image_slots` gives more slots.
        Where the rays of a system are NaN, all slots are, and `mask` is True.
        """
        checked, admitted = self._checked(params)
        return batched.image_positions(admitted, checked, self.assets)

    def time_delays(self, params: Mapping[str, ArrayLike]) -> dict[str, jax.Array]:
        """How long each image of every lensed point source arrives after the first, by the source's name.

        The images are those of `image_positions`, in the same slots.

        Args:
            params: as in `render`.

        Returns:
            Days in the observer's frame, (n, slots); 0 where there is no image.
        """
        checked, admitted = self._checked(params)
        return batched.time_delays(admitted, checked, self.assets)

    def generate(
        self, key: Key, n: int, start: ArrayLike = 0, planes: bool = False, measured: bool = True
    ) -> Batch:
        """Systems start..start+n-1 with images, all values, and flags; their planes if asked for.

        Args:
            key: the dataset's seed, or its key.
            n: the number of systems.
            start: the index of the first system, or of every system, (n,); from 0 to 2^63 - 1.
            planes: whether the parts that add up to the images are made too.
            measured: whether the fluxes of transients are measured on the images of a time series.
        """
        self._refuse_given()
        words, indices, assets = random_key(key), system_indices(start, n), self.assets
        batch: Batch = batched.generate(
            self.static_population, self.scene, self.hyperparameters, words, indices, assets, planes, measured
        )
        self._drawn(batch.values)
        return batch

    def acceptance(self, key: Key | None = None, n: int = 1000) -> Acceptance:
        """The share of drawn systems that SELECT keeps, from the first draws of systems 0..n-1.

        Args:
            key: the key of the dataset's seed; by default that of the file's SEED, or 0.
            n: the number of draws, 1 or more.

        Returns:
            The share, and what each criterion rejects; all are kept where the configuration has no SELECT.

        Raises:
            ValueError: if `n` is no number of systems, or 0.
        """
        count = number_of_systems(n)
        if not count:
            raise ValueError("n is 0; give at least one draw")
        if self.population.selection is None:
            return Acceptance(1.0, count, {})
        words = random_key(self.config.seed or 0) if key is None else random_key(key)
        return measured_acceptance(self, words, consecutive(0, count), np.zeros(count, np.uint32))

    def numbers(self, key: Key, n: int, start: ArrayLike = 0) -> Batch:
        """`generate` without images, whose program is then not compiled: all values of each system.

        Args:
            key: the dataset's seed, or its key.
            n: the number of systems.
            start: the index of the first system, or of every system, (n,); from 0 to 2^63 - 1.
        """
        indices = system_indices(start, n)
        words, scene = random_key(key), self.drawn_scene
        return batched.tabulate(
            self.static_population, scene, self.hyperparameters, words, indices, self.assets
        )
