"""Whose chat is whose in the config; without it what is meant for the head would be read by the whole village, and several heads
behind one webhook would act as one."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.config.mistakes import Notebook, shown

Settings = Mapping[str, Mapping[str, Any]]
Tables = Mapping[str, list[dict[str, Any]]]
TELEGRAM = "telegram:"
OUTWARD = ("hook:", "wecom-robot:")
"""Channels that hear nobody: whoever opens a letter's link at one person's address acts as that person."""


def keep_apart(notes: Notebook, got: Settings, rows: Tables) -> None:
    """A villagers' group is nothing else, no chat is two villages', a Telegram group and a person are not confused, and a webhook
    that is a person's is that person's alone."""
    _groups(notes, got, rows)
    _one_persons(notes, got, rows)
    open_to_all = {
        village["group"]: f"villages[{n}].group" for n, village in enumerate(rows["villages"]) if village["group"]
    }
    for path, chat in _offices(rows):
        if chat in open_to_all:
            notes.note(path, "chat_twice", value=shown(chat), other=open_to_all[chat])
    for chat, path in open_to_all.items():
        if chat.startswith(TELEGRAM) and not chat.startswith(f"{TELEGRAM}-"):
            notes.note(path, "not_group", value=shown(chat))
    for number, person in enumerate(rows["people"]):
        if (person["id"] or "").startswith(f"{TELEGRAM}-") and person["id"] not in open_to_all:
            notes.note(f"people[{number}].id", "not_person", value=shown(person["id"]))


def _one_persons(notes: Notebook, got: Settings, rows: Tables) -> None:
    """The same head of two places is one person when ``[[people]]`` says who that is."""
    named = {person["id"] for person in rows["people"]}
    heads = {"areas": "head", "villages": "head", "people": "id"}
    groups = {chat: path for path, chat, _ in _chats(got, rows)}
    groups |= {row[name]: f"lines[{n}].{name}" for n, row in enumerate(rows["lines"]) for name in ("leader", "deputy")}
    seen: dict[str, str] = {}
    for table, column in heads.items():
        for number, row in enumerate(rows[table]):
            path, chat = f"{table}[{number}].{column}", row[column] or ""
            if not chat.startswith(OUTWARD):
                continue
            if chat in groups:
                notes.note(path, "head_and_group", value=shown(chat), other=groups[chat])
            elif chat in seen and chat not in named:
                notes.note(path, "two_heads", value=shown(chat), other=seen[chat])
            seen.setdefault(chat, path)


def _groups(notes: Notebook, got: Settings, rows: Tables) -> None:
    seen: dict[str, str] = {}
    for path, chat, village in _chats(got, rows):
        if chat in seen and (village or seen[chat].endswith((".group", ".cadres"))):
            notes.note(path, "chat_twice", value=shown(chat), other=seen[chat])
        seen.setdefault(chat, path)


def _chats(got: Settings, rows: Tables) -> Iterator[tuple[str, str, bool]]:
    """(path, address, whether it is a village's) of each chat of several people."""
    if post := got["command_post"]["chat"]:
        yield "command_post.chat", post, False
    for number, village in enumerate(rows["villages"]):
        for column in ("group", "cadres"):
            if village[column]:
                yield f"villages[{number}].{column}", village[column], True


def _offices(rows: Tables) -> Iterator[tuple[str, str]]:
    """(path, address) of everything that is one person's, or told what a village must not read."""
    columns = {
        "areas": ("head",),
        "lines": ("leader", "deputy"),
        "villages": ("head",),
        "people": ("id", "cadre", "stand_in"),
    }
    for table, names in columns.items():
        for number, row in enumerate(rows[table]):
            yield from ((f"{table}[{number}].{name}", row[name]) for name in names if row[name])
