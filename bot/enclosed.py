"""The sheet that comes with a message: whether it is for us, and what is in it, found out before the message's transaction;
without it a slow download would hold the database, or every table that cadres pass round would be answered."""

import asyncio

import structlog

from bot.gateways import Fetching
from bot.hearing import Hearing
from bot.sheets import LARGEST, read_sheet
from chat.form import Setting
from chat.incoming import Document, Sheet
from rules.rota import planner_of

log = structlog.get_logger()

TABLES = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv")
FETCHED_WITHIN = 30.0
"""Real seconds for a file to come from its messenger."""
CELLS = ("columns", "posts", "spans", "lines")
"""The vocabularies of a sheet's cells."""


def wants(hearing: Hearing) -> bool:
    """Whether the document is to be opened: a table from somebody who may hand in a roster. In a group only when it calls
    itself one, or is meant for us: cadres pass round all sorts of tables there."""
    document = hearing.incoming.said.document
    if document is None or not planner_of(hearing.context).anything:
        return False
    table = document.name.lower().endswith(TABLES)
    return calls_itself_roster(hearing) or (table and (hearing.incoming.private or hearing.incoming.addressed))


def calls_itself_roster(hearing: Hearing) -> bool:
    """Whether the document's name, or what was written with it, speaks of a roster."""
    document = hearing.incoming.said.document
    said = f"{document.name if document else ''} {hearing.text}".lower()
    return any(word in said for words in hearing.words.ways("rota.names").values() for word in words)


async def opened(gateway: object, document: Document) -> Sheet:
    """What is in a document, by its messenger. Never raises for what is wrong with it or on the way: the sheet's trouble says so."""
    if document.size > LARGEST:
        return Sheet(document.name, trouble="too_large")
    if not isinstance(gateway, Fetching):
        return Sheet(document.name, trouble="out_of_reach")
    try:
        async with asyncio.timeout(FETCHED_WITHIN):
            content = await gateway.fetch_file(document.ref)
    except (ConnectionError, TimeoutError, ValueError) as fault:
        log.warning("a sheet could not be fetched", fault=type(fault).__name__)
        return Sheet(document.name, trouble="out_of_reach")
    return await read_sheet(content, document.name)


def setting_of(hearing: Hearing) -> Setting:
    """The setting in which a sheet is read: its cells may be in either language, whatever its sender reads."""
    return Setting(hearing.words, hearing.now, {name: hearing.words.ways(f"rota.{name}") for name in CELLS})
