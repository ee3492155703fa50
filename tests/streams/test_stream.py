"""Streams: the same system for the same index, however the batches are cut, whoever makes them."""

from __future__ import annotations

import itertools
import json
import os
import pickle
import subprocess
import sys
from typing import Any
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxlens
from jaxlens.streams.stream import Stream, stream

THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
MAGNITUDE = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude"
SIDE = 16

TWO_DEVICES = """
import json, sys
import jax, numpy as np
from jaxlens.streams.stream import stream
file = json.loads(sys.argv[1])
both, one = stream(file, 10, start=3, devices=jax.local_devices()), stream(file, 4, start=3)
batch, pieces = next(both), [next(one) for _ in range(3)]
assert len(batch.images.sharding.device_set) == 2, batch.images.sharding
single = jax.tree.map(lambda *leaves: np.concatenate(leaves)[:10], *pieces)
np.testing.assert_array_equal(batch.index, single.index)
np.testing.assert_array_equal(batch.configuration, single.configuration)
for name, value in single.parameters.items():
    np.testing.assert_array_equal(batch.parameters[name], value, err_msg=name)
peak = np.abs(single.images).max((1, 2, 3), keepdims=True)
assert np.all(np.abs(batch.images - single.images) <= 2e-6 * peak)
"""


@pytest.fixture
def four(small_lens: dict[str, Any]) -> dict[str, Any]:
    """Four kinds of system in unequal fractions: lenses, spirals without and with a star, ellipticals."""
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = SIDE
    lenses = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 21.0}}
    small_lens["SPECIES"]["POINTSOURCE_1"] = star
    single = {"PLANE_1": {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 0.5}}}
    starry = {"PLANE_1": {"OBJECT_1": "SOURCE", "OBJECT_2": "STAR", "PARAMETERS": {"REDSHIFT": 0.5}}}
    small_lens["GEOMETRY"] = {
        "CONFIGURATION_1": lenses | {"FRACTION": 0.4},
        "CONFIGURATION_2": {"NAME": "SINGLE", "FRACTION": 0.3} | single,
        "CONFIGURATION_3": {"NAME": "STARRY", "FRACTION": 0.2} | starry,
        "CONFIGURATION_4": {"NAME": "ELLIPTICALS", "FRACTION": 0.1, "PLANE_1": lenses["PLANE_1"]},
    }
    return small_lens


@pytest.fixture
def two(four: dict[str, Any]) -> dict[str, Any]:
    """Lenses and single galaxies, three to one."""
    four["GEOMETRY"] = {
        "CONFIGURATION_1": four["GEOMETRY"]["CONFIGURATION_1"] | {"FRACTION": 0.6},
        "CONFIGURATION_2": four["GEOMETRY"]["CONFIGURATION_2"] | {"FRACTION": 0.2},
    }
    return four


def taken(batches: Stream, count: int) -> Any:
    """So many batches as one, on the host."""
    with batches:
        return jax.tree.map(lambda *leaves: np.concatenate(leaves), *[next(batches) for _ in range(count)])


def assert_same(one: Any, other: Any) -> None:
    """Every number is the same, to the last bit, and every pixel to rounding."""
    exact_one, exact_other = one._replace(images=None), other._replace(images=None)
    jax.tree.map(np.testing.assert_array_equal, exact_one, exact_other)
    peak = np.abs(one.images).max((1, 2, 3), keepdims=True)
    assert np.all(np.abs(one.images - other.images) <= 2e-6 * peak)


@pytest.mark.parametrize(
    ("chosen", "shares"),
    [("SINGLE", (1.0,)), pytest.param(None, (0.4, 0.3, 0.2, 0.1), marks=pytest.mark.slow)],
)
def test_the_same_system_for_the_same_index_whatever_batch_size_and_start(
    four: dict[str, Any], chosen: str | None, shares: tuple[float, ...]
) -> None:
    asked: dict[str, Any] = {
        "labels": MAGNITUDE if chosen else [THETA_E, MAGNITUDE],
        "configurations": chosen,
    }
    one, other = stream(four, 16, **asked), stream(four, 7, **asked, start=9)
    first, second = taken(one, 2), taken(other, 3)
    assert_same(jax.tree.map(lambda leaf: leaf[9:30], first), second)
    assert np.abs(np.bincount(first.configuration) - 32 * np.array(shares)).max() < 2
    assert one.index == 32
    assert other.index == 30


