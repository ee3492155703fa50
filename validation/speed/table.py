"""The results as text: for the terminal, and in Markdown for docs/explanations/speed.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from validation.speed import on_card
from validation.speed.processes import SHARE, shares

Results = Mapping[str, Any]


def text(results: Results) -> str:
    """The whole report in plain text."""
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    limits = results["limits"]
    head = [
        f"{results['device']}; {versions}",
        f"limits: {limits['bytes'] / 1e9:.1f} GB/s of memory, {limits['operations'] / 1e9:.0f} Gflop/s, "
        f"{limits['random_words'] / 1e6:.0f} M random words/s, {limits['disk_bytes'] / 1e9:.2f} GB/s to disk",
    ]
    parts = [head, _rows(results["rows"]), _targets(results["targets"]), _limits(results)]
    parts += [_agreement(results), _datasets(results), _first_runs(results), _noise_share(results)]
    parts += [_targets(results[name]) for name in ("run_targets", "card_targets") if results.get(name)]
    parts += [_card(results)]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _agreement(results: Results) -> list[str]:
    return [
        f"{workload}: images of {peer} differ by at most {apart:.0e} of the peak"
        for workload, peers in results["agreement"].items()
        for peer, apart in peers.items()
    ]


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [f"{'workload':<26}{'method':<46}{'systems/s':>11}{'us each':>10}{'spread':>8}{'compile':>9}"]
    for row in rows:
        start = f"{row['workload']:<26}{row['method']:<46}"
        lines.append(start + (_times(row) if row["seconds"] is not None else row["remark"]))
    return lines


def _times(row: Mapping[str, Any]) -> str:
    compiled = row["compile_seconds"]
    end = "-" if compiled is None else f"{compiled:.1f} s"
    return f"{1 / row['seconds']:>11.0f}{1e6 * row['seconds']:>10.1f}{row['spread']:>8.0%}{end:>9}"


def _targets(targets: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = [f"{'ratio':<50}{'reached':>9}{'must':>7}{'wanted':>8}"]
    for target in targets:
        reached = "-" if target["reached"] is None else f"{target['reached']:.2f}"
        verdict = "" if target["met"] or target["reached"] is None else "   MISSED"
        lines.append(f"{target['name']:<50}{reached:>9}{target['must']:>7g}{target['wanted']:>8g}{verdict}")
    return lines


def markdown(results: Results) -> str:
    """The table of docs/explanations/speed.md: systems a second, beside each peer."""
    lines = ["| | jaxlens | beside | | ratio |", "|---|---|---|---|---|"]
    for target in results["targets"]:
        workload, _, peer = target["name"].partition(": ")
        if target["reached"] is not None:
            cells = f"{target['ours']:,.0f} | {peer} | {target['theirs']:,.0f} | {_ratio(target)}"
            lines.append(f"| {workload} | {cells} |")
    return "\n".join(lines)


def _ratio(target: Mapping[str, Any]) -> str:
    return f"1/{target['reached']:.1f}" if target["below"] else f"{target['reached']:.1f}"


def least_seconds(results: Results, workload: str) -> dict[str, float]:
    """The least seconds of an image of a workload, by each limit of the machine."""
    cost, limits = results["costs"][workload], results["limits"]
    return {name: cost[name] / limits[name] for name in ("operations", "bytes", "random_words")}


def best(results: Results, workload: str) -> float | None:
    """Seconds of a noisy image of jaxlens at the automatic batch size."""
    seconds = [
        row["seconds"]
        for row in results["rows"]
        if row["workload"] == f"{workload}, noise" and row["method"].startswith("jaxlens")
    ]
    return seconds[-1] if seconds else None


def _limits(results: Results) -> list[str]:
    lines = []
    for workload in results["costs"]:
        least, taken = least_seconds(results, workload), best(results, workload)
        if taken is None:
            continue
        which = max(least, key=lambda name: least[name])
        each = ", ".join(f"{1e6 * seconds:.1f} us of {name}" for name, seconds in least.items())
        lines.append(
            f"{workload}, noise: at least {each}; {least[which] / taken:.0%} of the limit by {which}"
        )
    return lines


def _datasets(results: Results) -> list[str]:
    lines = []
    for run in results.get("datasets", []):
        whole, steady = run["size"] / run["seconds"], (run["size"] - run["batch"]) / run["steady"]
        line = (
            f"H, {run['size']} systems of B to HDF5 and CSV: {whole:.0f} a second, {steady:.0f} after the "
            f"first {run['batch']}, {run['bytes'] / run['seconds'] / 1e6:.0f} MB/s, "
            f"at most {run['peak'] / 2**20:.0f} MiB of memory"
        )
        rendering, disk = shares(run)
        missed = "" if max(rendering, disk) >= SHARE else f"; {SHARE:.0%} of one of them: MISSED"
        lines.append(
            f"{line}; {rendering:.0%} of rendering alone ({run['rendering']:.0f} a second), {disk:.0%} of "
            f"the disk ({run['disk'] / 1e6:.0f} MB/s){missed}"
        )
    return lines


def _first_runs(results: Results) -> list[str]:
    return [
        f"I, {name}: 16 images {cold:.1f} s after the start of Python, {warm:.1f} s with a compilation cache"
        for name, (cold, warm) in results.get("first_runs", {}).items()
    ]


def _card(results: Results) -> list[str]:
    if "card" not in results:
        return []
    files = [
        f"A, {run['size']} systems to HDF5 and CSV: {run['bytes'] / run['seconds'] / 1e6:.0f} MB/s, "
        f"{run['size'] / run['seconds']:.0f} a second"
        for run in results["card_datasets"]
    ]
    return [*on_card.described(results["card"]), *files]


def noise_share(results: Results) -> float | None:
    """The fraction of the time of a time series that its noise takes: J with noise beside J without."""
    seconds = {
        row["workload"]: row["seconds"] for row in results["rows"] if row["workload"].startswith("J, ")
    }
    if not seconds.get("J, noise") or not seconds.get("J, no noise"):
        return None
    return float(1.0 - seconds["J, no noise"] / seconds["J, noise"])


def _noise_share(results: Results) -> list[str]:
    share = noise_share(results)
    return [] if share is None else [f"J: noise takes {share:.0%} of the time"]
