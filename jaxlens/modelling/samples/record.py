"""What is kept of each lens of a sample, as JSON: the numbers of its fit, or why there is none."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxlens.modelling.samples.flags import Flag, flags
from jaxlens.modelling.samples.lenses import Lens
from jaxlens.modelling.samples.radius import einstein_radius_index

if TYPE_CHECKING:
    from jaxlens.modelling.lens_result import LensFit

FITTED, FAILED = "fitted", "failed"


@dataclass(frozen=True)
class Record:
    """One lens of a sample.

    Attributes:
        name: of the lens.
        status: "fitted", or "failed" where an error ended its fit.
        error: the error of a failed one.
        seconds: of the fit, without compilation.
        compilation: seconds in which programs were compiled for it; the first lens of a sample needs most.
        inputs: the sha256 of each file that was read, by its path.
        theta_E: the Einstein radius of the first mass, arcsec; NaN where no parameter is one.
        theta_E_error: its standard deviation.
        critical_radius: that of the circle with the area inside of the tangential critical line, arcsec.
        chi_square: the sum of squared residuals over sigma.
        degrees_of_freedom: used pixels minus all that was fitted.
        evidence: ln of the evidence of the model.
        model: which model was chosen.
        converged: whether the fit is at a maximum.
        reached: from how many starts.
        starts: how many there were.
        flags: what is doubtful: words and a sentence of each.
        confidence: how sure the fit is, in a sentence.
        warnings: of the fit, and of what was drawn of it.
        parameters: value and standard deviation of each free parameter.
        rungs: the models that were tried, each with its numbers.
        redshifts: of lens and source where a table has them.
        place: ra and dec, degrees, where a table has them.
    """

    name: str
    status: str
    error: str = ""
    seconds: float = math.nan
    compilation: float = math.nan
    inputs: Mapping[str, str] = field(default_factory=dict)
    theta_E: float = math.nan
    theta_E_error: float = math.nan
    critical_radius: float = math.nan
    chi_square: float = math.nan
    degrees_of_freedom: int = 0
    evidence: float = math.nan
    model: str = ""
    converged: bool = False
    reached: int = 0
    starts: int = 0
    flags: tuple[Flag, ...] = ()
    confidence: str = ""
    warnings: tuple[str, ...] = ()
    parameters: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    rungs: tuple[Mapping[str, Any], ...] = ()
    redshifts: tuple[float | None, float | None] = (None, None)
    place: tuple[float | None, float | None] = (None, None)

    @property
    def chi_square_per_degree(self) -> float:
        """Chi-square over the degrees of freedom; NaN without a fit."""
        return self.chi_square / self.degrees_of_freedom if self.degrees_of_freedom > 0 else math.nan

    def json(self) -> str:
        """The content of a file from which `from_json` makes it again; NaN is null there."""
        return json.dumps(_plain(asdict(self) | {"flags": [tuple(f) for f in self.flags]}), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Record:
        """The record whose `json` is the text.

        Raises:
            ValueError: if the text is none.
        """
        try:
            tree = json.loads(text)
            found = {one.name: tree[one.name] for one in fields(cls)}
            numbers = [one.name for one in fields(cls) if one.type == "float"]
            found |= {name: math.nan if found[name] is None else found[name] for name in numbers}
            pairs = {name: (_number(v), _number(s)) for name, (v, s) in found["parameters"].items()}
            return cls(
                **found
                | {"flags": tuple(Flag(*one) for one in found["flags"]), "parameters": pairs}
                | {name: tuple(found[name]) for name in ("warnings", "rungs", "redshifts", "place")}
            )
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(f"is no record of a lens ({error})") from error


def record_of_fit(lens: Lens, found: LensFit, critical_radius: float = math.nan) -> Record:
    """The record of a fitted lens, without times and files.

    Args:
        lens: the lens.
        found: its fit.
        critical_radius: arcsec, of the circle with the area inside of the tangential critical line.
    """
    fit = found.fit
    index = einstein_radius_index(fit.names)
    values, sigma = fit.values[0].astype(float), fit.sigma[0].astype(float)
    return Record(
        name=lens.name,
        status=FITTED,
        theta_E=math.nan if index is None else float(values[index]),
        theta_E_error=math.nan if index is None else float(sigma[index]),
        critical_radius=critical_radius,
        chi_square=float(fit.chi_square[0]),
        degrees_of_freedom=int(fit.degrees_of_freedom[0]),
        evidence=float(found.evidence),
        model=found.model,
        converged=bool(fit.converged[0]),
        reached=int(found.reached),
        starts=int(found.starts),
        flags=tuple(flags(found)),
        confidence=found.confidence,
        warnings=tuple(fit.warnings),
        parameters={
            name: (float(value), float(error))
            for name, value, error in zip(fit.names, values, sigma, strict=True)
        },
        rungs=tuple(_rung(rung) for rung in found.rungs),
        redshifts=(lens.z_lens, lens.z_source),
        place=(lens.ra, lens.dec),
    )


def record_of_failure(lens: Lens, error: Exception) -> Record:
    """The record of a lens whose fit has ended with an error."""
    said = " ".join(str(error).split()) or "without a message"
    return Record(
        name=lens.name,
        status=FAILED,
        error=f"{type(error).__name__}: {said}",
        redshifts=(lens.z_lens, lens.z_source),
        place=(lens.ra, lens.dec),
    )


def _rung(rung: Any) -> dict[str, Any]:
    """The plain numbers and texts of a model that was tried."""
    named = rung if isinstance(rung, Mapping) else vars(rung)
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in named.items()
        if isinstance(value, str | bool | int | float | np.generic)
    }


def _plain(tree: Any) -> Any:
    """A tree for JSON: numbers that are not finite are null."""
    if isinstance(tree, Mapping):
        return {key: _plain(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_plain(value) for value in tree]
    return None if isinstance(tree, float) and not math.isfinite(tree) else tree


def _number(value: float | None) -> float:
    return math.nan if value is None else value
