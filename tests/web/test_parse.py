"""The JSON of a page as the desk hears it; pure."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.gateways.web import Unfit, WebGateway
from chat.incoming import Attachment, Said
from chat.letter import Button, Letter

AT = datetime(2020, 2, 10, tzinfo=UTC)
GATEWAY = WebGateway(None)  # type: ignore[arg-type]  # parse and render touch no mailbox


def parsed(**raw: Any) -> Any:
    """One message as it is heard."""
    (incoming,) = GATEWAY.parse({"chat": "li", "sender": "li", "id": "12345678", "at": AT, **raw})
    return incoming


SAID = [
    ({"text": " 36.5 \x00"}, Said("36.5")),
    ({"button": "t:1:a:b", "label": "好"}, Said(button="t:1:a:b")),
    ({"file": "ref", "kind": "voice"}, Said(attachment=Attachment("voice", "web:ref"))),
    ({"file": "ref", "kind": "photo", "text": "看"}, Said("看", attachment=Attachment("photo", "web:ref"))),
    ({"location": {"lat": 35.123456789, "lon": 118}}, Said(location=(35.12346, 118.0))),
    ({"phone": "00000001001"}, Said(phone="00000001001")),
]


@pytest.mark.parametrize(("raw", "said"), SAID)
def test_said(raw: dict[str, Any], said: Said) -> None:
    assert parsed(**raw).said == said


ADDRESSED = [
    ({"text": "家里没米了"}, True, True),
    ({"chat": "g", "text": "家里没米了"}, False, False),
    ({"chat": "g", "text": "@村哨 家里没米了"}, False, True),
    ({"chat": "g", "text": "家里没米了 @cunshao"}, False, True),
    ({"chat": "g", "text": "/todo"}, False, True),
    ({"chat": "g", "text": "送到了", "reply_to": "row-1"}, False, True),
    ({"chat": "g", "button": "d:claim:1"}, False, True),
]


@pytest.mark.parametrize(("raw", "private", "addressed"), ADDRESSED)
def test_addressed(raw: dict[str, Any], private: bool, addressed: bool) -> None:
    heard = parsed(**raw)
    assert (heard.private, heard.addressed) == (private, addressed)
    assert "@" not in heard.said.text


@pytest.mark.parametrize("place", [{"lat": "x", "lon": 1}, {"lat": float("nan"), "lon": 1}, [1, 2], {"lat": 1}, True])
def test_no_place(place: Any) -> None:
    with pytest.raises(Unfit):
        parsed(location=place)


def test_a_letter_is_one_call_whatever_its_length() -> None:
    letter = Letter(
        "长" * 9000, ((Button("打电话", url="tel:120"), Button("好", "t:1:a:b")),), "/p.png", (("voice", "ref"),)
    )
    (call,) = GATEWAY.render("web:li", letter)
    assert call["text"] == letter.text
    assert call["rows"] == [
        [{"label": "打电话", "data": "", "url": "tel:120"}, {"label": "好", "data": "t:1:a:b", "url": ""}]
    ]
    assert (call["picture"], call["attachments"]) == ("/p.png", [["voice", "ref"]])
    assert GATEWAY.render("web:li", Letter("  ")) == ()
    assert GATEWAY.edit("web:li", "row-1", Letter("新"))["letter"] == "row-1"  # type: ignore[index]
    assert GATEWAY.pace("web:li") == (0.0, 0, 0.0)