@pytest.mark.long
def test_a_stream_goes_on_where_another_stood(two: dict[str, Any]) -> None:
    whole = taken(stream(two, 4, seed=3), 3)
    begun = stream(two, 4, seed=3, devices=jax.local_devices()[:1])
    first = taken(begun, 1)
    rest = taken(stream(two, 4, seed=3, start=begun.index), 2)
    np.testing.assert_array_equal(np.concatenate([first.images, rest.images]), whole.images)
    np.testing.assert_array_equal(taken(pickle.loads(pickle.dumps(begun)), 2).images, rest.images)
    again = stream(two, 4, seed=3)
    again.load_state_dict(begun.state_dict())
    np.testing.assert_array_equal(taken(again, 2).images, rest.images)
    # closed, it begins with what it had not handed over
    np.testing.assert_array_equal(taken(begun, 2).images, rest.images)


@pytest.mark.long
def test_systems_are_those_of_the_simulator_and_of_no_dataset(two: dict[str, Any]) -> None:
    batch = taken(stream(two, 4, seed=1), 2)
    key = jax.random.key(1, impl="threefry2x32")
    from_stream = jax.random.fold_in(jax.random.fold_in(key, crc32(b"stream")), 0)
    sim = jaxlens.Simulator(two, "LENSES")
    images, params = sim(from_stream, 8)
    lenses = batch.configuration == 0
    peak = float(jnp.max(images))
    np.testing.assert_allclose(batch.images[lenses], images[lenses], rtol=0, atol=1e-5 * peak)
    for name, value in params.items():
        np.testing.assert_array_equal(batch.parameters[name][lenses], value[lenses], err_msg=name)
    dataset = sim.sample(key, 8)
    assert not np.isin(batch.parameters[THETA_E][lenses], np.asarray(dataset[THETA_E])).any()
    assert not np.isin(taken(stream(two, 4, seed=2), 2).images, batch.images).all((1, 2, 3)).any()


@pytest.mark.slow
def test_labels_are_numbers_by_name_and_0_where_there_is_none(two: dict[str, Any]) -> None:
    batches = stream(two, 4, labels=[THETA_E, MAGNITUDE, "seeing-r"])
    assert batches.configurations == ("LENSES", "SINGLE")
    assert batches.label_names == (THETA_E, f"{MAGNITUDE}-g", f"{MAGNITUDE}-r", "seeing-r")
    assert batches.has(THETA_E).tolist() == [True, False]
    assert batches.has("seeing").tolist() == [True, True]
    batch = taken(batches, 2)
    assert batch.images.dtype == batch.labels.dtype == np.float32
    lenses = batch.configuration == 0
    np.testing.assert_array_equal(batch.present[:, 0], lenses)
    assert batch.present[:, 1:].all()
    np.testing.assert_array_equal(batch.labels[:, 0], np.where(lenses, batch.parameters[THETA_E], 0))
    assert np.all(batch.labels[lenses, 0] >= 0.8)
    np.testing.assert_array_equal(batch.labels[:, 1:3], batch.parameters[MAGNITUDE])
    np.testing.assert_array_equal(batch.labels[:, 3], np.float32(0.6))
    assert stream(two, 4).label_names == ()


