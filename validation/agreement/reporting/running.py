"""The comparisons, run one after the other or in several processes."""

from __future__ import annotations

import importlib
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

import jax

from validation.agreement.reporting import report
from validation.agreement.reporting.report import Section
from validation.agreement.reporting.rows import Findings


def compare(topic: str, precision: str, quick: bool) -> Section:
    """Run the check of a topic in one precision.

    Args:
        topic: a name of `validation.agreement.topics.TOPICS`.
        precision: "float64" or "float32".
        quick: whether to compare a thinned selection of the cases.
    """
    check = importlib.import_module(f"validation.agreement.checks.{topic}").check
    start = time.perf_counter()
    with jax.enable_x64(precision == "float64"):
        findings: Findings = check(quick)
    jax.clear_caches()
    return Section(topic, precision, findings, time.perf_counter() - start)


def run(topics: list[str], precisions: list[str], quick: bool, processes: int = 1) -> list[Section]:
    """All sections, in the order of the topics; each is printed when it is done.

    Args:
        topics: names of `validation.agreement.topics.TOPICS`.
        precisions: "float64", "float32" or both.
        quick: whether to compare a thinned selection of the cases.
        processes: how many run at the same time.
    """
    tasks = [(topic, precision, quick) for topic in topics for precision in precisions]
    if processes == 1:
        return [_printed(compare(*task)) for task in tasks]
    # Spawned, not forked, because a fork of jax's threads may deadlock.  The last topics take longest, so
    # they start first.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        waiting = [pool.submit(compare, *task) for task in reversed(tasks)]
        for done in as_completed(waiting):
            _printed(done.result())
    return [done.result() for done in reversed(waiting)]


def _printed(section: Section) -> Section:
    print(report.section_text(section), flush=True)
    return section


def default_processes() -> int:
    """One process a core, at most four, on a CPU; one on a GPU."""
    return min(os.cpu_count() or 1, 4) if jax.default_backend() == "cpu" else 1
