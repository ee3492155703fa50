"""Which part of a dataset a task of a job array makes, by the variables of the batch system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jaxlens.production.layout import Part


@dataclass(frozen=True)
class _System:
    """The variables of a batch system: the task's number, the first, the last, their distance and number."""

    name: str
    task: str
    first: str
    last: str
    step: str = ""
    # what the first task's number is where the system does not say
    usual_first: int = 0
    count: str = ""


_SYSTEMS = (
    _System(
        "SLURM",
        "SLURM_ARRAY_TASK_ID",
        "SLURM_ARRAY_TASK_MIN",
        "SLURM_ARRAY_TASK_MAX",
        "SLURM_ARRAY_TASK_STEP",
        count="SLURM_ARRAY_TASK_COUNT",
    ),
    _System("PBS", "PBS_ARRAY_INDEX", "", ""),
    _System("Torque", "PBS_ARRAYID", "", ""),
    _System("LSF", "LSB_JOBINDEX", "", "LSB_JOBINDEX_END", "LSB_JOBINDEX_STEP", usual_first=1),
    _System(
        "Grid Engine", "SGE_TASK_ID", "SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE", usual_first=1
    ),
)
# What Grid Engine and LSF have in a job that is no array.
_NO_TASK = ("", "undefined")


def array_part(environment: Mapping[str, str], parts: int | None = None) -> Part:
    """The part that a task of a job array makes.

    Tasks are counted from 0 (SLURM, PBS) or from 1 (LSF, Grid Engine, which know no 0), to the last of the
    array.  Where only some tasks are run again the batch system does not know how many there were, so
    `parts` must be given.

    Args:
        environment: the variables of the process, `os.environ`.
        parts: the number of tasks; None for that of the batch system.

    Raises:
        ValueError: if this is no task of an array, or the number of tasks is not known.

    >>> array_part({"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "9",
    ...             "SLURM_ARRAY_TASK_COUNT": "10"})
    Part(number=3, parts=10)
    """
    for system in _SYSTEMS:
        if environment.get(system.task, "") in _NO_TASK or _is_no_array(system, environment):
            continue
        return Part(
            _number(system.task, environment) - system.usual_first, parts or _parts(system, environment)
        )
    tasks = ", ".join(system.task for system in _SYSTEMS)
    raise ValueError(f"--array is for a task of a job array, and none of {tasks} is set; use --shard k/n")


def _is_no_array(system: _System, environment: Mapping[str, str]) -> bool:
    """Whether an LSF job is a single one, whose index is 0."""
    return system.usual_first == 1 and environment[system.task] == "0"


def _parts(system: _System, environment: Mapping[str, str]) -> int:
    """The number of tasks of the array, if it is a whole one."""
    advice = "give their number, as --array 100"
    if not system.last or not environment.get(system.last):
        raise ValueError(f"{system.name} does not say how many tasks the array has; {advice}")
    first = _number(system.first, environment) if environment.get(system.first) else system.usual_first
    step = _number(system.step, environment) if environment.get(system.step) else 1
    last = _number(system.last, environment)
    count = last - first + 1
    if environment.get(system.count):
        count = _number(system.count, environment)
    whole = first == system.usual_first and step == 1
    if not whole or count != last - first + 1:
        raise ValueError(
            f"the tasks of this array are not {system.usual_first} to {last} without gaps, so that their "
            f"number is not known; count them from {system.usual_first}, or {advice}"
        )
    return last - first + 1


def _number(name: str, environment: Mapping[str, str]) -> int:
    try:
        return int(environment[name])
    except ValueError:
        raise ValueError(f"{name} is {environment[name]!r}, which is no number") from None
