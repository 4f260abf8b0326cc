// The exchange's pane: choose a key, paste it, edit it, and break the venue.

import { el, focusable, newId } from "../slack/dom.js";
import { ask, coalesced, send } from "../slack/server.js";

const WORDS = {
  title: "KuCoin",
  about: "A KuCoin on this machine. Keys made here open nothing anywhere else.",
  noDialog: "No dialog is open that has this field. Open one in Slack first.",
};

export class Exchange {
  constructor(paste) {
    Object.assign(this, { slug: "exchange", title: WORDS.title, paste });
    this.preset = "ip_restricted";
    this.signature = "";
    this.said = el("p", { class: "notice", role: "status" });
    this.parts = el("div", { class: "desk" });
    const id = newId("exchange");
    this.node = el(
      "section",
      { class: "exchange", id: "pane-exchange", "aria-labelledby": id },
      el("header", { class: "slack-top" }, el("h2", { id, text: WORDS.title })),
      el("div", { class: "scroll" }, el("p", { class: "hint", text: WORDS.about }), this.said, this.parts),
    );
    this.refresh = coalesced(async () => this.show(await ask("/api/exchange")));
  }

  show(told) {
    const signature = JSON.stringify(told);
    if (!told || signature === this.signature) return;
    this.signature = signature;
    const focus = this.node.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.told = told;
    this.parts.replaceChildren(this.chooser(told), ...(told.key ? [this.clipboard(told.key), this.editor(told.key)] : []), this.breaker(told), this.asked(told));
    if (focus) this.find(focus)?.focus();
  }

  find(name) {
    return this.parts.querySelector(`[data-name="${CSS.escape(name)}"]`);
  }

  focusOn(name) {
    (this.find(name) ?? this.find("preset")).focus();
  }

  focusIn() {
    const last = this.node.contains(this.lastFocus) ? this.lastFocus : null;
    (last ?? focusable(this.node)[0])?.focus();
  }

  async act(told, said = "") {
    const answer = await send("/api/exchange", told);
    this.said.textContent = answer.refused ?? said;
    if (!answer.refused) this.show(answer);
  }

  chooser(told) {
    const id = newId("preset");
    const deed = el("p", { class: "deed", id: `${id}-deed` });
    const select = el("select", { id, "data-name": "preset", "aria-describedby": `${id}-deed` });
    for (const one of told.presets) select.append(el("option", { value: one.slug, text: one.title }));
    const chosen = () => {
      this.preset = select.value;
      deed.textContent = asDeed(told.presets.find((one) => one.slug === select.value).deed);
    };
    select.value = this.preset;
    select.addEventListener("change", chosen);
    chosen();
    const make = el("button", { type: "button", class: "b-button primary", "data-name": "make", text: "Make this key" });
    make.addEventListener("click", () => this.act({ do: "make", preset: this.preset }, "The key is made, and in the clipboard below."));
    return part("Which key does the client use?", el("label", { for: id, text: "Kind of key" }), select, deed, make);
  }

  clipboard(key) {
    const rows = key.clipboard.map(({ label, value }) => {
      const id = newId("clip");
      const button = el("button", { type: "button", class: "b-button small", "aria-label": `Paste ${label} into the dialog`, "data-name": `paste ${label}`, text: "Paste" });
      button.addEventListener("click", () => this.pasted([{ label, value }]));
      return el("div", { class: "clip" }, el("label", { for: id, text: label }), el("input", { id, readonly: true, value }), button);
    });
    const all = el("button", { type: "button", class: "b-button primary", "data-name": "paste", text: "Paste all three" });
    all.addEventListener("click", () => this.pasted(key.clipboard));
    return part(`Clipboard: “${key.title}”`, rows, all);
  }

  pasted(values) {
    const done = values.map(({ label, value }) => this.paste(label, value));
    this.said.textContent = done.every(Boolean) ? "Pasted into the dialog." : WORDS.noDialog;
  }

