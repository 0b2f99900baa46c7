"""``cunshao check``: all that is wrong with a town's set-up at once; without it a town would learn of it bit by bit."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from bot.commands.places import unbound
from bot.commands.probes import Finding, ask_database, ask_key, ask_telegram
from bot.config import Config, ConfigError, load
from bot.config.mistakes import words_for
from bot.texts import Texts, texts
from rules.binding import UNBOUND, bound
from rules.kinds import kind_of, kinds_on
from rules.town import LINES, Rung, Town


def check(path: Path, differences: Callable[[], list[str]] | None = None) -> int:
    """Print what is wrong, what to know and who is told when; ``differences`` are what chat has changed since.

    Exit code 1 when something must be mended: the config, the key, the database, Telegram or one of its groups.
    """
    try:
        config = load(path)
    except ConfigError as error:
        print(error)
        print(texts(error.locale).say("setup.mistakes", count=len(error.mistakes), file=path))
        return 1
    words = words_for(config.town.locale)
    findings = list(_findings(config, words))
    for finding in findings:
        print(_line(words, f"setup.{finding.how}", text=finding.text))
    print(timelines(config.town, words))
    wrong = sum(finding.how == "bad" for finding in findings)
    if differences is not None and not wrong:
        _print_differences(differences, words)
    print(words.say("setup.not_good", count=wrong) if wrong else words.say("setup.all_good"))
    return 1 if wrong else 0


def timelines(town: Town, words: Texts) -> str:
    """Each ladder on a line, from the first rung to the last."""
    lines = [words.say("setup.ladders")]
    for kind, ladder in town.ladders.items():
        rungs = [_rung(rung, town, words) for rung in ladder]
        lines.append(_line(words, "setup.ladder", kind=_named("kinds", [kind], words)[0], rungs=rungs))
    return "\n".join(lines)


def _rung(rung: Rung, town: Town, words: Texts) -> str:
    near = [found.name if (found := town.village(key)) else key for key in rung.villages]
    side = (rung.after > timedelta()) - (rung.after < timedelta())
    minutes, again = (abs(length) // timedelta(minutes=1) for length in (rung.after, rung.repeat or timedelta()))
    return words.say("setup.rung", minutes=minutes, side=side, from_due=rung.from_due, unless=rung.unless, again=again,
                     tell=_named("targets", rung.tell, words), urgency=_named("urgencies", rung.urgency, words),
                     villages=near)  # fmt: skip


def _named(block: str, keys: Iterable[str], words: Texts) -> list[str]:
    """The config's keys as they are called in this language."""
    called = words.options(f"setup.{block}")
    return [called[key][0] for key in keys]


def _findings(config: Config, words: Texts) -> Iterator[Finding]:
    town = config.town
    yield Finding(
        "good",
        words.say(
            "setup.config_good",
            file=config.path,
            town=town.name,
            villages=len(town.villages),
            people=len(town.people),
        ),
    )
    database, bindings = ask_database(config, words)
    yield ask_key(config, words, answers=database.how == "good")
    yield database
    now = bound(town, bindings)
    yield from asyncio.run(ask_telegram(config.telegram, now, words))
    yield from _unbound(now, words)
    yield from _dead_ends(now, words)
    yield from _gaps(now, words)


def _dead_ends(town: Town, words: Texts) -> Iterator[Finding]:
    """Where something could be reported that reaches nobody in the end: no village, or a ladder whose last rung nobody stands
    behind. The command post is told whatever the last rung says, so with one no ladder ends so."""
    if not town.villages:
        yield Finding("bad", words.say("setup.no_village"))
    if town.command_post:
        return
    inspected = any("inspector" in person.roles for person in town.people)
    for kind, ladder in town.ladders.items():
        ways = [kind_of(name).line for name in kinds_on(kind)] or [""]
        lines = {line for way in ways for line in ((way,) if way else LINES)}
        led = all((line := town.line(key)) is not None and line.leader for key in lines)
        last = ladder[-1].tell if ladder else ()
        if not (("line_leader" in last and led) or ("inspectors" in last and inspected)):
            called, told = _named("kinds", [kind], words)[0], _named("targets", last, words)
            yield Finding("bad", words.say("setup.dead_end", kind=called, tell=told))


def _unbound(town: Town, words: Texts) -> Iterator[Finding]:
    """A code that stands for several things, a person and their office, is told once."""
    left = unbound(town, {}, words)
    for code, what in left.items():
        yield Finding("note", words.say("setup.unbound", code=code.removeprefix(UNBOUND), what=what))
    if not left:
        yield Finding("good", words.say("setup.bound"))


def _gaps(town: Town, words: Texts) -> Iterator[Finding]:
    """What the config may leave open, and what follows from it."""
    if not town.command_post:
        yield Finding("note", words.say("setup.no_post"))
    for key in LINES:
        line = town.line(key)
        if line is None or not line.leader:
            yield Finding("note", words.say("setup.no_leader", line=key, name=words.options("commands.lines")[key][0]))
    if bare := [v.name for v in town.villages if not v.cadres]:
        yield Finding("note", words.say("setup.no_cadres", count=len(bare), names=bare))
    if alone := sum("isolated" in p.roles and not p.cadre for p in town.people):
        yield Finding("note", words.say("setup.no_cadre", count=alone))
    if not town.public_url:
        yield Finding("note", words.say("setup.no_public_url"))
    if not any("inspector" in p.roles for p in town.people):
        yield Finding("note", words.say("setup.no_inspector"))


def _print_differences(differences: Callable[[], list[str]], words: Texts) -> None:
    if changed := differences():
        print(words.say("setup.differences"))
        for text in changed:
            print(_line(words, "setup.difference", text=text))


def _line(words: Texts, block: str, **values: object) -> str:
    """An indented line; the indent is taken off with the white space at a block's ends."""
    return f"  {words.say(block, **values)}"
