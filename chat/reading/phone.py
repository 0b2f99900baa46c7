"""Phone numbers."""

import re


def read_phone(text: str) -> str | None:
    """Digits."""
    digits = re.sub(r"\D", "", text)
    return digits if 7 <= len(digits) <= 12 else None
