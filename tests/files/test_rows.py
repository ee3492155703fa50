"""Rows are gathered in order."""

import numpy as np

from jaxlens.files.rows import RowBuffer


def test_rows_wait_until_there_are_enough_and_keep_their_order():
    taken = []
    buffer = RowBuffer(lambda start, values: taken.append((start, values["a"].tolist())), rows=4)
    for start, count in ((0, 3), (3, 3), (6, 4), (10, 1)):
        buffer.append(start, {"a": np.arange(start, start + count)})
    assert taken == [(0, list(range(6))), (6, list(range(6, 10)))]
    buffer.flush()
    buffer.flush()
    assert taken[2:] == [(10, [10])]
