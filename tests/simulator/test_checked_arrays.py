"""What a Simulator takes as an array, and of which arrays it does not look at the values again."""

from __future__ import annotations

import copy
import gc
import pickle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.simulator import psf_bounds
from jaxlens.simulator.checked_arrays import CheckedArrays, as_array
from jaxlens.simulator.psf_bounds import scene_for_params

FLOAT = np.dtype(np.float32)


class Waits:
    """Stands in the place of numpy."""

    def __getattr__(self, name: str) -> None:
        raise AssertionError("the host waits for a device")


def on_device(value: float) -> jax.Array:
    return jax.device_put(np.full(2, value, np.float32))


def test_an_array_of_the_type_is_taken_as_it_is() -> None:
    ready = on_device(1.0)
    assert as_array(ready, FLOAT) is ready
    host = np.ones(2, np.float32)
    assert as_array(host, FLOAT) is host  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("value", [2, 2.5, True, np.float64(0.1), np.arange(3), [1.0, 2], np.bool_(True)])
def test_any_other_has_the_values_that_jax_gives_it(value: Any) -> None:
    found, expected = as_array(value, FLOAT), jnp.asarray(value, FLOAT)
    assert (found.dtype, found.shape) == (FLOAT, expected.shape)
    np.testing.assert_array_equal(found, expected)


def test_a_weak_type_is_not_taken_over() -> None:
    weak = jax.jit(lambda: 1.0)()
    assert (weak.weak_type, as_array(weak, weak.dtype).weak_type) == (True, False)


@pytest.mark.parametrize("value", [None, "seeing"])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        as_array(value, FLOAT)


def test_only_the_same_arrays_in_the_same_order_are_known() -> None:
    checked, one, other = CheckedArrays(), on_device(1.0), on_device(2.0)
    checked.add(one, other)
    assert checked.has(one, other)
    assert not any((checked.has(other, one), checked.has(one), checked.has(one, on_device(2.0))))


def test_arrays_that_are_gone_are_forgotten() -> None:
    checked, one = CheckedArrays(), on_device(1.0)
    checked.add(one)
    del one
    gc.collect()
    assert not checked._arrays


def test_what_can_change_or_is_traced_is_not_remembered() -> None:
    checked, host = CheckedArrays(), np.ones(2, np.float32)
    checked.add(host)  # type: ignore[arg-type]
    jax.eval_shape(checked.add, host)
    assert not checked._arrays
    checked.add(one := on_device(1.0))
    for again in (copy.deepcopy(checked), pickle.loads(pickle.dumps(checked))):
        assert not again.has(one)


def test_widths_that_were_drawn_or_seen_are_not_waited_for(
    small_lens: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = 64
    sim = Simulator(small_lens)
    assert sim.scene.optics.is_bounded
    drawn, seen, wide = (
        {"seeing": on_device(seeing), "pixel_scale": on_device(0.2)} for seeing in (0.7, 0.65, 1.4)
    )
    sim._drawn(drawn)
    assert scene_for_params(sim.scene, seen, sim._known) is sim.scene
    for _ in range(2):
        assert scene_for_params(sim.scene, wide, sim._known).optics.radius is None

    # no value of an array reaches the host without numpy
    monkeypatch.setattr(psf_bounds, "np", Waits())
    for params in (drawn, seen):
        assert scene_for_params(sim.scene, params, sim._known) is sim.scene
    free = sim.with_unbounded_psf()
    assert scene_for_params(free.scene, wide, free._known) is free.scene
    with pytest.raises(AssertionError, match="waits"):
        scene_for_params(sim.scene, drawn | {"pixel_scale": on_device(0.2)}, sim._known)


def test_only_draws_with_the_file_s_numbers_are_known(small_lens: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_lens)
    own = sim.sample(key, 1)
    assert sim._known.has(own["seeing"], own["pixel_scale"])
    assert not sim.with_image_slots(3)._known.has(own["seeing"], own["pixel_scale"])
    changed = sim.sample(key, 1, hyperparameters={"SURVEY.seeing.g": 1.4})
    assert not sim._known.has(changed["seeing"], changed["pixel_scale"])
