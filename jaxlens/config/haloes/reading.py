"""Reading SUBSTRUCTURE of a galaxy, and LINE_OF_SIGHT of the file and of a configuration.

    SUBSTRUCTURE:
        PROFILE: TNFW                  # or NFW, PJAFFE, POINT_MASS
        POSITIONS: uniform             # or cored_nfw
        CONCENTRATION: diemer_joyce    # or power_law
        MASS_DEFINITION: 200c          # or 200m, vir
        PARAMETERS: {f_sub: 0.02, f_sub_radius: 2.0, radius: 4.0}

LINE_OF_SIGHT has the same keys without POSITIONS, and `dz`, TWO_HALO and SHEETS.  One at the top of the file
is that of all configurations; a configuration may have another one, or `LINE_OF_SIGHT: none`.  For how many
haloes a program has room is computed when all of the file is known (`jaxlens.config.haloes.bounds`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, cast, get_args

from jaxlens.config.haloes.list_files import SHEET
from jaxlens.config.haloes.lists import SHEET_KAPPA, read_halo_list
from jaxlens.config.haloes.parameters import (
    CONCENTRATED,
    LINE_OF_SIGHT,
    SUBSTRUCTURE,
    TWO_HALO,
    HaloNumber,
    numbers_of_lists,
    read_normalization,
    read_numbers,
)
from jaxlens.config.model import (
    PIXEL_MAP,
    PIXEL_SCALE,
    SHIFT,
    HaloList,
    Instrument,
    LineOfSight,
    Quantity,
    Substructure,
    map_scale_range,
)
from jaxlens.config.model.haloes import Concentration, HaloProfile, Positions
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import is_nothing, switch
from jaxlens.config.values import finite
from jaxlens.kernels.halos import MASS_DEFINITIONS, MassDefinition

# The keys of a galaxy and of a configuration.
SUBSTRUCTURE_KEY, LINE_OF_SIGHT_KEY = "SUBSTRUCTURE", "LINE_OF_SIGHT"
PROFILE, POSITIONS, CONCENTRATION = "PROFILE", "POSITIONS", "CONCENTRATION"
MASS_DEFINITION, MAX_HALOES, FILENAME = "MASS_DEFINITION", "MAX_HALOES", "FILENAME"
DZ, SHEETS = "dz", "SHEETS"
PROFILES: tuple[HaloProfile, ...] = get_args(HaloProfile)
CONCENTRATIONS: tuple[Concentration, ...] = get_args(Concentration)
# Why keys have no meaning where a file has the haloes.
_LISTED = f"has no meaning with {FILENAME}, whose haloes are not drawn"
# The spacing in redshift of the planes of haloes, as in pyHalo.
DEFAULT_DZ = 0.02
# The largest MAX_HALOES; the arrays of a system are a megabyte each then.
LARGEST_MAX = 1_000_000


class _Kind(NamedTuple):
    """What the haloes are, in the order of the fields of `Haloes`; words not known are the defaults."""

    profile: HaloProfile
    concentration: Concentration
    definition: MassDefinition
    parameters: tuple[tuple[str, Quantity], ...]
    bound: int

    @property
    def words(self) -> tuple[str, ...]:
        """The profile, and the relation of mass and concentration where it has one."""
        return (self.profile, self.concentration) if self.profile in CONCENTRATED else (self.profile,)


def read_substructure(section: Section) -> Substructure | None:
    """SUBSTRUCTURE of a galaxy, without bounds; None where it has none.

    Args:
        section: the galaxy.
    """
    if not section.has(SUBSTRUCTURE_KEY):
        return None
    with section.sub(SUBSTRUCTURE_KEY, "a key of SUBSTRUCTURE") as own:
        kind = _kind(own)
        if own.has(FILENAME):
            _refuse(own, (POSITIONS, MAX_HALOES), _LISTED)
            lists = read_halo_list(own, FILENAME, kind.profile, SUBSTRUCTURE_KEY)
            numbers = _numbers_beside(own, SUBSTRUCTURE, lists, kind)
            return replace(Substructure(own.path, *kind), haloes=lists, parameters=numbers)
        positions = own.choice(POSITIONS, get_args(Positions), default="uniform", noun="a distribution")
        with own.parameters("a number of SUBSTRUCTURE") as parameters:
            words = (*kind.words, positions)
            numbers = (*read_normalization(parameters), *read_numbers(parameters, SUBSTRUCTURE, words))
        found = Substructure(own.path, *kind, positions=cast(Positions, positions or "uniform"))
        return replace(found, parameters=numbers)


def read_line_of_sight(section: Section, instrument: Instrument) -> LineOfSight | None:
    """LINE_OF_SIGHT of the file or of a configuration, without bounds; None where there is none.

    Args:
        section: the whole file, or the configuration.
        instrument: IMAGE and SURVEY; the cone has the width of the image by default.
    """
    if not section.has(LINE_OF_SIGHT_KEY):
        return None
    with section.sub(LINE_OF_SIGHT_KEY, "a key of LINE_OF_SIGHT") as own:
        kind = _kind(own)
        spacing = _spacing(own)
        if own.has(FILENAME):
            _refuse(own, (TWO_HALO, MAX_HALOES), _LISTED)
            lists = read_halo_list(own, FILENAME, kind.profile, LINE_OF_SIGHT_KEY)
            listed = LineOfSight(own.path, *kind, dz=spacing, two_halo=False)
            numbers = _numbers_beside(own, LINE_OF_SIGHT, lists, kind)
            return replace(listed, haloes=lists, parameters=numbers, sheets=_sheets_of_lists(own, lists))
        two_halo = _switch(own, TWO_HALO, "cluster haloes about lenses", "spread them evenly")
        sheets = _switch(own, SHEETS, "take out their mean convergence", "leave it in")
        with _optional_parameters(own, "a number of LINE_OF_SIGHT") as parameters:
            radius = LINE_OF_SIGHT["cone_radius"]._replace(default=_image_radius(instrument))
            known = {**LINE_OF_SIGHT, "cone_radius": radius}
            words = (*kind.words, *([TWO_HALO] if two_halo else []))
            numbers = read_numbers(parameters, known, words)
        found = LineOfSight(own.path, *kind, dz=spacing, two_halo=two_halo, sheets=sheets)
        return replace(found, parameters=numbers)


def is_switched_off(section: Section) -> bool:
    """Whether a configuration has `LINE_OF_SIGHT: none`, or false, in place of that of the file."""
    node = section.written(LINE_OF_SIGHT_KEY)
    return node is not None and (is_nothing(node) or node.value is False)


def _image_radius(instrument: Instrument) -> float | None:
    """The radius of the largest circle in an image, in arcsec; None where no largest one is known."""
    ends = {name: one.support() for name, one in instrument.quantities if name in (PIXEL_SCALE, *PIXEL_MAP)}
    if instrument.has_pixel_map:
        shift = math.hypot(*(max(map(abs, ends[name])) for name in SHIFT))
        radius = 0.5 * instrument.num_pix * map_scale_range(ends.__getitem__)[1] + shift
    else:
        radius = 0.5 * instrument.num_pix * ends[PIXEL_SCALE][1] if ends else math.nan
    return radius if math.isfinite(radius) else None


def _optional_parameters(own: Section, noun: str) -> Section:
    """The mapping PARAMETERS, which the file may leave out."""
    if own.node is None or own.has("PARAMETERS"):
        return own.parameters(noun)
    return Section(Node(own.node.place.at("PARAMETERS"), {}), own.report, noun)


def _kind(own: Section) -> _Kind:
    """What the haloes are, and MAX_HALOES, which is 0 where the file has none."""
    profile = own.choice(PROFILE, PROFILES, default=PROFILES[0], noun="a profile of haloes") or PROFILES[0]
    if profile not in CONCENTRATED:
        _refuse(own, (CONCENTRATION, MASS_DEFINITION), f"has no meaning for {profile}")
    concentration = own.choice(
        CONCENTRATION, CONCENTRATIONS, default=CONCENTRATIONS[0], noun="a relation of mass and concentration"
    )
    definition = own.choice(MASS_DEFINITION, MASS_DEFINITIONS, default="200c", noun="a mass definition")
    most = own.integer(MAX_HALOES, 1, default=0, below=LARGEST_MAX + 1)
    return _Kind(
        cast(HaloProfile, profile),
        cast(Concentration, concentration or CONCENTRATIONS[0]),
        cast(MassDefinition, definition or "200c"),
        (),
        most,
    )


def _numbers_beside(
    own: Section, numbers: Mapping[str, HaloNumber], lists: HaloList | None, kind: _Kind
) -> tuple[tuple[str, Quantity], ...]:
    """The numbers of what a file of haloes lacks; a problem with PARAMETERS where it has all."""
    if lists is None:
        # what it lacks is not known
        own.has("PARAMETERS")
        return ()
    given = (*lists.arrays, *(["concentration"] if "alpha_Rs" in lists.arrays else []))
    if "concentration" in given:
        _refuse(own, (CONCENTRATION,), f"has no meaning with {FILENAME}, which has concentrations")
    known = numbers_of_lists(numbers, given)
    used = [one for one in known.values() if not one.needs or {*one.needs} & {*kind.words}]
    if not used:
        _refuse(own, ("PARAMETERS",), f"has no meaning with {FILENAME}, which has all numbers of the haloes")
        return ()
    with _optional_parameters(own, "a number that matters for haloes of a file") as parameters:
        return read_numbers(parameters, known, kind.words)


def _sheets_of_lists(own: Section, lists: HaloList | None) -> bool:
    """Whether the sheets of a file of haloes are used; a problem where SHEETS asks for them in vain."""
    there = lists is None or bool({SHEET, SHEET_KAPPA} & lists.arrays.keys())
    node = own.take(SHEETS)
    if node is None:
        return there
    asked = switch(node, own.report, "use the sheets of the file", "leave them out") is True
    if asked and not there:
        own.report.problem(node.place, f"is true, and the file of haloes has no {SHEET}; remove SHEETS")
    return asked and there


def _refuse(own: Section, keys: Sequence[str], why: str) -> None:
    """Report keys that have no meaning."""
    for key in keys:
        node = own.take(key)
        if node is not None:
            own.report.problem(node.place, f"{why}; remove it", final=True)


def _spacing(own: Section) -> float:
    """`dz`; its default, and a problem, where it is illegal."""
    node = own.take(DZ)
    if node is None:
        return DEFAULT_DZ
    advice = "give the spacing of the planes of haloes in redshift, as 0.02"
    value = finite(node, own.report, advice)
    if value is not None and value <= 0.0:
        own.report.problem(node.place, f"is {value:g}; it must be above 0")
    return value if value is not None and value > 0.0 else DEFAULT_DZ


def _switch(own: Section, key: str, true: str, false: str) -> bool:
    """A switch, which is on where the file does not have it."""
    node = own.take(key)
    return node is None or switch(node, own.report, true, false) is not False
