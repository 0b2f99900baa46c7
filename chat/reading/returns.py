"""Returns in one sentence."""

from datetime import date


def glean_return(text: str, today: date) -> dict[str, object]:
    return {}
