"""Every sentence of an exchange as a client would read it, for those who own the words."""

from __future__ import annotations

from collections.abc import Iterator

from validators.diagnosis import Cause, Diagnosis, Finding, Kind, Requirement, Standing, State
from validators.exchange import Exchange

TITLE_OF_KIND = {
    Kind.DANGER: "The key can do more than read",
    Kind.FAULT: "Something that the client can put right",
    Kind.DOUBT: "Could not tell",
    Kind.NOTE: "Worth saying besides",
}


def review(exchange: Exchange) -> Iterator[str]:
    """The lines of everything: steps, verdicts, answers, sentences at the fields."""
    words = exchange.guide.words
    yield f"{words.title} · {words.url}"
    yield from (f"  Step {step.number}: {step.title}" for step in words.steps.values())
    yield from ("", "== The verdicts ==")
    for diagnosis in _one_of_each_verdict(exchange):
        yield from _verdict(exchange, diagnosis)
    for kind, title in TITLE_OF_KIND.items():
        yield from ("", f"== {title} ==")
        for cause in words.answers:
            if exchange.guide.example(cause).kind is kind:
                yield from _answer(exchange, cause)
    yield from ("", "== At the fields ==")
    for rule, sentence in words.shapes.items():
        yield f"  {sentence.replace('{label}', exchange.fields[-1].label)}   [{rule}]"


def _one_of_each_verdict(exchange: Exchange) -> Iterator[Diagnosis]:
    met = tuple(Standing(line, State.MET) for line in Requirement)
    account = exchange.accounts[0].slug
    yield Diagnosis(exchange.slug, account, (), met)
    for cause in (Cause.KEY_NOT_FOUND, Cause.CAN_TRADE, Cause.VENUE_DOWN):
        yield Diagnosis(exchange.slug, account, (exchange.guide.example(cause),), ())


def _verdict(exchange: Exchange, diagnosis: Diagnosis) -> Iterator[str]:
    told = exchange.guide.explain(diagnosis)
    yield from ("", f"{told.word}: {told.opening}")
    yield from (f"  - {sentence}" for sentence in told.coming_next)


def _answer(exchange: Exchange, cause: Cause) -> Iterator[str]:
    finding: Finding = exchange.guide.example(cause)
    told = exchange.guide.explain(Diagnosis(exchange.slug, exchange.accounts[0].slug, (finding,), ()))
    yield ""
    for advice in told.advice:
        yield f"{advice.headline}   [{cause.value}]"
        yield from (f"  - {sentence}" for sentence in advice.do)
        yield f"  {advice.step or 'No step of the guide: support helps.'}"
        yield f"  Staff: {advice.staff}"
        yield f"  Beside a line that it hides: {exchange.guide.words.answers[cause].hidden}"
    yield from (f"{note}   [{cause.value}]" for note in told.notes)
