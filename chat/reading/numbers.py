"""Full-width and Chinese ways of writing numbers; without it half the village's messages would be unreadable."""

import unicodedata


def normalise(text: str) -> str:
    """NFKC, trimmed."""
    return unicodedata.normalize("NFKC", text).strip()
