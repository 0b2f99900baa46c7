"""The sentences with which the Bot API says no; without them a client's reading of its errors is never tried."""

from typing import Any

UPGRADED = "Bad Request: group chat was upgraded to a supergroup chat"
BLOCKED = "Forbidden: bot was blocked by the user"
NEVER_STARTED = "Forbidden: bot can't initiate conversation with a user"
KICKED = "Forbidden: bot was kicked from the {kind} chat"
NOT_MEMBER = "Forbidden: bot is not a member of the {kind} chat"
NO_TOPIC = "Bad Request: message thread not found"
NO_CHAT = "Bad Request: chat not found"
NO_MESSAGE_TO_EDIT = "Bad Request: message to edit not found"
NO_MESSAGE_TO_DELETE = "Bad Request: message to delete not found"
NO_MESSAGE_TO_REPLY = "Bad Request: message to be replied not found"
NOT_OURS = "Bad Request: message can't be edited"
UNCHANGED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
NO_FILE = "Bad Request: wrong file_id or the file is temporarily unavailable"
WRONG_FILE = "Bad Request: wrong file identifier/HTTP URL specified"
OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class ApiError(Exception):
    """An answer other than 200, with the ``parameters`` a client needs (``retry_after``, ``migrate_to_chat_id``)."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def too_many(seconds: int) -> ApiError:
    """429: come back in so many whole seconds."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def moved(new_chat: int) -> ApiError:
    """400: this group is a supergroup now, under another id."""
    return ApiError(400, UPGRADED, migrate_to_chat_id=new_chat)
