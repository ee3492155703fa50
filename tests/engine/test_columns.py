"""Values of a batch in one array, and back."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.engine.columns import layout, packed, unpacked


def test_the_layout_is_that_of_the_values_of_a_system(small_lens: dict[str, Any]) -> None:
    shapes = layout(Simulator(small_lens))
    assert list(shapes) == sorted(shapes)
    assert shapes["seeing"] == (2,)
    assert shapes["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"] == ()


def test_unpacking_gives_what_was_packed() -> None:
    values = {"b": jnp.arange(6.0).reshape(3, 2), "a": jnp.arange(3.0)}
    array = packed(values)
    assert array.shape == (3, 3)
    for kind in (array, np.asarray(array)):
        back = unpacked(kind, {"a": (), "b": (2,)})
        for name, value in values.items():
            np.testing.assert_array_equal(back[name], value)
