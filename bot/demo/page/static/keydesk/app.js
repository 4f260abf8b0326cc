// Puts the page together: two Slack windows, the exchange, the tour, the words on show.

import { el } from "../slack/dom.js";
import { Pane } from "../slack/pane.js";
import { ask, Gone, Line } from "../slack/server.js";
import { BotSwitch } from "./bot.js";
import { Exchange } from "./exchange.js";
import { Tour } from "./tour.js";
import { Training } from "./training.js";

const at = (id) => document.getElementById(id);
const VIEWS = { workspace: "Workspace", training: "Every message" };

class App {
  constructor(panes) {
    this.panes = new Map(panes.map((told) => [told.slug, new Pane(told)]));
    this.exchange = new Exchange((label, value) => this.paste(label, value));
    this.bot = new BotSwitch(at("bot"));
    this.tour = new Tour(at("tour"), (pane, focus) => this.go(pane, focus));
    this.training = new Training(at("training"));
    at("workspace").append(...[...this.panes.values()].map((pane) => pane.node), this.exchange.node);
    this.buildTabs();
    this.buildViews();
    document.addEventListener("focusin", (event) => this.remember(event.target));
    document.addEventListener("keydown", (event) => this.pressed(event));
    this.line = new Line((event) => this.hear(event), (up) => this.lineIs(up));
  }

  regions() {
    const shown = [at("tour"), ...[...this.panes.values()].map((pane) => pane.node), this.exchange.node, at("training"), at("bar")];
    return shown.filter((node) => node.offsetParent !== null || this.tabOf(node));
  }

  tabOf(node) {
    return document.body.dataset.view === "workspace" ? node.dataset.tab : undefined;
  }

  remember(target) {
    for (const pane of this.panes.values()) if (pane.node.contains(target)) pane.lastFocus = target;
    if (this.exchange.node.contains(target)) this.exchange.lastFocus = target;
  }

  pressed(event) {
    if (event.key !== "F6") return;
    event.preventDefault();
    const regions = this.regions();
    const now = regions.findIndex((node) => node.contains(document.activeElement));
    const next = regions[(now + (event.shiftKey ? -1 : 1) + regions.length) % regions.length];
    this.into(next);
  }

  into(node) {
    if (node.dataset.tab) this.showPane(node.dataset.tab);
    const pane = [...this.panes.values(), this.exchange].find((one) => one.node === node);
    if (pane) pane.focusIn();
    else node.querySelector("button, a[href], summary")?.focus();
  }

  async go(slug, focus) {
    this.show("workspace");
    this.showPane(slug);
    if (slug === "exchange") return this.exchange.focusOn(focus);
    const pane = this.panes.get(slug);
    if (pane.layer.open) return pane.focusIn();
    if (focus.startsWith("place:")) return pane.sidebar.find(focus.slice(6))?.focus();
    await pane.open("");
    if (focus === "composer") return pane.composer.input.focus();
    const buttons = pane.list.node.querySelectorAll("button.primary");
    return (buttons[buttons.length - 1] ?? pane.list.node).focus();
  }

  paste(label, value) {
    for (const pane of this.panes.values()) {
      const field = pane.layer.paste(label, value);
      if (field) {
        this.showPane(pane.slug);
        field.focus();
        return true;
      }
    }
    return false;
  }

  buildTabs() {
    const tabs = [...[...this.panes.values()].map((pane) => [pane.slug, pane.title, pane.node]), ["exchange", "KuCoin", this.exchange.node]];
    this.tabs = new Map();
    for (const [slug, title, node] of tabs) {
      node.dataset.tab = slug;
      const tab = el("button", { type: "button", text: title, on: { click: () => this.showPane(slug) } });
      this.tabs.set(slug, tab);
      at("pane-tabs").append(tab);
    }
    this.showPane("client");
  }

  // On a narrow window one pane is seen at a time; on a middling one the client's and one other.
  showPane(slug) {
    document.body.dataset.pane = slug;
    if (slug !== "client") document.body.dataset.second = slug;
    document.body.dataset.second ??= "staff";
    for (const [name, tab] of this.tabs) tab.setAttribute("aria-pressed", String(name === slug));
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
    if (everything || event.kind === "workspace") {
      for (const pane of this.panes.values()) pane.refresh();
      this.exchange.refresh();
    }
    if (everything || event.kind === "bot") this.bot.load();
    if (everything || event.kind === "exchange") this.exchange.refresh();
    if (everything || event.kind === "tour") this.tour.load();
    if ((everything || event.kind === "words") && document.body.dataset.view === "training") this.training.load();
  }

  lineIs(up) {
    at("offline").hidden = up;
    at("offline").textContent = up ? "" : "The demo does not answer. This page goes on by itself as soon as it does.";
  }
}

try {
  const { panes } = await ask("/api/panes");
  new App(panes);
} catch (error) {
  if (!(error instanceof Gone)) throw error;
  at("offline").hidden = false;
  at("offline").textContent = error.message;
}
