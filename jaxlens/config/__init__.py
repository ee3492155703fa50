"""From the text of a configuration file to a typed, frozen, checked Config."""

from jaxlens.config.errors import ConfigError
from jaxlens.config.examples import example_path, examples
from jaxlens.config.load import load_config
from jaxlens.config.model import Config

__all__ = ["Config", "ConfigError", "example_path", "examples", "load_config"]
