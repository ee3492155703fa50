"""Datasets made by the executors of dask, parsl and submitit are those of one process, byte for byte."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import parsl
import pytest
import submitit
from dask.distributed import Client, LocalCluster
from parsl.concurrent import ParslPoolExecutor
from parsl.executors.threads import ThreadPoolExecutor as ParslThreads

from jaxlens import make_dataset
from jaxlens.config import example_path
from jaxlens.config.updates import config_dict
from jaxlens.config import load_config

pytestmark = pytest.mark.extras

SYSTEMS, SHARD, BATCH = 100, 1, 1
PAGE = Path(__file__).parents[2] / "docs" / "clusters.md"


def made(folder: Path, **arguments: Any) -> dict[str, bytes]:
    """The files of a dataset of 100 shards, by name."""
    file = config_dict(load_config(example_path("lens_or_not")))
    file["IMAGE"]["PARAMETERS"]["numPix"] = 8
    file["DATASET"]["PARAMETERS"] |= {"SIZE": SYSTEMS, "OUTDIR": "lenses"}
    before = Path.cwd()
    folder.mkdir()
    os.chdir(folder)
    try:
        make_dataset(
            file,
            save_to_disk=True,
            store_in_memory=False,
            image_file_format="h5",
            batch_size=BATCH,
            shard_size=SHARD,
            configurations="CONFIGURATION_2",
            **arguments,
        )
    finally:
        os.chdir(before)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The dataset, made by this process."""
    return made(tmp_path_factory.mktemp("alone") / "dataset")
