// A person's dialogs: the one in front, over their pane; and questions that are asked before an act.

import { blocks } from "./blocks.js";
import { el, focusable, newId, trapTab } from "./dom.js";

export class DialogLayer {
  constructor(pane) {
    this.pane = pane;
    this.node = el("div", { class: "layer", hidden: true });
    this.node.addEventListener("keydown", (event) => this.pressed(event));
    this.signature = "";
    this.front = null;
    this.fields = new Map();
  }

  get open() {
    return !this.node.hidden;
  }

  show(dialogs) {
    const front = dialogs[dialogs.length - 1] ?? null;
    const signature = front ? JSON.stringify([front.id, front.hash, front.errors, dialogs.length]) : "";
    if (signature === this.signature) return;
    const before = this.front;
    const held = before && front && before.id === front.id ? this.values() : {};
    const focus = this.focusNow();
    this.signature = signature;
    this.front = front;
    if (!front) this.close();
    else this.build(front, dialogs.length, held, { focus, isNew: before?.id !== front.id });
  }

  // Where the reader is: a place of a field, true for elsewhere in the dialog, or null.
  focusNow() {
    const now = document.activeElement;
    if (!this.node.contains(now)) return null;
    const found = [...this.fields].find(([, field]) => field.node.contains(now));
    return found ? found[0] : true;
  }

  build(dialog, depth, held, { focus, isNew }) {
    const takesFocus = this.open ? focus !== null : this.pane.holdsFocus();
    if (!this.open) this.opener = document.activeElement;
    this.fields = new Map();
    const id = newId("dialog");
    const errors = Object.keys(dialog.errors);
    const form = el("form", { class: "dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": id, novalidate: true });
    this.trouble = el("p", { class: "error", role: "alert" });
    form.append(
      this.head(dialog, depth, id),
      el("div", { class: "dialog-body" }, blocks(dialog.blocks, this.context(dialog)), this.trouble),
      this.foot(dialog),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.node.replaceChildren(form);
    this.node.hidden = false;
    this.pane.cover(true);
    for (const [place, value] of Object.entries(held)) this.put(place, value);
    if (takesFocus) this.moveFocus(errors, isNew, focus, form);
    this.pane.announce(`Dialog: ${dialog.title}. ${form.querySelector(".b-header")?.textContent ?? ""}`);
  }

  head(dialog, depth, id) {
    const cross = el("button", { type: "button", class: "cross", "aria-label": "Close the dialog", text: "×" });
    cross.addEventListener("click", () => this.pane.perform({ act: "close", dialog: dialog.id, all: true }));
    return el(
      "div",
      { class: "dialog-head" },
      el("h3", { id, tabindex: "-1", text: dialog.title }),
      depth > 1 ? el("span", { class: "hint", text: `${depth} open` }) : null,
      cross,
    );
  }

  foot(dialog) {
    const close = el("button", { type: "button", class: "b-button", text: dialog.close || "Cancel" });
    close.addEventListener("click", () => this.cancel());
    this.main = dialog.submit ? el("button", { type: "submit", class: "b-button primary", text: dialog.submit }) : null;
    return el("div", { class: "dialog-foot" }, close, this.main);
  }

  context(dialog) {
    return {
      names: this.pane.screen.names,
      inputs: dialog.inputs,
      errors: dialog.errors,
      fields: this.fields,
      ask: (what) => this.pane.perform({ ...what, dialog: dialog.id }, { quiet: true }),
      changed: () => this.pane.perform({ act: "fill", dialog: dialog.id, values: this.values() }, { quiet: true }),
      act: (block, element, value, node) =>
        this.pane.touch({ dialog: dialog.id, values: this.values() }, block, element, value, node),
    };
  }

  moveFocus(errors, isNew, focus, form) {
    const wrong = [...this.fields.values()].find((field) => errors.includes(field.block));
    const same = typeof focus === "string" ? this.fields.get(focus) : null;
    const first = isNew ? [...this.fields.values()][0] : null;
    const target = wrong ?? same ?? first;
    (target?.focus ?? form.querySelector("h3")).focus();
  }

  values() {
    return Object.fromEntries([...this.fields].map(([place, field]) => [place, field.read()]));
  }

  put(place, value) {
    const field = this.fields.get(place);
    if (field && typeof value === "string" && "value" in field.node) field.node.value = value;
  }

  // Puts a text into the field of that label, as if pasted. Whether there is one.
  paste(label, value) {
    const found = [...this.fields.values()].find((field) => field.label === label && "value" in field.node);
    if (!this.open || !found) return null;
    found.node.value = value;
    found.node.dispatchEvent(new Event("change"));
    return found.node;
  }

  async submit() {
    if (!this.main || this.main.getAttribute("aria-disabled") === "true") return;
    const told = { act: "submit", dialog: this.front.id, values: this.values() };
    const answer = await this.pane.perform(told, { node: this.main, quiet: true });
    const said = answer.refused ?? (answer.error ? `We had some trouble connecting. Try again? (${answer.error})` : "");
    if (this.trouble?.isConnected) this.trouble.textContent = said;
  }

  cancel() {
    return this.pane.perform({ act: "close", dialog: this.front.id });
  }

  close() {
    const hadFocus = this.node.contains(document.activeElement) || document.activeElement === document.body;
    this.node.hidden = true;
    this.node.replaceChildren();
    this.fields = new Map();
    this.pane.cover(false);
    if (hadFocus) this.pane.focusBack(this.opener);
  }

  pressed(event) {
    if (event.key === "Escape" && this.front) {
      event.preventDefault();
      this.cancel();
    }
    trapTab(event, this.node);
  }
}

// Asks first, over the whole pane. Resolves to whether they went on.
export function asks(layer, question, done) {
  const id = newId("question");
  const before = document.activeElement;
  return new Promise((resolve) => {
    const answer = (yes) => {
      layer.hidden = true;
      layer.replaceChildren();
      done();
      before?.focus();
      resolve(yes);
    };
    const yes = el("button", { type: "button", class: `b-button ${question.style ?? "primary"}`, text: question.confirm.text });
    const no = el("button", { type: "button", class: "b-button", text: question.deny.text });
    yes.addEventListener("click", () => answer(true));
    no.addEventListener("click", () => answer(false));
    const box = el(
      "div",
      { class: "dialog question", role: "alertdialog", "aria-modal": "true", "aria-labelledby": id, "aria-describedby": `${id}-text` },
      el("div", { class: "dialog-head" }, el("h3", { id, text: question.title.text })),
      el("div", { class: "dialog-body" }, el("p", { id: `${id}-text`, text: question.text.text })),
      el("div", { class: "dialog-foot" }, no, yes),
    );
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") answer(false);
      trapTab(event, box);
    });
    layer.replaceChildren(box);
    layer.hidden = false;
    focusable(box)[0]?.focus();
  });
}
