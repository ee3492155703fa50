"""The compiled program of a dataset: compiled once, the same systems on any number of devices."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import make_dataset
from jaxlens.engine.devices import chosen
from jaxlens.engine.executable import batch_indices, compiled
from jaxlens.sampling.keys import dataset_key
from jaxlens.simulator.simulator import Simulator

FOUR_DEVICES = """
import json, sys, warnings
import jax, numpy as np
from jaxlens import make_dataset
warnings.simplefilter("error")
file = json.loads(sys.argv[1])
many = make_dataset(file, batch_size=6, return_planes=True)
one = make_dataset(file, batch_size=2, devices=jax.local_devices()[2:3])
assert len(jax.local_devices()) == 4
assert many.runs["CONFIGURATION_1"].batch_size == 8, many.runs
images = one.images()
np.testing.assert_allclose(many.images(), images, rtol=0, atol=1e-5 * np.abs(images).max())
np.testing.assert_allclose(many.planes().sum(axis=1), images, rtol=0, atol=1e-5 * np.abs(images).max())
assert list(many.metadata()) == list(one.metadata()) and len(one.metadata()) == 9
for name, column in one.metadata().items():
    if column.dtype.kind == "f":
        np.testing.assert_allclose(many.metadata()[name], column, rtol=1e-5, atol=1e-6, err_msg=name)
    else:
        assert many.metadata()[name].equals(column), name
"""

TWO_SIZES = """
import json, pathlib, sys
from jaxlens import make_dataset
file = json.loads(sys.argv[1])
most = []
for size in (1000, 20_000):
    file["DATASET"]["PARAMETERS"]["SIZE"] = size
    make_dataset(file, save_to_disk=True, store_in_memory=False, image_file_format="h5", overwrite=True)
    # not getrusage, whose ru_maxrss begins with that of the process that started this one
    most.append(int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]))
assert most[1] < 1.1 * most[0], most
"""


def run(code: str, document: dict[str, Any], **environment: str) -> None:
    """Run Python code in a process of its own, with a configuration as its argument."""
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(document)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def compilations() -> Iterator[list[str]]:
    """The names of the programs that are compiled, or fetched from the cache of compiled ones."""
    names: list[str] = []

    def listen(event: str, seconds: float, **more: Any) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            names.append(str(more.get("fun_name")))

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield names
    # jax 0.8 cannot forget one listener
    getattr(jax.monitoring, "unregister_event_duration_listener", lambda listener: None)(listen)


@pytest.mark.long
def test_four_devices_make_the_systems_of_one(small_lens: dict[str, Any]) -> None:
    """Also where neither batch size nor number of systems is a multiple of four; with SELECT and NUMBER."""
    small_lens["DATASET"]["PARAMETERS"]["SIZE"] = 9
    number = {"DISTRIBUTION": {"NAME": "uniform_int", "PARAMETERS": {"minimum": 0, "maximum": 3}}}
    neighbours = {"NAME": "SOURCE", "NUMBER": number, "POSITION": {"within": 2.0}}
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["OBJECT_2"] = neighbours
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["SELECT"] = {"theta_E_min": 1.0}
    flags = os.environ["XLA_FLAGS"] + " --xla_force_host_platform_device_count=4"
    run(FOUR_DEVICES, small_lens, XLA_FLAGS=flags)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells the peak of its memory so")
def test_memory_does_not_grow_with_the_number_of_systems(small_lens: dict[str, Any], tmp_path: Path) -> None:
    small_lens["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path)
    run(TWO_SIZES, small_lens)


@pytest.mark.long
def test_a_configuration_is_compiled_once(small_lens: dict[str, Any], compilations: list[str]) -> None:
    small_lens["DATASET"]["PARAMETERS"]["SIZE"] = 5
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = 11
    sim = Simulator(small_lens)
    compilations.clear()
    made = make_dataset(sim.config, batch_size=2)
    assert compilations == ["jit(generated)"]
    again = make_dataset(sim.config, batch_size=2)
    assert compilations == ["jit(generated)"]
    np.testing.assert_array_equal(made.images(), again.images())


@pytest.mark.long
def test_a_program_makes_what_the_simulator_makes(small_quasar: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_quasar)
    # those of galaxies' centres are tested in tests/files/test_metadata.py
    program = compiled(sim, 4, ("images",), True, chosen(None))
    made, expected = program.on_host(dataset_key(1), 4), sim.generate(key, 4, 4)
    assert made.positions
    scale = float(np.abs(expected.images).max())
    np.testing.assert_allclose(made.images, expected.images, rtol=0, atol=1e-5 * scale)
    assert made.values.keys() == expected.values.keys()
    for name, value in expected.values.items():
        np.testing.assert_allclose(made.values[name], value, rtol=1e-5, atol=1e-6, err_msg=name)
    for one, other in zip(jax.tree.leaves(made.positions), jax.tree.leaves(expected.positions), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
    assert program.memory is not None
    assert program.memory > 4 * 2 * 24 * 24 * 4


def test_double_precision_is_kept_in_every_thread(small_lens: dict[str, Any], x64: None) -> None:
    """The settings of a thread are not those of the threads that it starts."""
    sim = Simulator(small_lens)
    program = compiled(sim, 2, (), False, chosen(None))
    made = []
    thread = threading.Thread(target=lambda: made.append(program.on_host(dataset_key(1), 0)))
    thread.start()
    thread.join()
    assert all(value.dtype == np.float64 for value in made[0].values.values())
    expected = sim.sample(jax.random.key(1, impl="threefry2x32"), 2)
    for name, value in expected.items():
        np.testing.assert_array_equal(made[0].values[name], value)


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_the_key_of_a_seed_is_that_of_jax(seed: int) -> None:
    np.testing.assert_array_equal(
        dataset_key(seed), jax.random.key_data(jax.random.key(np.uint32(seed), impl="threefry2x32"))
    )


def test_the_indices_of_a_batch_are_words() -> None:
    assert batch_indices(3, 2).tolist() == [[3, 0], [4, 0]]
    assert batch_indices(2**32 - 1, 2).tolist() == [[2**32 - 1, 0], [0, 1]]
    assert batch_indices(0, 1).dtype == np.uint32


def test_a_program_makes_systems_above_32_bits(small_lens: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_lens)
    made = compiled(sim, 4, (), False, chosen(None)).on_host(dataset_key(1), 2**32 - 2)
    for name, expected in sim.sample(key, 4, 2**32 - 2).items():
        np.testing.assert_array_equal(made.values[name], expected, err_msg=name)
