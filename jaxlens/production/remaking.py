"""Systems of a dataset on disk that are made again, and compared with its files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import jax
import numpy as np

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.identity import config_digest
from jaxlens.engine.batch_size import planned
from jaxlens.engine.devices import chosen
from jaxlens.engine.job import Job
from jaxlens.files.contents import Chunk
from jaxlens.files.csv import read_csv
from jaxlens.files.formats import FORMATS
from jaxlens.files.haloes_reading import read_haloes
from jaxlens.files.metadata import columns
from jaxlens.files.names import is_of_haloes
from jaxlens.production.chunks import Chunks
from jaxlens.production.folder import CONFIG
from jaxlens.production.identity import device_kind, versions
from jaxlens.production.manifest import Manifest, Shard
from jaxlens.production.recipe import recorded_recipe

if TYPE_CHECKING:
    import pandas as pd

# Values and pixels that were made by another kind of device agree to this part of the largest, by precision.
_ROUNDING = {"float32": 1e-4, "float64": 1e-10}
# The same of numbers that are stored as float16.
_ROUNDING_OF_HALF = 2e-3


def remaking(folder: Path, manifest: Manifest) -> tuple[Remaking | None, str]:
    """What makes systems of a dataset again, or None and why it cannot."""
    try:
        config = load_config(folder / CONFIG)
    except (ConfigError, OSError) as error:
        return None, f"{CONFIG} cannot be read, so that no system was made again: {error}"
    if config_digest(config) != manifest.config_sha256:
        return None, f"{CONFIG}, or a file that it names, has changed; no system was made again"
    return Remaking(folder, manifest, config), ""


class Remaking:
    """Makes systems of a dataset again.

    Args:
        folder: the folder of the dataset.
        manifest: how it was made.
        config: its configuration.
    """

    def __init__(self, folder: Path, manifest: Manifest, config: Config) -> None:
        self._folder, self._manifest = folder, manifest
        self._devices = chosen(None)
        self._x64 = manifest.precision == "float64"
        self._recipe = recorded_recipe(config, manifest)
        self._jobs = dict[str, Job]()
        # the chunks of one batch, by its configuration and first system
        self._latest = dict[tuple[str, int], list[Chunk]]()

    def problem_of(self, label: str, shard: Shard, systems: Sequence[int]) -> str:
        """What of these systems of a shard is not what is made again; "" where all is.

        Args:
            label: the label of the configuration.
            shard: a shard that is whole.
            systems: the indices in the dataset, in order.
        """
        exact = self.is_exact(shard)
        with jax.enable_x64(self._x64):
            found = self._stored(label, shard, systems)
            for index, (arrays, table) in zip(systems, found, strict=True):
                wrong = self._unequal(label, index, arrays, table, exact)
                wrong = wrong or self._unequal_haloes(label, shard, index, exact)
                if wrong:
                    return f"system {index} is not what is made again: {wrong}"
        return ""

    def is_exact(self, shard: Shard) -> bool:
        """Whether this process makes a shard bit for bit as it was made."""
        made_on = shard.device_kind or self._manifest.device_kind
        made_by = dict(shard.versions or self._manifest.versions)
        here = (device_kind(self._devices), versions(), len(self._devices))
        return shard.batch_size is None and here == (made_on, made_by, self._manifest.devices)

    def _stored(
        self, label: str, shard: Shard, systems: Sequence[int]
    ) -> Iterator[tuple[dict[str, np.ndarray], pd.DataFrame]]:
        """The arrays and the rows of the table of each system, as they are in the files."""
        form = FORMATS[self._manifest.format]
        names = [record.name for record in shard.files]
        images = [name for name in names if "_images" in name and name.endswith(f".{form.ending}")]
        if not images:
            table = read_csv(self._folder / next(name for name in names if "_metadata" in name))
            objid = table[f"OBJID-{self._recipe.config.bands[0]}"]
            yield from (({}, table[objid == index]) for index in systems)
            return
        with form.open(self._folder / images[0]) as stored:
            for index in systems:
                place = index - shard.start
                arrays = {str(name): stored.read(name, place, place + 1)[0] for name in stored.arrays}
                yield arrays, stored.table(place, place + 1)

    def _unequal(
        self, label: str, index: int, arrays: dict[str, np.ndarray], table: pd.DataFrame, exact: bool
    ) -> str:
        """What of a system differs, or ""."""
        again = self._chunk(label, index)
        row = index - again.start
        values = {name: value[row : row + 1] for name, value in again.values.items()}
        contents = self._recipe.contents(self._job(label), 1)
        made = columns(contents.fixed, contents.bands, values, index)
        pairs = {name: (table[name].to_numpy(), made[name]) for name in table if name in made}
        others = set(made) ^ set(table) if len(table.columns) else set()
        for name, (old, new) in pairs.items():
            if not self._equal(old, new, exact):
                return str(name)
        for array, old in arrays.items():
            if not self._equal(old, again.arrays[array][row], exact):  # type: ignore[index]
                return array
        return sorted(map(str, others))[0] if others else ""

    def _unequal_haloes(self, label: str, shard: Shard, index: int, exact: bool) -> str:
        """What of the haloes of a system differs, or ""."""
        names = [record.name for record in shard.files if is_of_haloes(Path(record.name))]
        again = self._chunk(label, index)
        made = {
            f"{prefix}-{name}": array
            for prefix, lists in again.haloes.items()
            for name, array in lists.of(index - again.start).items()
        }
        place = index - shard.start
        stored = read_haloes(self._folder / names[0], place, place + 1) if names else {}
        found = {f"{prefix}-{name}": a for prefix, lists in stored.items() for name, a in lists.of(0).items()}
        for name in sorted(set(made) | set(found)):
            if name not in made or name not in found or not self._equal(found[name], made[name], exact):
                return name
        return ""

    def _job(self, label: str) -> Job:
        if label not in self._jobs:
            size = self._manifest.configurations[label].batch_size
            self._jobs[label] = self._recipe.job(label, self._devices, size)
        return self._jobs[label]

    def _chunk(self, label: str, index: int) -> Chunk:
        """The batch of a system, of which the program makes all."""
        job = self._job(label)
        size = job.batch_size
        assert size is not None
        start = index // size * size
        if (label, start) not in self._latest:
            job = replace(job, start=start, count=min(size, job.count - start))
            # several where memory does not suffice for the batch
            self._latest = {(label, start): list(Chunks(job, planned(job)))}
        chunks = self._latest[label, start]
        return next(chunk for chunk in chunks if chunk.start <= index < chunk.start + chunk.count)

    def _equal(self, old: np.ndarray, new: np.ndarray, exact: bool) -> bool:
        """Whether stored numbers or texts are those that are made again."""
        old, new = np.asarray(old), np.asarray(new)
        if old.shape != new.shape:
            return False
        if "O" in (old.dtype.kind, new.dtype.kind):
            # a format whose texts are ASCII has what stands for other characters
            texts = [str(text).encode("ascii", "backslashreplace").decode() for text in new.ravel()]
            same = old.astype(str) == new.astype(str)
            return bool(np.all(same | (old.astype(str) == np.reshape(texts, new.shape))))
        if not np.issubdtype(new.dtype, np.floating):
            return bool(np.array_equal(old, new))
        half = old.dtype == np.float16
        # a number in a table reads back as the same float32, and an image is rounded as its file is
        with np.errstate(over="ignore"):
            old, new = (old, new.astype(np.float16)) if half else (old.astype(new.dtype), new)
        if exact:
            return bool(np.array_equal(old, new, equal_nan=True))
        tolerance = _ROUNDING_OF_HALF if half else _ROUNDING[self._manifest.precision]
        scale = float(np.max(np.abs(new), initial=0.0, where=np.isfinite(new)))
        return bool(np.allclose(old, new, rtol=tolerance, atol=tolerance * scale, equal_nan=True))
