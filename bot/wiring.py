"""Every conversation, act and listener of the house, in the order they are tried; without it the front would hear nothing."""

from datetime import datetime

from bot.routes import Act, Conversation, Listener, Reads, Routes
from chat.letter import Outcome
from handlers import danger, duty_moves, front_door, need, returnee, temperature, tip, town_report
from rules.context import Context


def _todo(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    return front_door.todo(argument, context, duty_moves.open_here(context, reads), now)


ROUTES = Routes(
    conversations={
        "returnee": Conversation(
            returnee.returnee, returnee.on_finished, returnee.on_handed_over, prefill=returnee.known_already
        ),
        "temperature": Conversation(temperature.temperature, temperature.on_finished),
        "need": Conversation(need.need, need.on_finished),
        "need_more": Conversation(need.need_more, need.on_more),
        "tip": Conversation(tip.tip, tip.on_finished, prefill=tip.known_already),
        "home": Conversation(front_door.home, front_door.on_home),
    },
    acts=(
        Act("start", front_door.on_start, argument="may"),
        Act("bind", front_door.on_bind, argument="may"),
        Act("claim", duty_moves.on_claim, "staff", "ref"),
        Act("hand", duty_moves.on_hand, "staff", "ref"),
        Act("done", duty_moves.on_done, "staff", "ref"),
        Act("todo", _todo, "staff", "ref"),
        Act("report", town_report.on_report, "staff"),
        Act("zero", town_report.on_zero, "staff"),
        Act("yes", duty_moves.on_yes, argument="ref"),
        Act("no", duty_moves.on_no, argument="ref"),
        Act("withdraw", duty_moves.on_withdraw, argument="ref"),
        Act("help", front_door.on_help),
        Act("menu", front_door.on_menu),
        Act("mine", front_door.on_mine),
    ),
    listeners=(Listener(temperature.hear), Listener(returnee.hear), Listener(tip.hear), Listener(need.hear)),
    on_danger=danger.on_danger,
    on_voice=danger.on_voice,
)
