// Every message on show, as a client and as support see it; anew whenever the words are saved.

import { blocks } from "../slack/blocks.js";
import { el, keyed } from "../slack/dom.js";
import { mrkdwn } from "../slack/mrkdwn.js";
import { ask, coalesced } from "../slack/server.js";

export class Training {
  constructor(node) {
    this.slip = el("p", { class: "slip", role: "alert" });
    this.about = el("p", { class: "hint" });
    this.index = el("nav", { class: "index", "aria-label": "All messages" });
    this.items = el("div", { class: "items" });
    node.append(
      el("header", { class: "training-head" }, el("h2", { text: "Every message" }), this.about, this.slip),
      el("div", { class: "training-body" }, this.index, this.items),
    );
    this.load = coalesced(async () => this.show(await ask("/api/words")));
  }

  show(told) {
    this.about.textContent =
      `As client and support read them. Edit ${told.file} and save: this page follows at once. ` +
      "The running bot takes new words when it is started anew.";
    this.slip.textContent = told.slip;
    // While there is a slip the last good words stay.
    if (told.slip) return;
    this.names = told.names;
    this.index.replaceChildren(...told.groups.flatMap((group) => this.listed(group)));
    const flat = told.groups.flatMap((group) => [{ heading: group.title }, ...group.items]);
    keyed(
      this.items,
      flat,
      (item) => item.slug ?? item.heading,
      (item) => (item.heading ? el("h3", { class: "group", text: item.heading }) : this.item(item)),
    );
  }

  listed(group) {
    return [
      el("h3", { text: group.title }),
      el("ul", {}, group.items.map((item) => el("li", {}, el("a", { href: `#shown-${item.slug}`, text: item.title })))),
    ];
  }

  item(item) {
    const where = item.line ? `${item.slug}, line ${item.line}` : item.slug;
    return el(
      "article",
      { class: "shown", id: `shown-${item.slug}`, "aria-label": item.title },
      el("h4", {}, item.title, " ", el("code", { text: where })),
      item.sentence ? el("p", { class: "error", text: item.sentence }) : null,
      item.client
        ? el("div", { class: "pair" }, this.side("The client reads", item.client), item.staff ? this.side("Support reads", item.staff) : null)
        : null,
      item.text ? this.aloud(item.text) : null,
    );
  }

  side(title, list) {
    const context = { names: this.names, fields: new Map(), act: () => {} };
    const body = el("div", { class: "frame" }, blocks(list, context));
    for (const button of body.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    return el("div", { class: "side" }, el("h5", { text: title }), body);
  }

  aloud(text) {
    return el("details", {}, el("summary", { text: "As screen readers and notifications have it" }), el("div", { class: "frame" }, mrkdwn(text, this.names)));
  }
}