@pytest.mark.long
def test_what_differs_by_band_in_one_configuration_does_so_in_the_batch(two: dict[str, Any]) -> None:
    """The magnitude of the lens is one number for both bands, that of the single galaxy one a band."""
    two["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = 20.5
    batch = taken(stream(two, 4), 1)
    expected = np.where(batch.configuration[:, None] == 0, [20.5, 20.5], np.float32([21.5, 22.0]))
    np.testing.assert_array_equal(batch.parameters[MAGNITUDE], expected)


def test_configurations_may_be_chosen_and_a_fraction_of_0_has_no_system(four: dict[str, Any]) -> None:
    chosen = stream(four, 4, configurations=["STARRY", "CONFIGURATION_2"])
    assert chosen.configurations == ("SINGLE", "STARRY")
    assert stream(four, 4, configurations="SINGLE").configurations == ("SINGLE",)
    four["GEOMETRY"]["CONFIGURATION_3"]["FRACTION"] = 0
    assert stream(four, 4).configurations == ("LENSES", "SINGLE", "ELLIPTICALS")
    with pytest.raises(ValueError, match="FRACTION of CONFIGURATION_3 is 0"):
        stream(four, 4, configurations="STARRY")


@pytest.mark.slow
def test_a_stream_goes_on_beyond_the_32_bits_of_its_indices(two: dict[str, Any]) -> None:
    across = taken(stream(two, 4, start=2**32 - 2), 1)
    after, early = next(stream(two, 4, start=np.int64(2**32)).numpy()), taken(stream(two, 4), 1)
    assert after.index.tolist() == [2**32 + k for k in range(4)]
    after = after._replace(index=after.index.astype(np.uint32))
    assert across.index.tolist() == [2**32 - 2, 2**32 - 1, 0, 1]
    assert across.index_upper.tolist() == [0, 0, 1, 1]
    assert_same(jax.tree.map(lambda leaf: leaf[2:], across), jax.tree.map(lambda leaf: leaf[:2], after))
    assert not np.isin(after.parameters[THETA_E][after.configuration == 0], early.parameters[THETA_E]).any()


@pytest.mark.long
def test_every_image_of_a_point_source_is_in_the_picture(
    small_quasar: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part whose point sources have more images than there is room for is made again with more room."""
    small_quasar["IMAGE"]["PARAMETERS"]["numPix"] = SIDE
    expected = taken(stream(small_quasar, 4), 1)
    roomy = jaxlens.Simulator.with_image_slots
    original = jaxlens.Simulator.__init__

    def cramped(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        self.__dict__ |= roomy(self, 3).__dict__

    monkeypatch.setattr(jaxlens.Simulator, "__init__", cramped)
    assert_same(taken(stream(small_quasar, 4), 1), expected)


@pytest.mark.long
def test_a_number_that_cannot_be_is_an_error_and_no_image(two: dict[str, Any]) -> None:
    two["SURVEY"]["PARAMETERS"]["seeing"] = {
        "DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": 0.1, "std": 0.5}}
    }
    batches = stream(two, 4, configurations="SINGLE")
    with pytest.raises(ValueError, match=r"is not finite in system \d+ of the stream; give DISTRIBUTIONs"):
        next(batches)
    assert batches.index == 0


@pytest.mark.long
def test_two_devices_make_the_systems_of_one(two: dict[str, Any]) -> None:
    environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
    environment["XLA_FLAGS"] += " --xla_force_host_platform_device_count=2"
    command = [sys.executable, "-c", TWO_DEVICES, json.dumps(two)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_share_is_every_so_many_eth_batch(two: dict[str, Any]) -> None:
    whole = taken(stream(two, 4), 6)
    shares = [stream(two, 4).share(part, 3) for part in range(3)]
    pieces = [[next(share) for share in shares] for _ in range(2)]
    index = np.concatenate([piece.index for piece in itertools.chain(*pieces)])
    np.testing.assert_array_equal(index, whole.index)
    assert shares[1].share(1, 2).index == shares[1].index + 3 * 4
    with pytest.raises(ValueError, match="part is 3; it must be from 0 to 2"):
        stream(two, 4).share(3, 3)


def test_labels_may_be_named_in_short_and_have_full_names(two: dict[str, Any]) -> None:
    batches = stream(two, 4, labels=["theta_E", "seeing"])
    assert batches.label_names == (THETA_E, *(f"seeing-{band}" for band in batches.bands))
    np.testing.assert_array_equal(batches.has("theta_E"), batches.has(THETA_E))
    with pytest.raises(ValueError, match="REDSHIFT in labels may mean PLANE_1-OBJECT_1-REDSHIFT"):
        stream(two, 4, labels=["REDSHIFT"])


def test_numpy_batches_are_those_of_the_stream(two: dict[str, Any]) -> None:
    batch = next(stream(two, 4).numpy())
    assert type(batch.images) is np.ndarray
    np.testing.assert_array_equal(batch.images, taken(stream(two, 4), 1).images)


def test_half_precision_by_the_argument_or_by_the_file(two: dict[str, Any]) -> None:
    whole = taken(stream(two, 4), 1)
    half = taken(stream(two, 4, image_dtype="float16"), 1)
    assert half.images.dtype == np.float16
    np.testing.assert_array_equal(half.images, whole.images.astype(np.float16))
    np.testing.assert_array_equal(half.parameters[THETA_E], whole.parameters[THETA_E])
    two["DATASET"]["PARAMETERS"]["image_dtype"] = "float16"
    assert stream(two, 4).image_dtype == "float16"
    assert pickle.loads(pickle.dumps(stream(two, 4))).image_dtype == "float16"
    assert stream(two, 4, image_dtype="float32").image_dtype == "float32"


@pytest.mark.long
def test_double_precision_is_kept(two: dict[str, Any], x64: None) -> None:
    batch = taken(stream(two, 4), 1)
    assert batch.images.dtype == np.float32
    assert all(value.dtype == np.float64 for value in batch.parameters.values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "batch_size is 0; it must be a whole number of at least 1"),
        ({"batch_size": 2.5}, "batch_size is 2.5"),
        ({"start": -1}, "start is -1; it must be a whole number from 0"),
        ({"start": 2**63}, "start is 9223372036854775808; it must be"),
        ({"start": [1, 2]}, r"start has shape \(2,\); give one index"),
        ({"start": "0"}, "start is '0'"),
        ({"seed": 2**64}, "seed is 18446744073709551616"),
        ({"labels": ["theta"]}, f"theta in labels is no parameter; did you mean {THETA_E}"),
        ({"labels": [THETA_E.lower()]}, f"did you mean {THETA_E}"),
        ({"configurations": ()}, "configurations is empty"),
        ({"image_dtype": "bfloat16"}, "image_dtype is 'bfloat16'; it must be 'float32' or 'float16'"),
        ({"configurations": "STARS"}, "configuration 'STARS' is not in the file"),
        ({"devices": []}, "devices must be one device or several"),
    ],
)
def test_what_is_wrong_is_named(two: dict[str, Any], arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        stream(two, **({"batch_size": 4} | arguments))


def test_labels_that_only_other_configurations_have_are_refused(two: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="theta_E in labels is no parameter; did you mean"):
        stream(two, 4, labels=THETA_E, configurations="SINGLE")


def test_a_batch_is_shared_evenly_or_not_at_all(two: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jaxlens.streams.stream.spread_over", lambda devices: (None, None, None))
    with pytest.raises(ValueError, match="batch_size is 4; it must be a multiple of 3"):
        stream(two, 4, devices=jax.local_devices())


def test_a_forked_process_is_refused(two: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    batches = stream(two, 4)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(RuntimeError, match="JAX does not work in a fork; give DataLoader num_workers=0"):
        next(batches)
    with pytest.raises(RuntimeError, match="multiprocessing_context='spawn'"):
        batches.share(0, 2)


def test_a_configuration_that_is_not_mixed_may_be_wrong(two: dict[str, Any]) -> None:
    two["GEOMETRY"]["CONFIGURATION_2"]["PLANE_1"]["PARAMETERS"]["REDSHIFT"] = -1
    with pytest.raises(jaxlens.ConfigError, match="REDSHIFT: is -1"):
        stream(two, 4)
    with pytest.warns(jaxlens.ConfigWarning, match=r"REDSHIFT: is -1.*not asked for") as caught:
        lenses = stream(two, 4, configurations="LENSES")
    assert [warning.filename for warning in caught] == [__file__]
    assert lenses.configurations == ("LENSES",)
    with pytest.raises(jaxlens.ConfigError, match="REDSHIFT: is -1"):
        stream(lenses.config, 4)
    assert stream(lenses.config, 4, configurations=["LENSES"]).configurations == ("LENSES",)
