"""The log on stderr: its level, its form, and that nothing of it stays."""

from __future__ import annotations

import argparse
import logging
import re

import pytest

from jaxlens.cli.logs import add_verbosity, configure_logging

LOG = logging.getLogger("jaxlens")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["started", "warning: slow"]),
        (["--quiet"], ["warning: slow"]),
        (["--verbose"], ["detail", "started", "warning: slow"]),
    ],
)
def test_the_options_choose_what_is_shown(options, expected, capsys) -> None:
    parser = argparse.ArgumentParser()
    add_verbosity(parser)
    before = (LOG.level, list(LOG.handlers))
    with configure_logging(**vars(parser.parse_args(options))):
        LOG.debug("detail")
        LOG.info("started")
        logging.getLogger("jaxlens.production").warning("slow")
    assert (LOG.level, list(LOG.handlers)) == before
    LOG.error("after")
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", "", line) for line in lines] == expected


def test_quiet_and_verbose_exclude_each_other(capsys) -> None:
    parser = argparse.ArgumentParser()
    add_verbosity(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--quiet", "--verbose"])
    with pytest.raises(ValueError, match="exclude each other"), configure_logging(True, True):
        pass


def test_a_stderr_that_is_closed_ends_no_run(monkeypatch) -> None:
    class Closed:
        def write(self, text: str) -> None:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stderr", Closed())
    monkeypatch.setattr(logging, "raiseExceptions", False)
    with configure_logging():
        LOG.info("nobody reads this")
