// Where one writes: messages, slash commands, and the menu of shortcuts.

import { el, newId } from "./dom.js";

export class Composer {
  constructor(pane) {
    this.pane = pane;
    const id = newId("composer");
    this.input = el("textarea", { id, rows: 1, autocomplete: "off", "aria-describedby": `${id}-hint` });
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("input", () => this.suggest());
    this.label = el("label", { for: id, class: "unseen" });
    this.hints = el("div", { class: "suggestions", role: "group", "aria-label": "Commands", hidden: true });
    this.menu = el("details", { class: "plus" });
    this.send = el("button", { type: "submit", class: "send", text: "Send" });
    this.node = el(
      "form",
      { class: "composer" },
      this.hints,
      this.menu,
      this.label,
      this.input,
      this.send,
      el("p", { class: "unseen", id: `${id}-hint`, text: "Enter sends, Shift and Enter begins a line." }),
    );
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.say();
    });
    this.menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.shut();
    });
    this.menu.addEventListener("focusout", (event) => {
      if (!this.menu.contains(event.relatedTarget)) this.menu.open = false;
    });
  }

  show(screen, title) {
    this.node.hidden = !screen.mayWrite;
    this.label.textContent = `Message to ${title}`;
    this.input.placeholder = `Message ${title}`;
    this.commands = screen.commands;
    const entries = screen.shortcuts.map((one) =>
      el("button", { type: "button", text: one.name, on: { click: () => this.shortcut(one.id) } }),
    );
    const signature = JSON.stringify(screen.shortcuts);
    if (this.signature === signature) return;
    this.signature = signature;
    this.menu.replaceChildren(
      el("summary", { "aria-label": "Shortcuts", text: "+" }),
      el("div", { class: "menu" }, entries.length ? entries : el("p", { class: "hint", text: "No shortcuts" })),
    );
  }

  shut() {
    this.menu.open = false;
    this.menu.querySelector("summary").focus();
  }

  shortcut(id) {
    this.shut();
    this.pane.perform({ act: "shortcut", shortcut: id }, { command: "This shortcut" });
  }

  suggest() {
    const typed = this.input.value;
    const found = /^\/\S*$/.test(typed) ? this.commands.filter((name) => name.startsWith(typed) && name !== typed) : [];
    this.hints.hidden = !found.length;
    this.hints.replaceChildren(
      ...found.map((name) => el("button", { type: "button", text: name, on: { click: () => this.take(name) } })),
    );
  }

  take(name) {
    this.input.value = `${name} `;
    this.suggest();
    this.input.focus();
  }

  pressed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.say();
    }
  }

  async say() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.suggest();
    const answer = await this.pane.perform({ act: "say", text, thread: this.pane.thread }, { command: text.split(" ")[0] });
    if (answer.refused && !this.input.value) this.input.value = text;
  }
}
