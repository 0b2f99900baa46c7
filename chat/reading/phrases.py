"""Finds known phrases in what was said; without it people would have to type exactly."""

from collections.abc import Mapping, Sequence

from chat.reading.numbers import normalise


def _bare(text: str) -> str:
    return normalise(text).lower().strip(" .,!?。，！？~～啊呀了哦吧")


def matches(text: str, phrases: Sequence[str]) -> bool:
    """Whether the text is one of the phrases."""
    return bool(_bare(text)) and _bare(text) in {_bare(p) for p in phrases}


def best_option(text: str, options: Mapping[str, Sequence[str]]) -> str | None:
    """The option meant."""
    keys = list(options)
    bare = _bare(text)
    if bare.isdigit() and 1 <= int(bare) <= len(keys):
        return keys[int(bare) - 1]
    exact = [k for k, words in options.items() if matches(text, words)]
    held = exact or [k for k, words in options.items() if any(_bare(w) in bare for w in words)]
    return held[0] if len(held) == 1 else None
