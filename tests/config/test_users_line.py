"""Warnings name the line of the program that called jaxlens, however deep in jaxlens they are issued."""

from __future__ import annotations

import warnings

from jaxlens import ConfigWarning
from jaxlens.config import issue_warnings
from jaxlens.config.users_line import users_line


def test_a_line_outside_is_its_own() -> None:
    assert users_line() == 1


def test_a_warning_belongs_to_the_first_line_outside() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        issue_warnings(["one", "two"])
    assert [(one.category, one.filename) for one in caught] == [(ConfigWarning, __file__)] * 2


def test_where_all_lines_are_ours_it_is_the_one_that_warns() -> None:
    code = compile("level = users_line()", "ours", "exec")
    names: dict[str, object] = {"users_line": users_line, "__name__": "jaxlens.ours"}
    exec(code, names)
    # the next line outside is that of this test
    assert names["level"] == 2
