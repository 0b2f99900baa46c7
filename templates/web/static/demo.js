// The town in a box: phones side by side, the town's clock, the drawer, and a guide through three things worth trying.
import { mountPhone, openStream } from "./phone.js";
import { Clock } from "./demo-clock.js";
import { Drawer } from "./demo-drawer.js";
import { Guide } from "./demo-guide.js";
import { Strip } from "./demo-strip.js";

const page = document.getElementById("demo");
const words = JSON.parse(page.dataset.words);
const locale = page.dataset.locale;
const EVERY = 1000; // milliseconds between two looks at what happens behind
const GLOW_AFTER = 10_000;

const toast = document.getElementById("toast");
let toastTimer = 0;
function say(text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toast.hidden = true), 6000);
}

const clock = new Clock({ locale, zone: page.dataset.zone, now: page.dataset.now, words, say, moved: () => look() });
const drawer = new Drawer();
const strip = new Strip({
  phones: JSON.parse(page.dataset.phones), phoneWords: JSON.parse(page.dataset.phoneWords),
  locale, words, mountPhone, openStream, heard: () => look(),
});
const guide = new Guide({ words, strip, clock });

// One short question a second keeps the clock and the drawer true; what was just said is looked at without waiting.
let looking = null;
let again = false;
async function look() {
  if (looking) {
    again = true;
    return;
  }
  looking = ask();
  await looking;
  looking = null;
  if (again) {
    again = false;
    setTimeout(look, 120);
  }
}

async function ask() {
  try {
    const answer = await fetch(`/demo/behind?lang=${locale}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const seen = await answer.json();
    if (page.classList.contains("offline")) strip.stream?.again();
    page.classList.remove("offline");
    clock.show(seen.clock);
    drawer.show(seen);
    guide.follow(seen);
  } catch {
    if (!page.classList.contains("offline")) say(words.offline);
    page.classList.add("offline");
  }
}

setInterval(() => document.hidden || look(), EVERY);
document.addEventListener("visibilitychange", () => document.hidden || look());
look();

// A newcomer who does nothing sees one suggestion glow.
let idle = setTimeout(() => guide.glow(), GLOW_AFTER);
for (const sign of ["pointerdown", "keydown"]) {
  document.addEventListener(sign, () => { clearTimeout(idle); guide.dim(); idle = setTimeout(() => guide.glow(), 3 * GLOW_AFTER); });
}
