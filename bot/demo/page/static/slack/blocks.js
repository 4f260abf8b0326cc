// Block Kit as nodes.
//
// The context of a surface: names (of people and channels), inputs (what is filled in, by place),
// errors (block id → sentence), act(block, action, value, node), ask(what) and fields, which is
// filled here: place → { node, focus, read, label }.

import { el, newId } from "./dom.js";
import { field, heldBy } from "./fields.js";
import { mrkdwn, plainText } from "./mrkdwn.js";
import { richText } from "./richtext.js";

export function blocks(list, context) {
  return list.map((block) => (BLOCKS[block.type] ?? unknown)(block, context));
}

export function textNodes(object, context) {
  if (object.type === "mrkdwn") return mrkdwn(object.text, context.names);
  return object.text.split("\n").flatMap((line, place) => (place ? [el("br"), line] : [line]));
}

const BLOCKS = {
  header: (block) => el("h3", { class: "b-header", text: block.text.text }),
  divider: () => el("hr", { class: "b-divider" }),
  section,
  context: (block, context) =>
    el(
      "div",
      { class: "b-context" },
      block.elements.map((one) =>
        one.type === "image" ? picture(one) : el("span", { class: "b-context-text" }, textNodes(one, context)),
      ),
    ),
  actions: (block, context) =>
    el("div", { class: "b-actions" }, block.elements.map((one) => element(one, block, context))),
  input,
  image: (block) =>
    el(
      "figure",
      { class: "b-image" },
      block.title ? el("figcaption", { text: block.title.text }) : null,
      picture(block),
    ),
  rich_text: (block, context) => richText(block, context.names),
  markdown: (block) => el("pre", { class: "b-markdown", text: block.text }),
  alert: (block, context) =>
    el("div", { class: `b-alert ${block.level ?? "default"}`, role: "note" }, textNodes(block.text, context)),
};

function unknown(block) {
  return el("p", { class: "note", text: `A block of the type “${block.type}” stands here, which this page does not show.` });
}

function section(block, context) {
  const text = block.text ? el("div", { class: "b-text" }, textNodes(block.text, context)) : null;
  const fields = block.fields
    ? el("div", { class: "b-fields" }, block.fields.map((one) => el("div", {}, textNodes(one, context))))
    : null;
  const accessory = block.accessory ? el("div", { class: "b-accessory" }, element(block.accessory, block, context)) : null;
  return el("div", { class: "b-section" }, el("div", { class: "b-main" }, text, fields), accessory);
}

function input(block, context) {
  const place = `${block.block_id}\n${block.element.action_id}`;
  const id = newId("field");
  const error = context.errors?.[block.block_id];
  const describedBy = [error ? `${id}-error` : "", block.hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  const label = block.label.text;
  const made = field(block.element, {
    id,
    label,
    names: context.names,
    held: heldBy(block.element, context.inputs?.[place]),
    ...asked(block, block.element, context),
    describedBy: describedBy || null,
    invalid: Boolean(error),
    changed: () => {
      // A field that was replaced while somebody typed says "change" once more as it goes.
      if (!context.fields.get(place)?.node.isConnected) return;
      if (block.dispatch_action) context.act(block, block.element, context.fields.get(place).read());
      else context.changed?.();
    },
  });
  if (!made) return unknown({ type: block.element.type });
  context.fields?.set(place, { ...made, label, block: block.block_id });
  const group = made.focus !== made.node;
  return el(
    "div",
    { class: error ? "b-input wrong" : "b-input" },
    el(
      group ? "div" : "label",
      { class: "label", id: `${id}-label`, for: group ? null : id },
      label,
      block.optional ? el("span", { class: "optional", text: " (optional)" }) : null,
    ),
    made.node,
    error ? el("p", { class: "error", id: `${id}-error`, text: error }) : null,
    block.hint ? el("p", { class: "hint", id: `${id}-hint`, text: block.hint.text }) : null,
  );
}

// What a field that asks the server needs: its state, and the ways to ask.
function asked(block, one, context) {
  const at = { block: block.block_id, action: one.action_id };
  return {
    state: context.inputs?.[`${block.block_id}\n${one.action_id}`],
    suggest: async (value) => (await context.ask?.({ act: "suggest", ...at, value })) ?? {},
    attach: async (name, content) => (await context.ask?.({ act: "attach", ...at, name, content })) ?? {},
  };
}

function element(one, block, context) {
  if (one.type === "button") return button(one, block, context);
  if (one.type === "image") return picture(one);
  if (one.type === "overflow") return overflow(one, block, context);
  const place = `${block.block_id}\n${one.action_id}`;
  const label = one.placeholder?.text ?? one.accessibility_label ?? one.action_id;
  const made = field(one, {
    id: newId("field"),
    label,
    inRow: true,
    names: context.names,
    held: heldBy(one, context.inputs?.[place]),
    ...asked(block, one, context),
    changed: () => context.act(block, one, made.read(), made.focus),
  });
  if (!made) return unknown(one);
  context.fields?.set(place, { ...made, label, block: block.block_id });
  return made.node;
}

function button(one, block, context) {
  const classes = `b-button ${one.style ?? ""}`;
  const label = { "aria-label": one.accessibility_label ?? null };
  if (one.url) {
    const press = () => context.act(block, one);
    return el("a", { class: classes, href: one.url, target: "_blank", rel: "noopener noreferrer", ...label, on: { click: press } }, one.text.text);
  }
  const node = el("button", { type: "button", class: classes, ...label, text: one.text.text });
  node.dataset.at = `${block.block_id}\n${one.action_id}`;
  node.addEventListener("click", () => context.act(block, one, undefined, node));
  return node;
}

function overflow(one, block, context) {
  const choose = (option, menu) => {
    menu.open = false;
    context.act(block, one, option.value, menu.firstChild);
  };
  const menu = el("details", { class: "b-overflow" }, el("summary", { "aria-label": "More actions", text: "⋯" }));
  const rows = one.options.map((option) =>
    el("button", { type: "button", text: option.text.text, on: { click: () => choose(option, menu) } }),
  );
  menu.append(el("div", { class: "menu" }, rows));
  return menu;
}

function picture(one) {
  const own = one.slack_file?.id;
  if (!own) {
    return el("span", { class: "note", text: `[Picture from elsewhere, not loaded: ${plainText(one.alt_text ?? "")}]` });
  }
  return el("img", { src: `/api/file/${encodeURIComponent(own)}`, alt: one.alt_text ?? "" });
}
