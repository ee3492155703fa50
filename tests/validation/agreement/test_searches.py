"""The check of image positions behind every profile counts an image that is not found."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from validation.agreement.checks.searches import QUICK_ALONE
from validation.agreement.registered import images


@pytest.mark.long
def test_an_image_that_the_search_leaves_out_is_missed(monkeypatch: pytest.MonkeyPatch):
    with jax.enable_x64(True):
        found = images.wrong_images(images.single(QUICK_ALONE[0]))
    assert not np.any(found.missed)
    assert not np.any(found.spurious)
    whole = images._searched

    def without_brightest(*arguments: object) -> tuple[np.ndarray, ...]:
        x, y, mu, mask = whole(*arguments)
        return x, y, mu, mask & (np.arange(mask.shape[1]) > 0)

    monkeypatch.setattr(images, "_searched", without_brightest)
    with jax.enable_x64(True):
        found = images.wrong_images(images.single(QUICK_ALONE[0]))
    assert np.all(found.missed == 1)
