"""A system of a Simulator for other codes."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.imaging.noise import noise_sigma
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

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(1, 2)
        >>> sim.to_lenstronomy(params, 0)["g"]["kwargs_model"]["lens_model_list"]
        ['SIE', 'SHEAR']
        """
        from jaxlens.exchange.lenstronomy import to_lenstronomy

        scene, own, images = self._one_system(params, i)
        return to_lenstronomy(scene, own, images, self.assets, epoch)

    def to_coolest(
        self,
        params: Mapping[str, ArrayLike],
        i: int,
        path: str | PathLike[str],
        *,
        image: ArrayLike | None = None,
        as_pixels: bool = False,
        sky: tuple[float, float] = (0.0, 0.0),
    ) -> list[Path]:
        """Write a system as COOLEST templates (Galan et al. 2023), one for each band.

        A template is a JSON file with FITS files beside it.  Its x grows to the west, so that these images
        are mirror images of those of jaxlens, whose x grows to the east.  `jaxlens.from_coolest` reads it.

        Args:
            params: the parameters by name, as in `render`.
            i: which of the systems.
            path: the JSON file of the only band; of several bands `name.json` stands for `name_g.json`, ...
            image: what is observed, electrons/s, (bands, num_pix, num_pix); by default the image without
                noise.
            as_pixels: whether PSF and noise are images, which lenstronomy's reader of COOLEST asks for, also
                where COOLEST has words for them.
            sky: right ascension and declination of the origin of x and y, degrees.

        Returns:
            The paths of the JSON files, in the order of the bands.

        Raises:
            ImportError: if the package coolest is not installed (the extra `coolest`).
            ValueError: if COOLEST cannot hold the system; the message lists what.

        >>> import jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(1, 3)
        >>> sim.to_coolest(params, 0, "lens.json")  # doctest: +SKIP
        [PosixPath('lens_g.json'), PosixPath('lens_r.json'), PosixPath('lens_i.json')]
        """
        # with what only files need
        from jaxlens.exchange.coolest import write_templates
        from jaxlens.exchange.coolest_system import refused_kinds, templates_of

        refused_kinds(self.config, self.configuration, self.scene)
        scene, own, found = self._one_system(params, i)
        light = np.asarray(
            batched.render(scene, {name: one[None] for name, one in own.items()}, self.assets)[0]
        )
        pixels = light if image is None else np.asarray(image)
        if pixels.shape != scene.image_shape:
            raise ValueError(f"image has shape {pixels.shape}; give {scene.image_shape}")
        templates = templates_of(
            self.config,
            self.configuration,
            scene,
            self.assets,
            own,
            found,
            pixels,
            np.asarray(noise_sigma(scene, own, jnp.asarray(light))) if as_pixels else None,
            sky,
        )
        return write_templates(templates, path)

    def _one_system(
        self, params: Mapping[str, ArrayLike], i: int
    ) -> tuple[Scene, Params, dict[str, ImagePositions]]:
        """The scene, the parameters of system `i`, and the images of its lensed point sources."""
        checked, scene = self._checked(params)
        count = system_count(checked)
        index = _index(i, count)
        batch = {name: value[index : index + 1] for name, value in checked.items()}
        images = batched.image_positions(scene, batch, self.assets) if scene.lensed_points else {}
        return scene, *jax.tree.map(lambda array: array[0], (batch, images))


def _index(i: int, count: int) -> int:
    """The index of a system; ValueError where there is none."""
    try:
        index = operator.index(i)
    except TypeError:
        index = -1
    if not 0 <= index < count:
        raise ValueError(f"i is {i!r}, and there are {count} systems; give a number from 0 to {count - 1}")
    return index
