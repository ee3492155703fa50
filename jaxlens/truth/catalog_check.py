"""Our images of the systems of a catalogue, beside those that the catalogue lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from jaxlens.catalogs.lensed_images import LensedImages
from jaxlens.config.model import CATALOG_ROW, Catalog, Config
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.point_sources import main_source, main_source_images
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.imaging.time_delays import time_delays
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params
from jaxlens.sampling.indices import index_words
from jaxlens.sampling.keys import dataset_key
from jaxlens.sampling.population import Population
from jaxlens.simulator import Simulator
from jaxlens.simulator.batched_draws import draw
from jaxlens.simulator.programs import compiled
from jaxlens.truth.image_differences import ImageDifferences, image_differences

# How many systems are compared unless all are asked for: some seconds of a core.
SYSTEMS = 1000
# Systems in one call of the program, whose size is the same however many are compared.
_AT_ONCE = 250
# The number of image slots is not doubled any more once it is this large.
_MAX_SLOTS = 64


def check_catalog(
    config: Config | str | PathLike[str] | Mapping[str, Any],
    configuration: str | None = None,
    systems: int | None = SYSTEMS,
    survey: str | None = None,
    bands: str | Sequence[str] | None = None,
) -> ImageDifferences:
    """Compare the images of a catalogue's systems with ours.

    The source is the lensed point source, the last one if there are several, or the centre of the galaxy of
    the farthest plane where there is none.  Systems are taken evenly from the rows; with MODE: sample they
    are the first of the dataset with the file's SEED.

    Args:
        config: a Config, the path of a YAML file, the name of a packaged example, or a dictionary, with a
            CATALOG of FORMAT om10, or with IMAGES.
        configuration: its label or NAME; may be left out when the file has one.
        systems: how many are compared at most; None for one of each row.
        survey: the name of a survey whose IMAGE and SURVEY take the place of the file's.
        bands: the bands that are used, as in `load_config`.

    Returns:
        Their images and ours, and the differences; `table()` has them as a DataFrame.

    Raises:
        ConfigError: if the file is wrong.
        ValueError: if its catalogue lists no images of this configuration's systems, or nothing is lensed.

    >>> import jaxlens
    >>> found = jaxlens.check_catalog("om10", systems=5)
    >>> bool(found.same_number.all()), bool(found.spread(found.position).largest < 1e-3)
    (True, True)
    """
    simulator = Simulator(config, configuration, survey, bands)
    catalog = listed_images(simulator)
    if main_source(simulator.scene) is None:
        raise ValueError(
            f"{simulator.configuration.label} has no source behind a mass, so there are no images"
        )
    wanted = len(catalog.rows) if systems is None else min(systems, len(catalog.rows))
    indices = np.arange(wanted)
    if catalog.mode == "iterate":
        indices = indices * len(catalog.rows) // max(wanted, 1)
    found = _our_images(simulator, indices.astype(np.uint64))
    places = np.searchsorted(catalog.rows, found.row)
    assert catalog.images is not None, "listed_images has seen them"
    return image_differences(found.row, catalog.images.rows(places), found.images)


def listed_images(simulator: Simulator) -> Catalog:
    """The catalogue of a configuration that lists images.

    Raises:
        ValueError: if there is none.
    """
    catalog, label = simulator.config.catalog, simulator.configuration.label
    if catalog is None or label not in catalog.configurations:
        raise ValueError(f"{label} takes no rows of a CATALOG; give the file a CATALOG with images")
    if catalog.images is None:
        raise ValueError(
            f"{catalog.source} lists no images; name their columns under IMAGES, or give FORMAT: om10"
        )
    return catalog


class _Found(NamedTuple):
    """Our images of some systems, and their rows in the catalogue, (n,)."""

    row: np.ndarray
    images: LensedImages


def _our_images(simulator: Simulator, indices: np.ndarray) -> _Found:
    """All images of systems `indices`, (n,), with as many slots as they need."""
    while True:
        row, images, delays = _in_batches(simulator, indices)
        slots = simulator.scene.image_slots
        if slots >= _MAX_SLOTS or not np.any(images.found > slots):
            break
        simulator = simulator.with_image_slots(2 * slots)
    # what is no image is at (0, 0) or NaN, and comes after the images
    order = np.argsort(~images.mask, axis=1, kind="stable")
    x, y, mu, delay = (
        np.take_along_axis(np.asarray(v, np.float64), order, axis=1)
        for v in (images.x, images.y, images.magnification, delays)
    )
    count = np.minimum(images.found, slots).astype(np.int64)
    return _Found(np.rint(row).astype(np.int64), LensedImages(x, y, count, mu, delay))


def _in_batches(simulator: Simulator, indices: np.ndarray) -> tuple[np.ndarray, ImagePositions, np.ndarray]:
    """The rows of systems in the catalogue (n,), their images and delays, by one program of a fixed size."""
    key, parts = jnp.asarray(dataset_key(simulator.config.seed or 0)), []
    for start in range(0, len(indices), _AT_ONCE):
        own = indices[start : start + _AT_ONCE]
        part = _images(
            simulator.static_population,
            simulator.scene,
            simulator.hyperparameters,
            key,
            index_words(np.resize(own, _AT_ONCE)),
            simulator.assets,
        )
        parts.append(jax.tree.map(lambda array, n=own.size: np.asarray(array)[:n], part))
    joined: tuple[np.ndarray, ImagePositions, np.ndarray] = jax.tree.map(lambda *v: np.concatenate(v), *parts)
    return joined


@compiled(0, 1)
def _images(
    population: Population,
    scene: Scene,
    hyperparameters: Mapping[str, ArrayLike],
    key: Any,
    indices: ArrayLike,
    assets: Assets,
) -> tuple[jax.Array, ImagePositions, jax.Array]:
    """The row of each system in the catalogue (n,), the images of its main source, and their delays.

    Args:
        population: what is drawn; static.
        scene: what is imaged; static.
        hyperparameters: the numbers of the file by their paths.
        key: the key of the dataset's seed, or its raw data.
        indices: the index of each system, (n,), or its two words, (n, 2), uint32.
        assets: the arrays that all systems share.
    """
    values = draw(population, scene, hyperparameters, key, indices, assets)
    prefix = main_source(scene) or ""
    plane = int(prefix.partition("-")[0].removeprefix("PLANE_")) - 1

    def of_system(system: Params) -> tuple[ImagePositions, jax.Array]:
        params = with_tables(scene, {name: system[name] for name in scene.parameters}, assets)
        images = main_source_images(scene, params)
        return images, time_delays(scene, params, plane, images)

    images, delays = jax.vmap(of_system)(values)
    return values[CATALOG_ROW], images, delays
