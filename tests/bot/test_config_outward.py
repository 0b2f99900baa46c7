"""The outward channels in the config; without it a hook nobody wrote down would swallow alerts in silence."""

from pathlib import Path

import pytest

from bot.commands.hindrance import hindrance
from bot.commands.outward import outward_gateways, outward_hosts
from bot.config import ConfigError, HookConfig, read
from bot.texts import texts

TOWN = '[town]\nname = "Town"\n'
SMS = '[[hooks]]\nname = "sms"\nurl = "https://sms.test/in/"\nsecret = "sixteen-or-more!"\n'
HEAD = '[[areas]]\nkey = "north"\nname = "North"\nhead = "hook:sms"\n'
SOUTH = HEAD.replace("north", "south").replace("North", "South")
TWO = '[[people]]\nid = "hook:sms"\nname = "x"\n'
ROBOT = '[command_post]\nchat = "wecom-robot:693a91f6"\n'
WECOM_HERE = 'api_base_url = "http://localhost:9"\n'
FILE = Path("config.toml")
ENGLISH = {"LANG": "en_GB.UTF-8"}


def test_hooks_and_robots_are_read() -> None:
    config = read(TOWN + SMS + HEAD + ROBOT + '[wecom]\napi_base_url = "http://127.0.0.1:9"\n', FILE, ENGLISH)
    assert config.outward.hooks == (HookConfig("sms", "https://sms.test/in/", "sixteen-or-more!"),)
    assert config.outward.robots
    assert set(outward_gateways(config)) == {"wecom-robot", "hook"}
    assert outward_hosts(config) == {"[[hooks]] sms url": "sms.test", "[wecom] api_base_url": "127.0.0.1"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (SMS, "[[hooks]] sms url = sms.test"),
        (ROBOT, "[wecom] api_base_url = qyapi.weixin.qq.com"),
        (SMS.replace("https://sms.test", "http://127.0.0.1:9") + "[wecom]\n" + WECOM_HERE + ROBOT, ""),
    ],
)
def test_a_demo_reaches_nobody_outside(text: str, named: str) -> None:
    config = read(TOWN + text, FILE, ENGLISH)
    sorry = hindrance(config, texts("en"), True)
    assert named in sorry
    assert bool(named) == ("--demo" in sorry)
    assert "--demo" not in hindrance(config, texts("en"), False)


def test_without_them_there_is_nothing_outward() -> None:
    config = read(TOWN, FILE, ENGLISH)
    assert (config.wecom_base_url, config.outward.hooks) == ("https://qyapi.weixin.qq.com", ())
    assert (outward_gateways(config), outward_hosts(config)) == ({}, {})


def test_the_secret_of_the_environment_wins() -> None:
    for written in (SMS, SMS.replace("sixteen-or-more!", "")):
        config = read(TOWN + written, FILE, {**ENGLISH, "CUNSHAO_HOOK_SMS": "from-the-environment"})
        assert config.outward.hooks[0].secret == "from-the-environment"


@pytest.mark.parametrize(
    ("text", "key", "line", "told"),
    [
        (HEAD, "areas[0].head", 6, 'Add a [[hooks]] with name = "sms"'),
        (HEAD + SMS.replace('"sms"', '"smss"'), "areas[0].head", 6, 'Did you mean "hook:smss"?'),
        ('[[people]]\nid = "hook:horn"\nname = "x"\n' + SMS, "people[0].id", 4, 'name = "horn"'),
        ('[command_post]\nchat = "hook:horn"\n' + SMS, "command_post.chat", 4, "would reach nobody"),
        (SMS.replace("sixteen-or-more!", ""), "hooks[0].secret", 6, "set CUNSHAO_HOOK_SMS"),
        (SMS.replace("sixteen-or-more!", "hush hush hush hush"), "hooks[0].secret", 6, "16 to 256"),
        (SMS.replace("sixteen-or-more!", "hush"), "hooks[0].secret", 6, "16 to 256"),
        (SMS.replace("https://sms.test/in/", "sms.test"), "hooks[0].url", 5, "https://"),
        (SMS.replace("https://sms.test/in/", ""), "hooks[0].url", 5, "https://"),
        (SMS.replace('name = "sms"', 'name = "S M S"'), "hooks[0].name", 4, "small letters"),
        (SMS.replace("secret", "secrt"), "hooks[0].secrt", 6, 'Did you mean "secret"?'),
        (SMS + SMS, "hooks[1].name", 8, "Give each its own"),
        (SMS + HEAD + SOUTH, "areas[1].head", 14, "each a hook of their own"),
        (SMS + HEAD + SOUTH, "areas[1].head", 14, "as one and the same head"),
        (
            SMS + HEAD + ROBOT.replace("wecom-robot:693a91f6", "hook:sms"),
            "areas[0].head",
            10,
            "a hook or robot of their own",
        ),
        (HEAD.replace("hook:sms", "wecom-robot:693a91f6") + ROBOT, "areas[0].head", 6, "act as this one person"),
        (SMS.replace("[[hooks]]", "[hooks]"), "hooks", 3, "[[hooks]]"),
        ('[wecom]\napi_base_url = ""\n', "wecom.api_base_url", 4, "https://"),
        ('[wecom]\nkey = "x"\n', "wecom.key", 4, "api_base_url"),
    ],
)
def test_a_mistake_has_its_line_and_remedy(text: str, key: str, line: int, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(TOWN + text, FILE, ENGLISH)
    found = {mistake.key: mistake for mistake in caught.value.mistakes}
    assert key in found, found
    assert found[key].line == line
    assert told in f"{found[key].said} {found[key].remedy}"
    assert "hush" not in str(caught.value)


def test_one_person_may_head_two_places() -> None:
    """Where it is written down who that is."""
    config = read(TOWN + SMS + HEAD + SOUTH + TWO, FILE, ENGLISH)
    assert [area.head for area in config.town.areas] == ["hook:sms", "hook:sms"]
    assert [person.name for person in config.town.people] == ["x"]


def test_a_weak_secret_in_the_environment_is_a_mistake_too() -> None:
    with pytest.raises(ConfigError) as caught:
        read(TOWN + SMS, FILE, {"LANG": "zh_CN", "CUNSHAO_HOOK_SMS": "hush"})
    assert [m.key for m in caught.value.mistakes] == ["hooks[0].secret"]
    assert "hush" not in str(caught.value)
