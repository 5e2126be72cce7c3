"""Fuzz `iotmi.materials`: no text ends in anything but a value or a `MaterialError`.

    python -m tests.fuzz.materials --inputs 200000 --seed 1

A text is random, a random valid code, or a sample, and then mutated. Each goes through
`materials.parse` and the `parse` of every kind, strict or not. A value must read its own text back
to itself; an error must quote nothing of the text. A failing input is printed with its seed.
"""

import argparse
from collections import Counter
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Final

from iotmi import materials
from iotmi.materials import Material, MaterialError
from tests.fuzz.reporting import report
from tests.materials.factories import FACTORIES, MATERIAL, sample

# str.isdigit() and int() take digits of other scripts, and str.upper() makes two of a ligature.
STRANGE: Final = "\N{FULLWIDTH DIGIT NINE}\N{ARABIC-INDIC DIGIT THREE}²\N{LATIN SMALL LIGATURE FF}ß"
UNUSUAL: Final = STRANGE + "\n\r\t\0\u2028\ud800\U0001f600é.'[]"
# Shorter runs are shared by chance: the samples hold English words, and so do the messages.
QUOTE: Final = 12


@cache
def corpus() -> tuple[str, ...]:
    """Return every text of the samples."""
    zwave, zigbee, gtin = sample("zwave"), sample("zigbee"), sample("gtin")
    lists = [zwave["valid"], zwave["invalid"], zigbee["qr"]]
    lists += [gtin[f"{kind}_material"] for kind in ("wifi", "cloud", "matter_and_custom")]
    return tuple(entry["text"] for entries in lists for entry in entries)


def mutated(random: Random, text: str) -> str:
    """Return *text* with one to four changes."""
    for _ in range(random.randint(1, 4)):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice((0, 1, 1, 2, 8, 40)))
        letters = random.choice((MATERIAL, MATERIAL, "0123456789", "ABCDEF", ":$%;|", UNUSUAL))
        middle = random.choice(
            (
                "",
                text[start:end] * 2,
                "".join(random.choices(letters, k=random.choice((1, 1, end - start)))),
                text[start:end].lower(),
                random.choice(corpus())[start:end],
            )
        )
        text = text[:start] + middle + text[end:]
    return text


def made(random: Random) -> str:
    """Return the text of one input."""
    choice = random.random()
    if choice < 0.1:
        return "".join(random.choices(MATERIAL + UNUSUAL, k=random.randrange(600)))
    if choice < 0.5:
        text = random.choice(corpus())
    else:
        text = random.choice(list(FACTORIES.values()))(random).text
    return text if random.random() < 0.1 else mutated(random, text)


def examine_error(error: MaterialError, text: str) -> None:
    """Assert that *error* quotes nothing of *text* and keeps no other error alive."""
    message = str(error)
    quotes = (text[place : place + QUOTE] for place in range(len(text) - QUOTE + 1))
    assert not any(quote in message for quote in quotes), "a message quotes the text"
    assert error.__cause__ is None
    assert error.__context__ is None


def examine(text: str, *, strict: bool) -> Counter[str]:
    """Read *text* in every way and count what came of it.

    Raises:
        AssertionError: a rule was broken.
    """
    counts: Counter[str] = Counter()
    readers: list[Callable[..., Material]] = [materials.parse]
    readers += [kind.parse for kind in FACTORIES]
    for read in readers:
        try:
            value = read(text, strict=strict)
        except MaterialError as error:
            counts["refused"] += 1
            examine_error(error, text)
        else:
            counts[type(value).__name__] += 1
            assert type(value).parse(value.text) == value, "a value does not read itself back"
            assert not (strict and value.warnings), "a strict reader let a warning pass"
            hidden = len(value.text) < QUOTE or value.text not in repr(value)
            assert hidden, "a repr shows the code"
    return counts


def run(inputs: int, seed: int) -> Counter[str]:
    """Examine *inputs* texts. Raise the first failure with its text as a note."""
    random = Random(seed)
    counts: Counter[str] = Counter()
    for number in range(inputs):
        text = made(random)
        try:
            counts += examine(text, strict=bool(number % 2))
        except Exception as error:
            error.add_note(f"seed {seed}, input {number}: {text!r}")
            raise
    return counts


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    report(run, inputs=arguments.inputs, seed=arguments.seed, kept="only MaterialError")


if __name__ == "__main__":
    main()
