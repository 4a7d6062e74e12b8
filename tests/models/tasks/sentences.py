"""Small rows for every task, 32 each, in English and Chinese; easy enough for a network of a few thousand weights."""

from __future__ import annotations

from itertools import product
from typing import Any

Row = dict[str, Any]

DISHES = ("the soup", "the rice", "the fish", "the tea", "这碗汤", "这碗饭", "这条鱼", "这壶茶")
OPINIONS = {"good": ("was wonderful", "很好喝"), "bad": ("was terrible", "不新鲜")}
AGAIN = (" again", " today")


def _say(dish: str, said: tuple[str, str]) -> str:
    return f"{dish} {said[0]}" if dish.isascii() else dish + said[1]


REVIEWS: list[Row] = [
    {"text": _say(dish, said) + when, "label": label}
    for dish, (label, said), when in product(DISHES, OPINIONS.items(), AGAIN)
]

MENTIONS = {"food": "good food", "price": "small bill", "service": "服务周到"}
ROOMS = ("room one", "room two", "三号房", "四号房")
# All eight sets of labels, the empty one too.
TOPICS: list[Row] = [
    {
        "text": ", ".join([room, *(text for kept, text in zip(mask, MENTIONS.values(), strict=True) if kept)]),
        "label": [name for kept, name in zip(mask, MENTIONS, strict=True) if kept],
    }
    for room, mask in product(ROOMS, product((True, False), repeat=3))
]

DEGREES = {
    "awful": 10.0,
    "fair": 40.0,
    "good": 70.0,
    "superb": 100.0,
    "很差": 12.0,
    "一般": 43.0,
    "不错": 71.0,
    "极好": 97.0,
}
STARS: list[Row] = [
    {"text": f"{thing} {degree}", "label": stars}
    for thing, (degree, stars) in product(("film", "book", "song", "play"), DEGREES.items())
]

PEOPLE = (["Anna"], ["Tom", "Lee"], ["王芳"], ["李", "明"])
PLACES = (["Rome"], ["New", "York"], ["北京"], ["上", "海"])


def _tagged(person: list[str], verb: str, place: list[str]) -> Row:
    tags = [kind + name for words, name in ((person, "PER"), (place, "LOC")) for kind in ("B-", "I-")[: len(words)]]
    at = len(person)
    return {"tokens": [*person, verb, *place], "tags": [*tags[:at], "O", *tags[at:]]}


ENTITIES: list[Row] = [
    _tagged(person, verb, place) for person, place, verb in product(PEOPLE, PLACES, ("left", "住在"))
]

NAMES = ("Anna", "Tom", "王芳", "李明")
TOWNS = ("Rome", "Oslo", "北京", "上海")


def _asked(name: str, town: str, *, of_name: bool) -> Row:
    context = f"{name} lives in {town} now." if name.isascii() else f"{name}住在{town}。"
    answer, question = (name, "who?") if of_name else (town, "where?")
    answers = {"text": [answer], "answer_start": [context.index(answer)]}
    return {"question": question, "context": context, "answers": answers}


QUESTIONS: list[Row] = [
    _asked(name, town, of_name=of_name) for name, town, of_name in product(NAMES, TOWNS, (True, False))
]

COLOURS = {"red": "红", "green": "绿", "white": "白", "black": "黑"}
THINGS = {
    "apple": "苹果",
    "chair": "椅子",
    "house": "房子",
    "horse": "马儿",
    "boat": "小船",
    "hat": "帽子",
    "bag": "书包",
    "cup": "杯子",
}
TRANSLATIONS: list[Row] = [
    {"source": f"i see a {colour} {thing}", "target": f"我看见一个{hue}色的{word}"}
    for (colour, hue), (thing, word) in product(COLOURS.items(), THINGS.items())
]

EVENTS = {"opened": "opens", "closed": "closes", "burned down": "burns", "was sold": "is sold"}
BUILDINGS = ("school", "museum", "bridge", "market", "theatre", "station", "图书馆", "医院")
REPORTS: list[Row] = [
    {"document": f"on monday the {building} {event}. many came to see it.", "summary": f"{building} {short}"}
    for building, (event, short) in product(BUILDINGS, EVENTS.items())
]

STORIES: list[Row] = [
    {"text": f"{row['source']} and so do you. {row['target']}" if at % 2 else row["target"]}
    for at, row in enumerate(TRANSLATIONS)
]
