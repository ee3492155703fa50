"""The check of image positions behind every profile: a missed image counts, and a few families pass."""

from __future__ import annotations

import numpy as np
import pytest

from validation.agreement.registered import images


@pytest.mark.slow
def test_a_cored_lens_and_a_line_of_sight_have_the_images_of_a_fine_grid():
    for lenses in (images.single("NFW"), images.beside_sie("LOS")):
        found = images.wrong_images(lenses)
        assert found.images.sum() >= 6
        assert not found.missed.any()
        assert not found.spurious.any()


@pytest.mark.slow
def test_an_image_that_the_search_leaves_out_is_missed(monkeypatch: pytest.MonkeyPatch):
    whole = images._searched

    def without_brightest(*arguments: object) -> tuple[np.ndarray, ...]:
        x, y, mu, mask = whole(*arguments)
        return x, y, mu, mask & (np.arange(mask.shape[1]) > 0)

    monkeypatch.setattr(images, "_searched", without_brightest)
    found = images.wrong_images(images.single("SIS"))
    assert np.all(found.missed == 1)
