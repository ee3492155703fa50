"""What masses cannot do together: a line of sight beside other lens planes, delays without a potential."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jaxlens.config.errors import Report
from jaxlens.config.model import Galaxy, Plane, Profile
from jaxlens.config.reader import Node
from jaxlens.kernels import MASS_PROFILES

# A mass of a configuration: the index of its plane, the label and the NAME of its object, and its profile.
_Mass = tuple[int, str, str, Profile]


def check_lines_of_sight(planes: Sequence[Plane], nodes: Sequence[Node], report: Report) -> None:
    """Report lines of sight (LOS and its kind) that are not alone, or not in the only lens plane.

    Their distortions are those in front of one lens plane and between it and the source, and so belong to
    one lens plane and one source plane.

    Args:
        planes: the planes of a configuration.
        nodes: those of the planes in the file.
        report: the problems are added to it.
    """
    masses = list(_masses(planes))
    lines = [one for one in masses if MASS_PROFILES[one[-1].name].line_of_sight is not None]
    for k, (index, label, _, profile) in enumerate(lines):
        place = nodes[index].entries[label].place
        what = f"has {profile.name} in {profile.label}"
        if k > 0:
            _, _, other, first = lines[0]
            report.problem(place, f"{what}, but {other} has {first.name}; a configuration has one of them")
            continue
        beside = next((one for one in masses if one[0] != index), None)
        if beside is not None:
            where = f"{beside[2]} of {planes[beside[0]].label} has mass too"
            report.problem(place, f"{what}, but {where}; it is for configurations with one lens plane")
        elif index != len(planes) - 2:
            between, last = planes[index + 1].label, planes[-1].label
            finding = f"{what}, which is for one source plane, but there are {between} and {last}"
            report.problem(place, f"{finding}; put all sources into the plane behind the lens")


def check_delays(planes: Sequence[Plane], prefixes: Sequence[str], node: Node, report: Report) -> None:
    """Report objects whose images have no delays, because a mass in front of them has no potential.

    Args:
        planes: the planes of a configuration.
        prefixes: the prefixes of the objects that vary, such as `PLANE_2-OBJECT_2`.
        node: that of the objects' names in the file.
        report: the problems are added to it.
    """
    labels = [plane.label for plane in planes]
    planes_behind = [
        labels.index(prefix.partition("-")[0]) for prefix in prefixes if _is_hosted(planes, prefix)
    ]
    farthest = max(planes_behind, default=0)
    for index, label, name, profile in _masses(planes):
        if index < farthest and _has_no_potential(profile):
            finding = f"are behind {profile.label} of {name} ({labels[index]}.{label}), {profile.name}"
            cure = "their images have no time delays; take a profile with a potential, or no TIMESERIES"
            report.problem(node.place, f"{finding}, which has no potential, so that {cure}")


def _masses(planes: Sequence[Plane]) -> Iterator[_Mass]:
    """The masses that lens: those of all planes but the last."""
    for index, plane in enumerate(planes[:-1]):
        for label, species in plane.objects:
            if isinstance(species, Galaxy):
                for profile in (*species.mass, *species.shear):
                    if profile.name:
                        yield index, label, species.name, profile


def _has_no_potential(profile: Profile) -> bool:
    registered = MASS_PROFILES[profile.name]
    return registered.potential is None and registered.line_of_sight is None


def _is_hosted(planes: Sequence[Plane], prefix: str) -> bool:
    """Whether an object has a host; a foreground star has none, and is not lensed."""
    label, _, own = prefix.partition("-")
    plane = next(plane for plane in planes if plane.label == label)
    return getattr(dict(plane.objects).get(own), "host", None) is not None
