// What I wrote, kept on this phone until the server says that it has it, in order, again and again.

import { files, memory, uuid } from "./dom.js";

const FIRST_WAIT = 1500;
const LONGEST_WAIT = 20000;
const PATIENCE = 3000; // milliseconds for a file to be found again: what was written after it waits so long

export function post(path, sender, body) {
  const headers = { "X-Cunshao-Key": sender };
  if (!(body instanceof FormData)) headers["Content-Type"] = "application/json";
  return fetch(path, {
    method: "POST", headers, credentials: "same-origin", body: body instanceof FormData ? body : JSON.stringify(body),
  });
}

// onChange(item, state, words): state is sending, sent, waiting (for the network) or failed (words says why).
export function openOutbox({ chat, sender, locale, onChange }) {
  const shelf = `cunshao.unsent/${chat}/${sender}`;
  const items = memory.read(shelf, []);
  const refused = new Set();
  const mine = new Set(); // all that this page ever held: what else lies on the shelf belongs to another page of the same chat
  let waking = true; // until what was kept is found again: nothing may overtake it
  let busy = false, timer = 0, wait = FIRST_WAIT;

  function keep() {
    items.forEach((i) => mine.add(i.raw.id));
    memory.write(shelf, memory.read(shelf, []).filter((i) => !mine.has(i.raw.id)).concat(items));
  }

  function say(said, shown) {
    const item = { raw: Object.assign({ chat, sender, id: uuid(), locale }, said), shown: shown || {}, at: Date.now() };
    items.push(item);
    keep();
    onChange(item, "sending");
    send();
    return item;
  }

  async function send() {
    clearTimeout(timer);
    if (busy || waking) return;
    busy = true;
    let item;
    while ((item = items.find((i) => !refused.has(i.raw.id)))) {
      onChange(item, "sending");
      const result = await attempt(item);
      if (result.later) {
        items.filter((i) => !refused.has(i.raw.id)).forEach((i) => onChange(i, "waiting"));
        timer = setTimeout(send, wait);
        wait = Math.min(wait * 2, LONGEST_WAIT);
        break;
      }
      wait = FIRST_WAIT;
      if (result.kept) { items.splice(items.indexOf(item), 1); keep(); onChange(item, "sent"); }
      else { refused.add(item.raw.id); onChange(item, "failed", result.words); }
    }
    busy = false;
  }

  async function attempt(item) {
    try {
      if (item.blob && !item.raw.file) {
        const form = new FormData();
        form.append("chat", chat);
        form.append("sender", sender);
        form.append("file", item.blob, item.raw.file_name || "file");
        const answer = await post("/api/file", sender, form);
        if (!answer.ok) return refusal(answer);
        item.raw.file = (await answer.json()).ref;
        keep();
        files.drop(item.raw.id);
      }
      const answer = await post("/api/say", sender, item.raw);
      return answer.ok ? { kept: true } : refusal(answer);
    } catch (e) {
      return { later: true }; // no network: nothing was lost, it is still here
    }
  }

  async function refusal(answer) {
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return { later: true };
    const said = await answer.json().catch(() => ({}));
    return { words: [said.error, said.next].filter(Boolean) };
  }

  function sendFile(blob, kind, shown, name) {
    const item = { raw: { chat, sender, id: uuid(), locale, text: "", file_name: name || "" }, shown: Object.assign({ kind }, shown), at: Date.now() };
    hold(item, blob);
    files.keep(item.raw.id, blob);
    items.push(item);
    keep();
    onChange(item, "sending");
    send();
    return item;
  }

  // The file itself lies on a shelf of its own.
  function hold(item, blob) {
    Object.defineProperty(item, "blob", { value: blob, enumerable: false });
  }

  // What was not sent when the page was closed, in its order; a file that this browser did not keep is gone.
  async function resume() {
    for (const item of items.filter((i) => i.shown.kind && !i.raw.file)) {
      const blob = await Promise.race([files.read(item.raw.id), new Promise((done) => setTimeout(done, PATIENCE))]);
      if (!blob) { items.splice(items.indexOf(item), 1); continue; }
      hold(item, blob);
      if (item.shown.url) item.shown.url = URL.createObjectURL(blob);
    }
    keep();
    items.forEach((i) => onChange(i, "sending"));
    waking = false;
    send();
  }

  function retry(id) {
    refused.delete(id);
    wait = FIRST_WAIT;
    send();
  }

  window.addEventListener("online", () => { wait = FIRST_WAIT; send(); });
  keep();
  return { say, sendFile, retry, items, resume, send };
}
