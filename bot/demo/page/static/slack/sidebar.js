// The conversations of a person, with how much is unread.

import { el } from "./dom.js";

const SIGNS = { public: "#", private: "", shared: "⇄", mpim: "☷" };
const KINDS = {
  public: "channel",
  private: "private channel",
  shared: "channel shared with another company",
  mpim: "direct message among several",
};

export class Sidebar {
  constructor(pane) {
    this.pane = pane;
    this.node = el("nav", { class: "places", "aria-label": `Conversations of ${pane.title}` });
    this.seen = new Map();
    this.signature = "";
  }

  show() {
    const { screen, place, tab, person } = this.pane;
    const open = screen.places.find((one) => (place ? one.id === place : one.kind === "im"));
    const reading = place || tab === "messages";
    if (open && reading && document.visibilityState === "visible") this.seen.set(`${person} ${open.id}`, open.latest);
    const rows = screen.places.map((one) => ({ ...one, received: undefined, latest: undefined, unread: this.unread(one) }));
    const signature = JSON.stringify([rows, place, person]);
    if (signature === this.signature) return;
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.place : undefined;
    this.signature = signature;
    const channels = rows.filter((one) => one.kind !== "im");
    const own = rows.find((one) => one.kind === "im");
    this.node.replaceChildren(
      el("h3", { text: "Channels" }),
      el("ul", {}, channels.length ? channels.map((one) => this.row(one)) : el("li", { class: "none", text: "none" })),
      el("h3", { text: "Apps" }),
      el("ul", {}, this.appRow(own)),
    );
    if (focused !== undefined) this.find(focused)?.focus();
  }

  find(place) {
    return [...this.node.querySelectorAll("button")].find((one) => one.dataset.place === place || one.dataset.name === place);
  }

  unread(one) {
    const seen = this.seen.get(`${this.pane.person} ${one.id}`) ?? "";
    return one.received.filter((ts) => ts > seen).length;
  }

  row(one) {
    return this.entry(one.id, one.name, SIGNS[one.kind] ?? "#", KINDS[one.kind] ?? "channel", one.unread);
  }

  appRow(own) {
    return this.entry("", this.pane.screen.app.name, "◆", "app", own?.unread ?? 0);
  }

  entry(place, name, sign, kind, unread) {
    const current = place === this.pane.place;
    const button = el(
      "button",
      { type: "button", "aria-current": current ? "page" : null, on: { click: () => this.pane.open(place) } },
      el("span", { class: sign ? "sign" : "sign lock", "aria-hidden": "true", text: sign }),
      el("span", { class: "name", text: name }),
      el("span", { class: "unseen", text: ` (${kind})` }),
      unread ? el("span", { class: "count" }, String(unread), el("span", { class: "unseen", text: " unread" })) : null,
    );
    button.dataset.place = place;
    button.dataset.name = name;
    return el("li", {}, button);
  }
}
