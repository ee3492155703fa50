"""The settings under which blurs and stamps by pixel kernels are compared with lenstronomy's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """How a kernel is applied.

    Attributes:
        side: pixels along a side of the kernel; None for a Moffat profile.
        kernel_factor: samples of the kernel along a side of a pixel.
        num_pix: pixels along a side of the image.
        supersampling: sub-pixels along a side of a pixel on which extended light is given.
        convolution: supersampling_convolution of the file.
        supersampling_kernel_size: as in the file.
        convolution_kernel_size: as in the file.
        point_factor: point_source_supersampling_factor of the file.
    """

    side: int | None
    kernel_factor: int
    num_pix: int
    supersampling: int = 1
    convolution: bool = False
    supersampling_kernel_size: int = 5
    convolution_kernel_size: int | None = None
    point_factor: int = 1


KERNELS = {
    "kernel": Setting(9, 1, 14),
    "kernel wider than the image": Setting(41, 1, 13),
    "kernel of half pixels": Setting(15, 2, 13, point_factor=2),
    "kernel of thirds of a pixel, points on pixels": Setting(21, 3, 14, supersampling=2),
    "kernel, cut for the convolution": Setting(9, 1, 13, supersampling=2, convolution_kernel_size=5),
    "kernel, convolution on half pixels": Setting(9, 1, 14, 2, True, point_factor=2),
    "kernel, convolution on thirds of a pixel": Setting(9, 1, 13, 3, True, point_factor=3),
    "kernel of thirds of a pixel, convolution on them": Setting(
        45, 3, 12, 3, True, supersampling_kernel_size=3, point_factor=3
    ),
    "kernel of thirds of a pixel, convolution on half pixels": Setting(
        21, 3, 13, 2, True, supersampling_kernel_size=1, point_factor=4
    ),
    "kernel of half pixels, convolution on them, cut": Setting(25, 2, 12, 2, True, 3, 9, 2),
    "Moffat": Setting(None, 1, 14, 3),
    "Moffat, convolution on half pixels": Setting(None, 2, 13, 2, True, 3, point_factor=2),
    "Moffat, convolution on thirds of a pixel": Setting(None, 3, 12, 3, True, point_factor=3),
}
