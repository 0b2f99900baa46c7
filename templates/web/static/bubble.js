// One letter as a bubble: text as text, photos, sounds, and the buttons that belong to it.

import { make } from "./dom.js";

const TAG = /^【[^】\n]{1,24}】/;
const QUICK = /^(t:|open:)/;

export const isQuick = (letter) => letter.from === "bot" && letter.rows.some((row) => row.some((b) => QUICK.test(b.data)));

export function clock(iso) {
  return iso.slice(11, 16); // the server writes the town's own time: the phone's zone has no say
}

export function day(iso, locale) {
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  const at = new Date(Date.UTC(year, month - 1, date));
  return at.toLocaleDateString(locale === "zh" ? "zh-CN" : "en-GB", { month: "short", day: "numeric", timeZone: "UTC" });
}

// Text with its first 【…】 standing out, what is late marked, and links to our own pages as links; all else is just text.
export function written(text, words) {
  const body = make("div", { class: "text" });
  const tag = text.match(TAG);
  let rest = text;
  if (tag) {
    const alarm = words.alarm.split("|").some((word) => tag[0].startsWith(`【${word}`));
    body.append(make("strong", { class: alarm ? "tag alarm" : "tag" }, tag[0]));
    rest = text.slice(tag[0].length);
  }
  for (const part of rest.split(/(https?:\/\/[^\s，。；）]+)/)) {
    if (/^https?:/.test(part) && isOurs(part)) body.append(make("a", { href: part, rel: "noopener" }, part));
    else body.append(...late(part, words));
  }
  return body;
}

function isOurs(link) {
  try { return new URL(link).origin === location.origin; } catch (e) { return false; }
}

function late(text, words) {
  const at = text.search(new RegExp(words.late));
  if (at < 0) return [text];
  const end = text.slice(at).search(/[，,。.；;\n]|$/);
  return [text.slice(0, at), make("strong", { class: "late" }, text.slice(at, at + end)), text.slice(at + end)];
}

export function bubble(letter, phone) {
  const mine = letter.from === "person" && letter.sender === phone.sender;
  const { words } = phone;
  const node = make("li", { class: `row ${mine ? "mine" : "theirs"} ${letter.from}`, "data-id": letter.id });
  const box = make("div", { class: letter.picture ? "bubble drawn" : "bubble" });
  if (!phone.own && !mine) {
    node.append(make("p", { class: "name" }, letter.from === "bot" ? words.bot : letter.name || words.somebody));
  } else {
    node.append(make("span", { class: "unseen" }, mine ? words.me : words.bot));
  }
  if (letter.quote) box.append(make("p", { class: "quote" }, letter.quote));
  if (letter.text) box.append(written(letter.text, words));
  if (letter.picture) box.append(photo(letter.picture, words.picture_of, phone));
  for (const [kind, ref] of letter.attachments) {
    box.append(kind === "voice" ? sound(ref, phone) : photo(ref, words.photo_of, phone));
  }
  const meta = make("p", { class: "meta" });
  if (letter.edited) meta.append(make("span", {}, words.edited));
  meta.append(make("time", { datetime: letter.at }, clock(letter.at)));
  if (mine) meta.append(make("span", { class: "state" }, words.sent));
  box.append(meta);
  node.append(box);
  const actions = letter.from === "bot" && !isQuick(letter) ? buttons(letter, phone) : null;
  if (actions) box.append(actions);
  if (isQuick(letter)) box.append(spent(letter));
  if (letter.from === "bot" && !phone.own) meta.prepend(make("button", { type: "button", class: "reply", onclick: () => phone.reply(letter) }, words.reply));
  return node;
}

function fileUrl(ref, phone) {
  return `/api/file/${encodeURIComponent(ref)}?${new URLSearchParams({ chat: phone.chat, as: phone.sender })}`;
}

function photo(ref, alt, phone) {
  const source = ref.startsWith("blob:") ? ref : fileUrl(ref, phone);
  const image = make("img", { src: source, alt, loading: "lazy", class: "photo", onload: () => phone.settled() });
  return ref.startsWith("blob:") ? image : make("a", { href: source, target: "_blank", rel: "noopener", class: "photo-link" }, image);
}

function sound(ref, phone) {
  const source = ref.startsWith("blob:") ? ref : fileUrl(ref, phone);
  return make("audio", { controls: true, preload: "none", src: source, "aria-label": phone.words.voice_of });
}

// The moves that belong to a card: they stay until the card itself is changed.
function buttons(letter, phone) {
  const rows = letter.rows.map((row) => make("div", { class: "actions" }, ...row.map((b) => action(b, letter, phone)).filter(Boolean)));
  return rows.length ? make("div", { class: "card-actions" }, ...rows) : null;
}

function action(button, letter, phone) {
  if (button.url) return link(button, "action");
  return make("button", { type: "button", class: "action", onclick: (event) => phone.press(button, letter, event.currentTarget) }, button.label);
}

export function link(button, className) {
  const call = /^tel:[+\d -]{2,20}$/.test(button.url);
  if (!call && !(/^https?:/.test(button.url) && isOurs(button.url))) return null;
  return make("a", { href: button.url, class: `${className}${call ? " call" : ""}` }, button.label);
}

const flat = (rows) => rows.reduce((all, row) => all.concat(row), []); // older browsers have no flat()

// The quick answers of an older question, to be seen and not to be pressed; drawn once something was said after it.
function spent(letter) {
  const labels = flat(letter.rows).filter((b) => b.data).map((b) => make("span", { class: "spent" }, b.label));
  const calls = flat(letter.rows).filter((b) => b.url).map((b) => link(b, "action")).filter(Boolean);
  const box = make("div", { class: "spent-row", "aria-hidden": "true", hidden: !letter.dead }, ...labels);
  return calls.length ? make("div", {}, make("div", { class: "actions" }, ...calls), box) : box;
}

export function spend(node, label) {
  const box = node.querySelector(".spent-row");
  if (!box) return;
  box.hidden = false;
  const chosen = Array.from(box.children).find((chip) => chip.textContent === label);
  if (chosen) chosen.classList.add("chosen");
}
