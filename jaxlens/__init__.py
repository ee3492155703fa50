"""jaxlens: strong-lens images from one YAML file, batched and differentiable, by JAX.

Each name is imported when it is first used.  So `import jaxlens` is quick, and the command line can watch for
signals before JAX is imported.
"""

import importlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxlens.config import Config, ConfigError, load_config
    from jaxlens.config.errors import ConfigWarning
    from jaxlens.config.own_profiles import light_profile, mass_potential, mass_profile
    from jaxlens.config.own_relations import relation
    from jaxlens.config.special_functions import special
    from jaxlens.datasets.dataset import Dataset, make_dataset
    from jaxlens.datasets.loading import load
    from jaxlens.datasets.truth import truth_tables
    from jaxlens.distributions import distribution
    from jaxlens.exchange.coolest import from_coolest
    from jaxlens.exchange.errors import ExchangeError
    from jaxlens.exchange.from_lenstronomy import from_lenstronomy
    from jaxlens.files.errors import StorageError
    from jaxlens.fitting.automatic_masks import AutomaticMask, automatic_mask
    from jaxlens.fitting.external_psf import with_psf
    from jaxlens.fitting.fit import fit
    from jaxlens.fitting.noise_maps import noise_with_psf_error
    from jaxlens.fitting.observations import Observation, read_image
    from jaxlens.fitting.posteriors.posterior_draws import Posterior, PosteriorWarning
    from jaxlens.fitting.result import FitResult, FitWarning
    from jaxlens.injection.inject import Injection, inject
    from jaxlens.modelling.lens_fit import fit_lens
    from jaxlens.modelling.lens_result import LensFit
    from jaxlens.modelling.pixel_fit import refine_with_pixels
    from jaxlens.modelling.pixel_result import PixelFit
    from jaxlens.modelling.quasars.delays import TimeDelays
    from jaxlens.modelling.quasars.fit_quasar import fit_quasar
    from jaxlens.modelling.quasars.flux_ratios import FluxRatios
    from jaxlens.modelling.quasars.result import QuasarFit
    from jaxlens.modelling.samples.runs import Sample, fit_sample
    from jaxlens.plotting.corner import view_corner
    from jaxlens.plotting.images import image_grid, view_image, view_image_rgb
    from jaxlens.plotting.light_curves import view_lightcurves
    from jaxlens.plotting.series import view_series
    from jaxlens.populations.fit_population import fit_population
    from jaxlens.populations.result import PopulationFit
    from jaxlens.production.merging import merge
    from jaxlens.production.verification import verify
    from jaxlens.simulator.simulator import Simulator
    from jaxlens.streams.balance import LabelBalance
    from jaxlens.streams.scaling import ImageScaling, LabelScaling
    from jaxlens.streams.splits import train_test_streams
    from jaxlens.streams.stream import Stream, stream
    from jaxlens.truth.catalog_check import check_catalog

    __version__: str

__all__ = [
    "AutomaticMask",
    "Config",
    "ConfigError",
    "ConfigWarning",
    "Dataset",
    "ExchangeError",
    "FitResult",
    "FitWarning",
    "FluxRatios",
    "ImageScaling",
    "Injection",
    "LabelBalance",
    "LabelScaling",
    "LensFit",
    "Observation",
    "PixelFit",
    "PopulationFit",
    "Posterior",
    "PosteriorWarning",
    "QuasarFit",
    "Sample",
    "Simulator",
    "StorageError",
    "Stream",
    "TimeDelays",
    "__version__",
    "automatic_mask",
    "check_catalog",
    "distribution",
    "fit",
    "fit_lens",
    "fit_population",
    "fit_quasar",
    "fit_sample",
    "from_coolest",
    "from_lenstronomy",
    "image_grid",
    "inject",
    "light_profile",
    "load",
    "load_config",
    "make_dataset",
    "mass_potential",
    "mass_profile",
    "merge",
    "noise_with_psf_error",
    "read_image",
    "refine_with_pixels",
    "relation",
    "special",
    "stream",
    "train_test_streams",
    "truth_tables",
    "verify",
    "view_corner",
    "view_image",
    "view_image_rgb",
    "view_lightcurves",
    "view_series",
    "with_psf",
]

