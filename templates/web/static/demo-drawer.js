// "What happens behind": the steps of the last message and of the duty it is about, each fading in as it happens.
export class Drawer {
  constructor() {
    this.box = document.getElementById("behind");
    this.title = document.getElementById("behind-title");
    this.news = document.getElementById("behind-new");
    this.empty = document.getElementById("behind-empty");
    this.ways = { message: document.getElementById("way-message"), duty: document.getElementById("way-duty") };
    this.seen = new Set();
    this.title.addEventListener("click", () => this.open(this.title.getAttribute("aria-expanded") !== "true"));
    const wide = matchMedia("(min-width: 1000px)");
    wide.addEventListener("change", () => this.open(wide.matches));
    this.open(wide.matches);
  }

  open(yes) {
    this.title.setAttribute("aria-expanded", String(yes));
    this.box.classList.toggle("open", yes);
    if (yes) this.news.hidden = true;
  }

  show(seen) {
    const first = !this.looked;
    let fresh = 0;
    for (const [name, section] of Object.entries(this.ways)) fresh += this.draw(section, seen[name]);
    this.empty.hidden = !this.ways.message.hidden || !this.ways.duty.hidden;
    if (fresh && !first && this.title.getAttribute("aria-expanded") !== "true") this.news.hidden = false;
    this.looked = true;
  }

  draw(section, { title, steps }) {
    section.hidden = !title;
    section.querySelector(".about").textContent = title;
    const list = section.querySelector("ol");
    const old = new Map([...list.children].map((item) => [item.dataset.step, item]));
    let fresh = 0;
    let delay = 0;
    let before = null;
    for (const step of steps) {
      let item = old.get(step.id);
      old.delete(step.id);
      if (!item) {
        item = make(step);
        item.style.setProperty("--delay", `${Math.min(delay++, 8) * 90}ms`);
        fresh += 1;
      } else if (item.className !== step.state) {
        fresh += 1;
      }
      fill(item, step);
      if (item.previousElementSibling !== before || item.parentElement !== list) {
        if (before) before.after(item);
        else list.prepend(item);
      }
      before = item;
    }
    for (const item of old.values()) item.remove();
    return fresh;
  }
}

function make(step) {
  const item = document.createElement("li");
  item.dataset.step = step.id;
  item.append(document.createElement("time"), document.createElement("span"));
  return item;
}

function fill(item, step) {
  if (item.className !== step.state) item.className = step.state;
  const [time, text] = item.children;
  if (time.textContent !== step.at) time.textContent = step.at;
  if (text.textContent !== step.text) text.textContent = step.text;
}
