"""Priors and results of fits in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from jaxlens.distributions import Distribution

if TYPE_CHECKING:
    from jaxlens.fitting.result import FitResult


def describe_prior(distribution: Distribution) -> str:
    """The name and parameters of a distribution, as the table of a result shows them.

    >>> from jaxlens.distributions import Normal
    >>> describe_prior(Normal(mean=1.0, std=0.25))
    'normal(mean=1, std=0.25)'
    """
    name = type(distribution).__dict__.get("name", type(distribution).__name__.lower())
    values = {f.name: getattr(distribution, f.name) for f in dataclasses.fields(distribution)}  # type: ignore[arg-type]
    parameters = (
        f"{key}={describe_prior(value) if isinstance(value, Distribution) else f'{float(value):.4g}'}"
        for key, value in values.items()
    )
    return f"{name}({', '.join(parameters)})"


def one_line(result: FitResult) -> str:
    """A result in one line."""
    n, k = result.values.shape
    ended = f"{int(np.sum(result.converged))} of {n} converged"
    counts = (_span(each.sum(axis=1), "d") for each in (result.agreed, result.started))
    reached = "reached from {} of {} starts".format(*counts)
    several = "s" * (len(result.warnings) > 1)
    warned = f", {len(result.warnings)} warning{several}" if result.warnings else ""
    return (
        f"FitResult of {n} image{'s' * (n > 1)}, {k} free parameters: chi-square per degree of freedom "
        f"{_span(result.chi_square_per_degree, '.3f')}, {ended}, {reached}{warned}"
    )


def confidence_line(sentences: Sequence[str]) -> str:
    """How sure a fit is: of one image its sentence, of several how many of them are how sure.

    >>> confidence_line(["sure: reached from 3 of 4 starts", "wrong: at a kink", "sure: no warnings"])
    '2 sure, 1 wrong'
    """
    if len(sentences) == 1:
        return sentences[0]
    words = [each.partition(":")[0] for each in sentences]
    return ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))


def _span(values: np.ndarray, form: str) -> str:
    """The smallest and the largest value, or the only one where both print alike."""
    ends = dict.fromkeys(f"{end:{form}}" for end in (values.min(), values.max()))
    return " to ".join(ends)
