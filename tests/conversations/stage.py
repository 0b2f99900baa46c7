"""A small town on a real database with a messenger made of paper; without it no transcript could be played."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from bot.app import App
from bot.config.values import duration
from bot.gateways import Accepted, Call, Receive, Refused, Result, SetAside
from chat.incoming import Attachment, Document, Incoming, Said
from chat.letter import Letter
from rules.ladders import LADDERS
from rules.town import Area, Line, Person, Rung, Town, Village, numbered
from storage.database import Database
from storage.migrate import migrate
from storage.vault import Vault, new_key

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2020, 2, 10, 7, 0, tzinfo=ZONE)

TOWN = Town(
    name="许家湖",
    ladders=LADDERS,
    command_post="paper:command",
    public_url="http://village.test",
    areas=(Area("north", "北片", "paper:area"),),
    lines=tuple(Line(key, f"paper:leader-{key}", f"paper:deputy-{key}") for key in
                ("screening", "monitoring", "areas", "checkpoints", "publicity", "supplies")),
    villages=(
        Village("yaowa", "姚洼", "north", "paper:group-yaowa", "paper:cadres-yaowa", "paper:head", 212),
        Village("shimen", "石门", "north", "paper:group-shimen", "paper:cadres-shimen", "paper:head2", 140),
    ),
    people=(
        Person("paper:li", "李大山", "yaowa", ("isolated",), "paper:zhang", place="村东头"),
        Person("paper:sun", "孙桂英", "yaowa", ("isolated",), "paper:chen"),
        Person("paper:anna", "Anna Wu", "yaowa", ("isolated",), "paper:zhang", place="by the mill"),
        Person("paper:wang", "王小兵", "yaowa"),
        Person("paper:zhao", "赵婶", "yaowa"),
        Person("paper:zhang", "张建国", "yaowa", ("cadre",), phone="00000003101"),
        Person("paper:chen", "陈秀英", "yaowa", ("cadre",)),
        Person("paper:head", "周支书", "yaowa", ("village_head",)),
        Person("paper:inspector", "督查", "", ("inspector",)),
        Person("paper:yao", "姚春生", "shimen", ("volunteer",), phone="00000003205"),
        Person("bind:CADRECODE22", "马会计", "shimen", ("cadre",)),
        Person("bind:HOMECODE222", "何大娘", "shimen", ("isolated",), "bind:CADRECODE22", place="河边"),
    ),
)  # fmt: skip
NAMES = {"paper:cadres-yaowa": "cadres/姚洼", "paper:cadres-shimen": "cadres/石门", "paper:group-yaowa": "group/姚洼",
         "paper:group-shimen": "group/石门"}  # fmt: skip
CHATS = {name: address for address, name in NAMES.items()}
ENGLISH = frozenset({"paper:anna", "paper:tom"})
"""Whose app or page is English, until a transcript says (speaks zh anna)."""
EVENTS: Mapping[str, Literal["left", "joined"]] = {"(takes the bot out)": "left", "(takes the bot in)": "joined"}
CODES = {"cadres-yaowa": "bind:NOON-2222"}


def of_the_size(town: Town, people: int) -> Town:
    """The town with so many more isolated people in 姚洼: p1, p2, …"""
    more = tuple(
        Person(f"paper:p{n}", f"钱{n}", "yaowa", ("isolated",), "paper:zhang", place=f"西街 {n} 号")
        for n in range(1, people + 1)
    )
    return replace(town, people=town.people + more)


def with_rungs(town: Town, rungs: str) -> Town:
    """The town with more rungs for needs, each narrowed to an urgency: ``5m medicine line_leader | …``."""
    more = [rung.split() for rung in rungs.split("|") if rung.strip()]
    added = [Rung(duration(after), (target,), "claimed", urgency=(urgency,)) for after, urgency, target in more]
    ladder = sorted((*town.ladders["need"], *added), key=lambda rung: rung.after)
    return replace(town, ladders={**town.ladders, "need": numbered(ladder)})


def without_codes(town: Town) -> Town:
    """The town before anybody has bound the cadres' group of 姚洼: the code is NOON-2222."""
    code = CODES["cadres-yaowa"]
    villages = tuple(replace(v, cadres=code) if v.key == "yaowa" else v for v in town.villages)
    return replace(town, villages=villages)


def name_of(address: str) -> str:
    """How a chat is called in a transcript."""
    return NAMES.get(address, address.removeprefix("paper:"))


