"""In which language somebody is spoken to: that of their own chat, whatever the page speaks on which they act besides."""

from pathlib import Path

from chat.incoming import Incoming, Said
from storage import people
from storage.ledger import Ledger
from tests.conversations.stage import BEGIN, Stage

LI = "paper:li"


def says(number: int, chat: str, text: str, language: str) -> Incoming:
    """A message of Li's, there."""
    return Incoming("paper", f"b{number}", chat, LI, True, Said(text), BEGIN, addressed=True, language=language)


async def test_who_acts_on_a_page_in_english_is_still_spoken_to_in_chinese(tmp_path: Path) -> None:
    stage = Stage(f"sqlite:///{tmp_path}/town.db")
    await stage.open()
    spoken = []
    for number, (chat, language) in enumerate(((LI, "zh"), (f"board:{LI}", "en"), (LI, ""), (LI, "en"))):
        await stage.app.desk.ask(says(number, chat, "菜单", language))
        known = await stage.app.database.transact(lambda tx: people.find(Ledger(tx, stage.town.key, stage.vault), LI))
        spoken.append(known.locale)
    await stage.close()
    assert spoken == ["zh", "zh", "zh", "en"]
