"""How the code asks for words without holding any: the one door to ``templates/`` for everything below the edges."""

from collections.abc import Mapping
from typing import Protocol


class Words(Protocol):
    """The words of one language."""

    @property
    def locale(self) -> str:
        """``zh`` or ``en``."""

    def say(self, block: str, **values: object) -> str:
        """The text of ``conversation.block`` with these values; raises KeyError when the block does not exist."""

    def has(self, block: str) -> bool:
        """Whether there is such a block."""

    def options(self, block: str) -> Mapping[str, tuple[str, ...]]:
        """A vocabulary: lines ``key: label / synonym / synonym`` of a block, in order; the first word is the label."""

    def ways(self, block: str) -> Mapping[str, tuple[str, ...]]:
        """The same as it is understood: after the words of this language those of the others, since whoever reads one may write
        another."""

    def all_say(self, block: str) -> tuple[str, ...]:
        """The text of a block that shows no value, in this language and then in the others."""
