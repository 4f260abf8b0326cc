// The switch of the bot: running, stopped in order, or killed; and started again.

import { el } from "../slack/dom.js";
import { ask, coalesced, send } from "../slack/server.js";

const WORDS = {
  running: "The bot runs",
  starting: "The bot is starting…",
  stopping: "The bot is stopping…",
  stopped: "The bot is stopped",
};
const OFFERED = {
  running: [["stop", "Stop"], ["kill", "Kill"]],
  starting: [["kill", "Kill"]],
  stopping: [["kill", "Kill"]],
  stopped: [["start", "Start"]],
};

export class BotSwitch {
  constructor(node) {
    this.state = el("span", { class: "state", role: "status" });
    this.buttons = el("span", { class: "switch" });
    node.append(this.state, this.buttons);
    this.load = coalesced(async () => this.show(await ask("/api/bot")));
  }

  show({ state, ended }) {
    this.state.dataset.state = state;
    this.state.textContent = ended ? `${WORDS[state]}. ${ended}` : WORDS[state];
    const hadFocus = this.buttons.contains(document.activeElement);
    this.buttons.replaceChildren(
      ...OFFERED[state].map(([act, text]) =>
        el("button", { type: "button", class: "b-button small", "aria-label": `${text} the bot`, text, on: { click: () => this.press(act) } }),
      ),
    );
    if (hadFocus) this.buttons.querySelector("button")?.focus();
  }

  async press(act) {
    await send("/api/bot", { do: act });
    this.load();
  }
}
