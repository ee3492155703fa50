"""The parameters of profiles that are arrays: from a file, or lists of the configuration itself.

`image: galaxies.fits` is one image, or a stack of images of which each system takes one; `galaxies.images`
reads it, and `galaxies.choice` says which image a system takes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from jaxlens.config.array_files import FITS, HDF5, NPY, Wanted, read_array
from jaxlens.config.errors import Report
from jaxlens.config.galaxies.images import IMAGE_ADVICE, KINDS, MAX_BYTES, read_images
from jaxlens.config.model import Configuration, Galaxy, ProfileArray
from jaxlens.config.naming import IMAGE_INDEX
from jaxlens.config.profile_table_checks import complete_grid, table_problem
from jaxlens.config.quantities import Rule
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.used_bands import in_used_bands
from jaxlens.config.values import finite
from jaxlens.kernels.registry import Profile

# The array that is a stack of images, of which each system has one.
IMAGE = "image"
# The arrays of which one or two follow from the others where they are not given.
_POTENTIAL, _DEFLECTIONS = "f_", ("f_x", "f_y")
# How to correct each parameter.
_ADVICE: Mapping[str, str] = {
    IMAGE: IMAGE_ADVICE,
    "amp": "give the coefficients (n_scales, y, x)",
    "grid_interp_x": "give the x of the columns, increasing",
    "grid_interp_y": "give the y of the rows, increasing",
    "r_bin": "give radii, increasing",
    "kappa_r": "give the convergence at each radius",
}
# How to correct those that are not listed.
_ON_GRID = "give an array (y, x) of values on the grid"
_KINDS: Mapping[str, str] = {IMAGE: KINDS}
_OTHER_KINDS = "a .fits, .npy or .h5 file"


def read_tables(
    section: Section, profile: Profile, integers: Mapping[str, int]
) -> tuple[tuple[str, ProfileArray], ...]:
    """The arrays of a profile.

    Args:
        section: the mapping PARAMETERS.
        profile: the profile.
        integers: its whole numbers by name.

    Returns:
        (name, array) pairs; none, and problems, where one is missing or illegal.
    """
    _check_order(section, integers)
    keys = profile.of_kind("table")
    if not keys:
        return ()
    needed = {key: _is_needed(section, profile, key) for key in keys}
    found = {key: _given(section, key, needed[key]) for key in keys}
    arrays = {key: one for key, one in found.items() if one is not None}
    if any(key not in arrays and (needed[key] or section.has(key)) for key in keys):
        return ()
    values = {key: one.array for key, one in arrays.items()}
    problem = table_problem(profile.name, values, integers, section.report.bands)
    if problem:
        key, text = problem
        node = section.take(key)
        if node is not None:
            section.report.problem(node.place, f"{_shown(node)}{text}")
        return ()
    for key in ("f_xx", "f_yy", "f_xy"):
        node = section.take(key) if key in arrays else None
        if node is not None:
            section.report.remark(node.place, "has no effect: magnifications follow from f_x and f_y")
    completed = complete_grid(profile, values)
    sources = ", ".join(one.source for one in arrays.values())
    return tuple(
        (
            key,
            replace(arrays[key], array=array)
            if key in arrays
            else ProfileArray(f"{key} of {sources}", array),
        )
        for key, array in completed.items()
    )


def image_rule(count: int) -> Rule:
    """The legal values of `image_index` where there are `count` images."""
    return Rule(low=0.0, high=count - 1.0, whole=True)


def image_rules(configuration: Configuration) -> dict[str, Rule]:
    """The legal values of each `image_index` of a configuration, by the parameter's name."""
    return {
        f"{plane.label}-{label}-{profile.label}-{IMAGE_INDEX}": image_rule(
            len(dict(profile.tables)[IMAGE].array)
        )
        for plane in configuration.planes
        for label, species in plane.members
        if isinstance(species, Galaxy)
        for profile in species.light
        if IMAGE_INDEX in dict(profile.parameters)
    }


def _is_needed(section: Section, profile: Profile, key: str) -> bool:
    """Whether a parameter must be given; a deflection need not, where the potential is given."""
    derived = key in _DEFLECTIONS and _POTENTIAL in profile.parameters and section.has(_POTENTIAL)
    return profile.parameters[key] is None and not derived


def _given(section: Section, key: str, needed: bool) -> ProfileArray | None:
    """The array under a key; None where there is none, with a problem where there must be one."""
    advice = _ADVICE.get(key, _ON_GRID)
    kinds = _KINDS.get(key, _OTHER_KINDS)
    node = section.need(key, f"{advice}, in {kinds} or a list") if needed else section.take(key)
    if node is None:
        return None
    if isinstance(node.value, tuple):
        return _of_list(node, section.report, advice)
    if key == IMAGE:
        return read_images(node, section.report)
    wanted = Wanted((*FITS, *NPY, *HDF5), MAX_BYTES, "give less", advice, f"give {kinds}")
    found = read_array(node, section.report, wanted, at_name=True)
    return None if found is None else ProfileArray(found.source, found.array)


def _of_list(node: Node, report: Report, advice: str) -> ProfileArray | None:
    """The array that a list of numbers, or of lists, is; None, and a problem, where it is none."""
    numbers = _numbers(node, report, advice)
    try:
        array = in_used_bands(np.array(numbers, np.float64), report)
    except ValueError:
        report.problem(node.place, f"has rows of different lengths; {advice}")
        return None
    if np.isnan(array).any():
        return None
    digest = hashlib.sha256(f"{array.shape}".encode() + array.tobytes()).hexdigest()
    return ProfileArray(f"list {digest}", array)


def _numbers(node: Node, report: Report, advice: str) -> object:
    """A list of numbers, or of such lists; NaN, and a problem, for what is no number."""
    if isinstance(node.value, tuple):
        return [_numbers(one, report, advice) for one in node.value]
    value = finite(node, report, advice)
    return math.nan if value is None else float(value)


def _shown(node: Node) -> str:
    """The name of an array's file in messages, with a blank; "" for a list or a mapping."""
    return f"{node.text.strip()} " if node.text.strip() else ""


def _check_order(section: Section, integers: Mapping[str, int]) -> None:
    """Report an `order` of the interpolation that there is none of."""
    node = section.take("order") if "order" in integers else None
    if node is not None and integers["order"] not in (1, 3):
        section.report.problem(node.place, f"is {node.text}; give 1 for linear interpolation, or 3 for cubic")
