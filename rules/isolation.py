"""Who stays at home and until when; without it each cadre would count the fourteen days in his own way."""

from datetime import date, datetime, time, timedelta

from rules.town import Town


def must_isolate(origin: str, town: Town) -> bool:
    """Whether this origin (wuhan, hubei, elsewhere) means observation at home (``[isolation] origins``)."""
    return origin in town.isolation_origins


def isolation_ends(arrived: date, town: Town) -> datetime:
    """The moment observation ends: ``[isolation] days`` whole days counted from the day of arrival, which is
    the first."""
    return datetime.combine(arrived + timedelta(days=town.isolation_days), time(), town.zone)


def last_day(until: datetime, town: Town) -> date:
    """The last day of an observation that ends at ``until``: one that ends at midnight ends with the day before."""
    return (until - timedelta(microseconds=1)).astimezone(town.zone).date()
