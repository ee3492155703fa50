"""An injection from its images and positions to its folder."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxlens.config.model import PIXEL_SCALE
from jaxlens.files.by_band import by_band
from jaxlens.files.version import version
from jaxlens.files.wcs import places
from jaxlens.injection.adding import Added, add_stamp
from jaxlens.injection.borders import seen_borders
from jaxlens.injection.clearing import Clearing, sky_of
from jaxlens.injection.copies import BandPlanes, copied, output_names
from jaxlens.injection.cutouts import Cutouts
from jaxlens.injection.entries import NEAR, NO_PLACE, NOT_FINITE, NOT_RENDERED, OUTSIDE, Entries
from jaxlens.injection.folder import Folder
from jaxlens.injection.images import BandImage
from jaxlens.injection.options import Options
from jaxlens.injection.placing import grid_positions, random_positions
from jaxlens.injection.positions import Positions
from jaxlens.injection.psf import kernels_of
from jaxlens.injection.rendering import Renderer
from jaxlens.injection.separations import Occupied
from jaxlens.injection.stamps import corners
from jaxlens.injection.systems import Lot, Systems, known
from jaxlens.injection.truth import Truth
from jaxlens.simulator.simulator import Simulator

if TYPE_CHECKING:
    import pandas as pd

# The table of what became of each position.
TABLE = "injected.csv"
# The name of the cutouts of a band.
CUTOUTS = "cutouts_{band}.fits"


@dataclass(frozen=True, eq=False)
class Made:
    """What an injection has made: the table, the images by band, all files, and warnings."""

    table: pd.DataFrame
    images: Mapping[str, Path]
    files: tuple[Path, ...]
    warnings: tuple[str, ...]


def run(
    simulator: Simulator, images: tuple[BandImage, ...], positions: Positions | None, options: Options
) -> Made:
    """Make an injection.

    Args:
        simulator: of the systems.
        images: the images.
        positions: systems and places; None for places on a grid or at random.
        options: what is asked for.
    """
    sides = stamp_sides(simulator, images, options.stamp)
    psfs = by_band("psf", options.psf, [image.band for image in images])
    own = {image.band: kernels_of(psfs[image.band], image) for image in images if image.band in psfs}
    renderer = Renderer(simulator, images, sides, own, options.psf_factor)
    systems = Systems(simulator, renderer, images, own, options.seed, options.noise)
    entries = None if positions is None else _entries(positions, images, sides, options)
    inputs = {unit.path for image in images for unit in image.units}
    needed = sum(path.stat().st_size for path in inputs)
    with ExitStack() as stack:
        folder = stack.enter_context(Folder(options.out, options.overwrite, inputs, needed))
        planes = copied(images, folder.target, _history(simulator, options.seed))
        sigmas = {one.image.band: sky_of(one)[1] for one in planes}
        clearing = None
        if options.keep_clear is not None:
            clearing = Clearing(planes, options.keep_clear, options.max_bright, options.bright_sigma)
        if entries is None:
            entries = _entries(_places(simulator, images, sides, clearing, options), images, sides, options)
        elif clearing is not None:
            _close_crowded(entries, clearing)
        truth = stack.enter_context(_truth(simulator, images, sides, folder.path, options))
        cutouts = {
            image.band: stack.enter_context(Cutouts(folder.target(CUTOUTS.format(band=image.band)), image))
            for image in images
            if options.cutouts
        }
        for lot in systems.lots(entries, options.batch_size):
            kept = _add_lot(lot, planes, entries, cutouts)
            truth.append(lot, entries.positions, kept)
            options.check()
        for one in cutouts.values():
            one.close()
        table = entries.table()
        table.to_csv(folder.target(TABLE), index=False)
        warned = tuple(seen_borders(entries, sigmas))
        files = truth.finish()
        names = output_names(images)
        found = {image.band: folder.path / names[image.image.path] for image in images}
        return Made(table, found, (*folder.commit(), *files), warned)


def stamp_sides(simulator: Simulator, images: Iterable[BandImage], stamp: Any) -> dict[str, int]:
    """Pixels along a side of a stamp by band: as given, or as wide on the sky as the file's images.

    Args:
        simulator: of the systems.
        images: the images.
        stamp: pixels, one number or by band; None for the default.

    Raises:
        ValueError: if a number is below 1.
    """
    listed = tuple(images)
    given = by_band("stamp", stamp, [image.band for image in listed])
    num_pix, scale = simulator.scene.num_pix, simulator.config.reach(PIXEL_SCALE)[1]
    found = {}
    for image in listed:
        width = num_pix * scale / image.pixel_scale
        default = math.ceil(width - 1e-6) if math.isfinite(width) else num_pix
        side = int(given.get(image.band, default))
        if side < 1:
            raise ValueError(f"stamp is {side}; give the number of pixels along a side, from 1 on")
        found[image.band] = side
    return found


def _entries(
    positions: Positions, images: tuple[BandImage, ...], sides: Mapping[str, int], options: Options
) -> Entries:
    """The entries of positions; those without a place, or off all images, are closed."""
    found = {image.band: places(image.wcs, positions.ra, positions.dec) for image in images}
    entries = Entries(positions, found, sides, images)
    entries.close_unplaced(NOT_FINITE if options.number is None else NO_PLACE)
    if options.strict:
        entries.refuse((OUTSIDE, NOT_FINITE, NO_PLACE))
    return entries


def _places(
    simulator: Simulator,
    images: tuple[BandImage, ...],
    sides: Mapping[str, int],
    clearing: Clearing | None,
    options: Options,
) -> Positions:
    """Places on a grid or at random in the first image, away from its edges by half a stamp."""
    image = images[0]
    margin = 0.5 * sides[image.band]
    spacing = max(options.spacing, 0.0 if clearing is None else clearing.radius)
    if options.grid:
        return grid_positions(options.number, image, spacing=options.spacing, margin=margin)
    if options.number is None:
        raise ValueError("there are no positions; give a table of them, a number of places, or a grid")
    return random_positions(
        options.number,
        options.seed,
        simulator.configuration.label,
        image,
        spacing=spacing,
        margin=margin,
        is_free=None if clearing is None else clearing.is_clear,
    )


def _close_crowded(entries: Entries, clearing: Clearing) -> None:
    """Close entries whose places are not clear, or near another one that comes first by its index."""
    rows = entries.open
    taken = Occupied(clearing.radius)
    problems = clearing.problems(entries.positions.ra[rows], entries.positions.dec[rows])
    for row, (status, reason) in zip(rows.tolist(), problems, strict=True):
        place = float(entries.positions.ra[row]), float(entries.positions.dec[row])
        if status:
            entries.close(row, status, reason)
        elif taken.has_near(*place):
            entries.close(row, NEAR, f"another system is within {clearing.radius:g} arcsec")
        else:
            taken.add(*place)


def _truth(
    simulator: Simulator,
    images: tuple[BandImage, ...],
    sides: Mapping[str, int],
    folder: Path,
    options: Options,
) -> Truth:
    """The truth tables, with the images of point sources in the widest stamp."""
    widest = max(images, key=lambda image: sides[image.band] * image.pixel_scale)
    side = sides[widest.band]
    return Truth(simulator, folder, options.truth_format, side * widest.pixel_scale, side)


def _add_lot(
    lot: Lot, planes: tuple[BandPlanes, ...], entries: Entries, cutouts: Mapping[str, Cutouts]
) -> list[int]:
    """Add the light of some systems to the images, and return which of them were added."""
    kept = []
    for i, row in enumerate(lot.rows.tolist()):
        if not all(np.all(np.isfinite(pixels[i])) for pixels in lot.light.values()):
            entries.close(row, NOT_RENDERED, "its light is not finite; its parameters make no image")
            continue
        kept.append(i)
        for one in planes:
            band, side = one.image.band, entries.sides[one.image.band]
            own = known(entries.places[band].of(lot.rows[i : i + 1]), one.image)
            corner = corners(own, side)[0]
            if not np.isfinite(entries.places[band].x[row]):
                corner = np.array([-2 * side, -2 * side])
            light = lot.light[band][i]
            added = add_stamp(one, light, lot.noise[band][i] if lot.noise else None, corner)
            entries.record(row, band, float(np.sum(light)), _border(light), added)
            if band in cutouts:
                _cut_out(cutouts[band], entries.positions, row, light, added, corner)
    return kept


def _cut_out(
    file: Cutouts, positions: Positions, row: int, light: np.ndarray, added: Added, corner: np.ndarray
) -> None:
    """Write the stamps of a system."""
    cards: dict[str, tuple[Any, str]] = {
        "ID": (positions.ids[row].encode("ascii", "replace").decode(), "of the entry"),
        "INDEX": (int(positions.index[row]), "of the system"),
        "RA": (float(positions.ra[row]), "[deg] of the system"),
        "DEC": (float(positions.dec[row]), "[deg] of the system"),
    }
    file.append({"BEFORE": added.before, "AFTER": added.after, "LIGHT": light}, corner, cards)


def _border(light: np.ndarray) -> float:
    """The largest light of a pixel on the border of a stamp."""
    edges = (light[0], light[-1], light[:, 0], light[:, -1])
    return float(max(np.max(np.abs(edge)) for edge in edges))


def _history(simulator: Simulator, seed: int) -> list[str]:
    """The lines that headers get."""
    name = simulator.config.name.encode("ascii", "replace").decode()
    label = simulator.configuration.label
    return [f"jaxlens {version()} injected systems of {name} ({label}, seed {seed}); see {TABLE}"]
