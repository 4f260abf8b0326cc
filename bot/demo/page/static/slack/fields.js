// What people fill in and choose. Each field knows its place ("block\naction") and can be read.

import { external, files } from "./asking.js";
import { el, newId } from "./dom.js";

// From the state that the workspace keeps, or from the element as it is first shown, to what a field holds.
export function heldBy(element, state) {
  const many = element.type === "checkboxes" || element.type.startsWith("multi_");
  const held = state ? Object.entries(state).find(([name]) => name !== "type")?.[1] : initial(element);
  if (many) return (held ?? []).map((one) => one?.value ?? one);
  return held?.value ?? held ?? "";
}

function initial(element) {
  return Object.entries(element).find(([name]) => name.startsWith("initial_"))?.[1];
}

function options(element) {
  return [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];
}

const INPUT_TYPES = {
  plain_text_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  number_input: "text",
  datepicker: "date",
  timepicker: "time",
};

const SELECTS = new Set(["static_select", "users_select", "conversations_select", "channels_select"]);
const EXTERNAL = new Set(["external_select", "multi_external_select"]);
const MANY_SELECTS = new Set([
  "multi_static_select",
  "multi_users_select",
  "multi_conversations_select",
  "multi_channels_select",
]);

// Returns { node, focus, read } or null where there is no such field.
// about: { id, label, names, held, state, changed, suggest, attach }.
export function field(element, about) {
  if (EXTERNAL.has(element.type)) return external(element, about);
  if (element.type === "file_input") return files(element, about);
  if (element.type in INPUT_TYPES) return typed(element, about);
  if (SELECTS.has(element.type)) return select(element, about);
  if (element.type === "radio_buttons") return choices(element, about, "radio");
  if (element.type === "checkboxes") return choices(element, about, "checkbox");
  if (MANY_SELECTS.has(element.type)) {
    return choices({ ...element, options: offered(element, about.names) }, about, "checkbox");
  }
  return null;
}

function typed(element, { id, label, held, changed, describedBy, invalid, inRow }) {
  const tag = element.multiline ? "textarea" : "input";
  const node = el(tag, {
    id,
    type: element.multiline ? null : INPUT_TYPES[element.type],
    rows: element.multiline ? 4 : null,
    maxlength: element.max_length,
    placeholder: element.placeholder?.text,
    "aria-describedby": describedBy,
    "aria-invalid": invalid ? "true" : null,
    "aria-label": inRow ? label : null,
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
    value: held,
    on: { change: changed },
  });
  return { node, focus: node, read: () => node.value };
}

function offered(element, names) {
  const from = { users: names.users, channels: names.channels, conversations: names.channels };
  const kind = Object.keys(from).find((one) => element.type.includes(one));
  if (!kind) return options(element);
  const sign = kind === "users" ? "@" : "#";
  return Object.entries(from[kind] ?? {}).map(([value, name]) => ({ value, text: { text: sign + name } }));
}

function select(element, { id, label, names, held, changed, describedBy, invalid, inRow }) {
  const groups = element.option_groups
    ? element.option_groups.map((group) => el("optgroup", { label: group.label.text }, group.options.map(entry)))
    : offered(element, names).map(entry);
  const nothing = el("option", { value: "", text: element.placeholder?.text ?? "Select an option" });
  const node = el(
    "select",
    {
      id,
      "aria-describedby": describedBy,
      "aria-invalid": invalid ? "true" : null,
      "aria-label": inRow ? label : null,
      on: { change: changed },
    },
    held ? null : nothing,
    groups,
  );
  node.value = held;
  return { node, focus: node, read: () => node.value };
}

function entry(option) {
  return el("option", { value: option.value, text: option.text.text });
}

function choices(element, { id, label, held, changed, describedBy, inRow }, type) {
  const chosen = new Set([held].flat());
  const name = newId("choice");
  const boxes = options(element).map((option) => {
    const box = el("input", { type, name, value: option.value, on: { change: changed } });
    box.checked = chosen.has(option.value);
    const hint = option.description ? el("span", { class: "hint", text: option.description.text }) : null;
    return { box, row: el("label", { class: "choice" }, box, el("span", {}, option.text.text, hint)) };
  });
  const node = el(
    "div",
    {
      id,
      class: "choices",
      role: type === "radio" ? "radiogroup" : "group",
      "aria-label": inRow ? label : null,
      "aria-labelledby": inRow ? null : `${id}-label`,
      "aria-describedby": describedBy,
    },
    boxes.map(({ row }) => row),
  );
  const ticked = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  return { node, focus: boxes[0]?.box, read: () => (type === "radio" ? (ticked()[0] ?? "") : ticked()) };
}
