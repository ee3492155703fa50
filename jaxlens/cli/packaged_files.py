"""What `examples` and `surveys` share: a packaged YAML file is format_entry or copy_file."""

from __future__ import annotations

from pathlib import Path


def format_entry(name: str, description: str) -> str:
    """A line of the list."""
    return f"{name:20} {description}"


def copy_file(path: Path, folder: Path) -> Path:
    """Copy a file into a folder, which is made where it is missing; the result is the path of the copy.

    Raises:
        FileExistsError: if there is a file of that name already; it stays as it is.
    """
    target = folder / path.name
    if target.exists():
        raise FileExistsError(f"{target} is there already; choose another folder or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.read_bytes())
    return target
