// One Slack window: who somebody is, their conversations, and what is open.

import { blocks } from "./blocks.js";
import { Composer } from "./composer.js";
import { asks, DialogLayer } from "./dialog.js";
import { el, focusable, newId } from "./dom.js";
import { MessageList } from "./messages.js";
import { ask, coalesced, Gone, send } from "./server.js";
import { Sidebar } from "./sidebar.js";
import { troubleWords } from "./trouble.js";

export class Pane {
  constructor({ slug, title, people }, changed = () => {}) {
    Object.assign(this, { slug, title, people, changed, person: people[0].id, place: "", tab: "messages", thread: "" });
    this.screen = null;
    this.refresh = coalesced(() => this.load());
    this.list = new MessageList(this);
    this.threadList = new MessageList(this, { inThread: true });
    this.composer = new Composer(this);
    this.layer = new DialogLayer(this);
    this.sidebar = new Sidebar(this);
    this.build();
  }

  build() {
    const id = newId("pane");
    const who = el("select", { id: `${id}-who`, on: { change: () => this.become(this.who.value) } });
    for (const one of this.people) who.append(el("option", { value: one.id, text: `${one.name} (${one.kind})` }));
    this.who = who;
    this.top = el(
      "header",
      { class: "slack-top" },
      el("h2", { id, text: this.title }),
      el("label", { for: `${id}-who`, text: "You are" }),
      who,
    );
    this.heading = el("h3", { class: "place-name" });
    this.tabs = el("div", { class: "app-tabs", role: "group", "aria-label": "Tabs of the app" });
    this.home = el("div", { class: "scroll home", hidden: true });
    this.empty = el("p", { class: "empty" });
    const back = el("button", { type: "button", class: "quiet", text: "← Back", on: { click: () => this.openThread("") } });
    this.threadBox = el("div", { class: "thread", hidden: true }, el("div", { class: "room-head" }, back, el("h3", { text: "Thread" })), this.threadList.node);
    this.room = el("div", { class: "room" }, el("div", { class: "room-head" }, this.heading, this.tabs), this.empty, this.list.node, this.home, this.threadBox, this.composer.node);
    this.body = el("div", { class: "slack-body" }, this.sidebar.node, this.room);
    this.notice = el("p", { class: "notice", role: "alert" });
    this.question = el("div", { class: "layer", hidden: true });
    this.live = el("p", { class: "unseen", "aria-live": "polite" });
    this.node = el(
      "section",
      { class: "slack", id: `pane-${this.slug}`, "aria-labelledby": id },
      this.top,
      el("div", { class: "screen" }, this.body, this.notice, this.layer.node, this.question),
      this.live,
    );
  }

  become(person) {
    Object.assign(this, { person, place: "", tab: "messages", thread: "", screen: null });
    this.notice.textContent = "";
    this.refresh();
  }

  async open(place, tab = "messages") {
    const fresh = place !== this.place || tab !== this.tab;
    Object.assign(this, { place, tab, thread: "" });
    this.notice.textContent = "";
    if (!place && fresh) this.perform({ act: tab === "home" ? "home" : "messages" }, { quiet: true });
    await this.load(fresh);
  }

  async openThread(ts) {
    this.thread = ts;
    await this.load();
    if (ts) this.composer.input.focus();
  }

  async load(fresh = false) {
    const asked = { person: this.person, place: this.place, thread: this.thread };
    const screen = await ask("/api/screen", asked);
    if (asked.person !== this.person || asked.place !== this.place || asked.thread !== this.thread) return;
    if (!screen) {
      this.place = "";
      this.thread = "";
      return;
    }
    const first = !this.screen;
    this.tell(screen, first);
    this.screen = screen;
    this.show(fresh || first);
    this.changed();
  }

  show(fresh) {
    const { screen } = this;
    this.who.value = this.person;
    const title = this.titleOf(this.place);
    this.heading.textContent = this.place ? title : screen.app.name;
    this.showTabs();
    const atHome = !this.place && this.tab === "home";
    this.home.hidden = !atHome;
    this.list.node.hidden = atHome;
    this.threadBox.hidden = !this.thread;
    this.empty.textContent = this.emptyWords(atHome);
    this.empty.hidden = !this.empty.textContent;
    if (atHome) this.showHome();
    this.list.show(screen.messages, { fresh });
    this.threadList.show(screen.thread);
    this.composer.show({ ...screen, mayWrite: screen.mayWrite && !atHome }, this.thread ? "the thread" : title);
    this.sidebar.show();
    this.layer.show(screen.dialogs);
  }

