"""Processes under jax.distributed make disjoint shares of each batch, and train one network with them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# Trains two layers on the images of a stream and writes down the weights, and which systems the process made.
TRAIN = """
import json, pathlib, sys
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

file, address, processes, process, out = json.loads(sys.argv[1])
if processes > 1:
    # processes on CPUs exchange their gradients by gloo
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(address, processes, process)
from jaxlens.streams.stream import stream

theta_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
batches = stream(file, 8, labels=theta_E, devices=jax.devices())
everywhere = NamedSharding(Mesh(np.array(jax.devices()), ("systems",)), PartitionSpec())

def loss(weights, batch):
    first, second = weights
    hidden = jnp.tanh(batch.images.reshape(len(batch.images), -1) @ first)
    return jnp.mean((hidden @ second - batch.labels) ** 2)

@jax.jit
def step(weights, batch):
    value, gradient = jax.value_and_grad(loss)(weights, batch)
    return jax.tree.map(lambda w, g: w - 0.1 * g, weights, gradient), value

random = np.random.default_rng(0)
weights = 0.01 * random.normal(size=(2 * 24 * 24, 4)), random.normal(size=(4, 1))
weights = jax.device_put(jax.tree.map(np.float32, weights), everywhere)
made, losses = [], []
for _ in range(4):
    batch = next(batches)
    made += [int(i) for shard in batch.index.addressable_shards for i in shard.data]
    weights, value = step(weights, batch)
    losses.append(float(value))
refused = ""
if processes > 1:
    try:
        batches.numpy()
    except ValueError as error:
        refused = str(error)
found = [made, losses, [np.asarray(w).tolist() for w in weights], refused]
pathlib.Path(out).write_text(json.dumps(found))
"""


def trained(file: dict[str, Any], processes: int, folder: Path) -> list[Any]:
    """What each of so many processes finds."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    outputs = [folder / f"{k}_of_{processes}.json" for k in range(processes)]
    commands = [
        [sys.executable, "-c", TRAIN, json.dumps([file, address, processes, k, str(output)])]
        for k, output in enumerate(outputs)
    ]
    environment = {**os.environ, "JAX_PLATFORMS": "cpu"}

    def run(command: list[str]) -> None:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(run, commands))
    return [json.loads(output.read_text()) for output in outputs]


@pytest.mark.long
def test_two_processes_train_the_network_that_one_trains(small_lens: dict[str, Any], tmp_path: Path) -> None:
    first, second = trained(small_lens, 2, tmp_path)
    (alone,) = trained(small_lens, 1, tmp_path)
    assert sorted(first[0] + second[0]) == alone[0] == list(range(32))
    assert first[0][:4] == [0, 1, 2, 3], "the first process has made the first half of the first batch"
    for mine, other, one in zip(first[2], second[2], alone[2], strict=True):
        np.testing.assert_array_equal(mine, other)
        np.testing.assert_allclose(mine, one, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(first[1], alone[1], rtol=1e-5)
    assert alone[1][-1] < alone[1][0]
    assert "a batch is shared with other processes" in first[3]
