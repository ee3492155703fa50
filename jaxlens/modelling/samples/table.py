"""The table of a sample: one row a lens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jaxlens.modelling.samples.published import Published, Radius
from jaxlens.modelling.samples.record import Record

if TYPE_CHECKING:
    import pandas as pd

# The columns before those of the parameters.
_FIELDS = (
    *("name", "status", "theta_E", "theta_E_error", "critical_radius", "chi_square", "degrees_of_freedom"),
    *("chi_square_per_degree", "evidence", "model", "converged", "reached", "starts", "flags"),
    *("confidence", "seconds", "compilation", "z_lens", "z_source", "ra", "dec", "error"),
)


def results_table(records: Sequence[Record], published: Published | None = None) -> pd.DataFrame:
    """A row for each lens.

    The columns are those of `Record`; `flags` has the words of all flags.  Where there are published values,
    each column stands as `published_<column>` beside the difference of our `theta_E` from it in per cent.
    At the end stand value and standard deviation of each parameter, as `<name>` and `<name>_error`.

    Args:
        records: of the lenses, in the order of the rows.
        published: values to compare with.
    """
    import pandas as pd

    return pd.DataFrame([_row(record, published) for record in records])


def _row(record: Record, published: Published | None) -> dict[str, Any]:
    """The row of one lens."""
    own: dict[str, Any] = {
        "flags": ", ".join(flag.words for flag in record.flags),
        "z_lens": record.redshifts[0],
        "z_source": record.redshifts[1],
        "ra": record.place[0],
        "dec": record.place[1],
    }
    row = {name: own[name] if name in own else getattr(record, name) for name in _FIELDS}
    if published is not None:
        for column in published.columns:
            radius = published.of(record.name).get(column, Radius(math.nan))
            row[f"published_{column}"] = radius.value
            row[f"difference_percent_{column}"] = 100.0 * (record.theta_E / radius.value - 1.0)
    for name, (value, error) in record.parameters.items():
        row |= {name: value, f"{name}_error": error}
    return row


def line_of(record: Record, published: Published | None = None) -> str:
    """One lens in a line of text, for a terminal.

    Args:
        record: of the lens.
        published: values to compare with.
    """
    times = f"{record.seconds:6.1f} s" + (
        f" and {record.compilation:.1f} s of compilation" if record.compilation >= 0.05 else ""
    )
    if record.error:
        return f"{record.name:16} failed: {record.error}"
    words = ", ".join(flag.words for flag in record.flags)
    radius = None if published is None else published.first(record.name)
    compared = (
        ""
        if radius is None
        else f" ({100.0 * (record.theta_E / radius.value - 1.0):+.1f}% of {radius.value:.3f})"
    )
    return (
        f"{record.name:16} theta_E {record.theta_E:.4f} +- {record.theta_E_error:.4f}{compared}, chi2/dof "
        f"{record.chi_square_per_degree:.3f}, {record.model}, {record.reached}/{record.starts} starts, "
        f"{times}{', ' + words if words else ''}"
    )
