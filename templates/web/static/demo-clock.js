// The clock bar: shows the town's time running, and moves it.
const DAY = { month: "short", day: "numeric", weekday: "short" };

export class Clock {
  constructor({ locale, zone, now, words, say, moved }) {
    Object.assign(this, { locale, words, say, moved });
    const region = locale === "zh" ? "zh-CN" : "en-GB";
    this.time = new Intl.DateTimeFormat(region, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
    this.day = new Intl.DateTimeFormat(region, { ...DAY, timeZone: zone });
    this.face = document.getElementById("now");
    this.date = document.getElementById("day");
    this.next = document.getElementById("next");
    this.coming = document.getElementById("coming");
    this.tomorrow = document.getElementById("tomorrow");
    this.rates = [...document.querySelectorAll("[data-rate]")];
    this.hands = [this.next, this.tomorrow, ...document.querySelectorAll("[data-forward]"), ...this.rates];
    this.at = Date.parse(now);
    this.since = performance.now();
    this.rate = 1;
    this.listen();
    this.draw();
    setInterval(() => this.draw(), 250);
    this.fold();
  }

  listen() {
    this.next.addEventListener("click", () => this.then && this.send({ to: this.then.at }));
    this.tomorrow.addEventListener("click", () => this.send({ to: this.morning }));
    for (const button of document.querySelectorAll("[data-forward]")) {
      button.addEventListener("click", () => this.send({ forward: button.dataset.forward }));
    }
    for (const button of this.rates) {
      button.addEventListener("click", () => this.send({ rate: Number(button.dataset.rate) }));
    }
  }

  // On a wide page all hands lie open; on a narrow one behind a word.
  fold() {
    const wide = matchMedia("(min-width: 721px)");
    const hands = document.getElementById("hands");
    const set = () => { hands.open = wide.matches; hands.classList.add("folded"); };
    wide.addEventListener("change", set);
    set();
  }

  show({ now, rate, next, tomorrow }) {
    this.at = Date.parse(now);
    this.since = performance.now();
    this.rate = rate;
    this.then = next;
    this.morning = tomorrow;
    for (const button of this.rates) button.setAttribute("aria-pressed", String(Number(button.dataset.rate) === rate));
    this.coming.textContent = next ? `${this.time.format(Date.parse(next.at))} ${next.what}` : this.words.nothing_next;
    this.draw();
  }

  draw() {
    const now = this.at + (performance.now() - this.since) * this.rate;
    const time = this.time.format(now);
    if (this.face.textContent !== time) this.face.textContent = time;
    const day = this.day.format(now);
    if (this.date.textContent !== day) this.date.textContent = day;
  }

  // While the town lives through the time in between, the hands cannot be pressed again.
  async send(order) {
    if (this.busy) return;
    this.busy = true;
    document.body.classList.add("moving");
    for (const hand of this.hands) hand.setAttribute("aria-disabled", "true");
    try {
      const answer = await fetch(`/demo/clock?lang=${this.locale}`, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(order),
      });
      const said = await answer.json();
      // The next thing may have come by itself while the finger was on its way: that is no mistake to speak of.
      if (!answer.ok && !order.to) this.say(said.error);
    } catch {
      this.say(this.words.offline);
    }
    for (const hand of this.hands) hand.removeAttribute("aria-disabled");
    document.body.classList.remove("moving");
    this.busy = false;
    this.moved();
  }
}