  editor(key) {
    const boxes = key.permissions.map(({ slug, title, on }) => {
      const box = el("input", { type: "checkbox", "data-name": `permission ${slug}`, value: slug });
      box.checked = on;
      return { box, row: el("label", { class: "choice" }, box, title) };
    });
    const name = newId("restriction");
    const radio = (value, text) => {
      const box = el("input", { type: "radio", name, value, "data-name": value === "no" ? "edit" : "restricted" });
      box.checked = (value === "yes") === key.addresses.length > 0;
      return { box, row: el("label", { class: "choice" }, box, text) };
    };
    const no = radio("no", "No");
    const yes = radio("yes", key.addresses.length ? `Yes: ${key.addresses.join(", ")}` : "Yes");
    const save = el("button", { type: "button", class: "b-button primary", "data-name": "save", text: "Save" });
    save.addEventListener("click", () =>
      this.act(
        { do: "edit", permissions: boxes.filter(({ box }) => box.checked).map(({ box }) => box.value), restricted: yes.box.checked },
        "Saved at KuCoin.",
      ),
    );
    return part(
      "Edit this key",
      el("fieldset", {}, el("legend", { text: "API restrictions" }), boxes.map(({ row }) => row), key.besides.length ? el("p", { class: "hint", text: `Also: ${key.besides.join(", ")}` }) : null),
      el("fieldset", {}, el("legend", { text: "IP restriction" }), no.row, yes.row),
      this.validity(key),
      el("div", { class: "row" }, save, this.remover()),
    );
  }

  validity(key) {
    const words = key.expires ? `Validity: until ${key.expires}. KuCoin lets nobody change it.` : "Validity: Permanent";
    if (!key.expires) return el("p", { text: words });
    const renew = el("button", { type: "button", class: "b-button small", "data-name": "renew", text: "Make a new key, permanent" });
    renew.addEventListener("click", () => this.act({ do: "renew" }, "A new key is made, with validity Permanent. Paste the new values."));
    return el("div", {}, el("p", { text: words }), renew);
  }

  remover() {
    const remove = el("button", { type: "button", class: "b-button", "data-name": "delete", text: "Delete key" });
    remove.addEventListener("click", () => this.act({ do: "delete" }, "The key is deleted at KuCoin."));
    return remove;
  }

  breaker(told) {
    const id = newId("fault");
    const select = el("select", { id, "data-name": "fault" });
    for (const group of told.faults) {
      select.append(el("optgroup", { label: group.title }, group.faults.map((one) => el("option", { value: one.slug, text: one.title }))));
    }
    if (this.fault) select.value = this.fault;
    select.addEventListener("change", () => {
      this.fault = select.value;
    });
    const go = el("button", { type: "button", class: "b-button", "data-name": "break", text: "Let this happen" });
    go.addEventListener("click", () => this.act({ do: "break", fault: select.value }, "KuCoin is broken now."));
    const active = told.active.map(({ slug, title }) => {
      const mend = el("button", { type: "button", class: "b-button small", "aria-label": `Mend: ${title}`, text: "Mend" });
      mend.addEventListener("click", () => this.act({ do: "mend", fault: slug }, "Mended."));
      return el("li", {}, el("span", { text: title }), mend);
    });
    return part(
      "Break KuCoin",
      el("label", { for: id, text: "What happens" }),
      select,
      go,
      active.length ? el("ul", { class: "active", "aria-label": "What is broken now" }, active) : el("p", { class: "hint", text: "All is well." }),
    );
  }

  asked(told) {
    const rows = told.requests.map((one) => el("li", {}, el("code", { text: one.what }), ` ${one.host}: ${one.code}`));
    return part("What KuCoin was asked last", rows.length ? el("ol", { class: "asked" }, rows) : el("p", { class: "hint", text: "Nothing yet." }));
  }
}

// "Ticked Earn." → "The client ticked Earn."
function asDeed(words) {
  return `The client ${words[0].toLowerCase()}${words.slice(1)}`;
}

function part(title, ...children) {
  return el("div", { class: "part" }, el("h3", { text: title }), ...children);
}
