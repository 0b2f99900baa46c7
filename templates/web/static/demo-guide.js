// Three things worth trying, played by the newcomer: the guide writes the words on the right phone and says what to press.
// It goes by what the town says of itself, not by a script of its own: a question it was not told of is simply left to the person.
const SCENES = {
  return: { phone: "wang", kind: "return", then: "claim" },
  need: { phone: "li", kind: "need", then: "climb", until: "command" },
  fever: { phone: "li", kind: "fever", then: "claim" },
};
const CADRES = "cadres-yaowa";
const KEPT = "demo.scene";
const DONE = "demo.done";

export class Guide {
  constructor({ words, strip, clock }) {
    Object.assign(this, { words, strip, clock });
    this.box = document.getElementById("guide");
    this.text = document.getElementById("guide-text");
    this.buttons = [...document.querySelectorAll("[data-scene]")];
    this.scene = load(KEPT);
    if (this.scene && this.scene.step !== "end") this.scene.step = ""; // after a reload the phone is pointed at anew
    for (const name of load(DONE) ?? []) this.tick(name);
    for (const button of this.buttons) button.addEventListener("click", () => this.start(button));
    this.leave = document.getElementById("guide-stop");
    this.leave.addEventListener("click", () => this.stop());
    this.mark();
  }

  start(button) {
    const name = button.dataset.scene;
    this.scene = { name, from: this.last?.message.facts.id ?? "", duty: this.last?.duty.facts.ref ?? "", step: "" };
    this.strip.write(SCENES[name].phone, button.dataset.say);
    this.keep();
    this.mark();
    this.follow(this.last);
  }

  stop() {
    this.scene = null;
    this.keep();
    this.mark();
    this.strip.point(null);
    this.clock.next.classList.remove("here");
  }

  // Called with every look at the town.
  follow(seen) {
    if (!seen) return;
    this.last = seen;
    if (!this.scene || this.scene.step === "end" || seen.message.facts.decided === false) return;
    const { name } = this.scene;
    const { phone, kind, then, until } = SCENES[name];
    const { message, duty } = { message: seen.message.facts, duty: seen.duty.facts };
    const spoken = message.chat === phone && message.id !== this.scene.from;
    const mine = duty.kind === kind && (duty.ref !== this.scene.duty || spoken);
    if (mine && ["claimed", "reported", "closed"].includes(duty.state) && then === "claim") return this.end(name);
    if (mine && then === "climb") this.watch(duty.told);
    if (mine && until && duty.told.includes(until)) return this.end(name);
    if (spoken && message.asks) return this.answer(phone, message);
    if (mine && then === "climb") return this.to("nobody", null, {});
    if (mine) return this.to("claim", CADRES, {});
    if (spoken) return this.to("same", null, {});
    this.to("send", phone, { who: this.strip.title(phone) });
  }

  // The phone that was told last is brought into sight.
  watch(told) {
    const fresh = told.filter((chat) => !this.scene.told?.includes(chat) && this.strip.title(chat));
    if (!fresh.length) return;
    const first = !this.scene.told;
    this.scene.told = told;
    this.keep();
    if (!first) this.strip.point(fresh.at(-1));
  }

  answer(phone, { asks, id }) {
    const words = this.words[`answer ${asks}`];
    if (words && this.scene.answered !== id) {
      this.scene.answered = id;
      this.strip.write(phone, words);
    }
    this.to("answer", phone, {});
  }

  end(name) {
    this.to(`${name}_end`, SCENES[name].until ?? null, {});
    this.scene.step = "end";
    this.leave.textContent = this.words.ok;
    document.body.classList.remove("guided");
    this.tick(name);
    const done = new Set([...(load(DONE) ?? []), name]);
    sessionStorage.setItem(DONE, JSON.stringify([...done]));
    this.keep();
  }

  to(block, phone, values) {
    const said = (this.words[block] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? this.words[key] ?? "");
    if (this.text.textContent !== said) this.text.textContent = said;
    this.clock.next.classList.toggle("here", block === "nobody");
    if (this.scene.step !== block) {
      this.scene.step = block;
      if (block !== "nobody") this.strip.point(phone);
      this.keep();
    }
  }

  mark() {
    this.box.hidden = !this.scene;
    document.body.classList.toggle("guided", Boolean(this.scene) && this.scene.step !== "end");
    for (const button of this.buttons) button.classList.toggle("playing", button.dataset.scene === this.scene?.name);
    this.leave.textContent = this.scene?.step === "end" ? this.words.ok : this.words.stop;
    if (this.scene?.step === "end") this.text.textContent = this.words[`${this.scene.name}_end`];
  }

  tick(name) {
    const button = this.buttons.find((one) => one.dataset.scene === name);
    if (!button || button.classList.contains("done")) return;
    document.body.classList.add("tried");
    button.classList.add("done");
    const mark = document.createElement("i");
    mark.textContent = this.words.done;
    button.append(mark);
  }

  glow() {
    if (this.scene && this.scene.step !== "end") return;
    this.buttons.find((button) => !button.classList.contains("done"))?.classList.add("glow");
  }

  dim() {
    for (const button of this.buttons) button.classList.remove("glow");
  }

  keep() {
    if (this.scene) sessionStorage.setItem(KEPT, JSON.stringify(this.scene));
    else sessionStorage.removeItem(KEPT);
  }
}

function load(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}
