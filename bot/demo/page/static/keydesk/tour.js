// The guided tour: which step is on, and a way to its place. What is done the server sees by itself.

import { el } from "../slack/dom.js";
import { ask, coalesced } from "../slack/server.js";

const DISMISSED = "keydesk-tour-dismissed";

export class Tour {
  constructor(node, go) {
    this.node = node;
    this.go = go;
    this.live = el("p", { class: "unseen", "aria-live": "polite" });
    this.box = el("div", { class: "tour-box" });
    node.append(this.box, this.live);
    this.reached = -1;
    this.load = coalesced(async () => this.show(await ask("/api/tour")));
  }

  show({ steps, end }) {
    this.told = { steps, end };
    const dismissed = sessionStorage.getItem(DISMISSED) !== null;
    this.node.hidden = false;
    this.node.classList.toggle("small", dismissed);
    const at = steps.findIndex((step) => !step.done);
    const hadFocus = this.box.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.box.replaceChildren(...(dismissed ? [this.opener()] : [this.dots(steps, at), this.words(steps, end, at), this.buttons(steps, at)]));
    if (hadFocus) (this.box.querySelector(`[data-name="${hadFocus}"]`) ?? this.box.querySelector("button"))?.focus();
    if (!dismissed && this.reached !== at && this.reached !== -1) this.announce(steps, end, at);
    this.reached = at;
  }

  announce(steps, end, at) {
    this.live.textContent = at < 0 ? `The tour is done. ${end}` : `Done. Step ${at + 1} of ${steps.length}: ${steps[at].title}. ${steps[at].words}`;
  }

  dots(steps, at) {
    return el(
      "ol",
      { class: "dots", "aria-label": "Steps of the tour" },
      steps.map((step, number) =>
        el(
          "li",
          { class: step.done ? "done" : "", "aria-current": number === at ? "step" : null },
          el("span", { "aria-hidden": "true", text: step.done ? "✓" : String(number + 1) }),
          el("span", { class: "unseen", text: `${step.title}${step.done ? ", done" : ""}` }),
        ),
      ),
    );
  }

  words(steps, end, at) {
    if (at < 0) return el("div", { class: "tour-words" }, el("h2", { text: "You have seen it all" }), el("p", { text: end }));
    const step = steps[at];
    return el(
      "div",
      { class: "tour-words" },
      el("h2", { text: `${at + 1} of ${steps.length}: ${step.title}` }),
      el("p", { text: step.words }),
    );
  }

  buttons(steps, at) {
    const go = el("button", { type: "button", class: "b-button primary", "data-name": "go", text: "Take me there" });
    go.addEventListener("click", () => this.go(steps[at].pane, steps[at].focus));
    const leave = el("button", { type: "button", class: "b-button", "data-name": "leave", text: at < 0 ? "Close" : "Leave the tour" });
    leave.addEventListener("click", () => this.dismiss(true));
    return el("div", { class: "row" }, at < 0 ? null : go, leave);
  }

  opener() {
    const open = el("button", { type: "button", class: "quiet", "data-name": "open", text: "Show the tour" });
    open.addEventListener("click", () => this.dismiss(false));
    return open;
  }

  dismiss(dismissed) {
    if (dismissed) sessionStorage.setItem(DISMISSED, "1");
    else sessionStorage.removeItem(DISMISSED);
    this.show(this.told);
  }
}
