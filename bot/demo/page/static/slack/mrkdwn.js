// Slack's mark-up as nodes: bold, italic, strike, code, quotes, links, mentions and dates.

import { el } from "./dom.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const STYLES = { "*": "strong", _: "em", "~": "s" };
// A zero-width space keeps a sign from being read as mark-up, as in Slack.
const BLANK = /[\s\u200b]/;
const WORD = /[\p{L}\p{N}]/u;

export function plainText(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (found) => ENTITIES[found]);
}

export function mrkdwn(text, names) {
  const parts = text.split(/```/);
  // A fence that is never closed is only three signs.
  if (parts.length % 2 === 0) parts.splice(-2, 2, parts.slice(-2).join("```"));
  return parts.flatMap((part, place) =>
    place % 2 ? [el("pre", { text: plainText(part.replace(/^\n|\n$/g, "")) })] : quotes(part, names),
  );
}

function quotes(text, names) {
  const nodes = [];
  let quoted = [];
  let plain = [];
  const flush = () => {
    if (quoted.length) nodes.push(el("blockquote", {}, inline(quoted.join("\n"), names)));
    if (plain.length) nodes.push(...inline(plain.join("\n"), names));
    quoted = [];
    plain = [];
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if ((quote ? plain : quoted).length) flush();
    if (quote) quoted.push(quote[1]);
    else plain.push(line);
  }
  flush();
  return nodes;
}

export function inline(text, names) {
  const nodes = [];
  let kept = "";
  const flush = () => {
    kept.split("\n").forEach((line, place) => {
      if (place) nodes.push(el("br"));
      if (line) nodes.push(plainText(line));
    });
    kept = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = reference(text, at, names) ?? code(text, at) ?? styled(text, at, names);
    if (found) {
      flush();
      nodes.push(found.node);
      at = found.end;
    } else {
      kept += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

function code(text, at) {
  if (text[at] !== "`") return null;
  const end = text.indexOf("`", at + 1);
  if (end <= at + 1 || text.slice(at, end).includes("\n")) return null;
  return { node: el("code", { text: plainText(text.slice(at + 1, end)) }), end: end + 1 };
}

function styled(text, at, names) {
  const tag = STYLES[text[at]];
  if (!tag || WORD.test(text[at - 1] ?? "") || BLANK.test(text[at + 1] ?? " ")) return null;
  for (let end = at + 2; end < text.length && text[end] !== "\n"; end += 1) {
    if (text[end] === "<") {
      const past = text.indexOf(">", end);
      if (past > 0) end = past;
    } else if (text[end] === text[at] && !BLANK.test(text[end - 1]) && !WORD.test(text[end + 1] ?? "")) {
      return { node: el(tag, {}, inline(text.slice(at + 1, end), names)), end: end + 1 };
    }
  }
  return null;
}

function reference(text, at, names) {
  if (text[at] !== "<") return null;
  const end = text.indexOf(">", at);
  if (end < 0) return null;
  const [target, label] = split(text.slice(at + 1, end));
  const node = referred(target, label, names);
  return node && { node, end: end + 1 };
}

function split(inside) {
  const bar = inside.indexOf("|");
  return bar < 0 ? [inside, ""] : [inside.slice(0, bar), inside.slice(bar + 1)];
}

function referred(target, label, names) {
  if (target.startsWith("@")) return mention(`@${names.users?.[target.slice(1)] ?? (label || target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${names.channels?.[target.slice(1)] ?? (label || target.slice(1))}`);
  if (target.startsWith("!subteam^")) {
    return mention(`@${names.groups?.[target.slice(9)] ?? (label || "group").replace(/^@/, "")}`);
  }
  if (target.startsWith("!date^")) return date(target, label);
  if (/^!(?:here|channel|everyone)$/.test(target)) return mention(`@${target.slice(1)}`);
  if (/^(?:https?|mailto):/.test(target)) return link(target, plainText(label || target.replace(/^mailto:/, "")));
  return null;
}

export function mention(text) {
  return el("span", { class: "mention", text: plainText(text) });
}

export function link(address, text) {
  return el("a", { href: plainText(address), target: "_blank", rel: "noopener noreferrer", text });
}

const DATE_PARTS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

function date(target, label) {
  const [, seconds, format] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  if (!format || Number.isNaN(at.getTime())) return el("span", { text: plainText(label) });
  return el("time", { datetime: at.toISOString(), text: formatted(at, format) });
}

export function formatted(at, format) {
  return format.replace(/\{([a-z_]+)\}/g, (whole, name) => {
    const near = name.endsWith("_pretty") ? nearDay(at) : "";
    const parts = DATE_PARTS[name.replace(/_pretty$/, "")];
    if (near) return near;
    if (!parts) return whole;
    return at.toLocaleString(undefined, parts);
  });
}

function nearDay(at) {
  const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86400000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? "";
}