  emptyWords(atHome) {
    const { screen } = this;
    if (atHome) return screen.home ? "" : "The app has put nothing here yet.";
    if (screen.messages.length) return "";
    if (!this.place && !screen.mayWrite) return `${screen.me.name} shares no channel with the app and cannot write to it.`;
    return "Nothing was said here yet.";
  }

  titleOf(place) {
    const found = this.screen.places.find((one) => one.id === place && one.kind !== "im");
    if (!found) return this.screen.app.name;
    return found.kind === "mpim" ? found.name : `#${found.name}`;
  }

  showTabs() {
    const tabs = this.place || !this.screen.app.home ? [] : [["messages", "Messages"], ["home", "Home"]];
    const signature = JSON.stringify([tabs, this.tab]);
    if (this.tabs.signature === signature) return;
    const hadFocus = this.tabs.contains(document.activeElement);
    this.tabs.signature = signature;
    this.tabs.replaceChildren(
      ...tabs.map(([tab, text]) =>
        el("button", { type: "button", "aria-pressed": String(tab === this.tab), text, on: { click: () => this.open("", tab) } }),
      ),
    );
    if (hadFocus) this.tabs.querySelector("[aria-pressed=true]")?.focus();
  }

  showHome() {
    const { home, names } = this.screen;
    const signature = JSON.stringify(home);
    if (this.home.signature === signature) return;
    const at = this.home.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    this.home.signature = signature;
    const act = (block, element, value, node) => this.touch({ home: true }, block, element, value, node);
    const ask = (what) => this.perform({ ...what, home: true }, { quiet: true });
    this.home.replaceChildren(...blocks(home?.blocks ?? [], { names, inputs: home?.inputs, fields: new Map(), act, ask }));
    if (at) ([...this.home.querySelectorAll("[data-at]")].find((one) => one.dataset.at === at) ?? this.home).focus();
  }

  // Says to screen readers what came in, wherever it stands.
  tell(screen, first) {
    if (first) return;
    const known = new Set(this.screen.messages.map((one) => one.ts));
    const news = screen.messages.filter((one) => !known.has(one.ts) && one.user !== screen.me.id);
    if (news.length && screen.open === this.screen.open) {
      this.announce(news.map((one) => `${screen.names.users[one.user] ?? ""}: ${one.text.slice(0, 300)}`).join(" "));
    }
  }

  announce(words) {
    this.live.textContent = words;
  }

  async touch(where, block, element, value, node) {
    if (element.confirm && !(await this.sure(element.confirm))) return;
    await this.perform({ act: "touch", ...where, block: block.block_id, action: element.action_id, value }, { node });
  }

  async sure(question) {
    this.cover(true);
    this.layer.node.inert = true;
    return asks(this.question, question, () => {
      this.layer.node.inert = false;
      this.cover(this.layer.open);
    });
  }

  // Does something as this person. node: what was pressed, which cannot be pressed again meanwhile.
  async perform(told, { node = null, quiet = false, command = "" } = {}) {
    if (node?.getAttribute("aria-disabled") === "true") return {};
    node?.setAttribute("aria-disabled", "true");
    if (!quiet) this.notice.textContent = "";
    let answer;
    try {
      answer = await send("/api/act", { person: this.person, place: this.place, ...told });
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      answer = { refused: error.message };
    }
    node?.removeAttribute("aria-disabled");
    if (!quiet) this.notice.textContent = troubleWords(answer, command);
    this.refresh();
    return answer;
  }

  cover(covered) {
    // Who somebody is can be changed at any time: that is the page's own, not Slack's.
    this.body.inert = covered;
  }

  holdsFocus() {
    return this.node.contains(document.activeElement) || document.activeElement === document.body;
  }

  // Into this pane: its dialog, or where the reader was last, or the composer.
  focusIn() {
    const inside = this.layer.open ? this.layer.node : this.node;
    const last = inside.contains(this.lastFocus) && !this.lastFocus.closest("[inert]") ? this.lastFocus : null;
    (last ?? focusable(inside)[0])?.focus();
  }

  focusBack(opener) {
    if (opener?.isConnected && this.node.contains(opener)) opener.focus();
    else if (!this.composer.node.hidden) this.composer.input.focus();
    else this.who.focus();
  }
}
