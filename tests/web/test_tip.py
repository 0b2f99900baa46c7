"""A tip written on a page: nothing of the talk stays on the server but the tip itself and its receipt's last line."""

from datetime import timedelta

from sqlalchemy import select

from storage.tables import outbox
from tests.web.house import House


async def test_the_talk_of_a_tip_is_forgotten_when_it_is_given(both: House) -> None:
    await both.say("zhao", "家里人都好")
    both.app.clock.set(both.app.clock.now() + timedelta(minutes=1))
    for words in ("举报", "村东头有人摆酒席", "聚集", "姚洼", "老槐树旁边", "现在", "村民", "没有照片"):
        await both.say("zhao", words)
    before = [letter["text"] for letter in await both.letters("zhao", 18)]
    assert any("酒席" in text for text in before)
    await both.say("zhao", "提交")
    after = [letter["text"] for letter in await both.letters("zhao", 3)]
    assert "家里人都好" in after[0]
    assert not any("酒席" in text or text in ("举报", "提交") for text in after)
    assert "线索" in after[-1]
    # Nor is the receipt, which would lead from the tip to the one who gave it: in no letter of theirs, and beside none.
    receipt = next(text for text in before if "回执" in text).partition("您的回执：")[2][:4]
    assert not any(receipt in text for text in after)
    told = await both.app.database.transact(lambda tx: tx.execute(select(outbox.c.address, outbox.c.duty)).all())
    assert {address for address, duty in told if duty == receipt} == {"web:cadres-yaowa", "web:leader-areas"}
    cards = await both.letters("cadres-yaowa", 1)
    assert "酒席" in cards[-1]["text"]
