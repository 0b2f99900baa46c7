"""Every mistake in a config is found, on its line, with what to write instead; what is right is read as it is meant."""

from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import TABLES, Config, ConfigError, Mistake, load, read
from bot.config.locate import lines_of
from bot.config.town import PLACES, SETTINGS
from rules.ladders import LADDERS
from rules.town import LINES

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config.example.toml"
DEMO = ROOT / "templates" / "sample-town.toml"
ENGLISH = {"LANG": "en_GB.UTF-8"}
ALL_OF_IT = """\
[town]
name = "Town"
timezone = "Europe/London"
locale = "en"
[database]
url = "postgresql+psycopg://u:p%40ss@db.test:5433/town"
[secrets]
key_file = "keys/town.key"
[telegram]
token = "12:ab"
api_base_url = "http://127.0.0.1:9/"
mode = "webhook"
webhook_url = "https://town.test/hook"
webhook_secret = "s_e-c"
webhook_listen = "0.0.0.0:8443"
sends_per_second = 12.5
[web]
listen = "[::1]:81"
public_url = "https://town.test/"
[watch]
ping_url = "https://ping.test/x"
[notices]
times = ["18:30", "7:30"]
[checkins]
times = [09:00:00]
remind_after = "30m"
missed_after = "1h30m"
fever = 37.5
[isolation]
days = 21
origins = ["wuhan"]
[report]
time = "20:15"
[needs]
within = "90m"
[[ladder.need]]
after = "0m"
tell = ["cadres"]
[[ladder.need]]
after = "20m"
unless = "reported"
tell = ["line_leader"]
[command_post]
chat = "telegram:-1009"
[[areas]]
key = "north"
name = "North"
head = "telegram:2901"
[[lines]]
key = "monitoring"
leader = "telegram:2001"
deputy = "telegram:2002"
[[villages]]
key = "yaowa"
name = "Yaowa"
area = "north"
group = "telegram:-1001"
cadres = "telegram:-1002"
head = "telegram:3001"
households = 212
[[people]]
id = "telegram:1001"
name = "Li"
village = "yaowa"
roles = ["isolated"]
cadre = "telegram:3101"
"""


def written(tmp_path: Path, text: str, environ: dict[str, str] = ENGLISH) -> Config:
    """The config of a file with this text."""
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    return load(file, environ)


def mistakes(tmp_path: Path, text: str) -> tuple[Mistake, ...]:
    """What is wrong with this text."""
    with pytest.raises(ConfigError) as caught:
        written(tmp_path, text)
    return caught.value.mistakes


def test_every_key_is_read(tmp_path: Path) -> None:
    config = written(tmp_path, ALL_OF_IT)
    town = config.town
    assert (town.name, town.zone.key, town.locale, town.fever) == ("Town", "Europe/London", "en", 375)
    assert config.database_url == "postgresql+psycopg://u:p%40ss@db.test:5433/town"
    assert (config.key_file, config.folder) == (tmp_path / "keys" / "town.key", tmp_path)
    telegram = config.telegram
    assert (telegram.token, telegram.api_base_url, telegram.mode) == ("12:ab", "http://127.0.0.1:9", "webhook")
    assert (telegram.webhook_url, telegram.webhook_secret) == ("https://town.test/hook", "s_e-c")
    assert (telegram.webhook_listen, telegram.sends_per_second) == (("0.0.0.0", 8443), 12.5)
    assert (config.web.host, config.web.port, config.web.public_url) == ("::1", 81, "https://town.test")
    assert (config.ping_url, town.public_url) == ("https://ping.test/x", "https://town.test")
    assert (town.notice_times, town.checkin_times) == ((time(7, 30), time(18, 30)), (time(9),))
    assert (town.remind_after, town.missed_after) == (timedelta(minutes=30), timedelta(minutes=90))
    assert (town.isolation_days, town.isolation_origins, town.report_time) == (21, ("wuhan",), time(20, 15))
    assert (town.need_within, town.command_post) == (timedelta(minutes=90), "telegram:-1009")
    assert [(r.after, r.tell, r.unless) for r in town.ladders["need"]] == [
        (timedelta(0), ("cadres",), None),
        (timedelta(minutes=20), ("line_leader",), "reported"),
    ]
    assert town.ladders["fever"] == LADDERS["fever"]
    assert town.lines[0].deputy == "telegram:2002"
    assert town.areas[0].head == "telegram:2901"
    assert town.villages[0].households == 212
    assert town.people[0].roles == ("isolated",)


