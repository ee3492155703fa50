"""Images brought to another number of pixels, without another pixel scale."""

from __future__ import annotations

import numpy as np


def cut_or_pad(images: np.ndarray, size: int) -> np.ndarray:
    """`images` (..., y, x), cut or padded with zeros to (..., size, size) about their centre.

    Where an odd number of rows or columns is cut or added, the end gets one more than the start, so that
    cutting reverses padding.

    >>> cut_or_pad(np.array([[1.0, 2.0, 3.0, 4.0]]), 3)
    array([[0., 0., 0.],
           [1., 2., 3.],
           [0., 0., 0.]])
    """
    for axis in (-2, -1):
        extra = images.shape[axis] - size
        if extra > 0:
            images = np.take(images, np.arange(extra // 2, extra // 2 + size), axis=axis)
        elif extra < 0:
            width = [(0, 0)] * images.ndim
            width[axis] = (-extra // 2, -extra - -extra // 2)
            images = np.pad(images, width)
    return images