# The module of each public name; the imports above say the same to type checkers.
_MODULES = {
    "AutomaticMask": "fitting.automatic_masks",
    "Config": "config",
    "ConfigError": "config",
    "ConfigWarning": "config.errors",
    "Dataset": "datasets.dataset",
    "ExchangeError": "exchange.errors",
    "FitResult": "fitting.result",
    "FitWarning": "fitting.result",
    "FluxRatios": "modelling.quasars.flux_ratios",
    "ImageScaling": "streams.scaling",
    "Injection": "injection.inject",
    "LabelBalance": "streams.balance",
    "LabelScaling": "streams.scaling",
    "LensFit": "modelling.lens_result",
    "Observation": "fitting.observations",
    "PixelFit": "modelling.pixel_result",
    "PopulationFit": "populations.result",
    "Posterior": "fitting.posteriors.posterior_draws",
    "PosteriorWarning": "fitting.posteriors.posterior_draws",
    "Sample": "modelling.samples.runs",
    "QuasarFit": "modelling.quasars.result",
    "Simulator": "simulator.simulator",
    "StorageError": "files.errors",
    "Stream": "streams.stream",
    "TimeDelays": "modelling.quasars.delays",
    "automatic_mask": "fitting.automatic_masks",
    "check_catalog": "truth.catalog_check",
    "distribution": "distributions",
    "fit": "fitting.fit",
    "fit_lens": "modelling.lens_fit",
    "fit_population": "populations.fit_population",
    "fit_sample": "modelling.samples.runs",
    "fit_quasar": "modelling.quasars.fit_quasar",
    "from_coolest": "exchange.coolest",
    "from_lenstronomy": "exchange.from_lenstronomy",
    "image_grid": "plotting.images",
    "inject": "injection.inject",
    "light_profile": "config.own_profiles",
    "load": "datasets.loading",
    "load_config": "config",
    "make_dataset": "datasets.dataset",
    "mass_potential": "config.own_profiles",
    "mass_profile": "config.own_profiles",
    "merge": "production.merging",
    "noise_with_psf_error": "fitting.noise_maps",
    "read_image": "fitting.observations",
    "refine_with_pixels": "modelling.pixel_fit",
    "relation": "config.own_relations",
    "special": "config.special_functions",
    "stream": "streams.stream",
    "train_test_streams": "streams.splits",
    "truth_tables": "datasets.truth",
    "verify": "production.verification",
    "view_corner": "plotting.corner",
    "view_image": "plotting.images",
    "view_image_rgb": "plotting.images",
    "view_lightcurves": "plotting.light_curves",
    "view_series": "plotting.series",
    "with_psf": "fitting.external_psf",
}
# The folders that may be used as attributes, such as `jaxlens.kernels.lensing`.
_FOLDERS = (
    "catalogs",
    "config",
    "datasets",
    "distributions",
    "engine",
    "exchange",
    "files",
    "fitting",
    "imaging",
    "injection",
    "kernels",
    "modelling",
    "plotting",
    "populations",
    "production",
    "products",
    "sampling",
    "simulator",
    "streams",
    "truth",
)

# a program that sets up no log gets no lines from jaxlens
logging.getLogger("jaxlens").addHandler(logging.NullHandler())

# type checkers, which know the names from above, complain of any other name only if they do not see these
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """The public object or folder of this name, imported now."""
        if name == "__version__":
            found = importlib.import_module("jaxlens.files.version").version()
        elif name in _MODULES:
            found = getattr(importlib.import_module(f"jaxlens.{_MODULES[name]}"), name)
        elif name in _FOLDERS:
            # with all that stands in the folders, which imports of the public names bring
            for module in _MODULES.values():
                importlib.import_module(f"jaxlens.{module}")
            found = importlib.import_module(f"jaxlens.{name}")
        else:
            raise AttributeError(f"module 'jaxlens' has no attribute {name!r}")
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """The public names and folders, whether imported or not."""
        return sorted({*globals(), *__all__, *_FOLDERS})
