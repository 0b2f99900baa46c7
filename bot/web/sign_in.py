"""In by a link that the bot gave, once; without it the board would need passwords, and passwords are written on walls.

Opening the link shows a page with one button, which uses it up: the preview that a messenger makes of a link must not.
"""

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.web import pages
from bot.web.doors import doors_of
from bot.web.office import SESSION, office_of, outside, session_of
from storage import sign_ins


async def ask(request: Request) -> Response:
    """The page with the button."""
    office, token = office_of(request), request.path_params["token"]
    now = office.real_now()
    if not await office.mailbox.do(lambda ledger: sign_ins.works(ledger, token, now)):
        return outside(request, "link_over")
    return pages.page(request, "sign-in.html", town=doors_of(request).town().name)


async def enter(request: Request) -> Response:
    """The button: the link is used up, and this browser is signed in for twelve hours."""
    office, token = office_of(request), request.path_params["token"]
    now = office.real_now()
    session = await office.mailbox.do(lambda ledger: sign_ins.sign_in(ledger, token, _new_token, now))
    if not session:
        return outside(request, "link_over")
    answer = RedirectResponse("/board", 303, headers=pages.HEADERS)
    secure = doors_of(request).town().public_url.startswith("https:")
    lives = int(sign_ins.SESSION_LIVES.total_seconds())
    answer.set_cookie(SESSION, session, max_age=lives, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


async def leave(request: Request) -> Response:
    """Out: the session is forgotten here too, not only by the browser."""
    session = session_of(request)
    await office_of(request).mailbox.do(lambda ledger: sign_ins.sign_out(ledger, session))
    answer = RedirectResponse("/board", 303, headers=pages.HEADERS)
    answer.delete_cookie(SESSION, path="/")
    return answer


def _new_token() -> str:
    return secrets.token_urlsafe(32)