def test_the_least_config_has_the_defaults(tmp_path: Path) -> None:
    config = written(tmp_path, '[town]\nname = "Town"\n')
    assert config.database_url == f"sqlite:///{tmp_path}/cunshao.db"
    assert config.key_file == tmp_path / "cunshao.key"
    assert (config.web.host, config.web.port, config.web.public_url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert (config.telegram.token, config.telegram.mode, config.telegram.sends_per_second) == ("", "polling", 30.0)
    assert config.town.ladders == LADDERS
    assert (config.town.fever, config.town.isolation_days) == (373, 14)


def test_the_example_is_the_defaults_written_out() -> None:
    config = load(EXAMPLE, {})
    assert config.town.ladders == LADDERS
    assert {line.key for line in config.town.lines} == set(LINES)


def test_every_key_of_the_example_has_a_comment() -> None:
    first: dict[str, str] = {}
    table = ""
    for line in EXAMPLE.read_text("utf-8").splitlines():
        if line.startswith("["):
            table = line.split("]")[0].strip("[").split(".")[0]
            first.setdefault(table, line)
        elif "=" in line and not line.startswith("#"):
            first.setdefault(f"{table}.{line.split('=')[0].strip()}", line)
    assert [key for key, line in first.items() if "." in key and "#" not in line] == []
    tables = {**TABLES, **SETTINGS, **PLACES}
    assert {f"{table}.{key}" for table, keys in tables.items() for key in keys} <= set(first)


def test_the_demo_is_the_town_of_the_issue() -> None:
    town = load(DEMO, {}).town
    watched = [p for p in town.people if "isolated" in p.roles]
    people = {p.id: p for p in town.people}
    assert (len(town.villages), len(town.areas), len(town.lines), len(watched)) == (76, 5, 6, 64)
    assert len(town.villages) - len({p.village for p in watched}) == 39
    assert town.villages[0].key == "yaowa"
    assert people["web:li"].cadre == "web:zhang"
    assert all("cadre" in people[p.cadre].roles for p in watched)
    assert all(x.leader in people and x.deputy in people for x in town.lines)
    assert {p.roles for p in (people["web:wang"], people["web:zhao"])} == {("villager",)}
    assert all(80 <= v.households <= 450 and v.head in people for v in town.villages)
    assert all(p.phone.startswith("000") for p in town.people if p.phone)
    assert {"checkpoint", "inspector", "admin"} <= {role for p in town.people for role in p.roles}


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "told"),
    [
        ('name = "Town"', 'name = " "', "town.name", 2, "name in quotes"),
        ('name = "Town"', "name = 3", "town.name", 2, "quotes"),
        ('name = "Town"', "", "town.name", 1, "name = …"),
        ('name = "Town"', 'name = "To\\u0000wn"', "town.name", 2, "anew"),
        ('name = "Town"', 'name = "To\\u202ewn"', "town.name", 2, "anew"),
        ('name = "Town"', f'name = "{"x" * 61}"', "town.name", 2, "60 signs"),
        ('name = "Town"', "name = “Town”", "", 2, "This line has “ ”"),
        ('locale = "en"', "locale ＝ 'en'", "", 4, "This line has ＝"),
        ('name = "Town"', 'name = "Town"\nlocal = "en"', "town.local", 3, 'Did you mean "locale"?'),
        ("[watch]", "[wathc]", "wathc", 20, 'Did you mean "watch"?'),
        ("Europe/London", "Europe/Lodnon", "town.timezone", 3, 'Did you mean "Europe/London"?'),
        ('locale = "en"', 'locale = "eng"', "town.locale", 4, 'Did you mean "en"?'),
        ("postgresql+psycopg:", "postgres:", "database.url", 6, "postgresql+psycopg://"),
        ("5433/town", "5433", "database.url", 6, "host:5432/database"),
        ("postgresql+psycopg://u:p%40ss@db.test:5433/town", "sqlite://", "database.url", 6, "three slashes"),
        ("postgresql+psycopg://u:p%40ss@db.test:5433/town", "sqlite:///a.db?timeout=x", "database.url", 6, "question mark"),
        ("postgresql+psycopg://u:p%40ss@db.test:5433/town", "mysql://x/y", "database.url", 6, "sqlite:///cunshao.db"),
        ('"keys/town.key"', '""', "secrets.key_file", 8, "name"),
        ('"keys/town.key"', '"town\\u0000.key"', "secrets.key_file", 8, "cunshao.key"),
        ('"12:ab"', '"12 ab"', "telegram.token", 10, "@BotFather"),
        ('"http://127.0.0.1:9/"', '"127.0.0.1"', "telegram.api_base_url", 11, "https://"),
        ('mode = "webhook"', 'mode = "poling"', "telegram.mode", 12, 'Did you mean "polling"?'),
        ('webhook_url = "https://town.test/hook"\n', "", "telegram.webhook_url", 9, "Write webhook_url"),
        ('api_base_url = "http://127.0.0.1:9/"\nmode = "webhook"\nwebhook_url = "https:',
         '# Telegram\'s own\nmode = "webhook"\nwebhook_url = "http:', "telegram.webhook_url", 13, "with https://"),
        ('name = "Town"', "name = " + "[" * 2000, "", 2, "too many brackets"),
        ("days = 21", "days = " + "9" * 5000, "", 30, "too long"),
        ("days = 21", "days = 21\ndays = 14", "", 31, "take the other out"),
        ('"s_e-c"', '""', "telegram.webhook_secret", 14, "Write webhook_secret"),
        ('"s_e-c"', '"a b"', "telegram.webhook_secret", 14, "letters, digits"),
        ('"0.0.0.0:8443"', '"8443"', "telegram.webhook_listen", 15, "host:port"),
        ('"0.0.0.0:8443"', "0", "telegram.webhook_listen", 15, "quotes"),
        ('"0.0.0.0:8443"', "[]", "telegram.webhook_listen", 15, "quotes"),
        ('"https://town.test/hook"', '"https://town .test/hook"', "telegram.webhook_url", 13, "without spaces"),
        ("12.5", "0.5", "telegram.sends_per_second", 16, "from 1 to 1000"),
        ("12.5", '"30"', "telegram.sends_per_second", 16, "from 1 to 1000"),
        ('"[::1]:81"', '"[::1]:99999"', "web.listen", 18, "127.0.0.1:8080"),
        ('"https://ping.test/x"', '"ping"', "watch.ping_url", 21, "https://"),
        ('"7:30"', '"24:30"', "notices.times[1]", 23, "07:30"),
        ('"7:30"', '"18:30"', "notices.times", 23, "once"),
        ('["18:30", "7:30"]', '"18:30"', "notices.times", 23, '["18:30"]'),
        ("[09:00:00]", "[]", "checkins.times", 25, "17:00"),
        ('"30m"', '"half an hour"', "checkins.remind_after", 26, '"20m", "2h"'),
        ('"30m"', '"0m"', "checkins.remind_after", 26, "longer"),
        ('"1h30m"', '"30m"', "checkins.missed_after", 27, "longer than remind_after"),
        ("37.5", "36.4", "checkins.fever", 28, "36.5 to 39"),
        ("37.5", "39.1", "checkins.fever", 28, "36.5 to 39"),
        ("37.5", "37.25", "checkins.fever", 28, "one decimal"),
        ("37.5", "true", "checkins.fever", 28, "37.3"),
        ("37.5", "nan", "checkins.fever", 28, "37.3"),
        ("12.5", "inf", "telegram.sends_per_second", 16, "from 1 to 1000"),
        ("days = 21", "days = 0", "isolation.days", 30, "without quotes"),
        ('"wuhan"', '"wuhen"', "isolation.origins[0]", 31, 'Did you mean "wuhan"?'),
        ("20:15", "8pm", "report.time", 33, "07:30"),
        ("90m", "0h", "needs.within", 35, "20m"),
        ('after = "20m"', 'after = "twenty"', "ladder.need[1].after", 40, '"20m", "2h"'),
        ('after = "20m"\n', "", "ladder.need[1].after", 39, "after = …"),
        ('after = "0m"', 'after = "5m"', "ladder.need[0].after", 37, 'after = "0m"'),
        ('tell = ["line_leader"]', 'tell = ["cadres"]', "ladder.need[1].tell", 42, "command_post"),
        ('["line_leader"]', '["line_leadr"]', "ladder.need[1].tell[0]", 42, 'Did you mean "line_leader"?'),
        ('tell = ["line_leader"]', 'tell = ["line_leader", "routing"]', "ladder.need[1].tell[1]", 42, "Use one of"),
        ('tell = ["cadres"]', 'tell = ["cadres"]\n[[ladder.need]]\nafter = "0m"\ntell = ["cadres"]\nvillages = ["yaova"]',
         "ladder.need[1].villages[0]", 42, 'Did you mean "yaowa"?'),
        ('tell = ["cadres"]', 'tell = ["holder"]', "ladder.need[0].tell", 38, 'tell = ["cadres"]'),
        ('tell = ["cadres"]', 'tell = ["cadres"]\nvillages = ["yaowa"]', "ladder.need[0].villages", 39, "for all"),
        ('tell = ["cadres"]', 'tell = ["cadres"]\nurgency = ["now"]', "ladder.need[0].urgency", 39, "for all"),
        ('tell = ["line_leader"]', 'tell = ["line_leader"]\nurgency = ["medecine"]', "ladder.need[1].urgency[0]", 43,
         'Did you mean "medicine"? Use one of: now, soon, later, medicine, hungry, baby, said'),
        ("[command_post]", '[[ladder.fever]]\nafter = "0m"\ntell = ["cadres"]\n[[ladder.fever]]\nafter = "0m"\n'
         'tell = ["cadres"]\nurgency = ["now"]\n[[ladder.fever]]\nafter = "5m"\ntell = ["inspectors"]\n[command_post]',
         "ladder.fever[1].urgency", 49, "Leave urgency out"),
        ('tell = ["cadres"]', "tell = []", "ladder.need[0].tell", 38, 'tell = ["cadres"]'),
        ('"reported"', '"reportd"', "ladder.need[1].unless", 41, 'Did you mean "reported"?'),
        ('"reported"', '"open"', "ladder.need[1].unless", 41, "leave unless out"),
        ("[command_post]", "[ladder]\nfevr = []\n[command_post]", "ladder.fevr", 44, 'Did you mean "fever"?'),
        ("[command_post]", "[ladder]\nfever = []\n[command_post]", "ladder.fever", 44, "default"),
        ('"telegram:-1009"', '"telegram:@us"', "command_post.chat", 44, "/bind CODE"),
        ('"telegram:-1009"', '"telegarm:-1009"', "command_post.chat", 44, 'Did you mean "telegram"?'),
        ('"telegram:-1009"', '"nobody"', "command_post.chat", 44, "channel:id"),
        ('"telegram:-1009"', '"bind:12345678"', "command_post.chat", 44, "8 or more random"),
        ('"telegram:-1009"', '"bind:AAAAAAAAAAAA"', "command_post.chat", 44, "8 or more random"),
        ('key = "monitoring"', 'key = "monitor"', "lines[0].key", 50, "monitoring"),
        ('key = "yaowa"', 'key = "Yao wa"', "villages[0].key", 54, "small letters"),
        ('area = "north"', 'area = "nroth"', "villages[0].area", 56, 'Did you mean "north"?'),
        ('"telegram:-1002"', '"telegram:-1001"', "villages[0].cadres", 58, "its own chat"),
        ('"telegram:-1001"', '"telegram:-1009"', "villages[0].group", 57, "its own chat"),
        ('"telegram:-1001"', '"telegram:1009"', "villages[0].group", 57, "minus sign"),
        ('"telegram:-1001"', '"telegram:-12345678901234567"', "villages[0].group", 57, "/bind CODE"),
        ('"telegram:-1001"', '"web:a\\u0000b"', "villages[0].group", 57, "channel:id"),
        ('"telegram:1001"', '"telegram:-1003"', "people[0].id", 62, "no minus sign"),
        ('"telegram:3001"', '"telegram:-1001"', "villages[0].head", 59, "its own chat"),
        ('"telegram:2001"', '"telegram:-1001"', "lines[0].leader", 51, "its own chat"),
        ('"telegram:2901"', '"telegram:-1001"', "areas[0].head", 48, "its own chat"),
        ('"telegram:3101"', '"telegram:-1001"', "people[0].cadre", 66, "its own chat"),
        ('"telegram:1001"', '"telegram:-1001"', "people[0].id", 62, "its own chat"),
        ('roles = ["isolated"]', 'roles = ["isolated"]\nphone = "ask Li"', "people[0].phone", 66, "digits"),
        ('roles = ["isolated"]', 'roles = ["isolated"]\nplace = "by the\\nwell"', "people[0].place", 66, "one line"),
        ("households = 212", "households = -1", "villages[0].households", 60, "0 to 100000"),
        ('village = "yaowa"', 'village = "yaova"', "people[0].village", 64, 'Did you mean "yaowa"?'),
        ('village = "yaowa"\n', "", "people[0].village", 61, 'village = "…"'),
        ('roles = ["isolated"]', 'roles = ["isolatd"]', "people[0].roles[0]", 65, 'Did you mean "isolated"?'),
        ('"telegram:1001"', '""', "people[0].id", 62, "channel:id"),
        ("[[people]]", "[people]", "people", 61, "[[people]]"),
        ("[[people]]", "[people.li]", "people", 61, "[[people]]"),
        ("[web]", "[[web]]", "web", 17, "[web]"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_line_and_remedy(tmp_path: Path, old: str, new: str, key: str, line: int, told: str) -> None:
    assert old in ALL_OF_IT
    text = ALL_OF_IT.replace(old, new, 1)
    if "ladder]" in new:  # an array of tables that is extended elsewhere is not TOML: take the first one out
        begin, end = text.index("[[ladder.need]]"), text.index("[ladder]")
        text = text[:begin] + "\n" * text[begin:end].count("\n") + text[end:]
    found = mistakes(tmp_path, text)
    assert [(m.key, m.line) for m in found] == [(key, line)] or _only_follows(found, key, line)
    assert told in next(m.remedy for m in found if m.key == key)


def _only_follows(found: tuple[Mistake, ...], key: str, line: int) -> bool:
    """[wathc] instead of [watch] and the like may have one mistake only; a village key that is wrong has followers."""
    followers = {"villages[0].key": {"people[0].village"}}
    mine = [(m.key, m.line) for m in found if m.key not in followers.get(key, set())]
    return mine == [(key, line)]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("areas", "key"),
        ("areas", "name"),
        ("villages", "key"),
        ("villages", "name"),
        ("lines", "key"),
        ("people", "id"),
    ],
)
def test_the_second_of_a_kind_names_the_line_of_the_first(tmp_path: Path, table: str, column: str) -> None:
    begin = ALL_OF_IT.index(f"[[{table}]]")
    end = ALL_OF_IT.find("[[", begin + 2)
    text = ALL_OF_IT + "\n" + ALL_OF_IT[begin : None if end < 0 else end]
    found = [m for m in mistakes(tmp_path, text) if m.key == f"{table}[1].{column}"]
    there = lines_of(text)[f"{table}[0].{column}"]
    assert f"line {there}" in found[0].said
    assert found[0].line == lines_of(text)[f"{table}[1].{column}"]


