// The phones in a row, over one stream: which lie there, what is unread on each, and more of them from the town's list.
const MORE = "demo.more";
const SEEN = "demo.seen";
const READ_AFTER = 3000; // milliseconds in sight after which a letter counts as read

export class Strip {
  constructor({ phones, phoneWords, locale, words, mountPhone, openStream, heard }) {
    Object.assign(this, { phoneWords, locale, words, mountPhone, heard });
    this.row = document.getElementById("strip");
    this.tabs = document.getElementById("tabs");
    this.sets = new Map();
    this.seen = load(SEEN) ?? {};
    this.inSight = new IntersectionObserver((sights) => this.looked(sights), { root: this.row, threshold: 0.6 });
    this.row.append(document.getElementById("adder").content.cloneNode(true));
    this.adder = document.getElementById("add");
    for (const phone of [...phones, ...(load(MORE) ?? [])]) this.lay(phone);
    if (this.sets.size) {
      this.stream = openStream([...this.sets.keys()], {
        onLetter: (letter) => this.receive(letter),
        onState: (online) => { for (const { phone } of this.sets.values()) phone.setOnline(online); },
      });
    }
    this.adder.addEventListener("click", () => this.list());
    document.getElementById("more").addEventListener("click", () => this.list());
    this.prepareList();
    this.tabs.addEventListener("keydown", (event) => this.arrow(event));
    if (this.sets.size) this.show([...this.sets.keys()][0]);
  }

  lay(card) {
    if (this.sets.has(card.chat)) return;
    const box = document.createElement("section");
    box.className = "handset";
    box.id = `handset-${card.chat}`;
    const screen = document.createElement("div");
    screen.className = "screen";
    const badge = mark();
    box.append(screen, badge);
    this.adder.before(box);
    screen.addEventListener("submit", () => document.body.classList.add("begun"));
    const phone = this.mountPhone(screen, {
      ...card, locale: this.locale, words: this.phoneWords, heading: "h2",
      onLetter: (letter, fresh) => fresh && this.count(letter),
    });
    const tab = document.createElement("button");
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", box.id);
    const tabBadge = mark();
    tab.append(card.title, tabBadge);
    tab.addEventListener("click", () => this.show(card.chat));
    this.tabs.append(tab);
    const set = { card, box, screen, phone, badge, tab, tabBadge, unread: 0, latest: 0, timer: 0 };
    this.sets.set(card.chat, set);
    for (const sign of ["pointerdown", "focusin"]) box.addEventListener(sign, () => this.read(set));
    this.inSight.observe(box);
  }

  receive(letter) {
    const set = this.sets.get(letter.chat);
    if (!set) return;
    set.phone.receive(letter);
    set.latest = Math.max(set.latest, letter.seq);
    this.heard();
  }

  // Only what others say is unread, and nothing that was read before a reload.
  count(letter) {
    const set = this.sets.get(letter.chat);
    if (!set || letter.from !== "bot" || letter.seq <= (this.seen[letter.chat] ?? 0)) return;
    set.unread += 1;
    this.draw(set);
    if (set.visible) this.soon(set);
  }

  soon(set) {
    clearTimeout(set.timer);
    set.timer = setTimeout(() => set.visible && !document.hidden && this.read(set), READ_AFTER);
  }

  read(set) {
    this.seen[set.card.chat] = set.latest;
    sessionStorage.setItem(SEEN, JSON.stringify(this.seen));
    set.unread = 0;
    this.draw(set);
  }

  draw({ unread, badge, tabBadge }) {
    for (const one of [badge, tabBadge]) {
      one.hidden = !unread;
      one.firstChild.textContent = unread > 99 ? "99+" : String(unread);
      one.lastChild.textContent = ` ${this.words.unread}`;
    }
  }

  looked(sights) {
    for (const { target, isIntersecting } of sights) {
      const set = [...this.sets.values()].find(({ box }) => box === target);
      if (!set) continue;
      set.visible = isIntersecting;
      if (isIntersecting && set.unread) this.soon(set);
    }
  }

  // On a narrow page one phone is shown at a time.
  show(chat) {
    for (const [name, { box, tab }] of this.sets) {
      const chosen = name === chat;
      box.classList.toggle("shown", chosen);
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) tab.scrollIntoView({ block: "nearest", inline: "center" });
    }
  }

  arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...this.tabs.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  }

  // Words for the person to send: written where they would write, unless they are writing something of their own.
  write(chat, text) {
    const set = this.sets.get(chat);
    if (!set) return;
    const field = set.screen.querySelector("textarea");
    if (field.value.trim() && field.value !== set.written) return;
    set.written = text;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (matchMedia("(hover: hover)").matches && !document.body.classList.contains("moving")) field.focus({ preventScroll: true });
  }

  // The phone to look at now; null: none in particular.
  point(chat) {
    for (const [name, { box }] of this.sets) box.classList.toggle("here", name === chat);
    const set = this.sets.get(chat);
    if (!set) return;
    this.show(chat);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.row.scrollTo({ left: set.box.offsetLeft - this.row.offsetLeft - 16, behavior: calm ? "auto" : "smooth" });
  }

  title(chat) {
    return this.sets.get(chat)?.card.title ?? "";
  }

  prepareList() {
    this.dialog = document.getElementById("list");
    this.found = document.getElementById("list-found");
    this.counted = document.getElementById("list-count");
    this.search = document.getElementById("list-search");
    this.search.addEventListener("input", () => this.look());
  }

  list() {
    this.dialog.showModal();
    this.search.focus();
    this.look();
  }

  async look() {
    const query = new URLSearchParams({ lang: this.locale, q: this.search.value });
    const asked = (this.asked = query.toString());
    const { phones, count } = await (await fetch(`/demo/people?${asked}`)).json();
    if (this.asked !== asked) return;
    this.counted.textContent = count ? this.words.found.replace("{count}", count) : this.words.none_found;
    this.found.replaceChildren(...phones.map((card) => this.line(card)));
  }

  line(card) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const name = document.createElement("b");
    name.textContent = card.title;
    const role = document.createElement("span");
    role.textContent = card.role;
    button.append(name, role);
    button.addEventListener("click", () => this.add(card));
    item.append(button);
    return item;
  }

  add(card) {
    if (!this.sets.has(card.chat)) {
      this.lay(card);
      this.stream?.add(card.chat);
      sessionStorage.setItem(MORE, JSON.stringify([...(load(MORE) ?? []), card]));
    }
    this.dialog.close();
    this.point(card.chat);
    this.sets.get(card.chat).box.classList.remove("here");
  }
}

function mark() {
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.hidden = true;
  const words = document.createElement("span");
  words.className = "unseen";
  badge.append("0", words);
  return badge;
}

function load(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}
