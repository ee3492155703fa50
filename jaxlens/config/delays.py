"""Arrival times: which mass profiles they need a lensing potential of."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlens.config.errors import Report
from jaxlens.config.model import Config, Configuration, Galaxy, PointSource
from jaxlens.config.naming import transients
from jaxlens.config.reader import Node
from jaxlens.kernels import MASS_PROFILES


def check_delays(config: Config, tree: Node, report: Report) -> None:
    """Report each mass profile without a lensing potential in front of an object of a TIMESERIES.

    Args:
        config: the whole file.
        tree: the file as it was read, for the places.
        report: the problems are added to it.
    """
    for configuration in config.configurations:
        for prefix, _ in transients(configuration):
            for path, name in _without_potential(configuration, prefix):
                node = tree
                for key in path:
                    node = node.entries[key]
                why = f"so {prefix} of {configuration.label}, which varies, would have no arrival times"
                finding = f"{name} has no lensing potential, {why}; take a mass profile that has one"
                report.problem(node.place, finding, configurations=[configuration.label])


def _without_potential(configuration: Configuration, prefix: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The path and the name of each profile without a potential in front of an object with a host."""
    label = prefix.partition("-")[0]
    index = next(i for i, plane in enumerate(configuration.planes) if plane.label == label)
    own = dict(configuration.planes[index].objects)[prefix.partition("-")[2]]
    if not isinstance(own, PointSource) or own.host is None:
        return
    for plane in configuration.planes[:index]:
        for _, species in plane.objects:
            for profile in (*species.mass, *species.shear) if isinstance(species, Galaxy) else ():
                if profile.name and MASS_PROFILES[profile.name].potential is None:
                    yield ("SPECIES", species.label, profile.label, "NAME"), profile.name
