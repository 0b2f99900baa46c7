"""Every conversation, act and listener of the house, in the order they are tried; without it the front would
hear nothing."""

from collections.abc import Callable
from datetime import datetime

from bot.routes import Act, Conversation, Listener, Reads, Routes
from chat.letter import Outcome
from chat.reading.temperature import besides
from handlers import (
    board,
    breach,
    danger,
    edited,
    figures,
    front_door,
    need,
    neighbour,
    orders,
    return_fever,
    return_form,
    returnee,
    roster,
    said_after,
    temperature,
    tip,
    town_report,
    whereabouts,
)
from handlers.duty import asker, care, claim, done, errand, offered, several, watch
from handlers.duty.which import open_here
from handlers.rota import sheet as rota
from rules.context import Context
from rules.roster import When


def _todo(argument: str, context: Context, reads: Reads, now: datetime) -> Outcome:
    if len(argument.split()) > 1:  # 代办 3 王婶: what sounds like 待办 is an errand where somebody is named for it
        return errand.on_errand(argument, context, reads, now)
    return front_door.todo(argument, context, open_here(context, reads), now, reads.unsure)


def _shift(when: When) -> Callable[[str, Context, Reads, datetime], Outcome]:
    return lambda _argument, context, reads, now: roster.on_shift(when, context, reads, now)


def _off_shift(when: When | None) -> Callable[[str, Context, Reads, datetime], Outcome]:
    return lambda _argument, context, reads, now: roster.on_off(when, context, reads, now)


ROUTES = Routes(
    conversations={
        "returnee": Conversation(
            return_form.returnee,
            returnee.on_finished,
            returnee.on_handed_over,
            prefill=returnee.known_already,
            on_cancelled=return_fever.on_cancelled,
            meanwhile=return_fever.meanwhile,
            hears=return_fever.hear_of_relative,
            of_another=return_fever.of_another,
        ),
        "temperature": Conversation(
            temperature.temperature,
            temperature.on_finished,
            temperature.on_unreadable,
            gives_way=True,
            gives_way_to=("need_more", "felt", "whereabouts"),
            besides=besides,
            moot=temperature.is_told,
        ),
        "felt": Conversation(
            temperature.felt,
            temperature.on_felt,
            temperature.on_felt_left,
            gives_way=True,
            on_cancelled=temperature.on_felt_cancelled,
            besides=besides,
            unasked=temperature.on_felt_unasked,
        ),
        "need": Conversation(
            need.need, need.on_finished, gives_way=True, gives_way_to=("need_more", "felt", "whereabouts")
        ),
        "need_more": Conversation(
            need.need_more,
            need.on_more,
            need.on_left,
            gives_way=True,
            gives_way_to=("need_more", "temperature", "felt", "whereabouts", "amend"),
            on_cancelled=need.on_left,
            displaced=need.is_another,
            shows=True,
            moot=need.is_moot,
        ),
        "amend": Conversation(edited.amend, edited.on_amended, gives_way=True, shows=True),
        "whereabouts": Conversation(whereabouts.whereabouts, whereabouts.on_finished),
        "tip": Conversation(tip.tip, tip.on_finished, prefill=tip.known_already),
        "home": Conversation(front_door.home, front_door.on_home, moot=front_door.home_told),
        "rota": Conversation(rota.rota, rota.on_finished, private=False),
    },
    acts=(
        Act("start", front_door.on_start, argument="may", aloud=True),
        Act("bind", front_door.on_bind, argument="may", aloud=True),
        Act("claim", claim.on_claim, argument="ref", in_hand=True),
        Act("hand", claim.on_hand, argument="ref", words=True, names=True, in_hand=True),
        Act("decline", claim.on_decline, argument="ref", in_hand=True),
        Act("back", claim.on_give_back, argument="ref", words=True, in_hand=True),
        Act("done", done.on_done, argument="ref", words=True, in_hand=True),
        Act("onway", care.on_way, argument="span", in_hand=True),
        Act("wait", care.on_wait, argument="ref", words=True, in_hand=True),
        Act("ack", several.on_acknowledge_all, "staff", "ref"),
        Act("todo", _todo, argument="ref", in_hand=True),
        Act("errand", errand.on_errand, "staff", "ref", words=True),
        Act("watch", watch.on_watch, "staff", "ref", words=True),
        Act("unwatch", watch.on_unwatch, "staff", "ref", words=True),
        Act("merge", done.on_merge, "staff", "ref"),
        Act("order", orders.on_order, "staff", "may"),
        Act("breach", breach.on_breach, "staff", "may", common=True),
        Act("households", care.on_my_households, "staff"),
        Act("shift_today", _shift("today"), "staff"),
        Act("shift_tonight", _shift("tonight"), "staff"),
        Act("shift_tomorrow", _shift("tomorrow"), "staff"),
        Act("shift_tomorrow_night", _shift("tomorrow_night"), "staff"),
        Act("shift_off", _off_shift(None), "staff"),
        Act("shift_off_today", _off_shift("today"), "staff"),
        Act("shift_off_tonight", _off_shift("tonight"), "staff"),
        Act("shift_off_tomorrow", _off_shift("tomorrow"), "staff"),
        Act("shift_off_tomorrow_night", _off_shift("tomorrow_night"), "staff"),
        Act("rota_sample", rota.on_sample, "staff"),
        Act("roster", roster.on_roster, "staff"),
        Act("history", care.on_history, argument="ref"),
        Act("figures", figures.on_figures, "staff", "may"),
        Act("board", board.on_board, "staff"),
        Act("report", town_report.on_report, "staff"),
        Act("zero", town_report.on_zero, "staff", aloud=True),
        Act("zero_sure", town_report.on_zero_sure, "staff", aloud=True),
        Act("yes", done.on_yes, argument="ref", words=True),
        Act("no", asker.on_no, argument="ref", words=True),
        Act("rate", asker.on_rate, argument="ref"),
        Act("withdraw", asker.on_withdraw, argument="ref", words=True),
        Act("help", front_door.on_help, aloud=True),
        Act("menu", front_door.on_menu, aloud=True),
        Act("mine", front_door.on_mine, aloud=True),
    ),
    listeners=(
        Listener(errand.hear),
        Listener(temperature.hear_question),
        Listener(neighbour.hear),
        Listener(temperature.hear),
        Listener(offered.hear),
        Listener(asker.hear),
        Listener(returnee.hear),
        Listener(tip.hear),
        Listener(edited.hear),
        Listener(need.hear),
        Listener(temperature.hear_felt),
        Listener(temperature.hear_number),
        Listener(danger.hear_more, last=True),
        Listener(need.polite, last=True),
        Listener(said_after.hear, last=True),
        Listener(returnee.hear_more, last=True),
    ),
    on_danger=danger.on_danger,
    on_voice=errand.or_voice(danger.on_voice),
    on_reply=errand.on_reply,
    on_edited=edited.on_edited,
    on_sheet=rota.on_sheet,
)
