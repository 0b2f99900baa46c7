// The sheet behind "Aa": the size of letters, the other language, one's own link.

import { make } from "./dom.js";

const SIZES = [["17", "size_small"], ["21", "size_middle"], ["26", "size_large"]];

export function sizes(words, links) {
  const buttons = SIZES.map(([size, name]) => make("button", {
    type: "button", class: `size size-${size}`, "data-size": size, onclick: () => choose(size),
  }, words[name]));
  const panel = make("div", { class: "settings", hidden: true },
    make("p", { class: "settings-name", id: "" }, words.size),
    make("div", { class: "size-row", role: "group", "aria-label": words.size }, ...buttons),
    ...links.map((l) => make("p", { class: "settings-link" }, make("a", { href: l.href, lang: l.lang }, l.label), l.why && make("span", {}, l.why))));
  const button = make("button", { type: "button", class: "aa", "aria-expanded": "false", "aria-label": words.more, onclick: toggle }, "Aa");

  function toggle() {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) mark();
  }

  function mark() {
    const now = document.documentElement.dataset.size || "17";
    buttons.forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.size === now)));
  }

  function choose(size) {
    document.documentElement.dataset.size = size;
    try { localStorage.setItem("cunshao.size", size); } catch (e) { /* then only until the page is closed */ }
    mark();
  }

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { toggle(); button.focus(); }
  });
  return { button, panel };
}
