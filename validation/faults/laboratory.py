"""The dataset that is made and killed, and the processes that make it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from jaxlens import make_dataset
from jaxlens.config import load_config
from jaxlens.production.verification import verify

ROOT = Path(__file__).parents[2]
# One galaxy on 8 x 8 pixels in one band: it compiles quickly, and its files are small.
_YAML = """
DATASET: {NAME: Faults, PARAMETERS: {SIZE: 155, OUTDIR: made, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE: {PARAMETERS: {exposure_time: 1000, numPix: 8, pixel_scale: 0.25, psf_type: NONE, read_noise: 5}}
SURVEY:
  PARAMETERS: {BANDS: g, seeing: 0.7, magnitude_zero_point: 27.0, sky_brightness: 22.0, num_exposures: 2}
SPECIES:
  GALAXY_1:
    NAME: GALAXY
    LIGHT_PROFILE_1:
      NAME: SERSIC
      PARAMETERS:
        magnitude: 20.0
        R_sersic: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.3, maximum: 0.6}}}
        n_sersic: 1.5
GEOMETRY:
"""
_CONFIGURATION = """
  CONFIGURATION_{number}:
    NAME: FIELD_{number}
    FRACTION: {fraction}
    PLANE_1: {{OBJECT_1: GALAXY, PARAMETERS: {{REDSHIFT: 0.4}}}}
"""
# Systems of a batch and of a shard; 16 shards, of which the last is not full.
BATCH = 10
# Seconds after which a process counts as hanging.
PATIENCE = 300.0


class Laboratory:
    """Makes one small dataset again and again, in this process and in others.

    Args:
        folder: an empty folder for everything.
        seed: of the choice of moments.

    Attributes:
        folder: the folder.
        random: for the choice of moments; only one thread uses it at a time.
    """

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.folder, self.random = folder, random.Random(seed)
        self._yaml = {1: folder / "one.yaml", 4: folder / "four.yaml"}
        for number, path in self._yaml.items():
            numbers = range(1, number + 1)
            texts = [_CONFIGURATION.format(number=k, fraction=1.0 / number) for k in numbers]
            path.write_text(_YAML + "".join(texts), encoding="utf-8")
        self._whole: dict[tuple[Any, ...], dict[str, str]] = {}
        self._lock = threading.RLock()
        self._made = 0

    def new(self) -> Path:
        """The path of a folder that is not there yet."""
        with self._lock:
            self._made += 1
            return self.folder / f"made{self._made:05d}"

    def yaml(self, configurations: int = 1) -> Path:
        """The configuration file, with 1 or 4 configurations."""
        return self._yaml[configurations]

    def undisturbed(self, form: str = "h5", seed: int = 1, configurations: int = 1) -> dict[str, str]:
        """The checksum of each file of a dataset that nothing has disturbed.

        Args:
            form: the format.
            seed: the seed.
            configurations: how many there are, 1 or 4.
        """
        kind = (form, seed, configurations)
        with self._lock:
            if kind not in self._whole:
                folder = self.new()
                self.finish(folder, form, seed, configurations)
                self._whole[kind] = checksums(folder)
            return self._whole[kind]

    def finish(
        self, folder: Path, form: str = "h5", seed: int = 1, configurations: int = 1, **arguments: Any
    ) -> None:
        """Make, or resume, a dataset in this process.

        Args:
            folder: where.
            form: the format.
            seed: the seed.
            configurations: how many there are, 1 or 4.
            arguments: further arguments of make_dataset.
        """
        config = replace(load_config(self._yaml[configurations]), outdir=str(folder), seed=seed)
        asked = {"resume": True, "batch_size": BATCH, "shard_size": BATCH, "progress": False} | arguments
        with self._lock:
            make_dataset(config, True, False, image_file_format=form, **asked)  # type: ignore[arg-type]

    def command(
        self, folder: Path, *options: object, form: str = "h5", seed: int = 1, configurations: int = 1
    ) -> list[str]:
        """The arguments of `jaxlens` that make the dataset.

        Args:
            folder: where.
            options: further options.
            form: the format.
            seed: the seed.
            configurations: how many there are, 1 or 4.
        """
        words = ["generate", self._yaml[configurations], "--outdir", folder, "--seed", seed, "--format", form]
        words += ["--batch-size", BATCH, "--shard-size", BATCH, "--quiet", *options]
        return [str(word) for word in words]

    @contextlib.contextmanager
    def process(self, words: list[str], before: str = "") -> Iterator[subprocess.Popen[str]]:
        """A process that runs `jaxlens`; it is killed where it still runs at the end.

        Args:
            words: the arguments of the command.
            before: Python code that it runs first.
        """
        code = f"{before}\nfrom jaxlens.cli import command\ncommand()"
        command = [sys.executable, "-c", code, *words]
        env = os.environ | {"PYTHONPATH": str(ROOT), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
        env.setdefault("JAX_COMPILATION_CACHE_DIR", str(self.folder / "cache"))
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, env=env
        ) as found:
            try:
                yield found
            finally:
                if found.poll() is None:
                    found.kill()

    def run(self, words: list[str], before: str = "") -> tuple[int, str, str]:
        """Run `jaxlens` to its end: the exit code, and what it wrote to stdout and stderr.

        Args:
            words: the arguments of the command.
            before: Python code that the process runs first.
        """
        with self.process(words, before) as process:
            out, text = process.communicate(timeout=PATIENCE)
        return process.returncode, out, text

    def faults(self, folder: Path, expected: dict[str, str]) -> list[str]:
        """What is wrong with a dataset that was cut: verify must say of each shard whether it is whole.

        Args:
            folder: the folder of the dataset.
            expected: the checksums of an undisturbed run.
        """
        if not (folder / "manifest.json").exists():
            left = checksums(folder) if folder.exists() else {}
            return [f"without a manifest there is {name}" for name in left if not is_passing(name)]
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        with self._lock:
            said = verify(folder, systems=0)
        shards = [one for section in manifest["configurations"].values() for one in section["shards"]]
        found = []
        for shard, one in zip(shards, said.shards, strict=True):
            names = [record["name"] for record in shard["files"]]
            true = bool(names) and all(_sha256(folder / name) == expected[name] for name in names)
            if one.whole != true:
                found.append(
                    f"verify says that shard {one.shard.number} is {'' if one.whole else 'not '}whole"
                )
        return found


def recorded(folder: Path) -> int:
    """How many shards the manifest of a folder has as whole."""
    if not (folder / "manifest.json").exists():
        return 0
    return (folder / "manifest.json").read_text(encoding="utf-8").count('"state": "whole"')


def checksums(folder: Path) -> dict[str, str]:
    """The sha256 of each file in a folder and its folders, by its path in it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in found}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def is_passing(name: str) -> bool:
    """Whether a file is one of a process that is at work, or was killed."""
    return name.endswith(".partial") or name == "lock"


def wait_for(process: subprocess.Popen[str], folder: Path, entries: int) -> bool:
    """Wait until a folder has so many entries; False where the process ends before.

    Args:
        process: the process that writes there.
        folder: the folder, which may not be there yet.
        entries: how many.
    """
    while process.poll() is None:
        with contextlib.suppress(OSError):
            if len(os.listdir(folder)) >= entries:
                return True
        time.sleep(0.001)
    return False


@contextlib.contextmanager
def time_limit(seconds: int = 60) -> Iterator[None]:
    """Raise TimeoutError where the block hangs; in the main thread."""

    def hanging(number: int, frame: object) -> None:
        raise TimeoutError("hangs")

    before = signal.signal(signal.SIGALRM, hanging)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
