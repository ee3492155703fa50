"""CI tests the oldest versions that pyproject.toml allows, the newest, and those to come."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OLDEST = ROOT / ".github" / "oldest.txt"
CHECKS = ROOT / ".github" / "workflows" / "checks.yml"
COMPILED = ROOT / "validation" / "results" / "compiled_for_h100.json"
TESTS = ROOT / ".github" / "workflows" / "tests.yml"
# Versions that have a fault and are left out, as `jax!=0.9.3`, are no upper bound.
REQUIREMENT = re.compile(r"([\w-]+)>=([\d.]+)(,!=[\d.]+)*")


def padded(version: str) -> tuple[int, ...]:
    """A version as three numbers: 0.8 is 0.8.0."""
    numbers = [int(number) for number in version.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


def lower_bounds() -> dict[str, tuple[int, ...]]:
    """The oldest version that is allowed of each package that the quick tests need."""
    found = {}
    for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]):
        requirement = REQUIREMENT.fullmatch(text)
        assert requirement, f"{text}: a lower bound, no upper one, and versions that are left out"
        found[requirement[1]] = padded(requirement[2])
    return found


def commands(job: dict[str, Any]) -> list[str]:
    """The commands of a job."""
    return [step["run"] for step in job["steps"] if "run" in step]


def test_the_oldest_versions_that_are_tested_are_the_oldest_that_are_allowed() -> None:
    lines = [line for line in OLDEST.read_text().splitlines() if line and not line.startswith("#")]
    tested = {name: padded(version) for name, version in (line.split("==") for line in lines)}
    assert tested == lower_bounds()


def test_oldest_newest_and_coming_versions_are_tested_each_week() -> None:
    workflow = yaml.safe_load(TESTS.read_text())
    jobs, when = workflow["jobs"], workflow[True]  # YAML 1.1 takes the key `on` for true
    assert [len(entry["cron"].split()) for entry in when["schedule"]] == [5]
    pythons = jobs["newest"]["strategy"]["matrix"]["python"]
    assert PROJECT["requires-python"] == f">={pythons[0]}"
    assert f"--constraint {OLDEST.relative_to(ROOT)}" in commands(jobs["oldest"])[0]
    assert "--pre" in commands(jobs["pre-release"])[0]
    for name in ("newest", "oldest", "pre-release"):
        assert "continue-on-error" not in jobs[name], "what fails is seen"
        assert commands(jobs[name])[-1].startswith("python -m pytest")


def test_programs_for_gpus_are_compared_with_those_of_the_same_compiler() -> None:
    job = yaml.safe_load(CHECKS.read_text())["jobs"]["gpu-programs"]
    assert "continue-on-error" not in job
    install, check = commands(job)
    version = json.loads(COMPILED.read_text())["jax"]
    assert f'".[cuda]" "jax[cuda13]=={version}"' in install
    assert check == "python -m validation.speed.gpu --check"
