"""Quiet hours: what can wait till morning, if the one who asked says so; without it rice at midnight would wake a village."""

from datetime import datetime, timedelta

from rules.alarms import awake
from rules.town import Town

ANSWER_WITHIN = timedelta(minutes=3)
"""At night a need that is not urgent rings nobody for so long, so that its asker can say that the morning is soon enough."""


def is_quiet(now: datetime, town: Town) -> bool:
    """Whether it is night by the town's quiet hours."""
    return awake(now, town.zone, town.quiet) != now


def morning(now: datetime, town: Town) -> datetime:
    """When the quiet hours end."""
    return awake(now, town.zone, town.quiet)
