"""Whose phones lie on the demo's table, and how everybody is called there; without it a step would read web:leader-monitoring."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bot.texts import Texts
from rules.town import Address, Town, Village

HERE = "web:"
FIRST = ("wang", "li", "zhao", "group-yaowa", "cadres-yaowa", "leader-monitoring", "command")
"""The phones that lie there from the beginning, where the town has them."""
MOST = 40


@dataclass(frozen=True)
class Handset:
    """One phone: the chat it shows, who writes on it, and what stands above it. Addresses are without their channel."""

    chat: str
    sender: str
    title: str
    role: str
    kind: str
    """person, group, cadres or office."""


def first_phones(town: Town, words: Texts) -> list[dict[str, Any]]:
    """The phones of the first sight; in a town of one's own, one of each sort."""
    every = {handset.chat: handset for handset in handsets(town, words)}
    chosen = [every[chat] for chat in FIRST if chat in every]
    if len(chosen) < 3:
        sorts: dict[str, Handset] = {}
        for handset in every.values():
            sorts.setdefault(f"{handset.kind} {handset.role}", handset)
        chosen = list(sorts.values())[: len(FIRST)]
    return [asdict(handset) for handset in chosen]


def find_phones(town: Town, words: Texts, said: str) -> tuple[list[dict[str, Any]], int]:
    """(the phones whose owner, role or village has these words, how many there are in all)."""
    sought = said.strip().lower().split()
    found = [
        handset
        for handset in handsets(town, words)
        if all(part in f"{handset.title} {handset.role} {handset.chat}".lower() for part in sought)
    ]
    return [asdict(handset) for handset in found[:MOST]], len(found)


def handsets(town: Town, words: Texts) -> Iterator[Handset]:
    """Every phone and group of the town that the web chat reaches: offices, then each village, then everybody."""
    if town.command_post.startswith(HERE):
        officer = next((p.id for p in town.people if "duty_officer" in p.roles), town.command_post)
        yield _of(town, words, town.command_post, officer, "office")
    for village in town.villages:
        yield from _groups(town, words, village)
    for person in town.people:
        if person.id.startswith(HERE):
            yield _of(town, words, person.id, person.id, "person")


def _groups(town: Town, words: Texts, village: Village) -> Iterator[Handset]:
    own = [p for p in town.people if p.village == village.key and p.id.startswith(HERE)]
    cadre = next((p.id for p in own if "cadre" in p.roles), village.head)
    neighbour = next((p.id for p in own if p.id == f"{HERE}zhao"), f"{HERE}neighbour-{village.key}")
    for chat, sender, kind in ((village.group, neighbour, "group"), (village.cadres, cadre, "cadres")):
        if chat.startswith(HERE) and sender:
            yield _of(town, words, chat, sender, kind)


def _of(town: Town, words: Texts, chat: Address, sender: Address, kind: str) -> Handset:
    role = role_of(town, words, chat)
    if kind != "person":
        role = words.say("demo.as_whom", who=name_of(town, words, sender))
    return Handset(chat.removeprefix(HERE), sender.removeprefix(HERE), name_of(town, words, chat), role, kind)


def name_of(town: Town, words: Texts, address: Address) -> str:
    """How an address is called in the demo."""
    given = words.options("demo.names").get(address.removeprefix(HERE))
    if given:
        return given[0]
    if address == town.command_post:
        return words.say("demo.command")
    found = town.village_of_chat(address)
    if found is not None:
        return words.say(f"demo.{found[1]}", village=found[0].name)
    person = next((p for p in town.people if p.id == address), None)
    return person.name if person else words.say("demo.somebody")


def role_of(town: Town, words: Texts, address: Address) -> str:
    """What somebody is, and of which village or line."""
    person = next((p for p in town.people if p.id == address), None)
    if person is None:
        return ""
    names = words.options("demo.roles")
    roles = [names[role][0] for role in person.roles if role in names]
    line = next((x.key for x in town.lines if address in (x.leader, x.deputy)), "")
    village = town.village(person.village)
    area = next((a.name for a in town.areas if a.head == address), "")
    place = words.options("demo.lines")[line][0] if line else village.name if village else area
    given = words.options("demo.now").get(address.removeprefix(HERE))
    return words.say("demo.role", place=place, roles=[given[0]] if given else roles)
