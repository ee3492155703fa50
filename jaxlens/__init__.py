"""jaxlens: strong-lens images from one YAML file, batched and differentiable, by JAX."""

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.errors import ConfigWarning
from jaxlens.dataset import Dataset, make_dataset
from jaxlens.distributions import distribution
from jaxlens.plot import image_grid, view_corner, view_image, view_image_rgb
from jaxlens.simulator import Simulator
from jaxlens.specials import special
from jaxlens.storage import StorageError

__all__ = [
    "Config",
    "ConfigError",
    "ConfigWarning",
    "Dataset",
    "Simulator",
    "StorageError",
    "distribution",
    "image_grid",
    "load_config",
    "make_dataset",
    "special",
    "view_corner",
    "view_image",
    "view_image_rgb",
]
