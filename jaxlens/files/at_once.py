"""Files that are replaced at once: whole or not at all, whatever ends the process."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from jaxlens.files.errors import explained


def write_at_once(path: Path, text: str) -> None:
    """Write a file beside its place, and rename it when it is whole and on the disk.

    Args:
        path: the file, which replaces an earlier one.
        text: its content.

    Raises:
        StorageError: if it cannot be written.
    """
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    with explained(path):
        try:
            with partial.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
