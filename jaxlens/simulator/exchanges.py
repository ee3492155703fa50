"""A system of a Simulator for other codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
from jax.typing import ArrayLike

from jaxlens.imaging.scene import Scene
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.simulator import batched
from jaxlens.simulator.checks import system_count
from jaxlens.simulator.densities import SimulatorDensities
from jaxlens.simulator.generation import Params


class SimulatorExchanges(SimulatorDensities):
    """The methods of a Simulator that give a system to other codes."""

    def to_lenstronomy(
        self, params: Mapping[str, ArrayLike], i: int = 0, epoch: int | None = None
    ) -> dict[str, dict[str, Any]]:
        """The arguments with which lenstronomy makes the image of system `i` without noise.

        Numbers are those of `params`; what follows from them (amplitudes, Einstein radii, image positions) is
        computed in JAX's precision.  So the two images agree to 1e-7 of the peak where x64 is on.

        Args:
            params: the parameters of some systems, as in `render`.
            i: which of them, from 0.
            epoch: of a time series the number of the epoch, from 0.

        Returns:
            By band, without bands that are not observed at the epoch: `kwargs_data`, `kwargs_psf`,
            `kwargs_numerics` and `kwargs_model`, which lenstronomy's `create_image_model` takes;
            `kwargs_params`, the arguments of `image` of what that returns; and `magnitude_zero_point`, the
            magnitude of 1 count/s.  `kwargs_data` has an empty image.

        Raises:
            ExchangeError: (a ValueError) for what lenstronomy cannot hold: profiles of your own, images that
                are interpolated cubically, `point_source: exact`, and several lens planes in a curved
                universe or with matter along the line of sight.
            ValueError: for a system that is not there, and an epoch that is missing or too many; and as
                `render`.

        >>> import jax, jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(jax.random.key(1, impl="threefry2x32"), 2)
        >>> sim.to_lenstronomy(params, 0)["g"]["kwargs_model"]["lens_model_list"]
        ['SIE', 'SHEAR']
        """
        from jaxlens.exchange.lenstronomy import to_lenstronomy

        scene, own, images = self._one_system(params, i)
        return to_lenstronomy(scene, own, images, self.assets, epoch)

    def _one_system(
        self, params: Mapping[str, ArrayLike], i: int
    ) -> tuple[Scene, Params, dict[str, ImagePositions]]:
        """The scene, the parameters of system `i`, and the images of its lensed point sources."""
        checked, scene = self._checked(params)
        count = system_count(checked)
        if not 0 <= i < count:
            raise ValueError(f"i is {i}, and there are {count} systems; give a number from 0 to {count - 1}")
        batch = {name: value[i : i + 1] for name, value in checked.items()}
        images = batched.image_positions(scene, batch, self.assets) if scene.lensed_points else {}
        return scene, *jax.tree.map(lambda array: array[0], (batch, images))
