"""A town for the bench: a config, a key and watched villagers; without it the program would have nobody to answer."""

from pathlib import Path

from storage.vault import new_key

PEOPLE = 200
FIRST = 1000
"""Their Telegram numbers are from here on: what the load uses too."""
TOKEN = "12345:bench"

CONFIG = """
[town]
name = "Bench"
[database]
url = "sqlite:///{folder}/town.db"
[secrets]
key_file = "{folder}/town.key"
[telegram]
token = "{token}"
api_base_url = "{api}"
sends_per_second = 0
[web]
listen = "127.0.0.1:{port}"
[command_post]
chat = "telegram:-1009"
[[areas]]
key = "north"
name = "North"
head = "telegram:2901"
{lines}
[[villages]]
key = "yaowa"
name = "Yaowa"
area = "north"
group = "telegram:-1001"
cadres = "telegram:-1002"
head = "telegram:3001"
households = 212
{people}
"""
LINE = '[[lines]]\nkey = "{key}"\nleader = "telegram:20{n}1"\ndeputy = "telegram:20{n}2"\n'
LINES = ("screening", "monitoring", "areas", "checkpoints", "publicity", "supplies")
PERSON = (
    '[[people]]\nid = "telegram:{id}"\nname = "Villager {id}"\nvillage = "yaowa"\nroles = ["isolated"]\n'
    'cadre = "telegram:3001"\n'
)


def write_town(folder: Path, api: str, port: int) -> Path:
    """Put config and key in a folder; returns the config's path."""
    (folder / "town.key").write_text(new_key() + "\n")
    (folder / "town.key").chmod(0o600)
    lines = "".join(LINE.format(key=key, n=n) for n, key in enumerate(LINES, 1))
    people = "".join(PERSON.format(id=FIRST + n) for n in range(PEOPLE))
    config = folder / "town.toml"
    config.write_text(CONFIG.format(folder=folder, token=TOKEN, api=api, port=port, lines=lines, people=people))
    return config
