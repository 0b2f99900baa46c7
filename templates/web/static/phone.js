// One phone: a chat as one person sees it. A page may show many of them over one stream.

import { bubble, day, isQuick, spend } from "./bubble.js";
import { composer } from "./composer.js";
import { icon, make } from "./dom.js";
import { openOutbox, post } from "./outbox.js";
import { sizes } from "./settings.js";

export { openStream } from "./stream.js";

const NEAR = 120; // pixels from the end within which a new letter scrolls into sight
const LOW = 480; // pixels of height, below which the keyboard is open or the phone lies on its side
const BROAD = 560; // pixels of width, from which the tools have room beside the line one writes
const SHEET = /\.(xlsx|xlsm|xls|et|ods|csv)$/i;
const SHELF = ["submit", "cancel", "change", "skip", "back"];

// onLetter(letter, fresh) is called for each letter shown; links: [{label, href, why}] in the sheet behind "Aa".
export function mountPhone(element, { chat, sender, title, role, locale, words, onLetter, links, heading }) {
  const own = chat === sender;
  const shown = new Map(); // id → {node, letter}
  let asking = null; // the letter whose quick answers stand above the input
  let replyTo = null, top = 0;
  let pinned = true; // whether the end is to stay in sight when letters grow or the keyboard opens

  const talk = make("ol", { class: "talk", role: "log", "aria-live": "off", "aria-label": words.talk, tabindex: 0 });
  const empty = make("p", { class: "empty" }, own ? words.empty : words.empty_group);
  const answers = make("div", { class: "answers", role: "group", "aria-label": words.answers, hidden: true });
  const offline = make("p", { class: "offline", role: "status", hidden: true }, words.offline);
  const note = make("p", { class: "note", role: "status", hidden: true });
  const newest = make("button", { type: "button", class: "newest", hidden: true, onclick: () => toEnd(true) }, icon("down"), words.newest);
  const quoting = make("div", { class: "quoting", hidden: true });

  const phone = {
    element, chat, sender, words, own, press, reply,
    say: (text) => write({ text }, text),
    sendFile: (blob, kind, url) => outbox.sendFile(blob, kind, { url }),
    sendPlace: (lat, lon) => write({ location: { lat, lon } }, words.place),
    note: tell, recording, settled: () => pinned && toEnd(),
    receive, setOnline, focus: () => input.field.focus(),
  };
  const input = composer(phone);
  const sheet = sizes(words, links || []);
  const head = make("header", { class: "head" },
    make("span", { class: "mark", "aria-hidden": "true" }, words.mark),
    make("div", { class: "who" }, make(heading || "h1", {}, title), role && make("p", {}, role)), sheet.button);
  element.classList.add("phone");
  element.lang = locale === "zh" ? "zh-Hans" : "en";
  element.setAttribute("role", element.getAttribute("role") || "region");
  element.setAttribute("aria-label", role ? `${title}, ${role}` : title);
  element.replaceChildren(head, sheet.panel, offline,
    make("div", { class: "middle" }, talk, empty, newest), note, quoting, answers, input.form);
  talk.addEventListener("scroll", () => {
    pinned = nearEnd();
    if (pinned) newest.hidden = true;
  });

  // Pressing something does not take the field its focus: the keyboard stays, and nothing moves away under the thumb.
  element.addEventListener("mousedown", (event) => { if (event.target.closest("button, a")) event.preventDefault(); });

  // A table (a duty roster) is drawn into the chat with the mouse: who has one sits at a desk, and a villager's thumb finds nothing new.
  element.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) event.preventDefault(); });
  element.addEventListener("drop", (event) => {
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    if (!SHEET.test(file.name)) { tell(words.no_sheet); return; }
    outbox.sendFile(file, "sheet", { text: `${words.file} ${file.name}` }, file.name);
  });

  const outbox = openOutbox({ chat, sender, locale, onChange });
  outbox.resume();
  setTimeout(() => talk.setAttribute("aria-live", "polite"), 1500); // what was there before is not read out

  function write(said, shownText, spent) {
    const more = replyTo && !said.button ? { reply_to: replyTo.id } : {};
    if (replyTo && !said.button) stopReply();
    outbox.say(Object.assign({}, said, more), { text: shownText, quote: more.reply_to ? firstLine(shown.get(more.reply_to).letter.text) : "" });
    if (own) answered(spent || shownText);
  }

  function press(button, letter, node) {
    if (node) { node.disabled = true; setTimeout(() => { node.disabled = false; }, 1500); }
    write({ button: button.data, label: button.label, reply_to: letter.id }, button.label);
  }

  // My own message, from the moment I wrote it.
  function onChange(item, state, why) {
    let held = shown.get(item.raw.id);
    if (!held) {
      const kind = item.shown.kind;
      place({
        chat, id: item.raw.id, from: "person", sender, name: "", text: item.shown.text || "", rows: [], picture: "", quote: item.shown.quote,
        attachments: kind && kind !== "sheet" ? [[kind, item.shown.url]] : [], at: "", edited: false, dead: false, place: Infinity,
      }, true);
      held = shown.get(item.raw.id);
      toEnd();
    }
    held.node.dataset.state = state;
    const label = held.node.querySelector(".state");
    if (!label) return;
    label.textContent = words[state] || "";
    const old = held.node.querySelector(".retry");
    if (old) old.remove();
    if (state === "failed") {
      const said = why && why.length ? why.join("。") : "";
      held.node.append(make("button", { type: "button", class: "retry", onclick: () => outbox.retry(item.raw.id) },
        said && make("span", { class: "why" }, said), make("span", {}, said ? words.again : words.failed)));
    }
    if (pinned) toEnd();
  }

  function receive(letter) {
    const before = shown.get(letter.id);
    const stay = pinned;
    const state = before && before.node.dataset.state;
    if (before && letter.from === "person" && before.letter.quote) letter = Object.assign({ quote: before.letter.quote }, letter);
    place(letter, !before && talk.getAttribute("aria-live") === "polite");
    if (state) {
      const node = shown.get(letter.id).node;
      node.dataset.state = state;
      node.querySelector(".state").textContent = words[state];
    }
    if (own && letter.from === "person") answered(letter.text, letter.place);
    if (isQuick(letter)) ask(letter);
    else if (asking && asking.id === letter.id) ask(null);
    top = Math.max(top, letter.seq);
    acknowledge();
    if (stay || letter.sender === sender) toEnd();
    else if (!before) newest.hidden = false;
    if (onLetter) onLetter(letter, !before);
  }

  function place(letter, fresh) {
    const node = bubble(letter, phone);
    const before = shown.get(letter.id);
    if (fresh) node.classList.add("fresh");
    node.place = letter.place;
    node.day = letter.at.slice(0, 10);
    if (before) before.node.remove();
    const after = Array.from(talk.children).reverse().find((n) => n.place !== undefined && n.place <= letter.place && n !== node);
    if (after) after.after(node); else talk.prepend(node);
    shown.set(letter.id, { node, letter });
    empty.hidden = true;
    if (node.day) divide(node, letter);
  }

  // A line with the date above the first letter of a day.
  function divide(node, letter) {
    const mark = talk.querySelector(`[data-day="${node.day}"]`);
    if (mark && mark.place <= letter.place) return;
    if (mark) mark.remove();
    const line = make("li", { class: "day", "data-day": node.day }, make("span", {}, day(letter.at, locale)));
    line.place = letter.place;
    node.before(line);
  }

  // What was said spends the quick answers of the question before it.
  function answered(label, before) {
    if (!asking || (before !== undefined && before < asking.place)) return;
    const held = shown.get(asking.id);
    if (held) spend(held.node, label);
    ask(null);
  }

  function ask(letter) {
    if (letter && letter.dead) { return; }
    if (letter && asking && asking.id !== letter.id && asking.place > letter.place) return;
    if (letter && asking && asking.id !== letter.id) spend(shown.get(asking.id).node, "");
    asking = letter;
    answers.replaceChildren();
    answers.hidden = !letter;
    if (!letter) return;
    for (const row of letter.rows) {
      const chips = row.filter((b) => b.data).map((b) => make("button", {
        type: "button", class: `chip ${sort(b)}`, onclick: () => choose(b, letter),
      }, b.label));
      if (chips.length) answers.append(make("div", { class: "answer-row" }, ...chips));
    }
    if (pinned) toEnd();
  }

  function sort(button) {
    const key = button.data.split(":").pop();
    return button.data.includes(":!:") && SHELF.includes(key) ? `control ${key}` : "";
  }

  function choose(button, letter) {
    write({ button: button.data, label: button.label, reply_to: letter.id }, button.label, button.label);
    input.field.blur();
  }

  function reply(letter) {
    replyTo = letter;
    quoting.replaceChildren(make("span", {}, `${words.replying}: ${firstLine(letter.text)}`),
      make("button", { type: "button", class: "aside", onclick: stopReply }, words.cancel));
    quoting.hidden = false;
    input.field.focus();
  }

  function stopReply() {
    replyTo = null;
    quoting.hidden = true;
  }

  function tell(text, stays) {
    note.textContent = text;
    note.hidden = !text;
    clearTimeout(note.timer);
    if (text && !stays) note.timer = setTimeout(() => { note.hidden = true; }, 8000);
  }

  // Built once and then only its time changed: a button that is made anew under the thumb cannot be pressed.
  function recording(time, how, cancel) {
    if (!time) { tell(""); return; }
    if (!note.querySelector("time")) {
      tell("", true);
      note.append(make("span", {}, `${words.recording} `, make("time", { "aria-hidden": "true" }), " · ", make("span", {})),
        make("button", { type: "button", class: "aside", onclick: cancel }, words.cancel));
      note.hidden = false;
    }
    const [clock, what] = note.firstChild.children;
    if (clock.textContent !== time) clock.textContent = time;
    if (what.textContent !== how) what.textContent = how;
  }

  function setOnline(online) {
    offline.hidden = online;
    if (online) outbox.send();
  }

  let acking = 0;
  function acknowledge() {
    clearTimeout(acking);
    if (!top || document.visibilityState !== "visible") return;
    acking = setTimeout(() => {
      const number = top;
      post("/api/seen", sender, { chat, seq: number }).catch(() => {});
    }, 400);
  }
  document.addEventListener("visibilitychange", acknowledge);

  function nearEnd() {
    return talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR;
  }

  function toEnd(smooth) {
    talk.scrollTo({ top: talk.scrollHeight, behavior: smooth ? "smooth" : "auto" });
    pinned = true;
    newest.hidden = true;
  }
  function fit() {
    element.classList.toggle("low", element.clientHeight < LOW);
    element.classList.toggle("broad", element.clientWidth >= BROAD);
    if (pinned) toEnd();
  }
  if (window.ResizeObserver) [element, talk].forEach((one) => new ResizeObserver(fit).observe(one));

  return phone;
}

function firstLine(text) {
  return text.split("\n")[0].slice(0, 40);
}
