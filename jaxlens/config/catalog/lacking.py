"""What a catalogue of a FORMAT usually has, and this one has not."""

from __future__ import annotations

from collections.abc import Collection

from jaxlens.config.catalog.layouts import columns_without
from jaxlens.config.catalog.section import Written
from jaxlens.config.columns import Names
from jaxlens.config.errors import Report, nearest


def remark_lacking(written: Written, given: Collection[str], names: Names, report: Report) -> None:
    """Remark each column that the FORMAT needs for a parameter, where the file has not got it.

    Args:
        written: the section CATALOG, which has rows.
        given: the parameters that are set anyway, by MATCH_n.
        names: the parameters that may be set.
        report: the remarks are added to it.
    """
    assert written.rows is not None
    table, told = written.rows.table, set[str]()
    for column, entry in written.lacking:
        wanted = [one for one in entry.parameters if one not in given]
        known = any(names.find(name) for one in wanted for name in written.labelled(one))
        if known and column not in told:
            told.add(column)
            finding = f"{table.source} has no column {column}, so that {entry.name} is not set"
            report.remark(entry.place, f"{finding}; {nearest(column, table.columns)}")


def advice_on_nothing(written: Written) -> str:
    """What to give where a CATALOG sets no parameter."""
    assert written.rows is not None
    table, form = written.rows.table, written.rows.format
    lacking = columns_without(form, table)
    if lacking:
        return f"{table.source} has no {', '.join(lacking)}, which FORMAT: {form} reads; give COLUMNS"
    return "give COLUMNS, or a FORMAT that has columns of its own"
