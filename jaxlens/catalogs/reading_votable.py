"""Catalogues in VOTable: the first table of a file, by astropy."""

from __future__ import annotations

import io

import numpy as np

from jaxlens.catalogs.masked import filled


def read_votable(content: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The columns of the first table of a VOTable, by their names, and their units.

    What the standard forbids and astropy can read all the same is read.

    Raises:
        Exception: of many kinds, if the file is broken.
    """
    from astropy.io import votable

    table = votable.parse(io.BytesIO(content), verify="ignore").get_first_table()
    # the names of the array are the IDs of the fields, which are unique
    names = {field.ID: field.name or field.ID for field in table.fields}
    unique = len(set(names.values())) == len(names)
    shown = names if unique else {ID: ID for ID in names}
    columns = {shown[ID]: filled(table.array[ID]) for ID in names}
    units = {shown[field.ID]: str(field.unit) for field in table.fields if field.unit is not None}
    return columns, units