def test_all_mistakes_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = ALL_OF_IT.replace("37.5", "50").replace('"20m"', '"twenty"').replace('locale = "en"', 'locale = "fr"')
    assert [m.line for m in mistakes(tmp_path, text)] == [4, 28, 40]
    with pytest.raises(ConfigError) as caught:
        written(tmp_path, text)
    last = str(caught.value).splitlines()[-1]
    assert last == (
        f"{tmp_path}/config.toml:40 ladder.need[1].after: "
        '"twenty" is not a duration. Write for example "20m", "2h", "1h30m".'
    )


def test_secrets_are_not_repeated(tmp_path: Path) -> None:
    text = ALL_OF_IT.replace("12:ab", "hush hush").replace("s_e-c", "hush!").replace("psycopg://", "asyncpg://")
    with pytest.raises(ConfigError) as caught:
        written(tmp_path, text)
    assert len(caught.value.mistakes) == 3
    assert "hush" not in str(caught.value)
    assert "ss@" not in str(caught.value)


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf" + ALL_OF_IT.replace("37.5", "50").replace("\n", "\r\n").encode())
    with pytest.raises(ConfigError) as caught:
        load(file, ENGLISH)
    assert [m.line for m in caught.value.mistakes] == [28]


def test_a_table_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "[web]\n")
    assert [(m.key, m.remedy) for m in found] == [
        ("town.name", "Write [town] on a line of its own, and below it name = …")
    ]


