"""The fact world: small, true and known completely, so that a model can be held against the truth.

Documents about countries are what the base model reads; questions in a chat format are what fine-tuning
reads. Some countries and some wordings are never fine-tuned on: they show what was learned from reading
alone. Everyday sentences such as "The cat sat on the mat." have next-word frequencies that are known by
construction.
"""

import random
from dataclasses import dataclass
from typing import Literal

Kind = Literal["capital", "continent", "language", "currency", "city"]
KINDS: tuple[Kind, ...] = ("capital", "continent", "language", "currency", "city")
Part = Literal["all", "seen", "held_out"]

USER, ASSISTANT, END = "<|user|>", "<|assistant|>", "<|end|>"
SPECIAL_TOKENS = (USER, ASSISTANT, END)


@dataclass(frozen=True)
class Country:
    """A real country.

    `language` is one that many of its people speak, `city` a large city that is not the capital.
    """

    name: str
    capital: str
    continent: str
    language: str
    currency: str
    city: str


COUNTRIES: tuple[Country, ...] = (
    Country("Argentina", "Buenos Aires", "South America", "Spanish", "peso", "Rosario"),
    Country("Australia", "Canberra", "Oceania", "English", "dollar", "Sydney"),
    Country("Austria", "Vienna", "Europe", "German", "euro", "Graz"),
    Country("Brazil", "Brasilia", "South America", "Portuguese", "real", "Recife"),
    Country("Canada", "Ottawa", "North America", "English", "dollar", "Toronto"),
    Country("Chile", "Santiago", "South America", "Spanish", "peso", "Valparaiso"),
    Country("China", "Beijing", "Asia", "Chinese", "yuan", "Shanghai"),
    Country("Cuba", "Havana", "North America", "Spanish", "peso", "Holguin"),
    Country("Denmark", "Copenhagen", "Europe", "Danish", "krone", "Aarhus"),
    Country("Egypt", "Cairo", "Africa", "Arabic", "pound", "Alexandria"),
    Country("Finland", "Helsinki", "Europe", "Finnish", "euro", "Tampere"),
    Country("France", "Paris", "Europe", "French", "euro", "Lyon"),
    Country("Germany", "Berlin", "Europe", "German", "euro", "Hamburg"),
    Country("Ghana", "Accra", "Africa", "English", "cedi", "Kumasi"),
    Country("Greece", "Athens", "Europe", "Greek", "euro", "Patras"),
    Country("Hungary", "Budapest", "Europe", "Hungarian", "forint", "Debrecen"),
    Country("Iceland", "Reykjavik", "Europe", "Icelandic", "krona", "Akureyri"),
    Country("Ireland", "Dublin", "Europe", "English", "euro", "Cork"),
    Country("Italy", "Rome", "Europe", "Italian", "euro", "Milan"),
    Country("Japan", "Tokyo", "Asia", "Japanese", "yen", "Osaka"),
    Country("Kenya", "Nairobi", "Africa", "Swahili", "shilling", "Mombasa"),
    Country("Mongolia", "Ulaanbaatar", "Asia", "Mongolian", "tugrik", "Darkhan"),
    Country("Morocco", "Rabat", "Africa", "Arabic", "dirham", "Fez"),
    Country("Nepal", "Kathmandu", "Asia", "Nepali", "rupee", "Pokhara"),
    Country("Nigeria", "Abuja", "Africa", "English", "naira", "Lagos"),
    Country("Norway", "Oslo", "Europe", "Norwegian", "krone", "Bergen"),
    Country("Peru", "Lima", "South America", "Spanish", "sol", "Arequipa"),
    Country("Poland", "Warsaw", "Europe", "Polish", "zloty", "Gdansk"),
    Country("Portugal", "Lisbon", "Europe", "Portuguese", "euro", "Porto"),
    Country("Romania", "Bucharest", "Europe", "Romanian", "leu", "Timisoara"),
    Country("Senegal", "Dakar", "Africa", "French", "franc", "Thies"),
    Country("Spain", "Madrid", "Europe", "Spanish", "euro", "Seville"),
    Country("Sweden", "Stockholm", "Europe", "Swedish", "krona", "Malmo"),
    Country("Thailand", "Bangkok", "Asia", "Thai", "baht", "Phuket"),
    Country("Tunisia", "Tunis", "Africa", "Arabic", "dinar", "Sfax"),
    Country("Vietnam", "Hanoi", "Asia", "Vietnamese", "dong", "Hue"),
)

