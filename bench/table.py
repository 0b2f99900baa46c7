"""The numbers as a table for people; without it they would have to read JSON."""

from bench.checkins import Measured

BARS = {"ratio": (">=", 0.5), "start_s": ("<", 2.0), "rss_mib": ("<", 120.0)}
ROWS = (
    ("per_s", "check-ins a second, 32 in flight, one core", "{:.0f}"),
    ("floor_per_s", "the floor: one row, one post", "{:.0f}"),
    ("ratio", "of the floor", "{:.2f}"),
    ("p50_ms", "answer at half load, median, ms", "{:.1f}"),
    ("p99_ms", "answer at half load, 99 of 100, ms", "{:.1f}"),
    ("rss_mib", "resident memory after the load, MiB", "{:.0f}"),
    ("start_s", "start until the first answer, s", "{:.2f}"),
)


def table(found: Measured) -> str:
    """A line for each number, with its bar where it has one."""
    return "\n".join(f"{words:<45}{form.format(getattr(found, name)):>8}   {_bar(name)}" for name, words, form in ROWS)


def missed(found: Measured) -> list[str]:
    """The bars that were not reached."""
    return [name for name in BARS if not reached(found, name)]


def reached(found: Measured, name: str) -> bool:
    """Whether a number is on the right side of its bar."""
    sign, bar = BARS[name]
    value: float = getattr(found, name)
    return value >= bar if sign == ">=" else value < bar


def _bar(name: str) -> str:
    sign, bar = BARS.get(name, ("", 0.0))
    return f"{sign} {bar:g}" if sign else ""
