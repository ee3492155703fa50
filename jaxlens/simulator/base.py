"""What a Simulator is made of: a configuration's population, scene and assets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.config import Config, issue_warnings, load_config
from jaxlens.config.model import Configuration
from jaxlens.imaging.assets import Assets, assets
from jaxlens.imaging.scene import Scene, scene
from jaxlens.sampling.population import Population, population
from jaxlens.simulator import batched
from jaxlens.simulator.checked_arrays import CheckedArrays
from jaxlens.simulator.checks import checked_params, image_indices, refuse_unknown, system_indices
from jaxlens.simulator.generation import Params
from jaxlens.simulator.psf_bounds import remember_widths, scene_for_params, without_bound

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
    ) -> None:
        asked = None if configuration is None else (configuration,)
        self.config = load_config(config, survey=survey, configurations=asked)
        if not isinstance(config, Config):
            issue_warnings(self.config.passed_over)
        self.configuration: Configuration = self.config.configuration(configuration)
        self.population: Population = population(self.config, self.configuration)
        self.scene: Scene = scene(self.config, self.configuration)
        self.assets: Assets = assets(self.config, self.configuration)
        # what is static under jit holds no arrays, since jit keeps it for good
        self.static_population: Population = self.population.static
        self._hyperparameters: dict[np.dtype[Any], Params] = {}
        self._known = CheckedArrays()

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
        """`params` as float arrays; ValueError where a parameter is missing or no value has its name."""
        checked = checked_params(self.scene, self.assets, params, self._known)
        if len(params) > len(checked):
            refuse_unknown(params, self.parameter_names, self._value_names)
        return checked

    @cached_property
    def _value_names(self) -> frozenset[str]:
        """The names of all values of a system, also those on which its image does not depend."""
        arguments = self.hyperparameters, ANY_KEY, system_indices(0, 1), self.assets

        def values(numbers: Params, key: Any, indices: Any, assets: Assets) -> Params:
            arrays = numbers, key, indices, assets
            if self.scene.series is None:
                return batched.tabulate(self.static_population, self.scene, *arrays).values
            return batched.generate(self.static_population, self.scene, *arrays, False).values

        return frozenset(jax.eval_shape(values, *arguments))
