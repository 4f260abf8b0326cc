// The window as a whole: panes side by side or as tabs, F6 from one to the next, and the line to the server.

import { el } from "./dom.js";
import { Line } from "./server.js";

const at = (id) => document.getElementById(id);

// A part is a pane that has a tab: { slug, title, node, focusIn(), refresh(), lastFocus }.
export class Frame {
  // parts: in the order of their tabs. regions: further nodes that F6 leads to. heard: told of every event.
  constructor(parts, { before = [], after = [], heard = () => {} } = {}) {
    this.parts = parts;
    this.nodes = [...before, ...parts.map((part) => part.node), ...after];
    this.heard = heard;
    at("workspace").append(...parts.map((part) => part.node));
    this.buildTabs();
    document.addEventListener("focusin", (event) => this.remember(event.target));
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  start() {
    this.line = new Line((event) => this.hear(event), (up) => this.lineIs(up));
  }

  buildTabs() {
    this.tabs = new Map();
    for (const { slug, title, node } of this.parts) {
      node.dataset.pane = slug;
      const tab = el("button", { type: "button", text: title, on: { click: () => this.show(slug) } });
      this.tabs.set(slug, tab);
      at("pane-tabs").append(tab);
    }
    this.show(this.parts[0].slug);
  }

  // On a narrow window one pane is seen at a time; on a middling one the first and one other.
  show(slug) {
    const first = this.parts[0].slug;
    if (slug !== first || !this.second) this.second = slug === first ? (this.parts[1]?.slug ?? slug) : slug;
    for (const part of this.parts) {
      part.node.classList.toggle("chosen", part.slug === slug);
      part.node.classList.toggle("beside", part.slug === first || part.slug === this.second);
      this.tabs.get(part.slug).setAttribute("aria-pressed", String(part.slug === slug));
    }
  }

  part(slug) {
    return this.parts.find((one) => one.slug === slug);
  }

  remember(target) {
    const part = this.parts.find((one) => one.node.contains(target));
    if (part) part.lastFocus = target;
  }

  pressed(event) {
    if (event.key !== "F6") return;
    event.preventDefault();
    const within = !at("workspace").hidden;
    const nodes = this.nodes.filter((node) => node.offsetParent !== null || (within && node.dataset.pane));
    const now = nodes.findIndex((node) => node.contains(document.activeElement));
    const step = event.shiftKey ? -1 : 1;
    this.into(nodes[(Math.max(now, event.shiftKey ? 0 : -1) + step + nodes.length) % nodes.length]);
  }

  into(node) {
    const part = this.parts.find((one) => one.node === node);
    if (!part) {
      node.querySelector("button, a[href], summary")?.focus();
      return;
    }
    this.show(part.slug);
    part.focusIn();
  }

  // Puts a text into the field of that label of whatever dialog is open. Whether there was one.
  paste(label, value) {
    for (const part of this.parts) {
      const field = part.layer?.paste(label, value);
      if (field) {
        this.show(part.slug);
        field.focus();
        return true;
      }
    }
    return false;
  }

  hear(event) {
    if (event.kind === "hello" || event.kind === "workspace") for (const part of this.parts) part.refresh();
    this.heard(event);
  }

  lineIs(up) {
    offline(up ? "" : "The demo does not answer. This page goes on by itself as soon as it does.");
  }
}

export function offline(words) {
  at("offline").hidden = !words;
  at("offline").textContent = words;
}
