"""jaxlens: strong-lens images from one YAML file, batched and differentiable, by JAX."""

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.errors import ConfigWarning
from jaxlens.config.special_functions import special
from jaxlens.datasets.dataset import Dataset, make_dataset
from jaxlens.distributions import distribution
from jaxlens.files.errors import StorageError
from jaxlens.files.version import version as _version
from jaxlens.fitting.external_psf import with_psf
from jaxlens.fitting.fit import fit
from jaxlens.fitting.observations import Observation, read_image
from jaxlens.fitting.result import FitResult, FitWarning
from jaxlens.plotting.corner import view_corner
from jaxlens.plotting.images import image_grid, view_image, view_image_rgb
from jaxlens.plotting.light_curves import view_lightcurves
from jaxlens.plotting.series import view_series
from jaxlens.populations.fit_population import fit_population
from jaxlens.populations.result import PopulationFit
from jaxlens.simulator.simulator import Simulator
from jaxlens.streams.splits import train_test_streams
from jaxlens.streams.stream import Stream, stream

__version__ = _version()

__all__ = [
    "Config",
    "ConfigError",
    "ConfigWarning",
    "Dataset",
    "FitResult",
    "FitWarning",
    "Observation",
    "PopulationFit",
    "Simulator",
    "StorageError",
    "Stream",
    "__version__",
    "distribution",
    "fit",
    "fit_population",
    "image_grid",
    "load_config",
    "make_dataset",
    "read_image",
    "special",
    "stream",
    "train_test_streams",
    "view_corner",
    "view_image",
    "view_image_rgb",
    "view_lightcurves",
    "view_series",
    "with_psf",
]
