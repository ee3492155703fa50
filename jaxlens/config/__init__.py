"""From the YAML text of a configuration file to a typed, frozen and checked `Config`.

Here the file is read and checked, and every problem is reported with its line.  `model` holds the result;
`load` reads a whole file; the other modules read one section each, or help with that.  Nothing here draws a
number or computes an image.  The public names are those of `__all__`.
"""

import importlib
from typing import TYPE_CHECKING

from jaxlens.config.errors import ConfigError
from jaxlens.config.examples import example_files, example_path, examples

if TYPE_CHECKING:
    from jaxlens.config.load import issue_warnings, load_config
    from jaxlens.config.model import Config

__all__ = [
    "Config",
    "ConfigError",
    "example_files",
    "example_path",
    "examples",
    "issue_warnings",
    "load_config",
]

# The modules of names that are imported when they are first used: reading a file needs JAX, and the list of
# packaged files does not.
_MODULES = {"Config": "model", "issue_warnings": "load", "load_config": "load"}

# type checkers, which know the names from above, complain of any other name only if they do not see this
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """The public object of this name, imported now."""
        if name not in _MODULES:
            raise AttributeError(f"module 'jaxlens.config' has no attribute {name!r}")
        found = getattr(importlib.import_module(f"jaxlens.config.{_MODULES[name]}"), name)
        globals()[name] = found
        return found
