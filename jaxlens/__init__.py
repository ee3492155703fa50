"""jaxlens: strong-lens images from one YAML file, batched and differentiable, by JAX."""

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.simulator import Simulator

__all__ = ["Config", "ConfigError", "Simulator", "load_config"]
