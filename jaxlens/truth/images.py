"""Rows of the images of point sources, and of what they show at each epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from jaxlens.config.model import Configuration, PointSource
from jaxlens.files.series import observed
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.time_series import Transient
from jaxlens.truth.blocks import Block, texts
from jaxlens.truth.galaxies import by_band
from jaxlens.truth.layout import Member
from jaxlens.truth.programs import Systems


class _Rows(NamedTuple):
    """The images of one point source, one a row: its system, its slot, and its place by arrival."""

    systems: np.ndarray
    slots: np.ndarray
    image: np.ndarray


def image_block(member: Member, scene: Scene, found: Systems, configuration: Configuration) -> Block:
    """The rows of the images of one point source.

    Args:
        member: the point source.
        scene: the static part of the configuration.
        found: the systems.
        configuration: the configuration, which has the models and the cadence.
    """
    assert isinstance(member.species, PointSource)
    rows, values = _rows(member.prefix, found), found.values
    systems, slots = rows.systems, rows.slots
    lensed = found.images.get(member.prefix)
    source = [np.asarray(values[f"{member.prefix}-{name}"]) for name in ("ra", "dec")]
    columns = {
        "host": texts(_host(scene, member), len(systems)),
        "image": rows.image,
        "n_images": np.bincount(systems, minlength=len(source[0]))[systems],
        "source_x": source[0][systems],
        "source_y": source[1][systems],
    }
    if lensed is None:
        columns |= {"x": columns["source_x"], "y": columns["source_y"]}
        columns["magnification"] = np.ones_like(columns["x"])
        columns["delay"] = np.zeros_like(columns["x"])
    else:
        own = {"x": lensed.x, "y": lensed.y, "magnification": lensed.magnification}
        columns |= {name: array[systems, slots] for name, array in own.items()}
        columns["delay"] = found.delays[member.prefix][systems, slots]
    varies = transient_of(scene, member)
    if varies is None:
        columns |= _steady(member, values, columns["magnification"], systems, scene.bands)
    else:
        columns |= _varying(varies, member, rows, found, configuration, scene.bands)
        columns["peak_mjd"] = columns["peak_mjd"] + np.asarray(columns["delay"], np.float64)
    return Block(systems, columns)


def epoch_block(member: Member, scene: Scene, found: Systems, configuration: Configuration) -> Block:
    """The rows of what the images of one object that varies show, by image, epoch and band.

    Args:
        member: the object.
        scene: the static part of the configuration, a time series.
        found: the systems.
        configuration: the configuration, which has the cadence.
    """
    assert scene.series is not None
    rows, values = _rows(member.prefix, found), found.values
    mjd = observation_mjd(values["day"], configuration)
    seen = observed(values["num_epochs"], scene.series.epochs)
    row, epoch, band = np.nonzero(seen[rows.systems])
    systems, slots = rows.systems[row], rows.slots[row]
    curve = found.curves[member.prefix]
    columns = {
        "image": rows.image[row],
        "epoch": epoch,
        "band": np.array(scene.bands, dtype=object)[band],
        "mjd": mjd[systems, epoch, band],
        "magnitude": magnitudes(curve.observed[systems, epoch, band, slots]),
        "unlensed_magnitude": magnitudes(curve.intrinsic[systems, epoch, band, slots]),
    }
    return Block(systems, columns)


def transient_of(scene: Scene, member: Member) -> Transient | None:
    """How a point source or a star varies; None where it does not."""
    transients = scene.series.transients if scene.series else ()
    return next((one for one in transients if one.prefix == member.prefix), None)


def magnitudes(maggies: ArrayLike) -> np.ndarray:
    """AB magnitudes of fluxes in maggies, of the same shape; NaN where there is no light."""
    flux = np.asarray(maggies)
    positive = flux > 0.0
    return np.where(positive, -2.5 * np.log10(np.where(positive, flux, 1.0)), np.nan)


def observation_mjd(day: np.ndarray, configuration: Configuration) -> np.ndarray:
    """When each epoch was observed, in the double precision of the cadence.

    Args:
        day: days since REFERENCE_MJD in the precision of parameters, (n, epochs, bands) or (n, epochs, 1).
        configuration: the configuration, which has the cadence.

    Returns:
        Days, (n, epochs, bands), float64.
    """
    assert configuration.series is not None
    cadence = configuration.series.cadence
    exact = cadence.arrays["day"]
    own = np.broadcast_to(day, (*day.shape[:2], exact.shape[2]))
    found = own.astype(np.float64)
    for pointing in exact:
        # a file may lack the epochs that only other pointings have
        same = (own == pointing.astype(day.dtype)) | np.isnan(own)
        found = np.where(same.all(axis=(1, 2), keepdims=True), pointing, found)
    return cadence.reference_mjd + found


def _rows(prefix: str, found: Systems) -> _Rows:
    """The images that exist, system after system, in order of arrival."""
    images = found.images.get(prefix)
    if images is None:
        count = len(next(iter(found.values.values())))
        none = np.zeros(count, int)
        return _Rows(np.arange(count), none, none)
    times = np.where(images.mask, found.delays[prefix], np.inf)
    by_arrival = np.argsort(times, axis=1, kind="stable")
    systems, place = np.nonzero(np.take_along_axis(np.asarray(images.mask), by_arrival, axis=1))
    first = np.searchsorted(systems, systems)
    return _Rows(systems, by_arrival[systems, place], np.arange(len(systems)) - first)


def _host(scene: Scene, member: Member) -> str | None:
    """The object that a point source belongs to."""
    points = scene.planes[member.plane].points
    return next((one.host.rpartition("-")[0] for one in points if one.prefix == member.prefix), None)


def _steady(
    member: Member,
    values: Mapping[str, np.ndarray],
    magnification: np.ndarray,
    systems: np.ndarray,
    bands: Sequence[str],
) -> dict[str, np.ndarray]:
    """The magnitudes of the images of what does not vary."""
    magnitude = np.asarray(values[f"{member.prefix}-magnitude"])[systems]
    with np.errstate(divide="ignore"):
        brighter = 2.5 * np.log10(np.abs(magnification))
    columns: dict[str, np.ndarray] = {}
    for k, band in enumerate(bands):
        own = magnitude if magnitude.ndim == 1 else magnitude[:, k]
        columns |= {f"magnitude_{band}": own - brighter, f"unlensed_magnitude_{band}": own}
    return columns


def _varying(
    varies: Transient,
    member: Member,
    rows: _Rows,
    found: Systems,
    configuration: Configuration,
    bands: Sequence[str],
) -> dict[str, np.ndarray]:
    """The model of what varies, its brightest magnitudes, and when the first image shows its PEAK."""
    assert configuration.series is not None
    systems, values = rows.systems, found.values
    curve = found.curves[member.prefix]
    seen = observed(values["num_epochs"], curve.observed.shape[1])[systems]
    columns: dict[str, np.ndarray] = {"model": texts(varies.model, len(systems))}
    for name, flux in (("magnitude", curve.observed), ("unlensed_magnitude", curve.intrinsic)):
        # no rays, no light curve: NaN stays
        brightest = np.max(np.where(seen, flux[systems, :, :, rows.slots], -np.inf), axis=1, initial=-np.inf)
        columns |= by_band(name, magnitudes(brightest), bands)
    columns |= _template(varies, member, values, systems)
    peak = np.asarray(values[varies.peak], np.float64)[systems]
    columns["peak_mjd"] = configuration.series.cadence.reference_mjd + peak
    for name in varies.parameters:
        if name != "TEMPLATE":
            columns |= by_band(f"model_{name}", np.asarray(values[f"{member.prefix}-{name}"])[systems], bands)
    return columns


def _template(
    varies: Transient, member: Member, values: Mapping[str, np.ndarray], systems: np.ndarray
) -> dict[str, np.ndarray]:
    """The id of the template of each image's model, where the model has templates."""
    assert isinstance(member.species, PointSource)
    ids = member.species.model.library.ids if member.species.model else ()
    if not ids:
        return {}
    drawn = values.get(f"{member.prefix}-TEMPLATE")
    chosen = np.zeros(len(systems), int) if drawn is None or len(ids) == 1 else drawn[systems].astype(int)
    return {"model_template": np.array(ids, dtype=object)[chosen]}
