"""What is said when the bot is put out of a group, or taken into one that is nobody's yet; without it a cadres' group would be
found lost by its next alert, and whoever set up a group would wait for a word that never comes."""

from collections.abc import Iterator

from chat.letter import Tell
from rules.binding import unbound
from rules.town import Address, Town


def put_out(town: Town, chat: Address) -> tuple[tuple[Tell, ...], tuple[Tell, ...]]:
    """(whom to tell, whom instead when none of them can be reached) that a chat of the town's no longer has the bot."""
    found = town.village_of_chat(chat)
    what = found[1] if found else "post" if chat == town.command_post else "office" if chat in town.offices else ""
    if not what:
        return (), ()
    village = found[0] if found else None
    area = next((a for a in town.areas if village and a.key == village.area), None)
    publicity = town.line("publicity")
    near = [village.head] if village else []
    near += [p.id for p in town.people if "admin" in p.roles]
    far = [area.head if area else "", publicity.leader if publicity else "", town.command_post]
    values = {"what": what, "village": village.name if village else ""}
    return tuple(_tells(near, chat, values)), tuple(_tells(far, chat, values))


def taken_in(town: Town, chat: Address) -> tuple[Tell, ...]:
    """What a group hears that is not the town's yet, while there are codes left to bind one with."""
    known = town.village_of_chat(chat) or chat == town.command_post or chat in town.offices
    return () if known or not unbound(town) else (Tell(chat, "desk.taken_in", lane="reply"),)


def _tells(whom: list[Address], chat: Address, values: dict[str, str]) -> Iterator[Tell]:
    return (Tell(to, "desk.put_out", values) for to in dict.fromkeys(whom) if to and to != chat)
