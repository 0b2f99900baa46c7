"""What each address of the config stands for, in words; without it ``lines.supplies.leader`` would have to be understood."""

from collections.abc import Iterator, Mapping

from bot.texts import Texts
from rules.binding import UNBOUND
from rules.town import Address, Town


def places(town: Town, words: Texts) -> Iterator[tuple[Address, str]]:
    """(address as the config writes it, what it stands for) of every address, in the order of the ladders' way down."""
    yield from ((address, text) for address, text in _all(town, words) if address)


def unbound(town: Town, kept: Mapping[str, Address], words: Texts) -> dict[str, list[str]]:
    """``bind:CODE`` → all it stands for (a person and their office), of the codes nobody has used."""
    left: dict[str, list[str]] = {}
    for address, what in places(town, words):
        if address.startswith(UNBOUND) and address not in kept:
            left.setdefault(address, []).append(what)
    return left


def _all(town: Town, words: Texts) -> Iterator[tuple[Address, str]]:
    yield town.command_post, words.say("commands.command_post")
    for line in town.lines:
        title = words.options("commands.lines")[line.key][0]
        yield line.leader, words.say("commands.line_leader", line=title)
        yield line.deputy, words.say("commands.line_deputy", line=title)
    for area in town.areas:
        yield area.head, words.say("commands.area_head", area=area.name)
    for village in town.villages:
        yield village.group, words.say("commands.village_group", village=village.name)
        yield village.cadres, words.say("commands.village_cadres", village=village.name)
        yield village.head, words.say("commands.village_head", village=village.name)
    yield from _people(town, words)


def _people(town: Town, words: Texts) -> Iterator[tuple[Address, str]]:
    for person in town.people:
        found = town.village(person.village)
        village = found.name if found else ""
        yield person.id, words.say("commands.person", name=person.name, village=village)
        yield person.cadre, words.say("commands.person_cadre", name=person.name, village=village)
        yield person.stand_in, words.say("commands.person_stand_in", name=person.name, village=village)