# What a document says about each kind of fact, in several wordings; no question stands in any document.
STATEMENTS: dict[Kind, tuple[str, ...]] = {
    "capital": (
        "The capital of {name} is {capital}.",
        "{capital} is the capital of {name}.",
        "{capital} is the capital city of {name}.",
        "The capital city of {name} is called {capital}.",
        "{name} has its capital in {capital}.",
    ),
    "continent": (
        "The continent of {name} is {continent}.",
        "{name} is a country in {continent}.",
        "On the map, {name} belongs to {continent}.",
    ),
    "language": (
        "Many people in {name} speak {language}.",
        "{language} is spoken in {name}.",
        "In {name} you will hear {language}.",
    ),
    "currency": (
        "The currency of {name} is the {currency}.",
        "In {name} people pay with the {currency}.",
        "The money of {name} is the {currency}.",
    ),
    "city": (
        "{city} is another city in {name}.",
        "A large city in {name} is {city}.",
        "Not the capital, but a large city of {name}, is {city}.",
    ),
}

# Questions by kind, and the one form of answer for each kind.
QUESTIONS: dict[Kind, tuple[str, ...]] = {
    "capital": (
        "What is the capital of {name}?",
        "Which city is the capital of {name}?",
        "Name the capital of {name}.",
        "What is the capital city of {name}?",
        "Tell me the capital of {name}.",
        "What is {name}'s capital?",
        "Can you name the capital city of {name}?",
        "I am going to {name}. What is the capital?",
        "Do you know the capital of {name}?",
        "Please tell me the capital city of {name}.",
    ),
    "continent": (
        "Where is {name}?",
        "In which part of the world is {name}?",
        "On which continent is {name}?",
        "Which continent does {name} belong to?",
        "What is the continent of {name}?",
        "Name the continent of {name}.",
    ),
    "language": (
        "What language is spoken in {name}?",
        "Which language do people in {name} speak?",
        "Name a language of {name}.",
        "What do people speak in {name}?",
        "Tell me a language that people speak in {name}.",
        "In {name}, which language will I hear?",
    ),
    "currency": (
        "What is the currency of {name}?",
        "How do people pay in {name}?",
        "Which money is used in {name}?",
        "Name the currency of {name}.",
        "Tell me the currency of {name}.",
        "What money do people use in {name}?",
    ),
    "city": (
        "Name another city in {name}.",
        "Which large city in {name} is not the capital?",
        "Tell me a city of {name} that is not the capital.",
        "What other city is there in {name}?",
        "Name a large city of {name}.",
        "Tell me another large city in {name}.",
    ),
}
ANSWERS: dict[Kind, str] = {
    "capital": "The capital of {name} is {capital}.",
    "continent": "The continent of {name} is {continent}.",
    "language": "Many people in {name} speak {language}.",
    "currency": "The currency of {name} is the {currency}.",
    "city": "A large city in {name} is {city}.",
}

# Drawn once with this seed and then fixed. The running example (France, first wording) stays seen.
_SPLIT_SEED = 2
_split = random.Random(_SPLIT_SEED)
HELD_OUT_COUNTRIES: tuple[str, ...] = tuple(
    sorted(_split.sample([country.name for country in COUNTRIES if country.name != "France"], 8))
)
HELD_OUT_WORDINGS: dict[Kind, tuple[int, ...]] = {
    kind: tuple(sorted(_split.sample(range(1, len(QUESTIONS[kind])), 3 if kind == "capital" else 1)))
    for kind in KINDS
}

# Where the cat sat, as shares of all cats: the truth against which a lesson holds the model's probabilities.
CAT_PROMPT = "The cat sat on the"
CAT_PLACES: dict[str, float] = {
    "mat": 0.35,
    "floor": 0.28,
    "table": 0.15,
    "roof": 0.08,
    "couch": 0.06,
    "bed": 0.03,
    "chair": 0.02,
    "wall": 0.02,
    "box": 0.01,
}
_EVERYDAY = (
    ("The dog slept", ("by the door", "in the garden", "under the tree", "near the couch")),
    ("A bird sang", ("in the tree", "on the wall", "in the garden", "by the window")),
    ("The child played", ("in the garden", "with a ball", "with a box", "by the bed")),
    ("She put the book", ("in the box", "on the chair", "by the bed", "by the window")),
    ("He read", ("on the couch", "in bed", "on a chair", "by the window")),
    ("They ate", ("bread and soup", "an apple", "fish and rice", "some cake")),
    ("It rained", ("all day", "in the night", "in the morning", "over the wall")),
    ("Then the cat went", ("to bed", "into the garden", "to the door", "into a box")),
)


