"""Datasets of 100 shards made by dask, parsl and submitit are those of one process, byte for byte."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jaxlens import Config, load_config, make_dataset
from jaxlens.config.updates import config_dict

pytestmark = [
    pytest.mark.extras,
    # these packages leave sockets and files to the garbage collector, and warn of themselves
    pytest.mark.filterwarnings("default"),
]

SYSTEMS = 100
PAGE = Path(__file__).parents[2] / "docs" / "clusters.md"


@pytest.fixture(scope="module")
def config() -> Config:
    """A hundred small galaxies without a lens."""
    file = config_dict(load_config("lens_or_not"))
    file["IMAGE"]["PARAMETERS"]["numPix"] = 8
    file["GEOMETRY"] = {"CONFIGURATION_1": file["GEOMETRY"]["CONFIGURATION_2"] | {"FRACTION": 1.0}}
    file["DATASET"]["PARAMETERS"]["SIZE"] = SYSTEMS
    return load_config(file)


def made(config: Config, folder: Path, **arguments: Any) -> dict[str, bytes]:
    """The files of the dataset, in shards of one system, by name."""
    make_dataset(
        replace(config, outdir=str(folder)),
        save_to_disk=True,
        store_in_memory=False,
        image_file_format="h5",
        batch_size=1,
        shard_size=1,
        **arguments,
    )
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def alone(config: Config, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The dataset, made by this process."""
    return made(config, tmp_path_factory.mktemp("alone") / "dataset")


@contextmanager
def dask_client() -> Iterator[Any]:
    """A scheduler with two worker processes."""
    from dask.distributed import Client, LocalCluster

    options = {"n_workers": 2, "processes": True, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        yield client


def test_dask_of_which_a_worker_is_killed(config: Config, alone: dict[str, bytes], tmp_path: Path) -> None:
    with dask_client() as client:
        killed: list[int] = []
        check = partial(kill_one, client, tmp_path / "killed", killed)
        assert made(config, tmp_path / "killed", executor=client.get_executor(), check=check) == alone
        assert killed, "no worker was killed while the dataset was made"


def kill_one(client: Any, folder: Path, killed: list[int]) -> None:
    """Kill a worker once some shards are whole."""
    if not killed and len(list(folder.glob("*.h5"))) > SYSTEMS // 10:
        killed.append(next(iter(client.run(os.getpid).values())))
        os.kill(killed[0], signal.SIGKILL)


def test_parsl(config: Config, alone: dict[str, bytes], tmp_path: Path) -> None:
    from parsl.concurrent import ParslPoolExecutor
    from parsl.config import Config as ParslConfig
    from parsl.executors.threads import ThreadPoolExecutor

    threads = ParslConfig(executors=[ThreadPoolExecutor(max_threads=2)], run_dir=str(tmp_path / "parsl"))
    with ParslPoolExecutor(config=threads) as pool:
        assert made(config, tmp_path / "dataset", executor=pool) == alone


def test_submitit_by_the_adapter_of_the_documentation(
    config: Config, alone: dict[str, bytes], tmp_path: Path
) -> None:
    import submitit

    (adapter,) = re.findall(r"```python\n(class Submitit.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {"Executor": Executor}
    exec(f"import threading\nfrom concurrent.futures import Executor, Future\n{adapter}", names)
    local = submitit.AutoExecutor(folder=tmp_path / "logs", cluster="local")
    local.update_parameters(timeout_min=10)
    small = replace(config, size=3)
    one_process = made(small, tmp_path / "one_process")
    assert made(small, tmp_path / "dataset", executor=names["Submitit"](local)) == one_process
