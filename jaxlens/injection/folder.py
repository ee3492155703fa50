"""The folder of an injection: files are written under other names, and renamed once all are whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from jaxlens.files.errors import StorageError, explained
from jaxlens.files.writer import PARTIAL, prepare, remove

_ADVICE = "choose another folder"


class Folder:
    """A folder whose files appear together; a context manager.

    Args:
        path: the folder, which is made.
        overwrite: whether files that are there may be replaced.
        inputs: files that must not be replaced.
        needed: bytes of the files.

    Raises:
        StorageError: if the folder cannot be written, is too small, or has files and `overwrite` is not set.
    """

    def __init__(self, path: Path, overwrite: bool, inputs: Iterable[Path], needed: int) -> None:
        self.path, self._inputs = path, {file.resolve() for file in inputs}
        self._token = secrets.token_hex(8)
        self._files: dict[str, Path] = {}
        with explained(path, _ADVICE):
            if path.exists() and not overwrite and (not path.is_dir() or any(path.iterdir())):
                raise StorageError(f"{path}: has files in it; {_ADVICE}, or overwrite them")
        prepare(path, needed)

    def target(self, name: str) -> Path:
        """The path under which the file of this name is written.

        Raises:
            StorageError: if the file would replace an image that is read.
        """
        if (self.path / name).resolve() in self._inputs:
            raise StorageError(f"{self.path / name}: is an image that is read; {_ADVICE}")
        return self._files.setdefault(name, self.path / f"{name}.{self._token}{PARTIAL}")

    def commit(self) -> list[Path]:
        """Give the files their names, and return their paths."""
        for name, partial in self._files.items():
            with explained(self.path / name, _ADVICE):
                os.replace(partial, self.path / name)
        return [self.path / name for name in self._files]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for partial in self._files.values():
            remove(partial)