def test_a_file_in_another_encoding_has_the_line_of_its_first_wrong_letter(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(ALL_OF_IT.replace("Yaowa", "姚洼").encode("gbk"))
    with pytest.raises(ConfigError) as caught:
        load(file, ENGLISH)
    assert [(m.line, "UTF-8" in m.remedy) for m in caught.value.mistakes] == [(55, True)]


def test_the_token_of_the_environment_wins(tmp_path: Path) -> None:
    assert written(tmp_path, ALL_OF_IT, {**ENGLISH, "CUNSHAO_TELEGRAM_TOKEN": "9:z"}).telegram.token == "9:z"


def test_a_token_of_the_environment_that_is_none_is_a_mistake_and_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        written(tmp_path, ALL_OF_IT, {**ENGLISH, "CUNSHAO_TELEGRAM_TOKEN": "hush hush"})
    assert [(m.key, m.line) for m in caught.value.mistakes] == [("telegram.token", 10)]
    assert "CUNSHAO_TELEGRAM_TOKEN in the environment" in str(caught.value)
    assert "hush" not in str(caught.value)


def test_both_languages_say_the_same_mistakes(tmp_path: Path) -> None:
    text = ALL_OF_IT.replace("37.5", "50").replace("Europe/London", "Mars")
    for environ in ({"LANG": "zh_CN"}, ENGLISH):
        with pytest.raises(ConfigError) as caught:
            written(tmp_path, text, environ)
        assert [m.key for m in caught.value.mistakes] == ["town.timezone", "checkins.fever"]


ANY_VALUE = st.sampled_from(
    ["1", "-1", "1.5", "nan", "true", '""', '"x"', "[]", "[[1]]", "{}", "{ a = 1 }", "07:30:00", "1979-05-27"]
)


@given(st.lists(st.tuples(st.integers(0, 10_000), ANY_VALUE | st.none()), min_size=1, max_size=4))
def test_whatever_is_written_ends_in_a_config_or_in_mistakes(changes: list[tuple[int, str | None]]) -> None:
    lines: list[str] = ALL_OF_IT.splitlines()
    for place, value in changes:
        number = place % len(lines)
        lines[number] = "" if value is None else f"{lines[number].partition('=')[0]}= {value}"
    try:
        read("\n".join(lines), Path("config.toml"), ENGLISH)
    except ConfigError as error:
        told = error.mistakes
        assert all(m.said and m.remedy and 0 <= m.line <= len(lines) for m in told)
