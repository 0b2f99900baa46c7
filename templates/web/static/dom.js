// Small hands for building a page out of text: what somebody wrote never becomes markup.

export function make(tag, attributes, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...inside.filter((part) => part !== "" && part !== null && part !== undefined && part !== false));
  return node;
}

const PATHS = {
  photo: "M4 8h3l2-3h6l2 3h3v11H4zM12 17a3.6 3.6 0 1 0 0-7.2 3.6 3.6 0 0 0 0 7.2z",
  voice: "M12 3.5a2.8 2.8 0 0 1 2.8 2.8v5a2.8 2.8 0 0 1-5.6 0v-5A2.8 2.8 0 0 1 12 3.500zM6 11a6 6 0 0 0 12 0M12 17v3.500",
  place: "M12 21s-6.500-6-6.500-11a6.500 6.500 0 0 1 13 0c0 5-6.500 11-6.500 11zM12 12.200a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600z",
  menu: "M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM14 14h5v5h-5z",
  send: "M4 12l16-7-5 15-3.500-6z",
  down: "M6 10l6 6 6-6",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function uuid() {
  if (window.crypto && crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

// What is too large for the small shelf below: photos and recordings that are not sent yet.
let opened = null;
function shelf(mode) {
  opened = opened || new Promise((done, fail) => {
    const ask = indexedDB.open("cunshao", 1);
    ask.onupgradeneeded = () => ask.result.createObjectStore("files");
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  });
  return opened.then((database) => database.transaction("files", mode).objectStore("files"));
}
const answer = (ask) => new Promise((done, fail) => { ask.onsuccess = () => done(ask.result); ask.onerror = () => fail(ask.error); });

export const files = {
  keep: (id, blob) => shelf("readwrite").then((store) => answer(store.put(blob, id))).catch(() => {}),
  read: (id) => shelf("readonly").then((store) => answer(store.get(id))).catch(() => undefined),
  drop: (id) => shelf("readwrite").then((store) => answer(store.delete(id))).catch(() => {}),
};

// What this phone keeps; a browser in private mode may keep nothing, and everything still works until it is closed.
export const memory = {
  read(key, otherwise) {
    try { return JSON.parse(localStorage.getItem(key)) || otherwise; } catch (e) { return otherwise; }
  },
  write(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch (e) { return false; }
  },
};
