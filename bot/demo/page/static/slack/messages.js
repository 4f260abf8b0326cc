// The list of messages in a conversation or thread, kept in step without losing the reader's place.

import { blocks } from "./blocks.js";
import { el, keyed } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

const NEAR_BOTTOM_PX = 60;

export class MessageList {
  // pane: names, act(…), openThread(ts), remove(ts). inThread: whether replies have no thread of their own.
  constructor(pane, { inThread = false } = {}) {
    this.pane = pane;
    this.inThread = inThread;
    this.list = el("ol", { class: "messages" });
    this.scroller = el("div", { class: "scroll", tabindex: "-1" }, this.list);
    this.chip = el("button", { type: "button", class: "chip", hidden: true, text: "New message ↓", on: { click: () => this.toLatest() } });
    this.scroller.addEventListener("scroll", () => this.follows() && this.atEnd());
    this.node = el("div", { class: "list" }, this.scroller, this.chip);
    this.left = 0;
  }

  show(messages, { fresh = false } = {}) {
    const following = this.follows();
    const focused = this.focused();
    const latest = this.latest;
    this.latest = messages[messages.length - 1]?.ts;
    keyed(
      this.list,
      messages,
      (message) => message.ts,
      (message, old) => this.message(message, old),
    );
    this.restore(focused);
    if (fresh || following) this.toLatest();
    else if (this.latest > (latest ?? "")) this.chip.hidden = false;
  }

  // Whether the reader is where the last message put them, or at the end.
  follows() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return Math.abs(scrollTop - this.left) < 3 || scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
  }

  // To the last message: to its end, or where it is taller than the window to its beginning.
  toLatest() {
    const last = this.list.lastElementChild;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    if (last && last.offsetHeight > this.scroller.clientHeight) last.scrollIntoView({ block: "start" });
    this.left = this.scroller.scrollTop;
    this.atEnd();
  }

  atEnd() {
    this.chip.hidden = true;
  }

  focused() {
    const inside = document.activeElement;
    const row = this.list.contains(inside) ? inside.closest(".message") : null;
    return row && { key: row.dataset.key, at: inside.dataset.at };
  }

  restore(focused) {
    if (!focused || this.list.contains(document.activeElement)) return;
    const row = [...this.list.children].find((one) => one.dataset.key === focused.key);
    if (!row) return;
    const same = [...row.querySelectorAll("[data-at]")].find((one) => one.dataset.at === focused.at);
    (same ?? row).focus();
  }

  message(message, old) {
    const { names, me } = this.pane.screen;
    const name = names.users[message.user] ?? message.user;
    const classes = ["message", message.ephemeral ? "ephemeral" : "", old ? "changed" : ""];
    return el(
      "li",
      { class: classes.filter(Boolean).join(" "), tabindex: "-1" },
      el("span", { class: `avatar hue-${hue(message.user)}`, "aria-hidden": "true", text: initials(name) }),
      el(
        "div",
        { class: "message-main" },
        el(
          "div",
          { class: "message-head" },
          el("strong", { class: "author", text: name }),
          message.bot ? el("span", { class: "badge", text: "App" }) : null,
          el("time", { class: "time", text: clock(message.ts) }),
          message.edited ? el("span", { class: "time", text: "(edited)" }) : null,
        ),
        message.ephemeral ? el("p", { class: "only-you", text: "Only visible to you" }) : null,
        this.body(message),
        this.foot(message, message.user === me.id),
      ),
    );
  }

  body(message) {
    const { names } = this.pane.screen;
    const context = {
      names,
      inputs: message.inputs,
      fields: new Map(),
      ask: (what) => this.pane.perform({ ...what, ts: message.ts }, { quiet: true }),
      act: (block, element, value, node) => this.pane.touch({ ts: message.ts }, block, element, value, node),
    };
    const shown = message.blocks.length
      ? blocks(message.blocks, context)
      : [el("div", { class: "b-text" }, mrkdwn(message.text, names))];
    const attached = (message.attachments ?? []).flatMap((one) =>
      one.blocks ? blocks(one.blocks, context) : [el("blockquote", { text: one.text ?? one.fallback ?? "" })],
    );
    return el("div", { class: "message-body" }, shown, attached, message.files.map(file), reactions(message));
  }

  // An entry of the message's own menu.
  entry(one, message) {
    const use = () => this.pane.perform({ act: "shortcut", ts: message.ts, shortcut: one.id }, { command: "This shortcut" });
    return el("button", { type: "button", class: "quiet", text: one.name, on: { click: use } });
  }

  foot(message, own) {
    const reply = (text) =>
      el("button", { type: "button", class: "quiet", text, on: { click: () => this.pane.openThread(message.ts) } });
    const replies = message.replies === 1 ? "1 reply" : `${message.replies} replies`;
    const threaded = !this.inThread && !message.ephemeral;
    const remove = () => this.pane.perform({ act: "delete", ts: message.ts });
    const entries = message.ephemeral ? [] : this.pane.screen.messageShortcuts;
    const tools = [
      ...entries.map((one) => this.entry(one, message)),
      threaded && message.replies ? reply(replies) : null,
      threaded && !message.replies ? reply("Reply in thread") : null,
      own ? el("button", { type: "button", class: "quiet", text: "Delete", on: { click: remove } }) : null,
    ].filter(Boolean);
    if (!tools.length) return null;
    return el("div", { class: message.replies ? "message-foot has-replies" : "message-foot" }, tools);
  }
}

function file(one) {
  const address = `/api/file/${encodeURIComponent(one.id)}`;
  const title = one.title || one.name;
  if (/\.(png|jpe?g|gif)$/i.test(one.name)) {
    return el("figure", { class: "b-image" }, el("figcaption", { text: title }), el("img", { src: address, alt: title }));
  }
  return el("a", { class: "file", href: address, download: one.name, text: `${title} (${one.size} bytes)` });
}

function reactions(message) {
  if (!message.reactions.length) return null;
  return el("p", { class: "reactions", text: message.reactions.map((name) => `:${name}:`).join(" ") });
}

export function clock(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

function initials(name) {
  return name
    .split(" ")
    .slice(0, 2)
    .map((word) => word[0])
    .join("")
    .toUpperCase();
}

function hue(id) {
  return [...id].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
}