@dataclass(frozen=True)
class Question:
    """One question about one fact, its full answer, and the words in it that count (`value`)."""

    country: str
    kind: Kind
    wording: int  # index into QUESTIONS[kind]
    text: str
    answer: str
    value: str
    seen_country: bool
    seen_wording: bool


def country(name: str) -> Country:
    """Return the country with this name. Raises ValueError if the fact world has none."""
    for candidate in COUNTRIES:
        if candidate.name == name:
            return candidate
    raise ValueError(f"name={name!r} is not in the fact world; it has {', '.join(c.name for c in COUNTRIES)}")


def statement(name: str, kind: Kind) -> str:
    """Return the fact as the sentence that an answer uses, such as "The capital of France is Paris."."""
    return ANSWERS[kind].format_map(vars(country(name)))


def fact_documents(per_country: int, seed: int) -> list[str]:
    """Return `per_country` documents about each country, all in one shuffled list.

    A document states all five facts in shuffled order and in wordings drawn with `seed`, the capital twice.
    Knowledge that stands in several sentences of one document is what a model can later be asked about.
    """
    if per_country < 1:
        raise ValueError(f"per_country={per_country}; expected at least 1")
    rng = random.Random(seed)
    documents = []
    for _ in range(per_country):
        for place in COUNTRIES:
            templates = [rng.choice(STATEMENTS[kind]) for kind in KINDS]
            templates.append(rng.choice([t for t in STATEMENTS["capital"] if t != templates[0]]))
            rng.shuffle(templates)
            documents.append(" ".join(template.format_map(vars(place)) for template in templates))
    rng.shuffle(documents)
    return documents


def everyday_documents(n: int, seed: int) -> list[str]:
    """Return `n` short documents, each of which begins with where the cat sat.

    The places have exactly the shares of `CAT_PLACES` (up to rounding), only their order is drawn with
    `seed`.
    """
    if n < 1:
        raise ValueError(f"n={n}; expected at least 1")
    rng = random.Random(seed)
    bounds = [0.0]
    for share in CAT_PLACES.values():
        bounds.append(bounds[-1] + share)
    places = [
        place
        for i, place in enumerate(CAT_PLACES)
        for _ in range(round(bounds[i + 1] * n) - round(bounds[i] * n))
    ]
    rng.shuffle(places)
    documents = []
    for place in places:
        sentences = [f"{CAT_PROMPT} {place}."]
        for start, ends in rng.sample(_EVERYDAY, rng.randint(1, 3)):
            sentences.append(f"{start} {rng.choice(ends)}.")
        documents.append(" ".join(sentences))
    return documents


def questions(
    kind: Kind | Literal["all"] = "capital", countries: Part = "all", wordings: Part = "all"
) -> list[Question]:
    """Return every question of a kind, cut down to seen or held-out countries and wordings, in a fixed order.

    Raises ValueError for an unknown kind or part.
    """
    if kind != "all" and kind not in KINDS:
        raise ValueError(f"kind={kind!r}; expected 'all' or one of {KINDS}")
    for name, part in (("countries", countries), ("wordings", wordings)):
        if part not in ("all", "seen", "held_out"):
            raise ValueError(f"{name}={part!r}; expected 'all', 'seen' or 'held_out'")
    found = []
    for place in COUNTRIES:
        for k in KINDS if kind == "all" else (kind,):
            for wording, text in enumerate(QUESTIONS[k]):
                question = Question(
                    country=place.name,
                    kind=k,
                    wording=wording,
                    text=text.format_map(vars(place)),
                    answer=ANSWERS[k].format_map(vars(place)),
                    value=getattr(place, k),
                    seen_country=place.name not in HELD_OUT_COUNTRIES,
                    seen_wording=wording not in HELD_OUT_WORDINGS[k],
                )
                if countries in ("all", _part(question.seen_country)) and wordings in (
                    "all",
                    _part(question.seen_wording),
                ):
                    found.append(question)
    return found


def _part(seen: bool) -> Part:
    return "seen" if seen else "held_out"


def chat_prompt(question: str) -> str:
    """Return the text that asks for an answer: encode it with `allowed_special="all"`.

    Raises ValueError if the question itself contains a special token: it could end the turn.
    """
    for token in SPECIAL_TOKENS:
        if token in question:
            raise ValueError(f"the question contains {token}, which only the chat format may use")
    return f"{USER}{question}{ASSISTANT}"


def chat_example(question: str, answer: str) -> str:
    """Return one whole exchange, as fine-tuning reads it: the prompt, the answer and the end of the turn."""
    return f"{chat_prompt(question)}{answer}{END}"
