"""Our images of the systems of a catalogue, beside those that the catalogue lists."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.catalogs.lensed_images import LensedImages
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.point_sources import main_source, main_source_images
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.imaging.time_delays import time_delays
from jaxlens.kernels.types import Params
from jaxlens.simulator import Simulator
from jaxlens.simulator.programs import compiled