@dataclass
class PaperGateway:
    """A messenger whose every sheet is kept: what was delivered where, with its buttons."""

    channel: str = "paper"
    sheets: list[tuple[str, str, Letter]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    """What people have sent, by its reference."""
    fixed: bool = False
    """A sheet that was handed out can no longer be changed, as in a channel that cannot edit."""

    def parse(self, raw: Mapping[str, Any]) -> Sequence[Incoming]:
        """Nothing arrives by wire here."""
        return ()

    def render(self, address: str, letter: Letter) -> Sequence[Call]:
        """The letter itself."""
        rows = [[[b.label, b.data, b.url] for b in row] for row in letter.buttons]
        return [{"text": letter.text, "rows": rows, "picture": bool(letter.picture),
                 "attachments": [list(a) for a in letter.attachments]}]  # fmt: skip

    def edit(self, address: str, message_id: str, letter: Letter) -> Call | None:
        """The letter again, in the place of the one it changes."""
        if self.fixed:
            return None
        return {**self.render(address, letter)[0], "edits": message_id}

    async def listen(self, receive: Receive, set_aside: SetAside) -> None:
        """Nothing to listen to."""

    async def deliver(self, call: Call) -> Result:
        """Keep the sheet, unless nobody lives there any more."""
        if call["address"] in self.gone:
            return Refused("gone", gone=True)
        self.sheets.append((str(call["row"]), call["address"], call))  # type: ignore[arg-type]
        return Accepted(str(call.get("edits") or f"m{len(self.sheets)}"))

    async def fetch_file(self, ref: str) -> bytes:
        """A file that somebody sent."""
        if ref not in self.files:
            raise ConnectionError("out of reach")
        return self.files[ref]

    def pace(self, address: str) -> tuple[float, int, float]:
        """As fast as it can."""
        return 0.0, 0, 0.0

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class Stage:
    """Plays one transcript against one database."""

    url: str
    town: Town = TOWN
    gateway: PaperGateway = field(default_factory=PaperGateway)
    vault: Vault = field(default_factory=lambda: Vault([new_key()]))
    count: int = 0
    heard: int = 0
    app: Any = None
    sending: Any = None
    clock: datetime = BEGIN
    speaks: dict[str, str] = field(default_factory=dict)

    def begin_at(self, clock: str) -> None:
        """The time of day at which the transcript begins."""
        hour, minute = clock.split(":")
        self.clock = BEGIN.replace(hour=int(hour), minute=int(minute))

    async def open(self) -> None:
        """Start the program on this database."""
        import asyncio

        migrate(self.url)
        self.app = App(
            self.town, Database(self.url), self.vault, {"paper": self.gateway}, lambda: datetime.now(UTC), self.clock
        )
        await self.app.prepare()
        self.app.clock.rate = 0.0
        self.app.clock.set(self.clock)
        self.sending = asyncio.create_task(self.app.sender.run())
        self.reporting = asyncio.create_task(self.app.reporting.run())

    async def close(self) -> None:
        """Stop it, as a kill would: nothing is told."""
        import asyncio

        for task in (self.sending, self.reporting):
            task.cancel()
        await asyncio.gather(self.sending, self.reporting, return_exceptions=True)
        await self.app.close()

    async def restart(self) -> None:
        """Stop and start again."""
        await self.close()
        await self.open()

    async def move(self, to: datetime) -> None:
        """Let the town's time pass until then."""
        self.clock = to
        await self.app.clockwork.move(to)

    async def say(self, who: str, words: str) -> None:
        """Somebody says something: ``li > text``, ``zhang@cadres/姚洼 > [button]``, ``(voice)``, ``(photo) caption``,
        ``(album A) caption``, ``(takes the bot out)``, ``(location a,b)``,
        ``(document 值班表.xlsx: 日期,姓名 | 2月10日,张建国) caption``."""
        name, _, place = who.partition("@")
        sender = CHATS.get(name, f"paper:{name}")
        chat = CHATS.get(place, f"paper:{place}") if place else sender
        said, reply = self._said(chat, words), ""
        answers = re.fullmatch(r"re( [^:]+)?: (.+)", words)
        if answers:
            reply, said = self._last_card(chat, (answers[1] or "").strip()), self._said(chat, answers[2])
        edited, words = words.startswith("edited: "), words.removeprefix("edited: ")
        if edited:
            said = self._said(chat, words)
        album = re.fullmatch(r"\((album \w+)\) ?(.*)", words)
        if album:
            said = Said(album[2], attachment=Attachment("photo", f"photo-{self.count}"))
        self.count += 1
        await self.app.desk.receive(
            Incoming("paper", f"{self.count}", chat, sender, not place, said, self.clock, sender_name="",
                     language=self.speaks.get(sender, "en" if sender in ENGLISH else "zh"),
                     addressed=not place or bool(said.button) or bool(reply) or words.startswith(("/", "@")),
                     reply_to=reply, edited=edited,
                     album=album[1] if album else "", event=EVENTS.get(words, "message"))
        )  # fmt: skip

    async def listen(self) -> list[tuple[str, str]]:
        """What the bot has said since the last time, in the order it was decided."""
        await self.app.sender.drained()
        await self.app.ticker.run_due(self.clock)
        await self.app.sender.drained()
        await self.app.reporting.idle()
        await self.app.sender.drained()
        new = sorted(self.gateway.sheets[self.heard :], key=lambda sheet: sheet[0])
        self.heard = len(self.gateway.sheets)
        return [(("~" if call.get("edits") else "") + name_of(address), shown(call)) for _, address, call in new]  # type: ignore[arg-type,attr-defined]

    def _said(self, chat: str, words: str) -> Said:
        button = re.fullmatch(r"\[(.+)\]", words)
        if button:
            return Said(button=self._data(chat, button[1]))
        if words == "(voice)":
            return Said(attachment=Attachment("voice", "voice-1"))
        if words.startswith("(photo)"):
            return Said(
                text=words.removeprefix("(photo)").strip(), attachment=Attachment("photo", f"photo-{self.count}")
            )
        if words == "(sticker)":
            return Said()
        sheet = re.fullmatch(r"\(document ([^:]+?)(?:: (.+))?\) ?(.*)", words)
        if sheet:
            return Said(text=sheet[3].removeprefix("@"), document=self._document(sheet[1], sheet[2]))
        place = re.fullmatch(r"\(location ([\d.]+),([\d.]+)\)", words)
        if place:
            return Said(location=(float(place[1]), float(place[2])))
        contact = re.fullmatch(r"\(contact (\d+)\)", words)
        return Said(phone=contact[1]) if contact else Said(text=words.removeprefix("@"))

    def _document(self, name: str, table: str | None) -> Document:
        """A table, written row | row with commas, as the kind of file that its name says; without one it is lost on the way."""
        ref = f"file-{len(self.gateway.files)}"
        if table is not None:
            self.gateway.files[ref] = as_file(name, [row.strip().split(",") for row in table.split("|")])
        return Document(ref, name)

    def _data(self, chat: str, label: str) -> str:
        label, _, back = label.partition("|")
        found = [
            data
            for _, address, call in reversed(self.gateway.sheets)
            if address == chat
            for row in call["rows"]  # type: ignore[index]
            for shown_label, data, url in row
            if shown_label == label and not url
        ]
        if not found:
            raise AssertionError(f"nothing in {name_of(chat)} has a button [{label}]")
        return str(found[int(back or 0)])

    def _last_card(self, chat: str, part: str) -> str:
        """The last sheet there, or the last with these words in it (``re 需求 1: 我来办``)."""
        number, sheet = next(
            (n, call) for n, (_, address, call) in reversed(list(enumerate(self.gateway.sheets, 1)))
            if address == chat and part in call["text"]  # type: ignore[index]
        )  # fmt: skip
        known: object = sheet.get("edits") or f"m{number}"  # type: ignore[attr-defined]
        return str(known)


def as_file(name: str, rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as the bytes of an .xlsx, or as Excel in China writes a .csv; any other name is a file that is no table."""
    if name.endswith(".csv"):
        return "\r\n".join(",".join(row) for row in rows).encode("gb18030")
    if not name.endswith(".xlsx"):
        return b"%PDF-1.4"
    body = BytesIO()
    with Workbook(body, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return body.getvalue()


def shown(call: Mapping[str, Any]) -> str:
    """A sheet as a transcript shows it: text, then its buttons."""
    buttons = "  ".join(f"[{label}]" for row in call["rows"] for label, _, _ in row)
    marks = "".join(f" ({kind})" for kind, _ in call["attachments"]) + (" (picture)" if call["picture"] else "")
    return str(call["text"]) + marks + (f"  {buttons}" if buttons else "")
