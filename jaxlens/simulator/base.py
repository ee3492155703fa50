"""What a Simulator is made of: a configuration's population, scene and assets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config import Config, issue_warnings, load_config
from jaxlens.config.model import Configuration
from jaxlens.config.selectable import derived_names
from jaxlens.config.short_names import ShortNames, object_names
from jaxlens.imaging.assets import Assets, assets
from jaxlens.imaging.own_pixels import with_kernel, with_pixel_map
from jaxlens.imaging.scene import Scene, scene
from jaxlens.sampling.population import Population, population
from jaxlens.simulator import batched
from jaxlens.simulator.checked_arrays import CheckedArrays
from jaxlens.simulator.checks import (
    changed_hyperparameters,
    checked_params,
    image_indices,
    system_indices,
)
from jaxlens.simulator.generation import Params
from jaxlens.simulator.given_params import full_params
from jaxlens.simulator.name_table import name_rows
from jaxlens.simulator.psf_bounds import remember_widths, scene_for_params, without_bound

if TYPE_CHECKING:
    import pandas as pd

# Where only names or shapes are asked for any key will do.
ANY_KEY = np.zeros(2, np.uint32)


class SimulatorBase:
    """The parts of a Simulator, and copies of it that differ in some of them.

    Attributes:
        config: the configuration file.
        configuration: the configuration of the file that is simulated.
        population: what is drawn.
        static_population: the same without arrays, which is static under jit.
        scene: what is imaged, static under jit.
        assets: the arrays that all systems share.
    """

    def __init__(
        self,
        config: Config | str | PathLike[str] | Mapping[str, Any],
        configuration: str | None = None,
        survey: str | None = None,
        bands: str | Sequence[str] | None = None,
    ) -> None:
        asked = None if configuration is None else (configuration,)
        self.config = load_config(config, survey, asked, bands)
        if not isinstance(config, Config):
            issue_warnings(self.config.passed_over)
        self.configuration: Configuration = self.config.configuration(configuration)
        self.population: Population = population(self.config, self.configuration)
        self.scene: Scene = scene(self.config, self.configuration)
        self._scene_of_draws: Scene | None = None
        self.assets: Assets = assets(self.config, self.configuration)
        # what is static under jit holds no arrays, since jit keeps it for good
        self.static_population: Population = self.population.static
        self._hyperparameters: dict[np.dtype[Any], Params] = {}
        self._short: dict[tuple[str, ...], ShortNames] = {}
        self._known = CheckedArrays()

    def __repr__(self) -> str:
        return f"Simulator({self.config.name!r}, {self.configuration.label!r})"

    @property
    def bands(self) -> tuple[str, ...]:
        """The names of the bands, in the order of the images."""
        return self.scene.bands

    @property
    def drawn_scene(self) -> Scene:
        """The scene of the file, whose parameters are drawn: that of `with_pixel_map` and others has more."""
        return self.scene if self._scene_of_draws is None else self._scene_of_draws

    @property
    def given_parameters(self) -> tuple[str, ...]:
        """The keys of `params` that `sample` does not draw, which the caller gives."""
        return tuple(name for name in self.parameter_names if name not in self.drawn_scene.parameters)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The keys of `params`."""
        return self.scene.parameters

    @property
    def short_names(self) -> ShortNames:
        """What the full and short names of the parameters mean."""
        names = self.parameter_names
        if names not in self._short:
            self._short[names] = ShortNames(names, object_names(self.configuration))
        return self._short[names]

    def names(self) -> pd.DataFrame:
        """All numbers of a system: the shortest name, the value or distribution in the file, and the unit.

        Every argument that names parameters takes the short name or the full one: `free`, `fixed` and `tie`
        of a fit, labels of streams, keys of `params`, `Dataset.update_param`, columns of `view_corner`.

        Returns:
            A row for each number, by its full name; those of the file come first, in its order, also such on
            which no image depends.  The columns are `short`, `value` and `unit`.

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> sim.names().loc["PLANE_1-OBJECT_1-MASS_PROFILE_1-sigma_v"].tolist()
        ['sigma_v', 'normal(mean=290, std=20)', 'km/s']
        """
        # pandas, which simulations do without
        import pandas as pd

        rows = name_rows(self.config, self.configuration, self.population, self.parameter_names)
        known = [row.name for row in rows] + list(derived_names(self.configuration))
        names = ShortNames([*known, *self.parameter_names], object_names(self.configuration))
        columns = {
            "short": [names.shortest(row.name) for row in rows],
            "value": [row.value for row in rows],
            "unit": [row.unit for row in rows],
        }
        return pd.DataFrame(columns, index=pd.Index([row.name for row in rows], name="name"))

    @property
    def short_paths(self) -> ShortNames:
        """What the full and short paths of `hyperparameters` mean."""
        paths = tuple(self.hyperparameters)
        if paths not in self._short:
            species = {f"SPECIES.{one.label}": (one.name,) for one in self.config.species}
            self._short[paths] = ShortNames(paths, species)
        return self._short[paths]

    def full_name(self, name: str) -> str:
        """The full name of the parameter that a short name means, which is its key in `params`.

        A full name means itself, and so does any ending of it that no other parameter has, and such words of
        it as only one has; the NAME of an object may stand before what is its own.

        Raises:
            ValueError: if it may mean several parameters, which are listed, or none, with similar names.

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> sim.full_name("sigma_v")
        'PLANE_1-OBJECT_1-MASS_PROFILE_1-sigma_v'
        >>> sim.full_name("SOURCE.n_sersic")
        'PLANE_2-OBJECT_1-LIGHT_PROFILE_1-n_sersic'
        """
        return self.short_names.full(name)

    @property
    def hyperparameters(self) -> Params:
        """Every number of the file on which a draw depends, by its path in the file, on the device."""
        dtype = jnp.result_type(float)
        if dtype not in self._hyperparameters:
            # also inside a caller's jit, which must not leave its tracers here
            with jax.ensure_compile_time_eval():
                values = self.population.hyperparameters.items()
                self._hyperparameters[dtype] = {
                    path: jax.device_put(np.asarray(value, dtype)) for path, value in values
                }
        return self._hyperparameters[dtype]

    def with_image_slots(self, slots: int) -> Self:
        """The same simulator with `slots` images of each point source at most."""
        return self.replace(scene=dataclasses.replace(self.scene, image_slots=slots))

    def with_unbounded_psf(self) -> Self:
        """The same simulator, whose Gaussian PSF may be of any width inside jit too.

        Its blur is then two matrix products.  A PSF of another kind stays as it is.
        """
        scene = without_bound(self.scene)
        return self if scene is self.scene else self.replace(scene=scene)

    def with_pixel_map(self, num_pix: int | None = None) -> Self:
        """The same simulator, whose images are those of pixels with a map of each system's own.

        The six numbers transform_xx, transform_xy, transform_yx, transform_yy, x_shift and y_shift are then
        parameters, each (n,), in the place of `pixel_scale`; `sample` does not draw them.  The seeing stays
        that of the file in arcsec.

        Args:
            num_pix: pixels along a side of an image; None: as many as in the file.

        >>> import jaxlens, jax.numpy as jnp
        >>> sim = jaxlens.Simulator("galaxy_galaxy").with_pixel_map()
        >>> params = sim.sample(1, 2)
        >>> numbers = {"xx": -0.2, "xy": 0.01, "yx": 0.01, "yy": 0.2}
        >>> pixels = {f"transform_{own}": jnp.full((2,), value) for own, value in numbers.items()}
        >>> pixels |= {"x_shift": jnp.array([0.03, -0.05]), "y_shift": jnp.array([0.0, 0.08])}
        >>> sim.render(params | pixels).shape[:2]
        (2, 3)
        """
        scene = with_pixel_map(self.scene, num_pix)
        return self.replace(scene=scene, _scene_of_draws=self.drawn_scene)

    def with_local_psf(self, size: int, factor: int = 1) -> Self:
        """The same simulator with a PSF of each system's own in place of the file's.

        It is the parameter `psf_kernel`, (n, size, size), or (n, bands, size, size) where each band has its
        own, which `sample` does not draw.  It is scaled to unit sum, and its rows and columns are those of
        the image.

        Args:
            size: pixels along a side of the kernel, odd, which therefore has a middle.
            factor: the number of the kernel's pixels along one side of an image pixel.

        Raises:
            ValueError: if `size` is even or below 1, or `factor` is below 1.
        """
        if size < 1 or size % 2 == 0:
            raise ValueError(f"size is {size}; give an odd number of pixels, which has a middle")
        if factor < 1:
            raise ValueError(f"factor is {factor}; it must be at least 1, the kernel's pixels to the image's")
        scene = with_kernel(self.scene, size, factor, own=True)
        return self.replace(scene=scene, _scene_of_draws=self.drawn_scene)

    def replace(self, **changes: Any) -> Self:
        """A copy with some attributes changed, such as `scene` or `assets`.

        Raises:
            TypeError: if there is no attribute of that name.
        """
        unknown = [name for name in changes if name not in self.__dict__]
        if unknown:
            raise TypeError(f"a Simulator has no attribute {unknown[0]}")
        copy = object.__new__(type(self))
        # what is legal for another scene or other assets may not be so for these
        copy.__dict__ |= self.__dict__ | {"_known": CheckedArrays()} | changes
        return copy

    def _refuse_given(self) -> None:
        """ValueError where the file does not draw all numbers that images depend on."""
        given = self.given_parameters
        if given:
            raise ValueError(
                f"{', '.join(given)} of each system are not drawn by the file; make images with "
                "sim.render(params) or sim.observe(key, params), which get them in params"
            )

    def _checked(self, params: Mapping[str, ArrayLike]) -> tuple[Params, Scene]:
        """`params` as float arrays, and the scene whose PSF admits them."""
        checked = self._arrays(params)
        return checked, scene_for_params(self.scene, checked, self._known)

    def _drawn(self, params: Params) -> Params:
        """`params`, which were drawn with the file's own numbers, and are known to be legal from here on."""
        remember_widths(self._known, self.scene, params)
        for name in ("BACKGROUND_IDX", *image_indices(self.assets, params)):
            self._known.add(params.get(name))
        return params

    def _arrays(self, params: Mapping[str, ArrayLike]) -> Params:
        """`params` as float arrays with full names; ValueError where names or shapes are wrong."""
        given = full_params(params, self.short_names, lambda: self._value_names)
        return checked_params(self.scene, self.assets, given, self._known)

    def _changed(
        self, hyperparameters: Mapping[str, ArrayLike] | None
    ) -> tuple[Params, Mapping[str, ArrayLike]]:
        """The numbers of the file with those that are changed, and the changes alone by their full paths."""
        if not hyperparameters:
            return self.hyperparameters, {}
        changes = self.short_paths.full_keys(hyperparameters, "hyperparameters")
        return changed_hyperparameters(self.hyperparameters, changes), changes

    @cached_property
    def _value_names(self) -> frozenset[str]:
        """The names of all values of a system, also those on which its image does not depend."""
        arguments = self.hyperparameters, ANY_KEY, system_indices(0, 1), self.assets

        def values(numbers: Params, key: Any, indices: Any, assets: Assets) -> Params:
            arrays = numbers, key, indices, assets
            if self.drawn_scene.series is None:
                return batched.tabulate(self.static_population, self.drawn_scene, *arrays).values
            return batched.generate(self.static_population, self.drawn_scene, *arrays, False).values

        return frozenset(jax.eval_shape(values, *arguments))
