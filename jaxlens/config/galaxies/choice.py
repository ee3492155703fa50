"""Which image of a stack a system gets, and the parameters of INTERPOL that may follow from it.

`image_index` may be a number, a DISTRIBUTION, the image whose columns are NEAREST to parameters of the
system, or drawn by a column WEIGHT.  `scale` may be left out or be `angular` or `physical`, where images have
pixel scales of their own; `phi_G` and `flip` may be `random`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from jaxlens.config.errors import Place, nearest
from jaxlens.config.galaxies.columns import PIXEL_SCALE, REDSHIFT, Columns
from jaxlens.config.model import Draw, ImageChoice, ProfileArray, Quantity, constant
from jaxlens.config.naming import FLIP, IMAGE_INDEX
from jaxlens.config.profile_tables import IMAGE, image_rule
from jaxlens.config.quantities import quantity, quantity_path
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.values import word
from jaxlens.kernels.registry import LightProfile

# The part of the number of images by which the upper end of their uniform distribution is inside, so that
# rounding in single precision never gives the index after the last one.
_MARGIN = 2.0**-22
_SCALE, _ANGLE, _SIZE = "scale", "phi_G", "size"
# The words that `scale` may be: the images keep their angles, or their lengths.
_SCALES = ("angular", "physical")
_RANDOM = "random"
_CHOICES = ("NEAREST", "WEIGHT", "DISTRIBUTION")


class OfImages(NamedTuple):
    """The parameters of a profile that belong to its images.

    Attributes:
        wanted: the other parameters of the profile, with their defaults.
        random: those that are drawn at random by a short form.
    """

    wanted: Mapping[str, float | None]
    random: tuple[tuple[str, Quantity], ...]


def parameters_of_images(section: Section, wanted: Mapping[str, float | None]) -> OfImages:
    """Which parameters of a profile are numbers of the file.

    `flip` and `size` are parameters only where the file gives them; `scale` is left out where it is that of
    the images.  Other profiles have none of this.

    Args:
        section: the mapping PARAMETERS.
        wanted: the parameters of the profile, with their defaults.
    """
    if IMAGE not in wanted:
        return OfImages(wanted, ())
    left_out = {key for key in (FLIP, _SIZE) if not section.has(key)}
    if _own_scale(section):
        left_out.add(_SCALE)
    random = tuple(
        (key, _at_random(section, key)) for key in (_ANGLE, FLIP) if _word_of(section, key) == _RANDOM
    )
    left_out |= {key for key, _ in random}
    return OfImages({key: default for key, default in wanted.items() if key not in left_out}, random)


def read_choice(
    section: Section, profile: LightProfile, tables: tuple[tuple[str, ProfileArray], ...]
) -> tuple[tuple[tuple[str, Quantity], ...], ImageChoice | None]:
    """`image_index`, and `scale` where it is that of the images; nothing for profiles without images.

    Args:
        section: the mapping PARAMETERS.
        profile: the profile.
        tables: its arrays.

    Returns:
        The quantities by name, and the choice where something follows from the columns of the images.  By
        default each image is equally likely.
    """
    if IMAGE not in profile.parameters:
        return (), None
    images = dict(tables).get(IMAGE)
    if images is None:
        # also where the image is wrong, which is reported
        section.take(IMAGE_INDEX)
        section.take(_SCALE)
        return (), None
    index, arrays = section.take(IMAGE_INDEX), dict[str, np.ndarray]()
    chosen = _chosen(section, index, images, arrays) if index is not None else None
    drawn = _index(section, images, chosen is not None)
    size, scale = _scale(section, images, arrays) if _own_scale(section) else ((), "")
    if chosen is None and not scale:
        return (*size, *drawn), None
    nearest_to, among, weighted = chosen or ((), 1, False)
    path = quantity_path(section, IMAGE).removesuffix(f".{IMAGE}")
    choice = ImageChoice(path, nearest_to, among, weighted, scale, arrays)
    return (*size, *drawn), choice


def _index(section: Section, images: ProfileArray, follows: bool) -> tuple[tuple[str, Quantity], ...]:
    """`image_index`; only its bounds where it follows from columns; none where there is one image."""
    count = len(images.array)
    if section.has(IMAGE_INDEX) and not follows:
        return ((IMAGE_INDEX, quantity(section, IMAGE_INDEX, image_rule(count))),)
    if count == 1 and not follows:
        return ()
    return ((IMAGE_INDEX, _equally_likely(quantity_path(section, IMAGE_INDEX), count)),)


def _equally_likely(path: str, count: int) -> Quantity:
    """A whole number from 0 to count - 1, each with the same probability."""
    ends = (("minimum", -0.5), ("maximum", count * (1.0 - _MARGIN) - 0.5))
    return Quantity(path, (Draw("uniform_int", ends),))


def _at_random(section: Section, key: str) -> Quantity:
    """The quantity that the word `random` stands for."""
    path = quantity_path(section, key)
    if key == FLIP:
        return _equally_likely(path, 2)
    return Quantity(path, (Draw("uniform", (("minimum", -math.pi), ("maximum", math.pi))),))


def _word_of(section: Section, key: str) -> str:
    """The text under a key; "" where it is a number or no scalar."""
    node = section.take(key)
    return node.text.strip() if node is not None and isinstance(node.value, str) else ""


def _own_scale(section: Section) -> bool:
    """Whether `scale` is that of the images."""
    return not section.has(_SCALE) or _word_of(section, _SCALE) in _SCALES


def _chosen(
    section: Section, node: Node, images: ProfileArray, arrays: dict[str, np.ndarray]
) -> tuple[tuple[tuple[str, str], ...], int, bool] | None:
    """What NEAREST or WEIGHT says: (column, name) pairs, among how many, and whether weights are used.

    The columns are added to `arrays`.  None where neither is given.
    """
    if not {"NEAREST", "WEIGHT", "AMONG"} & node.entries.keys():
        return None
    report, columns = section.report, dict(images.columns)
    nothing: tuple[tuple[str, str], ...] = ()
    with Section(node, report, noun="a way to choose an image") as own:
        nearest_to, weight = own.take("NEAREST"), own.take("WEIGHT")
        among = own.integer("AMONG", 1, default=1, below=len(images.array) + 1)
        if (nearest_to is None) == (weight is None):
            report.problem(node.place, "has no one way to choose; give either NEAREST or WEIGHT")
            return nothing, 1, False
        if weight is not None:
            if own.has("AMONG"):
                report.problem(own.take("AMONG").place, "has no meaning with WEIGHT; remove it")  # type: ignore[union-attr]
            _weights(weight, images, columns, section, arrays)
            return nothing, 1, True
        pairs = _pairs(nearest_to, images, columns, section)  # type: ignore[arg-type]
        if pairs:
            values = np.stack([columns[name] for name, _ in pairs], axis=1)
            arrays["columns"] = values
            arrays["deviation"] = np.where(np.ptp(values, axis=0) > 0, np.std(values, axis=0), 1.0)
        return pairs, among, False


def _pairs(
    node: Node, images: ProfileArray, columns: Columns, section: Section
) -> tuple[tuple[str, str], ...]:
    """The (column, name) pairs of NEAREST; those that are illegal are left out, with a problem."""
    report, found = section.report, []
    advice = "give the name of a parameter, as {redshift: REDSHIFT}"
    if not node.entries:
        report.problem(node.place, f"has no columns; {advice}")
    for key, entry in node.entries.items():
        name = word(entry, report, advice)
        if _is_column(key, entry.place, images, columns, section) and name:
            found.append((key, name))
    return tuple(found)


def _weights(
    node: Node, images: ProfileArray, columns: Columns, section: Section, arrays: dict[str, np.ndarray]
) -> None:
    """Add the cumulative weights of the column that WEIGHT names."""
    name = word(node, section.report, "give the name of a column")
    if not name or not _is_column(name, node.place, images, columns, section):
        return
    weights = columns[name]
    if weights.min() < 0.0 or not weights.max() > 0.0:
        finding = f"has weights from {weights.min():g} to {weights.max():g}"
        section.report.problem(node.place, f"{finding}; give weights of at least 0, and one above")
        return
    cumulative = np.cumsum(weights / weights.max())
    arrays["cumulative"] = cumulative / cumulative[-1]


def _is_column(name: str, place: Place, images: ProfileArray, columns: Columns, section: Section) -> bool:
    """Whether the images have this column, with a finite number for each; a problem where they have not."""
    if name not in columns:
        finding = f"{name} is no column of {_source(images)}"
        none = "it has none; give TABLE, a table with a row for each image"
        section.report.problem(place, f"{finding}; {nearest(name, columns) if columns else none}")
        return False
    wrong = np.flatnonzero(~np.isfinite(columns[name]))
    if wrong.size:
        finding = f"{name} of {_source(images)} is no number for {len(wrong)} of {len(columns[name])} images"
        advice = f"mend it, or leave these out by SELECT: {{{name}_max: ...}}"
        section.report.problem(place, f"{finding}, the first is image {wrong[0]}; {advice}")
    return not wrong.size


def _scale(
    section: Section, images: ProfileArray, arrays: dict[str, np.ndarray]
) -> tuple[tuple[tuple[str, Quantity], ...], Literal["", "angular", "physical"]]:
    """`scale` from the images: a constant where all have the same, else a quantity that follows them."""
    path, written = quantity_path(section, _SCALE), _word_of(section, _SCALE)
    node = section.take(_SCALE)
    place = section.node.place.at(_SCALE) if node is None else node.place  # type: ignore[union-attr]
    columns, report = images.columns, section.report
    needed = [PIXEL_SCALE, REDSHIFT] if written == "physical" else [PIXEL_SCALE]
    nothing = (_SCALE, constant(path, math.nan))
    with report.about(path):
        for name in needed:
            if name not in columns:
                what = "have no pixel scale" if name == PIXEL_SCALE else "have no redshifts"
                finding = (
                    f"is {'missing' if node is None else written}, and images of {_source(images)} {what}"
                )
                advice = "give scale, the side of their pixels in arcsec, or a column"
                report.problem(place, f"{finding} of their own; {advice} {name}")
                return (nothing,), ""
            wrong = np.flatnonzero(~(np.isfinite(columns[name]) & (columns[name] > 0.0)))
            if wrong.size:
                first = columns[name][wrong[0]]
                finding = f"needs {name} of {_source(images)}, which is {first:g} for image {wrong[0]}"
                report.problem(place, f"{finding}; it must be above 0")
                return (nothing,), ""
    own = columns[PIXEL_SCALE]
    if written != "physical" and np.ptp(own) == 0.0:
        return ((_SCALE, constant(path, own[0])),), ""
    arrays |= {name: columns[name] for name in needed}
    ends = (("minimum", float(own.min())), ("maximum", float(own.max())))
    return ((_SCALE, Quantity(path, (Draw("uniform", ends),))),), "physical" if len(needed) > 1 else "angular"


def _source(images: ProfileArray) -> str:
    """The file of images in messages."""
    return images.source.rpartition("/")[2].partition(" ")[0]
