"""The tables and slack_sdk's own models agree on every bound that both of them know.

slack_sdk is Slack's; where a new release moves a bound, this says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import (
    ActionsBlock,
    AlertBlock,
    Block,
    ButtonElement,
    CardBlock,
    CarouselBlock,
    ConfirmObject,
    ContainerBlock,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    InputBlock,
    MarkdownBlock,
    MarkdownTextObject,
    Option,
    OptionGroup,
    OverflowMenuElement,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.demo.workspace.rules import message_faults, view_faults
from bot.demo.workspace.rules_blocks import BLOCKS
from bot.demo.workspace.rules_elements import ELEMENTS
from bot.demo.workspace.rules_fault import Fault

Make = Callable[[int], JsonObject]


def plain(n: int = 1) -> PlainTextObject:
    return PlainTextObject(text="x" * n)


def mrkdwn(n: int = 1) -> MarkdownTextObject:
    return MarkdownTextObject(text="x" * n)


def pressed(**more: Any) -> ActionsBlock:
    return ActionsBlock(elements=[ButtonElement(**{"text": plain(), "action_id": "press", **more})])


def confirm(**more: Any) -> ActionsBlock:
    whole = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **more}
    return pressed(confirm=ConfirmObject(**whole))


def option(value: int = 1, text: int = 1) -> Option:
    return Option(text=plain(text), value="x" * value)


def chosen(*options: Option) -> ActionsBlock:
    return ActionsBlock(elements=[StaticSelectElement(action_id="choose", options=list(options))])


def grouped(n: int) -> ActionsBlock:
    groups = [OptionGroup(label=plain(), options=[option()])] * n
    return ActionsBlock(elements=[StaticSelectElement(action_id="choose", option_groups=groups)])


def asking(**more: Any) -> InputBlock:
    return InputBlock(**{"label": plain(), "element": PlainTextInputElement(action_id="type"), **more})


def modal(**more: Any) -> View:
    whole = {"title": plain(), "blocks": [DividerBlock()], **more}
    return View(type="modal", **whole)


def image(**more: Any) -> ImageBlock:
    return ImageBlock(**{"alt_text": "a chart", "image_url": "https://example.com/a.png", **more})


KNOWN_TO_BOTH: list[tuple[str, int, Make]] = [
    ("section text", SectionBlock.text_max_length, lambda n: SectionBlock(text=mrkdwn(n))),
    ("section fields", SectionBlock.fields_max_length, lambda n: SectionBlock(fields=[mrkdwn()] * n)),
    ("header", HeaderBlock.text_max_length, lambda n: HeaderBlock(text=plain(n))),
    ("context", ContextBlock.elements_max_length, lambda n: ContextBlock(elements=[mrkdwn()] * n)),
    (
        "actions",
        ActionsBlock.elements_max_length,
        lambda n: ActionsBlock(elements=[ButtonElement(text=plain(), action_id=f"b{i}") for i in range(n)]),
    ),
    ("markdown", MarkdownBlock.text_max_length, lambda n: MarkdownBlock(text="x" * n)),
    ("block id", Block.block_id_max_length, lambda n: DividerBlock(block_id="x" * n)),
    ("image url", ImageBlock.image_url_max_length, lambda n: image(image_url="x" * n)),
    ("image alt", ImageBlock.alt_text_max_length, lambda n: image(alt_text="x" * n)),
    ("image title", ImageBlock.title_max_length, lambda n: image(title=plain(n))),
    ("input label", InputBlock.label_max_length, lambda n: asking(label=plain(n))),
    ("input hint", InputBlock.hint_max_length, lambda n: asking(hint=plain(n))),
    ("button text", ButtonElement.text_max_length, lambda n: pressed(text=plain(n))),
    ("button value", ButtonElement.value_max_length, lambda n: pressed(value="x" * n)),
    ("button url", ButtonElement.url_max_length, lambda n: pressed(url="x" * n)),
    ("button label", ButtonElement.text_max_length, lambda n: pressed(accessibility_label="x" * n)),
    ("action id", ButtonElement.action_id_max_length, lambda n: pressed(action_id="x" * n)),
    ("confirm title", ConfirmObject.title_max_length, lambda n: confirm(title=plain(n))),
    ("confirm text", ConfirmObject.text_max_length, lambda n: confirm(text=plain(n))),
    ("confirm yes", ConfirmObject.confirm_max_length, lambda n: confirm(confirm=plain(n))),
    ("confirm no", ConfirmObject.deny_max_length, lambda n: confirm(deny=plain(n))),
    ("option text", Option.label_max_length, lambda n: chosen(option(text=n))),
    ("option value", Option.value_max_length, lambda n: chosen(option(value=n))),
    ("options", StaticSelectElement.options_max_length, lambda n: chosen(*[option()] * n)),
    ("option groups", StaticSelectElement.option_groups_max_length, grouped),
    (
        "overflow",
        OverflowMenuElement.options_max_length,
        lambda n: ActionsBlock(elements=[OverflowMenuElement(action_id="more", options=[option()] * n)]),
    ),
    (
        "placeholder",
        UserSelectElement.placeholder_max_length,
        lambda n: ActionsBlock(elements=[UserSelectElement(action_id="who", placeholder=plain(n))]),
    ),
    ("card title", CardBlock.title_max_length, lambda n: CardBlock(title=mrkdwn(n))),
    ("card body", CardBlock.body_max_length, lambda n: CardBlock(body=mrkdwn(n))),
    (
        "carousel",
        CarouselBlock.elements_max_length,
        lambda n: CarouselBlock(elements=[CardBlock(title=mrkdwn())] * n),
    ),
    (
        "container",
        ContainerBlock.child_blocks_max_length,
        lambda n: ContainerBlock(title=plain(), child_blocks=[DividerBlock()] * n),
    ),
    ("modal title", View.title_max_length, lambda n: modal(title=plain(n))),
    ("modal submit", View.submit_max_length, lambda n: modal(submit=plain(n))),
    ("modal close", View.close_max_length, lambda n: modal(close=plain(n))),
    ("modal blocks", View.blocks_max_length, lambda n: modal(blocks=[DividerBlock()] * n)),
    ("private metadata", View.private_metadata_max_length, lambda n: modal(private_metadata="x" * n)),
    ("callback id", View.callback_id_max_length, lambda n: modal(callback_id="x" * n)),
]


def judged(made: dict[str, Any]) -> list[Fault]:
    return view_faults(made) if made["type"] == "modal" else message_faults({"text": "hi", "blocks": [made]})


@pytest.mark.parametrize(
    ("most", "make"), [row[1:] for row in KNOWN_TO_BOTH], ids=[row[0] for row in KNOWN_TO_BOTH]
)
def test_both_take_the_most_and_refuse_one_more(most: int, make: Make) -> None:
    assert judged(make(most).to_dict()) == []

    with pytest.raises(SlackObjectFormationError):
        make(most + 1).to_dict()
    assert judged(_one_more(make, most))


def _one_more(make: Make, most: int) -> dict[str, Any]:
    """What slack_sdk refuses to write, written by leaving its checks out."""
    made = make(most + 1)
    _without_checks(made)
    return made.to_dict()


def _without_checks(made: Any) -> None:
    """Switch off the checks of one object and of all that it holds; the classes stay as they are."""
    if isinstance(made, list | tuple):
        for one in made:
            _without_checks(one)
    elif isinstance(made, JsonObject):
        made.__dict__["validate_json"] = lambda: None
        for held in list(vars(made).values()):
            _without_checks(held)


def test_the_levels_of_an_alert_are_slacks() -> None:
    for level in AlertBlock.valid_levels:
        block = AlertBlock(text=plain(), level=level).to_dict()
        assert judged({"type": "modal", "title": plain().to_dict(), "blocks": [block]}) == []


@pytest.mark.parametrize("kind", sorted(ELEMENTS))
def test_every_element_of_the_table_is_one_that_slack_sdk_knows(kind: str) -> None:
    made = {cls.type for cls in _below(JsonObject) if isinstance(getattr(cls, "type", None), str)}

    assert kind in made


@pytest.mark.parametrize("kind", sorted(BLOCKS))
def test_every_block_of_the_table_is_one_that_slack_sdk_knows(kind: str) -> None:
    assert kind in {cls.type for cls in _below(Block) if isinstance(getattr(cls, "type", None), str)}


def _below(cls: type[Any]) -> set[type[Any]]:
    return {cls}.union(*(_below(sub) for sub in cls.__subclasses__()))
