"""The bad days of a network and of a platform; without them only fair weather is ever tested."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .errors import BLOCKED, ApiError, moved, too_many

Kind = Literal["answer", "cut_before", "cut_after", "slow"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: another answer, a cut connection, or a late answer."""

    kind: Kind
    code: int = 0
    description: str = ""
    seconds: float = 0.0
    chat: int = 0
    html: bool = False

    @staticmethod
    def too_many(retry_after: int = 1) -> "Fault":
        """429 with ``retry_after`` seconds; nothing accepted."""
        return Fault("answer", 429, seconds=retry_after)

    @staticmethod
    def forbidden(description: str = BLOCKED) -> "Fault":
        """403; nothing accepted."""
        return Fault("answer", 403, description)

    @staticmethod
    def bad_request(description: str = "Bad Request: chat not found") -> "Fault":
        """400; nothing accepted."""
        return Fault("answer", 400, description)

    @staticmethod
    def moved(new_chat: int) -> "Fault":
        """400 that names the supergroup this group has become; nothing accepted."""
        return Fault("answer", 400, chat=new_chat)

    @staticmethod
    def server_error(code: int = 500) -> "Fault":
        """500 as JSON, or 502 as the web page a proxy answers; nothing accepted."""
        return Fault("answer", code, "Bad Gateway" if code == 502 else "Internal Server Error", html=code == 502)

    @staticmethod
    def cut_before() -> "Fault":
        """The connection ends before the call is accepted."""
        return Fault("cut_before")

    @staticmethod
    def cut_after() -> "Fault":
        """The call is accepted and the connection ends without an answer."""
        return Fault("cut_after")

    @staticmethod
    def slow(seconds: float) -> "Fault":
        """The call is accepted at once and answered late."""
        return Fault("slow", seconds=seconds)

    def error(self) -> ApiError:
        """The answer this fault gives instead of the true one."""
        if self.chat:
            return moved(self.chat)
        return too_many(int(self.seconds)) if self.code == 429 else ApiError(self.code, self.description)


@dataclass
class Plan:
    """A fault that waits for its calls."""

    method: str
    fault: Fault
    chat: int | None
    times: int | None
    skip: int
    where: Callable[[dict[str, Any]], bool] | None

    def meets(self, method: str, params: dict[str, Any]) -> bool:
        """Whether this is a call it waits for."""
        if self.method not in ("*", method):
            return False
        if self.chat is not None and str(params.get("chat_id")) != str(self.chat):
            return False
        return self.where is None or self.where(params)


class Plans:
    """All planned faults, the oldest first."""

    def __init__(self) -> None:
        self._plans: list[Plan] = []

    def add(self, plan: Plan) -> None:
        """Plan one more."""
        self._plans.append(plan)

    def clear(self) -> None:
        """Fair weather again."""
        self._plans.clear()

    def take(self, method: str, params: dict[str, Any]) -> Fault | None:
        """The fault for this call, used up by asking; each plan it meets counts the call."""
        for plan in self._plans:
            if not plan.meets(method, params):
                continue
            if plan.skip:
                plan.skip -= 1
                continue
            if plan.times is not None:
                plan.times -= 1
            if plan.times == 0:
                self._plans.remove(plan)
            return plan.fault
        return None
