"""Days as people say them."""

import re
from datetime import date, timedelta

AGO = {"今天": 0, "今早": 0, "昨天": 1, "昨晚": 1, "前天": 2, "today": 0, "yesterday": 1}


def read_day(text: str, today: date) -> date | None:
    """The day, or None."""
    for word, days in AGO.items():
        if word in text.lower():
            return today - timedelta(days=days)
    found = re.search(r"(\d{1,2})月(\d{1,2})", text)
    if found:
        try:
            return date(today.year, int(found[1]), int(found[2]))
        except ValueError:
            return None
    return None
