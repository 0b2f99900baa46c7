"""provisional"""


def notice_for(day, slot, count):
    return "n01"
