"""Products of the best models of a fit: maps of the lens, radii, critical curves and parts of the image."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

import jax.numpy as jnp
import numpy as np
import yaml
from jax.typing import ArrayLike

from jaxlens.config import load_config
from jaxlens.config.model import TRANSFORM
from jaxlens.kernels.types import Params
from jaxlens.products.critical_curves import CriticalCurves
from jaxlens.simulator.lens_curves import Caustics
from jaxlens.simulator.lens_maps import Shear
from jaxlens.simulator.simulator import Simulator


class ResultProducts:
    """The products of a result, each as the method of `Simulator` of that name gives it.

    Attributes:
        params: all parameters of the best models.
        configuration: the label of the configuration that was fitted.
        config: the text of its YAML file.
        images: the data, (n, bands, y, x).
        sim: the simulator that was fitted, or None.
    """

    params: Mapping[str, np.ndarray]
    configuration: str
    config: str
    images: np.ndarray
    sim: Simulator | None

    @cached_property
    def simulator(self) -> Simulator:
        """The simulator that was fitted; of a result from a file one of its configuration and pixels."""
        if self.sim is not None:
            return self.sim
        found = Simulator(load_config(yaml.safe_load(self.config)), self.configuration)
        return found.with_pixel_map(self.images.shape[-1]) if TRANSFORM[0] in self.params else found

    def convergence(self, x: ArrayLike | None = None, y: ArrayLike | None = None) -> np.ndarray:
        """The convergence of the best models, (n, ...), as `Simulator.convergence`.

        Args:
            x: directions on the sky (arcsec), any shape; by default the centres of the pixels.
            y: the other coordinate, of the same shape.
        """
        return np.asarray(self.simulator.convergence(self._of_lens, x, y))

    def shear(self, x: ArrayLike | None = None, y: ArrayLike | None = None) -> Shear:
        """The shear of the best models, (n, ...), as `Simulator.shear`.

        Args:
            x: as in `convergence`.
            y: as in `convergence`.
        """
        return self.simulator.shear(self._of_lens, x, y)

    def magnification(self, x: ArrayLike | None = None, y: ArrayLike | None = None) -> np.ndarray:
        """The signed magnification of the best models, (n, ...), as `Simulator.magnification`.

        Args:
            x: as in `convergence`.
            y: as in `convergence`.
        """
        return np.asarray(self.simulator.magnification(self._of_lens, x, y))

    def einstein_radius(self, by: Literal["area", "mass"] = "area") -> np.ndarray:
        """The Einstein radii of the best models, arcsec, (n,), as `Simulator.einstein_radius`.

        Args:
            by: "area" or "mass".
        """
        return np.asarray(self.simulator.einstein_radius(self._of_lens, by))

    def critical_curves(self) -> list[CriticalCurves]:
        """The critical curves and caustics of each best model, as `Simulator.critical_curves`."""
        return self.simulator.critical_curves(self._of_lens)

    def caustics(self) -> list[Caustics]:
        """The caustics of each best model, as `Simulator.caustics`."""
        return self.simulator.caustics(self._of_lens)

    @property
    def _of_lens(self) -> Params:
        """The parameters that the simulator knows, without the PSF of each image."""
        dtype = jnp.result_type(float)
        names = self.simulator.parameter_names
        return {name: jnp.asarray(self.params[name], dtype) for name in names if name in self.params}
