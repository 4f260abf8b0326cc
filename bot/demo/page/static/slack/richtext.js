// Slack's rich_text block as nodes.

import { el } from "./dom.js";
import { formatted, link, mention } from "./mrkdwn.js";

const STYLE_TAGS = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

const PARTS = {
  text: (part) => lines(part.text),
  link: (part) => [link(part.url, part.text || part.url)],
  user: (part, names) => [mention(`@${names.users?.[part.user_id] ?? part.user_id}`)],
  usergroup: (part, names) => [mention(`@${names.groups?.[part.usergroup_id] ?? part.usergroup_id}`)],
  channel: (part, names) => [mention(`#${names.channels?.[part.channel_id] ?? part.channel_id}`)],
  broadcast: (part) => [mention(`@${part.range}`)],
  emoji: (part) => [emoji(part)],
  date: (part) => [el("time", { text: formatted(new Date(part.timestamp * 1000), part.format) })],
  color: (part) => [el("code", { text: part.value })],
};

export function richText(block, names) {
  return el("div", { class: "rich" }, block.elements.map((element) => piece(element, names)));
}

function piece(element, names) {
  if (element.type === "rich_text_list") return list(element, names);
  const inside = parts(element.elements, names);
  if (element.type === "rich_text_quote") return el("blockquote", {}, inside);
  if (element.type === "rich_text_preformatted") return el("pre", {}, inside);
  return el("p", {}, inside);
}

function list(element, names) {
  const items = element.elements.map((item) => el("li", {}, parts(item.elements, names)));
  return el(element.style === "ordered" ? "ol" : "ul", { start: element.offset ? element.offset + 1 : null }, items);
}

function parts(elements, names) {
  return elements.flatMap((part) => {
    const make = PARTS[part.type];
    const nodes = make ? make(part, names) : [el("span", { class: "note", text: `[${part.type} is not shown here]` })];
    return Object.entries(STYLE_TAGS)
      .filter(([style]) => part.style?.[style])
      .reduce((inner, [, tag]) => [el(tag, {}, inner)], nodes);
  });
}

function emoji(part) {
  if (!part.unicode) return `:${part.name}:`;
  return String.fromCodePoint(...part.unicode.split("-").map((code) => Number.parseInt(code, 16)));
}

function lines(text) {
  return text.split("\n").flatMap((line, place) => (place ? [el("br"), line] : [line]));
}
