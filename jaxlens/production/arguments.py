"""The arguments of make_dataset, checked."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any

from jaxlens.engine.devices import Devices, chosen
from jaxlens.files.contents import STORED_TYPES, ArrayName
from jaxlens.files.formats import IMAGE_FORMATS, ImageFormat
from jaxlens.files.storage import refuse_unsupported
from jaxlens.production.layout import Part

# Systems that are kept in memory with `store_sample`, as in deeplenstronomy.
SAMPLE = 5
COMPRESSIONS = ("gzip", "lzf")


@dataclass(frozen=True)
class Arguments:
    """The arguments of make_dataset that say how a file is made; `make_dataset` documents each.

    Raises:
        ValueError: if one is wrong, or two do not go together.
    """

    save_to_disk: bool = False
    store_in_memory: bool = True
    verbose: bool = False
    store_sample: bool = False
    image_file_format: ImageFormat = "npy"
    return_planes: bool = False
    skip_image_generation: bool = False
    solve_lens_equation: bool = False
    batch_size: int | None = None
    csv: bool = True
    progress: bool | None = None
    configurations: tuple[str, ...] | None = None
    devices: Devices | None = None
    resume: bool = False
    overwrite: bool = False
    allow_mixed: bool = False
    shard_size: int | None = None
    part: tuple[int, int] | None = None
    executor: Executor | None = None
    workers: int | None = None
    image_dtype: str | None = None
    compression: str | None = None
    products: bool = False

    def __post_init__(self) -> None:
        chosen(self.devices)
        _one_of("image_file_format", self.image_file_format, IMAGE_FORMATS)
        if self.image_dtype is not None:
            _one_of("image_dtype", self.image_dtype, STORED_TYPES)
        if self.compression is not None:
            _one_of("compression", self.compression, COMPRESSIONS)
        if self.save_to_disk:
            dtype = self.image_dtype or STORED_TYPES[0]
            refuse_unsupported(self.image_file_format, dtype, self.compression)
        for name in ("batch_size", "shard_size", "workers"):
            _whole(name, getattr(self, name))
        if self.part is not None:
            _part(self.part)
        self._check_disk()
        if not self.skip_image_generation:
            return
        if self.solve_lens_equation:
            raise ValueError("you cannot skip image generation and solve the lens equation; leave one out")
        if self.return_planes:
            raise ValueError("you cannot skip image generation and return planes; leave one out")
        if self.save_to_disk and not self.csv:
            raise ValueError("without images and without the CSV nothing is left to save; leave one out")

    def _check_disk(self) -> None:
        """ValueError for arguments that need files, or do not go together."""
        given = ("resume", "overwrite", "allow_mixed", "shard_size", "part", "executor", "workers")
        for name in given:
            if not self.save_to_disk and getattr(self, name):
                raise ValueError(f"{name} is about files on disk; give save_to_disk=True")
        if self.executor is not None and self.workers is not None:
            raise ValueError("executor and workers both say who makes the systems; leave one out")
        if (self.executor is not None or self.workers is not None) and self.devices is not None:
            raise ValueError("devices are those of this process, and workers have their own; leave one out")
        if self.executor is not None and not hasattr(self.executor, "submit"):
            raise ValueError(
                f"executor is {self.executor!r}; give a concurrent.futures.Executor, which has `submit`"
            )

    @property
    def idle(self) -> tuple[str, ...]:
        """What has no effect beside the other arguments, as warnings."""
        found = []
        if not self.save_to_disk:
            changed = (
                ("image_file_format", "npy"),
                ("csv", True),
                ("compression", None),
            )
            for name, default in changed:
                if getattr(self, name) != default:
                    found.append(f"{name} has no effect without save_to_disk")
        if self.store_sample and self.store_in_memory:
            found.append("store_sample has no effect beside store_in_memory, which keeps every system")
        if not (self.save_to_disk or self.store_in_memory or self.store_sample):
            found.append("nothing is kept; give save_to_disk, store_in_memory or store_sample")
        return tuple(found)

    @property
    def arrays(self) -> tuple[ArrayName, ...]:
        """What is made beside the metadata."""
        if self.skip_image_generation:
            return ()
        return ("images", "planes") if self.return_planes else ("images",)

    @property
    def kept(self) -> int | None:
        """How many systems of a configuration are kept in memory; None for all."""
        return None if self.store_in_memory else SAMPLE if self.store_sample else 0

    @property
    def progress_bar(self) -> bool | None:
        """Whether there is a progress bar; None for one in a terminal only."""
        return True if self.verbose else self.progress

    @property
    def own_part(self) -> Part:
        """Which part of the dataset is made; the only one where none is asked for."""
        return Part(*self.part) if self.part is not None else Part(0, 1)

    def folder(self, outdir: str) -> Path:
        """The folder of the files: OUTDIR, or that of a part in it."""
        return Path(outdir) / self.own_part.folder if self.part is not None else Path(outdir)


def _whole(name: str, value: Any) -> None:
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if value is not None and not (is_whole and value >= 1):
        raise ValueError(f"{name} is {value!r}; it must be a whole number of at least 1")


def _one_of(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(
            f"{name} is {value!r}; it must be {', '.join(map(repr, known[:-1]))} or {known[-1]!r}"
        )


def _part(part: Any) -> None:
    if not isinstance(part, tuple | list) or len(part) != 2:
        raise ValueError(f"part is {part!r}; give (k, n), the part k of n, counted from 0")
    Part(*part)
