"""From the YAML text of a configuration file to a typed, frozen and checked `Config`.

Here the file is read and checked, and every problem is reported with its line.  `model` holds the result;
`load` reads a whole file; the other modules read one section each, or help with that.  Nothing here draws a
number or computes an image.  The public names are those of `__all__`.
"""

from jaxlens.config.errors import ConfigError
from jaxlens.config.examples import example_files, example_path, examples
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
