"""The settings under which blurs and stamps by pixel kernels are compared with lenstronomy's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """How a kernel is applied, under the names of IMAGE; `kernel_size` is convolution_kernel_size.

    A Moffat profile (`side` None) is sampled at `sampled` to a pixel.
    """

    side: int | None
    sampled: int
    num_pix: int
    supersampling: int = 1
    convolution: bool = False
    core: int = 5
    kernel_size: int | None = None
    points: int = 1


KERNELS = {
    "kernel": Setting(9, 1, 14),
    "kernel wider than the image": Setting(41, 1, 13),
    "kernel of half pixels": Setting(15, 2, 13, points=2),
    "kernel of thirds of a pixel, points on pixels": Setting(21, 3, 14, supersampling=2),
    "kernel, cut for the convolution": Setting(9, 1, 13, supersampling=2, kernel_size=5),
    "kernel, convolution on half pixels": Setting(9, 1, 14, 2, True, points=2),
    "kernel, convolution on thirds of a pixel": Setting(9, 1, 13, 3, True, points=3),
    "kernel of thirds of a pixel, convolution on them": Setting(45, 3, 12, 3, True, core=3, points=3),
    "kernel of thirds of a pixel, convolution on half pixels": Setting(21, 3, 13, 2, True, core=1, points=4),
    "kernel of half pixels, convolution on them, cut": Setting(25, 2, 12, 2, True, 3, 9, 2),
    "Moffat": Setting(None, 1, 14, 3),
    "Moffat, convolution on half pixels": Setting(None, 2, 13, 2, True, 3, points=2),
    "Moffat, convolution on thirds of a pixel": Setting(None, 3, 12, 3, True, points=3),
}
