"""The method of a Simulator that draws a system: its image, its lens and its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.imaging.pixel_grid import PixelMap, angles, image_pixels, pixel_grid, pixel_scale
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Pair, Params
from jaxlens.plotting.lensing import LensCurves, PointImages
from jaxlens.plotting.system import SystemPicture, view_system
from jaxlens.products import lens_maps
from jaxlens.products.source_plane import point_source_positions, source_light
from jaxlens.simulator import batched, lens_programs
from jaxlens.simulator.light_products import SimulatorLightProducts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Points along a side of the maps of the convergence and of the source.
_POINTS = 160
# The map of the source shows where this share of its light is, the brightest, and caustics, with some room.
_SHOWN, _ROOM = 0.7, 1.12
# The source is first looked for within this share of the image.
_SEARCHED = 0.7


class SimulatorPlots(SimulatorLightProducts):
    """The method of a Simulator that draws a system."""

    def plot(
        self,
        params: Mapping[str, ArrayLike],
        i: int = 0,
        *,
        image: ArrayLike | None = None,
        rgb_bands: Sequence[str | int] | None = None,
        epoch: int = 0,
        title: str = "",
    ) -> Figure:
        """Draw a system: its image, convergence with critical curves, and source with caustics.

        The image is in colours where there are three bands.  The images of lensed point sources have letters
        and magnifications.  A system in which nothing is lensed has its image alone.

        Args:
            params: the parameters of some systems, as in `render`.
            i: which of them, from 0.
            image: what is drawn in place of the image without noise: counts/s, (bands, num_pix, num_pix),
                such as that of `observe`.
            rgb_bands: the three bands of the colours, bluest first, or the one that is drawn, by name or
                index; by default g, r, i or others like them.
            epoch: of a time series the epoch whose image is drawn.
            title: what stands above the figure.

        Returns:
            A matplotlib `Figure`.

        Raises:
            ValueError: for a system that is not there, an image of another shape, or bands that are not
                those of the file; and as `render`.
            ImportError: if matplotlib is not installed (the extra `plot`).

        Examples:
            The second system of a seed, which docs/howto/critical_curves.md draws::

                params = sim.sample(1, 2)
                sim.plot(params, 1).savefig("system.png")
        """
        return view_system(self.picture(params, i, image, rgb_bands, epoch, title))

    def picture(
        self,
        params: Mapping[str, ArrayLike],
        i: int = 0,
        image: ArrayLike | None = None,
        rgb_bands: Sequence[str | int] | None = None,
        epoch: int = 0,
        title: str = "",
    ) -> SystemPicture:
        """The arrays that `plot` draws, for a figure of your own; the arguments are those of `plot`.

        Args:
            params: the parameters of some systems, as in `render`.
            i: which of them, from 0.
            image: what is drawn in place of the image without noise.
            rgb_bands: the bands that are drawn.
            epoch: of a time series the epoch whose image is drawn.
            title: what stands above the figure.
        """
        scene, own, found = self._one_system(params, i)
        one = {name: value[None] for name, value in own.items()}
        j = lens_maps.lensed_plane(scene)
        if image is None:
            light = np.asarray(batched.render(scene, one, self.assets)[0])
            light = light if scene.series is None else light[epoch]
        else:
            light = np.asarray(image, float)
        shape = (len(scene.bands), scene.num_pix, scene.num_pix)
        if light.shape != shape:
            raise ValueError(f"image has shape {light.shape}; give {shape}, the bands of one system")
        frame = _Frame(scene, own)
        zeros = np.asarray(own["magnitude_zero_point"], float)
        zeros = zeros[min(epoch, len(zeros) - 1)] if zeros.ndim > 1 else zeros
        shown = SystemPicture(
            light,
            scene.bands,
            frame.half_width,
            np.broadcast_to(zeros, (len(scene.bands),)),
            rgb_bands,
            title=title,
        )
        return shown if not scene.is_lensed(j) else self._with_lens(shown, scene, j, one, found, frame)

    def _with_lens(
        self,
        shown: SystemPicture,
        scene: Scene,
        j: int,
        one: Params,
        found: Mapping[str, ImagePositions],
        frame: _Frame,
    ) -> SystemPicture:
        """The picture of a system with its lens and its source."""
        places = frame.places(_POINTS)
        kappa = lens_programs.mapped(lens_maps.convergence, scene, j, one, places, (), self.assets)
        curves = self.critical_curves(one)[0]
        positions = lens_programs.numbered(point_source_positions, scene, j, one, self.assets)
        points = {
            prefix: PointImages(float(x[0]), float(y[0]), frame.images(found[prefix]))
            for prefix, (x, y) in positions.items()
        }
        lines = LensCurves(
            [frame.at(line) for line in curves.tangential],
            [frame.at(line) for line in curves.radial],
            curves.tangential_caustics,
            curves.radial_caustics,
            curves.cuts,
        )

        def light(center: tuple[float, float], half_width: float) -> np.ndarray:
            axis = half_width * (2.0 * np.arange(_POINTS) + 1.0 - _POINTS) / _POINTS
            x, y = np.meshgrid(axis + center[0], axis + center[1])
            place = jnp.asarray(x[None]), jnp.asarray(y[None])
            own = lens_programs.mapped(source_light, scene, j, one, place, (), self.assets)
            return np.asarray(own[0])

        search = _SEARCHED * shown.half_width
        bright = _bright_places(light((0.0, 0.0), search), search)
        edges = [*lines.tangential_caustics, *lines.radial_caustics, *lines.cuts, bright]
        edges += [np.array([[point.x, point.y]]) for point in points.values()]
        center, half_width = _around(np.concatenate([np.reshape(one, (-1, 2)) for one in edges]), search)
        return replace(
            shown,
            convergence=np.asarray(kappa[0]),
            curves=lines,
            source=light(center, half_width),
            source_half_width=half_width,
            source_center=center,
            points=points,
        )


class _Frame:
    """Arcsec along the rows and columns of an image, from its centre; those of the sky for plain pixels."""

    def __init__(self, scene: Scene, own: Params) -> None:
        self._num_pix, self._grid = scene.num_pix, pixel_grid(own)
        self._scale = float(np.asarray(pixel_scale(own)).ravel()[0])
        self.half_width = 0.5 * self._num_pix * self._scale

    def places(self, points: int) -> Pair:
        """Where the points of a grid over the image are on the sky, each (1, points, points)."""
        offsets = ((np.arange(points) + 0.5) / points - 0.5) * self._num_pix
        i, j = (jnp.asarray(one[None], jnp.result_type(float)) for one in np.meshgrid(offsets, offsets))
        return angles(self._grid, i, j)

    def at(self, line: np.ndarray) -> np.ndarray:
        """Points of the sky, (k, 2), in the frame."""
        if not isinstance(self._grid, PixelMap):
            return np.asarray(line)
        pixels = image_pixels(self._grid, self._num_pix, *np.asarray(line, float).T)
        return (np.stack(pixels, axis=-1) - 0.5 * (self._num_pix - 1)) * self._scale

    def images(self, found: ImagePositions) -> np.ndarray:
        """x, y and magnification of the images of a point source, (images, 3)."""
        mask = np.asarray(found.mask)
        place = self.at(np.stack([np.asarray(found.x), np.asarray(found.y)], axis=-1)[mask])
        return np.column_stack([place, np.asarray(found.magnification)[mask]])


def _bright_places(light: np.ndarray, half_width: float) -> np.ndarray:
    """Where a source is bright, (k, 2), of its light on a square about the origin."""
    mean = light.mean(axis=0)
    descending = np.sort(mean, axis=None)[::-1]
    if not descending[0] > 0.0:
        return np.zeros((0, 2))
    within = np.cumsum(descending) <= _SHOWN * descending.sum()
    faintest = descending[max(int(within.sum()) - 1, 0)]
    axis = half_width * (2.0 * np.arange(len(mean)) + 1.0 - len(mean)) / len(mean)
    rows, columns = np.nonzero(mean >= faintest)
    return np.stack([axis[columns], axis[rows]], axis=-1)


def _around(points: np.ndarray, most: float) -> tuple[tuple[float, float], float]:
    """The centre and half the width of a square with all points in it, at most `most`."""
    if not len(points):
        return (0.0, 0.0), most
    low, high = points.min(axis=0), points.max(axis=0)
    center = 0.5 * (low + high)
    half_width = _ROOM * float(0.5 * (high - low).max())
    return (float(center[0]), float(center[1])), float(np.clip(half_width, 0.02 * most, most))
