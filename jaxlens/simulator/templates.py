"""A system of a Simulator as files of COOLEST."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import jax
import numpy as np
from jax.typing import ArrayLike

from jaxlens.imaging.noise import noise_sigma
from jaxlens.simulator import batched
from jaxlens.simulator.checks import system_count
from jaxlens.simulator.densities import SimulatorDensities


class SimulatorTemplates(SimulatorDensities):
    """The methods of a Simulator that write a system in the format of other codes."""

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

        >>> import jax, jaxlens
        >>> sim = jaxlens.Simulator("galaxy_galaxy")
        >>> params = sim.sample(jax.random.key(1, impl="threefry2x32"), 3)
        >>> sim.to_coolest(params, 0, "lens.json")  # doctest: +SKIP
        [PosixPath('lens_g.json'), PosixPath('lens_r.json'), PosixPath('lens_i.json')]
        """
        # with what only files need
        from jaxlens.exchange.coolest import write_templates
        from jaxlens.exchange.coolest_system import refused_kinds, templates_of

        refused_kinds(self.config, self.configuration, self.scene)
        checked, scene = self._checked(params)
        index = _index(i, system_count(checked))
        one = {name: value[index : index + 1] for name, value in checked.items()}
        found = batched.image_positions(scene, one, self.assets) if scene.lensed_points else {}
        light = batched.render(scene, one, self.assets)[0]
        own = {name: value[0] for name, value in one.items()}
        pixels = np.asarray(light if image is None else image)
        if pixels.shape != scene.image_shape:
            raise ValueError(f"image has shape {pixels.shape}; give {scene.image_shape}")
        templates = templates_of(
            self.config,
            self.configuration,
            scene,
            self.assets,
            own,
            jax.tree.map(lambda value: value[0], found),
            pixels,
            np.asarray(noise_sigma(scene, own, light)) if as_pixels else None,
            sky,
        )
        return write_templates(templates, path)


def _index(i: int, count: int) -> int:
    """The index of a system; ValueError where there is none."""
    try:
        index = operator.index(i)
    except TypeError:
        index = -1
    if not 0 <= index < count:
        raise ValueError(f"i is {i!r}; give the number of a system, from 0 to {count - 1}")
    return index
