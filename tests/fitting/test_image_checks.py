"""Checks of images against the simulator that is to be fitted."""

import re

import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.fitting.image_checks import check_images


def test_images_are_checked_against_the_simulator(small_lens):
    sim = Simulator(small_lens)
    one = np.ones((2, 24, 24))
    pixels = check_images(sim, one, noise_sigma=0.1, mask=one[0] > 0)
    assert [a.shape for a in pixels] == [(1, 2, 24, 24)] * 3
    assert check_images(sim, [one, one]).noise_sigma is None
    for shape in [(2, 23, 24), (1, 24, 24), (3, 1, 24, 24), (24, 24)]:
        right = f"images has shape {shape}; it must be (n, 2, 24, 24) for the bands g, r"
        with pytest.raises(ValueError, match=re.escape(right)):
            check_images(sim, np.ones(shape))
    with pytest.raises(ValueError, match="there are no images"):
        check_images(sim, np.ones((0, 2, 24, 24)))
    masks = np.ones((3, 2, 24, 24), bool)
    masks[1:] = False
    with pytest.raises(ValueError, match="no pixel of image 1, 2 is used"):
        check_images(sim, [one] * 3, mask=masks)
    with pytest.raises(
        ValueError, match=re.escape("noise_sigma has shape (3,); the image has (1, 2, 24, 24)")
    ):
        check_images(sim, one, noise_sigma=np.ones(3))
