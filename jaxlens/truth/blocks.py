"""Blocks of rows, each of one object, and the table that they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jaxlens.truth.columns import order

if TYPE_CHECKING:
    import pandas as pd


class Block(NamedTuple):
    """The rows of one object in one table.

    Attributes:
        systems: the system of each row, counted from 0, (rows,).
        columns: values by the name of the column, (rows,).
    """

    systems: np.ndarray
    columns: dict[str, np.ndarray]


def texts(text: str | None, count: int) -> np.ndarray:
    """A column in which each row has the same text, or none."""
    found = np.empty(count, dtype=object)
    found[:] = text
    return found


def joined_blocks(table: str, blocks: Sequence[Block]) -> pd.DataFrame:
    """The table of blocks, one or more, ordered by system.

    The rows of a system stay in the order of the blocks.  A column that a block has not is empty there.  The
    name of the table decides the order of the columns.
    """
    import pandas as pd

    own: dict[str, list[np.dtype]] = {}
    for block in blocks:
        for name, column in block.columns.items():
            own.setdefault(name, []).append(column.dtype)
    kinds = {name: _common(dtypes, len(dtypes) == len(blocks)) for name, dtypes in own.items()}
    rows = np.argsort(np.concatenate([block.systems for block in blocks]), kind="stable")
    columns = {}
    for name in sorted(kinds, key=lambda one: order(table, one)):
        whole = np.concatenate([_part(block, name, kinds[name]) for block in blocks])
        columns[name] = whole[rows]
    return pd.DataFrame(columns)


def _common(dtypes: Sequence[np.dtype], is_complete: bool) -> np.dtype:
    """The type of a column: texts as objects; a whole number that some rows lack is a float."""
    if any(dtype.kind == "O" for dtype in dtypes):
        return np.dtype(object)
    found = np.result_type(*dtypes)
    return found if is_complete or found.kind == "f" else np.dtype(np.float64)


def _part(block: Block, name: str, dtype: np.dtype) -> np.ndarray:
    """A column of a block; empty where the block has none."""
    if name in block.columns:
        return block.columns[name].astype(dtype)
    count = len(block.systems)
    return texts(None, count) if dtype.kind == "O" else np.full(count, np.nan, dtype)
