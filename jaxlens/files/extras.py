"""Libraries that only some formats need: imported when used, and named with their extra if missing."""

from __future__ import annotations

import importlib
from typing import Any


def required(module: str, extra: str) -> Any:
    """A module of a library that an extra installs.

    Raises:
        ImportError: if it is not installed; the message has the command that installs it.

    >>> required("no_such_library", "zarr")
    Traceback (most recent call last):
    ImportError: no_such_library is not installed: pip install 'jaxlens-sim[zarr]'
    """
    library = module.partition(".")[0]
    try:
        importlib.import_module(library)
    except ImportError as error:
        if error.name != library:
            raise
        raise ImportError(f"{library} is not installed: pip install 'jaxlens-sim[{extra}]'") from error
    return importlib.import_module(module)
