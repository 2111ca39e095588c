"""Percentiles of measured times."""

from collections.abc import Sequence


def percentile(values: Sequence[float], part: float) -> float:
    """The value that ``part`` (0 to 1) of the samples do not exceed, by nearest rank."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * part // 1))  # rounded up
    return ordered[min(len(ordered), int(rank)) - 1]


def milliseconds(nanoseconds: Sequence[int]) -> list[float]:
    """Durations from the monotonic clock, in ms."""
    return [value / 1e6 for value in nanoseconds]


def summary(name: str, values: Sequence[float]) -> dict[str, float]:
    """Number, median, p99 and greatest as facts."""
    return {
        f"{name}_p50": round(percentile(values, 0.5), 4),
        f"{name}_p99": round(percentile(values, 0.99), 4),
        f"{name}_max": round(max(values), 4),
    }
