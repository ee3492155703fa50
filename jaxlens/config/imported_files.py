"""Python files of a user that are imported by their path, for what they register: `--import FILE`.

A process that makes a part of a dataset imports the same files (see `jaxlens.production.recipe`).
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path

# The absolute paths of the files that were imported, in order.
_FILES: list[str] = []


def import_file(path: str | Path) -> None:
    """Import a Python file, which registers profiles, distributions or functions of SPECIAL.

    A file that was imported before is not imported again.

    Args:
        path: the file.  The module is called as the file is, without `.py`.

    Raises:
        ValueError: if there is no such file, or its name is that of another module.
        ImportError: if the file raises an exception; the message has its line.
    """
    file = Path(path).resolve()
    if str(file) in _FILES:
        return
    if not file.is_file() or file.suffix != ".py":
        raise ValueError(f"{path} is no Python file; give the path of one, such as my_profiles.py")
    name = file.stem
    if not name.isidentifier() or name in sys.modules or _is_another(name, file):
        raise ValueError(f"{path} has the name of another module, or one that is no word; rename the file")
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be imported; give the path of a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ImportError(f"{path}{_line(error, file)}: {type(error).__name__}: {error}") from error
    _FILES.append(str(file))


def imported_files() -> tuple[str, ...]:
    """The absolute paths of the files that `import_file` has imported, in order."""
    return tuple(_FILES)


def _line(error: Exception, file: Path) -> str:
    """`:line` of the last line of the file that was executed, or "" where there is none."""
    if isinstance(error, SyntaxError):
        return f":{error.lineno}" if error.lineno else ""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)
    ]
    return f":{lines[-1]}" if lines else ""


def _is_another(name: str, file: Path) -> bool:
    """Whether `import name` would find another file: a folder on `sys.path` may be the one of this file."""
    spec = importlib.util.find_spec(name)
    return spec is not None and (spec.origin is None or Path(spec.origin).resolve() != file)
