"""Where a page says something, and that it has shown something; without it a villager could read but not speak."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.gateways.posting import clean
from bot.gateways.web import Unfit, key_of
from bot.web.doors import Doors, Sorry, doors_of, must_read, must_write, place_of, words_of
from chat.incoming import Incoming
from rules.privacy import mask

LONGEST_LABEL = 200
UNSEEN = ("/start", "/bind")
"""What is said on somebody's behalf, or holds a secret, leaves no bubble behind."""


async def say(request: Request) -> Response:
    """Keep a message and answer once the desk has decided it. The same id twice does nothing the second time."""
    doors, raw = doors_of(request), await _json(request)
    chat, sender = place_of(raw.get("chat")), place_of(raw.get("sender"))
    must_write(request, chat, sender)
    if raw.get("file"):
        raw = {**raw, "kind": await doors.mailbox.sort_of_file(str(raw["file"]), chat, sender)}
        if not raw["kind"]:
            raise Sorry(400, "no_file")
    raw = {"locale": words_of(request).locale, **raw}
    try:
        (incoming,) = doors.gateway.parse(raw)
    except Unfit as unfit:
        raise Sorry(400, unfit.block) from None
    name = await _name(doors, request, incoming)
    if not incoming.said.text.startswith(UNSEEN):
        await _keep(doors, request, incoming, {**raw, "name": name})
    await doors.receive(replace(incoming, sender_name=name))
    return JSONResponse({"kept": True})


async def seen(request: Request) -> Response:
    """A page that somebody looks at has shown everything up to ``seq``."""
    raw = await _json(request)
    chat, number = place_of(raw.get("chat")), raw.get("seq")
    must_read(request, chat)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**62:
        raise Sorry(400, "not_text")
    await doors_of(request).mailbox.saw(chat, number)
    return JSONResponse({"seen": number})


async def _keep(doors: Doors, request: Request, incoming: Incoming, raw: Mapping[str, Any]) -> None:
    """One's own words are letters too: another phone, a reload and the others of a group show them."""
    said = incoming.said
    text = said.text or said.phone or clean(str(raw.get("label") or said.button)[:LONGEST_LABEL])
    if said.location:
        lat, lon = said.location
        text = words_of(request).say("web.my_place", lat=lat, lon=lon)
    if said.attachment and not said.text:
        text = ""
    if said.document:  # its name alone: what a cadre's table holds is for the program, not for all who read along
        text = "\n".join(x for x in (words_of(request).say("web.my_file", name=said.document.name), said.text) if x)
    attached = [[said.attachment.kind, key_of(said.attachment.ref)]] if said.attachment else []
    body = {"text": text, "rows": [], "picture": "", "attachments": attached, "name": raw["name"]}
    files = [ref for _, ref in attached]
    await doors.mailbox.put(incoming.chat, incoming.message_id, incoming.sender, body, files=files)


async def _name(doors: Doors, request: Request, incoming: Incoming) -> str:
    """How somebody is called in a group: among villagers only by the family name; never by the address, which is a key."""
    if incoming.private:
        return ""
    known = await doors.mailbox.person(incoming.sender)
    found = doors.town().village_of_chat(incoming.chat)
    if known is None or not known.name:
        return words_of(request).say("web.no_name", mark=doors.mailbox.vault.lookup(incoming.sender)[:4])
    return mask(known.name) if found is not None and found[1] == "group" else known.name


async def _json(request: Request) -> dict[str, Any]:
    """A JSON object, said to be one: no form of another site can send that."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Sorry(415, "not_text")
    try:
        raw = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Sorry(400, "not_text") from None
    if not isinstance(raw, dict):
        raise Sorry(400, "not_text")
    return raw
