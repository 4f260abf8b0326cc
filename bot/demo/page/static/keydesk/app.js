// Puts keydesk's page together: two Slack windows, the exchange, the tour, the words on show.

import { el } from "../slack/dom.js";
import { Frame, offline } from "../slack/frame.js";
import { Pane } from "../slack/pane.js";
import { ask, Gone } from "../slack/server.js";
import { BotSwitch } from "./bot.js";
import { Exchange } from "./exchange.js";
import { Tour } from "./tour.js";
import { Training } from "./training.js";

const at = (id) => document.getElementById(id);
const VIEWS = { workspace: "Workspace", training: "Every message" };

class App {
  constructor(panes) {
    this.exchange = new Exchange((label, value) => this.frame.paste(label, value));
    this.bot = new BotSwitch(at("bot"));
    this.tour = new Tour(at("tour"), (pane, focus) => this.go(pane, focus));
    this.training = new Training(at("training"));
    this.frame = new Frame([...panes.map((told) => new Pane(told)), this.exchange], {
      before: [at("tour")],
      after: [at("training"), at("bar")],
      heard: (event) => this.hear(event),
    });
    this.buildViews();
    this.frame.start();
  }

  async go(slug, focus) {
    this.show("workspace");
    this.frame.show(slug);
    const part = this.frame.part(slug);
    if (part === this.exchange) return part.focusOn(focus);
    if (part.layer.open) return part.focusIn();
    if (focus.startsWith("place:")) return part.sidebar.find(focus.slice(6))?.focus();
    await part.open("");
    if (focus === "composer") return part.composer.input.focus();
    const buttons = part.list.node.querySelectorAll("button.primary");
    return (buttons[buttons.length - 1] ?? part.list.node).focus();
  }

  buildViews() {
    for (const [view, title] of Object.entries(VIEWS)) {
      at("views").append(el("button", { type: "button", "data-view": view, text: title, on: { click: () => this.show(view) } }));
    }
    this.show("workspace");
  }

  show(view) {
    document.body.dataset.view = view;
    at("workspace").hidden = view !== "workspace";
    at("training").hidden = view !== "training";
    for (const button of at("views").children) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    if (view === "training") this.training.load();
  }

  hear(event) {
    const everything = event.kind === "hello";
    if (everything || event.kind === "bot") this.bot.load();
    if (event.kind === "exchange") this.exchange.refresh();
    if (everything || event.kind === "tour") this.tour.load();
    if ((everything || event.kind === "words") && document.body.dataset.view === "training") this.training.load();
  }
}

try {
  const { panes } = await ask("/api/panes");
  new App(panes);
} catch (error) {
  if (!(error instanceof Gone)) throw error;
  offline(error.message);
}
