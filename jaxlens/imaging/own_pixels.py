"""Scenes whose systems have pixels or a PSF of their own, as in windows of a real image."""

from __future__ import annotations

from dataclasses import replace

from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.psf.resampling import resampled_side


def with_pixel_map(scene: Scene, num_pix: int | None = None) -> Scene:
    """The scene with the six numbers of a map in place of `pixel_scale` among the parameters.

    Args:
        scene: the static part of the configuration.
        num_pix: pixels along a side of an image; None: as many as before.
    """
    side = scene.num_pix if num_pix is None else num_pix
    names: list[str] = []
    for name in scene.parameters:
        names += PIXEL_MAP if name == PIXEL_SCALE else [name]
    optics = replace(scene.optics, num_pix=side)
    return replace(scene, num_pix=side, optics=optics, parameters=tuple(names))


def with_kernel(scene: Scene, side: int, factor: int, own: bool) -> Scene:
    """The scene with a PSF that is an array of pixels in place of the file's, as under psf_type PIXEL.

    Args:
        scene: the static part of the configuration.
        side: pixels along a side of the array, odd.
        factor: pixels of the array along a side of a pixel of the image.
        own: whether each system has one of its own, the parameter `psf_kernel`; otherwise all share that of
            `Assets`.
    """
    before = scene.optics
    point_factor = max(before.point_factor, factor)
    optics = replace(
        before,
        psf="PIXEL",
        kernel_factor=factor,
        point_factor=point_factor,
        exact_points=False,
        radius=None,
        point_radius=resampled_side(side, factor, point_factor) // 2,
        own_kernel=side if own else 0,
    )
    names = [name for name in scene.parameters if name not in before.parameters]
    return replace(scene, optics=optics, parameters=(*names, *optics.parameters))
