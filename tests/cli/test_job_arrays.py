"""Tasks of job arrays are parts of a dataset, whatever the batch system."""

from __future__ import annotations

import pytest

from jaxlens import cli
from jaxlens.cli.job_arrays import array_part
from jaxlens.production.layout import Part


def slurm(task: int, first: int, last: int, count: int | None = None, step: int = 1) -> dict[str, str]:
    names = {"ID": task, "MIN": first, "MAX": last, "STEP": step, "COUNT": count or last - first + 1}
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in names.items()}


def grid_engine(task: object, last: int = 4) -> dict[str, str]:
    return {
        "SGE_TASK_ID": str(task),
        "SGE_TASK_FIRST": "1",
        "SGE_TASK_LAST": str(last),
        "SGE_TASK_STEPSIZE": "1",
    }


@pytest.mark.parametrize(
    ("environment", "parts", "expected"),
    [
        (slurm(3, 0, 9), None, Part(3, 10)),
        (slurm(7, 2, 7), 10, Part(7, 10)),
        (slurm(0, 0, 0), None, Part(0, 1)),
        ({"PBS_ARRAY_INDEX": "2"}, 5, Part(2, 5)),
        ({"PBS_ARRAYID": "0"}, 5, Part(0, 5)),
        ({"LSB_JOBINDEX": "5", "LSB_JOBINDEX_END": "5"}, None, Part(4, 5)),
        ({"LSB_JOBINDEX": "1"}, 5, Part(0, 5)),
        (grid_engine(4), None, Part(3, 4)),
        (grid_engine("undefined") | slurm(1, 0, 1), None, Part(1, 2)),
        ({"LSB_JOBINDEX": "0"} | slurm(1, 0, 1), None, Part(1, 2)),
    ],
)
def test_the_part_of_a_task(environment: dict[str, str], parts: int | None, expected: Part) -> None:
    assert array_part(environment, parts) == expected


@pytest.mark.parametrize(
    ("environment", "parts", "message"),
    [
        ({}, None, "--array is for a task of a job array, and none of SLURM_ARRAY_TASK_ID"),
        (grid_engine("undefined"), None, "none of"),
        (slurm(7, 2, 7), None, "are not 0 to 7 without gaps.*give their number, as --array 100"),
        (slurm(4, 0, 8, step=2), None, "without gaps"),
        (slurm(3, 0, 9, count=4), None, "without gaps"),
        ({"PBS_ARRAY_INDEX": "2"}, None, "PBS does not say how many tasks the array has; give their number"),
        ({"LSB_JOBINDEX": "2"}, None, "LSF does not say how many"),
        ({"PBS_ARRAY_INDEX": "two"}, 5, "PBS_ARRAY_INDEX is 'two', which is no number"),
        (slurm(5, 0, 9), 5, "part 5/5 does not exist"),
        ({"SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_MAX": "x"}, None, "SLURM_ARRAY_TASK_MAX is 'x'"),
        (slurm(1, 0, 1) | {"SLURM_ARRAY_TASK_COUNT": "x"}, None, "SLURM_ARRAY_TASK_COUNT is 'x'"),
    ],
)
def test_what_is_not_known_is_asked_for(environment: dict[str, str], parts: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        array_part(environment, parts)


def test_the_command_takes_its_part_from_the_environment(config_file, monkeypatch, fails) -> None:
    given = {}

    def keep(config, **arguments):
        given.update(arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr("jaxlens.cli.generate.make_dataset", keep)
    for name, value in slurm(3, 0, 9).items():
        monkeypatch.setenv(name, value)
    for options, part in ((["--array"], (3, 10)), (["--array", "20"], (3, 20)), (["--shard", "1/4"], (1, 4))):
        assert cli.main(["generate", config_file, *options]) == 130
        assert given["part"] == part
    monkeypatch.delenv("SLURM_ARRAY_TASK_ID")
    assert "none of SLURM_ARRAY_TASK_ID" in fails("generate", config_file, "--array")
