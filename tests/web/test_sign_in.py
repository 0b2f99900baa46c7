"""Signing in: a link works once, for a quarter of an hour, for whom it was given; nothing else opens the board."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from storage import sign_ins
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import migrate
from storage.vault import Vault, new_key
from tests.web.town import Town, town

NOW = datetime(2020, 2, 10, 1, 30, tzinfo=UTC)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(f"sqlite:///{tmp_path}/town.db") as one:
        yield one


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("zhang", "您的看板，点开就能看"),
        ("head", "您的看板，点开就能看"),
        ("leader-monitoring", "您的看板，点开就能看"),
        ("deputy-supplies", "您的看板，点开就能看"),
        ("area", "您的看板，点开就能看"),
        ("boss", "您的看板，点开就能看"),
        ("li", "这个是村干部用的"),
        ("nobody", "这个是村干部用的"),
    ],
)
async def test_who_is_given_a_link(here: Town, who: str, answer: str) -> None:
    await here.say(who, "看板")
    said = "\n".join(here.heard(who))
    assert answer in said
    assert ("/in/" in said) == answer.startswith("您的看板")


@pytest.mark.parametrize("words", ["看板", "/board", "board"])
async def test_the_words_that_ask_for_it(here: Town, words: str) -> None:
    await here.say("zhang", words)
    assert here.link("zhang")


async def test_in_a_group_the_link_goes_to_the_person_alone(here: Town) -> None:
    await here.say("zhang", "看板", chat="cadres-yaowa")
    assert here.heard("cadres/姚洼") == ["看板的链接只能单独给您。请先单独和我说话，发“看板”。"]
    assert here.heard("zhang") == []
    await here.say("zhang", "待办")  # now there is a chat of their own
    await here.say("zhang", "看板", chat="cadres-yaowa")
    assert here.heard("cadres/姚洼")[-1] == "链接已经单独发给您了，15 分钟里点开。"
    assert (await here.browser().post(here.link("zhang"))).status_code == 303


async def test_villagers_who_read_along_see_no_link(here: Town) -> None:
    await here.say("zhang", "@看板", chat="group-yaowa")
    await here.say("zhang", "/board", chat="group-yaowa")
    assert not any("/in/" in said for said in here.heard("group/姚洼"))
    assert here.heard("zhang") == []


async def test_a_preview_of_the_link_does_not_use_it_up(here: Town) -> None:
    await here.say("zhang", "看板")
    browser = here.browser()
    for _ in range(3):
        page = await browser.get(here.link("zhang"))
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
        assert "打开看板</button>" in page.text
    assert (await browser.head(here.link("zhang"))).status_code == 200
    answer = await browser.post(here.link("zhang"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/board")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=43200" in cookie
    assert "secure" not in cookie  # the address here is http
    assert (await browser.get("/board")).status_code == 200


async def test_over_https_the_cookie_is_secure(tmp_path: Path) -> None:
    async with town(f"sqlite:///{tmp_path}/town.db", public_url="https://village.example") as one:
        await one.say("zhang", "看板")
        answer = await one.browser().post(one.link("zhang"))
        assert "; secure" in answer.headers["set-cookie"].lower()


async def test_a_link_works_once(here: Town) -> None:
    await here.say("zhang", "看板")
    assert (await here.browser().post(here.link("zhang"))).status_code == 303
    for other in (await here.browser().get(here.link("zhang")), await here.browser().post(here.link("zhang"))):
        assert other.status_code == 403
        assert "set-cookie" not in other.headers
        assert "这个链接用过了，或者过时了" in other.text


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (16, 403)])
async def test_a_link_lives_for_a_quarter_of_an_hour(here: Town, minutes: int, status: int) -> None:
    await here.say("zhang", "看板")
    here.late = timedelta(minutes=minutes)
    assert (await here.browser().post(here.link("zhang"))).status_code == status


async def test_moving_the_towns_clock_signs_nobody_out(here: Town) -> None:
    await here.say("zhang", "看板")
    await here.clock(20)
    assert (await here.browser().post(here.link("zhang"))).status_code == 303


@pytest.mark.parametrize(("hours", "status"), [(11, 200), (13, 403)])
async def test_a_session_lives_for_half_a_day(here: Town, hours: int, status: int) -> None:
    browser = await here.signed_in("zhang")
    here.late = timedelta(hours=hours)
    assert (await browser.get("/board")).status_code == status


async def test_who_signs_out_is_out_even_with_the_old_cookie(here: Town) -> None:
    browser = await here.signed_in("zhang")
    kept = dict(browser.cookies)
    assert (await browser.post("/out")).status_code == 303
    assert (await here.browser(cookie=f"cunshao_in={kept['cunshao_in']}").get("/board")).status_code == 403


@pytest.mark.parametrize("path", ["/board", "/figures", "/figures.json", "/figures.xlsx", "/board/stream", "/d/1"])
@pytest.mark.parametrize("cookie", ["", "cunshao_in=wrong", "cunshao=paper-zhang"])
async def test_whoever_is_not_signed_in_learns_how_to_get_in(here: Town, path: str, cookie: str) -> None:
    await here.say("li", "家里没米了")
    answer = await here.browser(cookie=cookie).get(path)
    assert answer.status_code == 403
    assert "看板" in answer.text
    assert "没米" not in answer.text


@pytest.mark.parametrize("token", ["wrong", "A" * 22, "%2e%2e", "x" * 500])
async def test_a_wrong_token_opens_nothing(here: Town, token: str) -> None:
    for answer in (await here.browser().get(f"/in/{token}"), await here.browser().post(f"/in/{token}")):
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_the_token_is_nowhere_in_the_database(here: Town) -> None:
    browser = await here.signed_in("zhang")
    tokens = (here.link("zhang").removeprefix("/in/"), browser.cookies["cunshao_in"])
    engine = create_engine(here.app.database.url)
    with engine.connect() as tx:
        rows = [str(row) for table in ("sign_ins", "sessions", "outbox", "inbox", "audit")
                for row in tx.execute(text(f"SELECT * FROM {table}"))]  # fmt: skip
    engine.dispose()
    assert len(rows) > 3
    assert not [row for row in rows for token in tokens if token in row]


async def test_whoever_is_no_cadre_any_more_sees_nothing(here: Town) -> None:
    browser = await here.signed_in("chen")
    engine = create_engine(here.app.database.url)
    with engine.begin() as tx:
        tx.execute(text("UPDATE people SET roles = '[]' WHERE id = 'paper:chen'"))
    engine.dispose()
    answer = await browser.get("/board")
    assert answer.status_code == 403
    assert "这里没有您要看的" in answer.text


# -- the tables, on both databases -----------------------------------------------------------------------------------


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    migrate(database_url)
    one = Database(database_url)
    yield one
    one.close()


def _in(database: Database, work: object, town: str = "town") -> object:
    vault = Vault([new_key()])
    return database.transact_now(lambda tx: work(Ledger(tx, town, vault)))  # type: ignore[operator]


def test_of_two_who_press_at_once_one_gets_in(database: Database) -> None:
    _in(database, lambda x: sign_ins.give(x, sign_ins.hash_of("t"), "web:a", "web:a", NOW))
    first = _in(database, lambda x: sign_ins.sign_in(x, "t", lambda: "s1", NOW))
    second = _in(database, lambda x: sign_ins.sign_in(x, "t", lambda: "s2", NOW))
    assert (first, second) == ("s1", "")
    assert _in(database, lambda x: sign_ins.signed_in(x, "s1", NOW)) == "web:a"
    assert _in(database, lambda x: sign_ins.signed_in(x, "s2", NOW)) == ""


def test_another_towns_link_and_session_open_nothing_here(database: Database) -> None:
    _in(database, lambda x: sign_ins.give(x, sign_ins.hash_of("t"), "web:a", "web:a", NOW), "other")
    assert _in(database, lambda x: sign_ins.sign_in(x, "t", lambda: "s", NOW)) == ""
    assert _in(database, lambda x: sign_ins.sign_in(x, "t", lambda: "s", NOW), "other") == "s"
    assert _in(database, lambda x: sign_ins.signed_in(x, "s", NOW)) == ""


def test_what_is_long_over_is_forgotten(database: Database) -> None:
    _in(database, lambda x: sign_ins.give(x, sign_ins.hash_of("old"), "web:a", "web:a", NOW))
    _in(database, lambda x: sign_ins.sign_in(x, "old", lambda: "s", NOW))
    _in(database, lambda x: sign_ins.give(x, sign_ins.hash_of("new"), "web:a", "web:a", NOW + timedelta(days=3)))
    with database.engine.connect() as tx:
        left = [tx.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in ("sign_ins", "sessions")]
    assert left == [1, 0]
