"""Which of the prevention notices is read when; without it a village would hear the same words until nobody listens.

Three a day in the town's first spring (TOWN.md, Notices). The words are in ``templates/<locale>/notices.j2``.
"""

from datetime import date

EACH = 16
"""So many for each part of the day (morning, noon, evening): the sixteenth day hears the first again."""
PARTS = {1: (0,), 2: (0, 2), 3: (0, 1, 2)}
"""Notices a day → the part of the day each belongs to."""
COUNT = EACH * 3


def notice_for(day: date, slot_number: int, per_day: int) -> str:
    """The name of the block to be read at the day's ``slot_number``-th time of ``per_day``, counted from 0.

    It follows from the date alone, so every process and every restart reads the same. Up to three a day never repeat within
    15 days; more than three go round all of them, whatever the part of the day.
    """
    parts = PARTS.get(per_day)
    number = (day.toordinal() * per_day + slot_number) % COUNT
    if parts is not None:
        number = parts[slot_number] * EACH + day.toordinal() % EACH
    return f"n{number + 1:02d}"
