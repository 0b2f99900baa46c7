"""Finds why a need is urgent by its words; without it medicine, an empty pot and a hungry child would all be one "urgent"."""

from collections.abc import Callable

from chat.reading.lacks import things

Named = Callable[[str, str], tuple[str, ...]]


def hastes(text: str, named: Named) -> tuple[str, ...]:
    """The lines of ``need.urgent`` that the text names, by ``named``; what has run out is asked for by itself, or 没药 would
    read as a medicine denied."""
    lacking = " ".join(sorted(things(text)))
    return tuple(dict.fromkeys((*named("need.urgent", lacking), *named("need.urgent", text))))
