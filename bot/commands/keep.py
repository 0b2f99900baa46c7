"""``cunshao backup`` and ``restore``: a town's rows in one file, taken while it runs; without it a dead disk would be the end."""

import gzip
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, delete, insert, make_url, select

from bot.config import ConfigError, load
from bot.texts import texts
from storage.migrate import migrate
from storage.tables import Moment, metadata

FORM = "cunshao-backup-1"


def backup(config_path: Path, file: Path) -> int:
    """Write every row into a gzip of JSON lines, from one consistent reading; what is sealed stays sealed."""
    words = texts("en")
    try:
        config = load(config_path)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    if file.exists():
        print(words.say("commands.backup_exists", file=file), file=sys.stderr)
        return 1
    engine = create_engine(config.database_url)
    count = 0
    part = file.with_name(file.name + ".part")
    with (
        engine.connect().execution_options(**_consistent(config.database_url)) as connection,
        gzip.open(part, "wt", encoding="utf-8") as out,
    ):
        out.write(json.dumps({"form": FORM, "tables": [t.name for t in metadata.sorted_tables]}) + "\n")
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                out.write(json.dumps([table.name, {k: _plain(v) for k, v in row.items()}], ensure_ascii=False) + "\n")
                count += 1
    part.rename(file)
    engine.dispose()
    print(words.say("commands.backup_done", file=file, rows=count))
    return 0


def restore(config_path: Path, file: Path) -> int:
    """Put a backup into the config's database, which must hold no duties yet; all or nothing."""
    words = texts("en")
    try:
        config = load(config_path)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    migrate(config.database_url)
    engine = create_engine(config.database_url)
    with gzip.open(file, "rt", encoding="utf-8") as lines, engine.begin() as connection:
        head = json.loads(next(lines))
        if head.get("form") != FORM:
            print(words.say("commands.no_backup", file=file), file=sys.stderr)
            return 1
        if connection.execute(select(metadata.tables["duties"].c.ref).limit(1)).first() is not None:
            print(words.say("commands.not_empty"), file=sys.stderr)
            return 1
        for table in metadata.sorted_tables:
            connection.execute(delete(table))
        count = 0
        for line in lines:
            name, row = json.loads(line)
            table = metadata.tables[name]
            connection.execute(insert(table).values({k: _typed(table.c[k].type, v) for k, v in row.items()}))
            count += 1
    engine.dispose()
    print(words.say("commands.restore_done", rows=count))
    return 0


def _consistent(url: str) -> dict[str, Any]:
    """SQLite's WAL gives a reader one state; PostgreSQL needs to be asked for it."""
    return {} if make_url(url).get_backend_name() == "sqlite" else {"isolation_level": "REPEATABLE READ"}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _typed(kind: Any, value: Any) -> Any:

    if isinstance(kind, Moment) and value is not None:
        return datetime.fromisoformat(value)
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) and set(value) == {"hex"} else value
