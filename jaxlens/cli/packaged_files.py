"""Listing and copying packaged YAML files, for the commands `examples` and `surveys`."""

from __future__ import annotations

from pathlib import Path


def format_entry(name: str, description: str) -> str:
    """The line of one file in a list of files."""
    return f"{name:24} {description}"


def copy_file(path: Path, folder: Path) -> Path:
    """Copy a file into a folder, which is made if it does not exist, and return the path of the copy.

    Raises:
        FileExistsError: if the folder has a file of that name already, which stays as it is.
    """
    target = folder / path.name
    if target.exists():
        raise FileExistsError(f"{target} is there already; choose another folder or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.read_bytes())
    return target
