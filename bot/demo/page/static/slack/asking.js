// Fields that ask the server while somebody uses them: menus that the app fills, and files.

import { el, newId } from "./dom.js";

const PAUSE_MS = 200;
const FEWEST = 3;

// A menu whose options the app hands out for what is typed. about: as in fields.js, and state, suggest(typed).
export function external(element, { id, label, state, changed, describedBy, invalid, suggest }) {
  const many = element.type.startsWith("multi_");
  const fewest = element.min_query_length ?? FEWEST;
  const chosen = new Map(firstChosen(element, state).map((option) => [option.value, option]));
  const name = newId("choice");
  const search = el("input", {
    id,
    type: "search",
    autocomplete: "off",
    placeholder: element.placeholder?.text,
    "aria-label": `${label}: search`,
    "aria-describedby": describedBy,
    "aria-invalid": invalid ? "true" : null,
  });
  const said = el("p", { class: "hint", role: "status", text: fewest ? `Type at least ${fewest} characters.` : "" });
  const rows = el("div", { class: "choices", role: many ? "group" : "radiogroup", "aria-label": label });

  const choose = (option, box) => {
    if (!many) chosen.clear();
    if (box.checked) chosen.set(option.value, option);
    else chosen.delete(option.value);
    changed();
  };
  const show = (found) => {
    const all = new Map([...chosen, ...found.map((option) => [option.value, option])]);
    rows.replaceChildren(
      ...[...all.values()].map((option) => {
        const box = el("input", { type: many ? "checkbox" : "radio", name, value: option.value });
        box.checked = chosen.has(option.value);
        box.addEventListener("change", () => choose(option, box));
        return el("label", { class: "choice" }, box, el("span", { text: option.text.text }));
      }),
    );
  };
  const look = async () => {
    const typed = search.value;
    if (typed.length < fewest) return;
    const answer = await suggest(typed);
    if (search.value !== typed) return;
    const found = (answer.options ?? []).flatMap((one) => one.options ?? [one]);
    said.textContent = answer.refused ?? (answer.notice || `${found.length} found`);
    show(found);
  };
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE_MS);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  if (!fewest) search.addEventListener("focus", look, { once: true });
  show([]);
  const read = () => (many ? [...chosen.keys()] : ([...chosen.keys()][0] ?? ""));
  return { node: el("div", { class: "asking" }, search, said, rows), focus: search, read };
}

function firstChosen(element, state) {
  const held = state ? (state.selected_options ?? state.selected_option) : (element.initial_options ?? element.initial_option);
  return [held ?? []].flat();
}

// Files, put in one by one. about: as in fields.js, and state, attach(name, content in base 64).
export function files(element, { id, label, state, describedBy, invalid, attach, inRow }) {
  const kinds = element.filetypes?.map((kind) => `.${kind.replace(/^\./, "")}`);
  const input = el("input", {
    id,
    type: "file",
    multiple: true,
    accept: kinds?.join(",") ?? null,
    "aria-label": inRow ? label : null,
    "aria-labelledby": inRow ? null : `${id}-label`,
    "aria-describedby": describedBy,
    "aria-invalid": invalid ? "true" : null,
  });
  const list = el("ul", { "aria-label": `${label}: added` });
  const said = el("p", { class: "hint", role: "status" });
  const add = (name) => list.append(el("li", { text: name }));
  (state?.files ?? []).forEach((one) => add(one.name));
  input.addEventListener("change", async () => {
    for (const one of input.files) {
      const answer = await attach(one.name, await inBase64(one));
      said.textContent = answer.refused ?? `${one.name} is added.`;
      if (!answer.refused) add(one.name);
    }
    input.value = "";
  });
  return { node: el("div", { class: "asking" }, input, list, said), focus: input, read: () => [] };
}

function inBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
