"""The answer to "how many degrees"; without it a question for a temperature would take 63.5."""

from dataclasses import dataclass

from chat.form import Asked, Offer, Setting, Unclear, Value
from chat.incoming import Said
from chat.reading.household import read_each
from chat.reading.temperature import Ask, Read, read_when_asked


def degrees(tenths: int | None) -> str:
    """365 → 36.5"""
    return f"{tenths // 10}.{tenths % 10}" if tenths is not None else ""


@dataclass(frozen=True)
class Degrees:
    """A body temperature; the value is tenths of a degree Celsius."""

    def read(self, said: Said, asked: Asked, setting: Setting) -> Value:
        """36度5 → 365; asks back what cannot be sure."""
        found = read_when_asked(said.text)
        if any(whose for whose, _ in read_each(said.text)):
            raise Unclear("temperature.ask_which", likely_text="")  # read by ``hear``, each with whose it is
        if isinstance(found, Read):
            return found.tenths
        if said.attachment is not None:
            raise Unclear("temperature.ask_photo")
        if isinstance(found, Ask) and found.reason == "about":
            raise Unclear("temperature.ask_about", degree=(found.likely or 0) // 10)
        if isinstance(found, Ask):
            raise Unclear(f"temperature.ask_{found.reason}", found.likely, likely_text=degrees(found.likely))
        raise Unclear("temperature.ask_no_number")

    def offers(self, asked: Asked, setting: Setting) -> tuple[Offer, ...]:
        """None: a button that repeats yesterday's value would be pressed without measuring."""
        return ()

    def show(self, value: Value, asked: Asked, setting: Setting) -> str:
        """36.5"""
        return degrees(int(value))
