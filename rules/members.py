"""Who may be behind a chat that several read: for a link that asks who one is; without it anybody could be anybody."""

from rules.seeing import VILLAGE_STAFF
from rules.town import Address, Person, Town

POST_ROLES = frozenset({"command_post", "duty_leader", "duty_officer"})
LINE_ROLES = frozenset({"line_leader", "deputy"})


def is_one_persons(town: Town, chat: Address) -> bool:
    """Whether a chat is a person's own: then whoever reads there is that person."""
    heads = {v.head for v in town.villages} | {a.head for a in town.areas} | {p.id for p in town.people}
    return bool(chat) and chat in heads


def works_here(town: Town, chat: Address) -> bool:
    """Whether those who read this chat may act in it: a cadres' group, an office's, or a person's own; never a village's group."""
    offices = {town.command_post, *(x for line in town.lines for x in (line.leader, line.deputy))}
    groups = {v.cadres for v in town.villages}
    return bool(chat) and (chat in offices | groups or is_one_persons(town, chat))


def members(town: Town, chat: Address) -> tuple[Person, ...]:
    """The people of the config who are likely to read this chat."""
    villages = {v.key for v in town.villages if v.cadres == chat}
    if villages:
        return tuple(p for p in town.people if p.name and p.village in villages and VILLAGE_STAFF & set(p.roles))
    roles = POST_ROLES if chat == town.command_post else LINE_ROLES
    return tuple(p for p in town.people if p.name and roles & set(p.roles))
