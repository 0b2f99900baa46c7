// Where one writes: words, a photo, a voice message, a place, and the menu; large enough for any thumb.

import { icon, make, memory } from "./dom.js";
import { canRecord, makeRecorder } from "./voice.js";

const WIDEST = 1600; // pixels of a photo: enough to read a label, small enough for a village's network
const LARGEST = 8 * 1024 * 1024;

// phone: {chat, words, say(text), sendFile(blob, kind, url), sendPlace(lat, lon), note(text)}.
export function composer(phone) {
  const { words } = phone;
  const draft = `cunshao.draft/${phone.chat}`;
  const field = make("textarea", {
    rows: 1, maxlength: 4000, placeholder: words.placeholder, "aria-label": words.composer, enterkeyhint: "send", autocomplete: "off",
  });
  field.value = memory.read(draft, "");
  const send = make("button", { type: "submit", class: "send", "aria-label": words.send }, icon("send"), make("span", {}, words.send));
  const tools = make("div", { class: "tools", role: "group" },
    tool("menu", words.menu, { onclick: () => phone.say(words.menu_says) }),
    photoTool(phone), voiceTool(phone),
    tool("place", words.place, { onclick: () => findPlace(phone) }));
  const form = make("form", { class: "composer", "aria-label": words.composer },
    make("div", { class: "writing" }, field, send), tools);

  function grow() {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 132)}px`;
    form.classList.toggle("written", field.value.trim() !== "");
    memory.write(draft, field.value);
  }

  function submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) { field.focus(); return; }
    field.value = "";
    grow();
    phone.say(text);
  }

  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    const composing = event.isComposing || event.keyCode === 229; // Enter that ends a word being typed in pinyin
    if (event.key === "Enter" && !event.shiftKey && !composing) submit(event);
  });
  form.addEventListener("submit", submit);
  requestAnimationFrame(grow);
  return { form, field };
}

function tool(name, label, handlers) {
  return make("button", Object.assign({ type: "button", class: `tool ${name}` }, handlers), icon(name), make("span", {}, label));
}

function picker(attributes, onFile) {
  const input = make("input", Object.assign({ type: "file", hidden: true, tabindex: -1 }, attributes));
  input.addEventListener("change", () => {
    const file = input.files[0];
    input.value = "";
    if (file) onFile(file);
  });
  return input;
}

function photoTool(phone) {
  const input = picker({ accept: "image/*", capture: "environment" }, (file) => takePhoto(file, phone));
  return make("div", { class: "with-input" }, tool("photo", phone.words.photo, { onclick: () => input.click() }), input);
}

async function takePhoto(file, phone) {
  const small = await shrink(file).catch(() => null);
  const blob = small || file;
  if (!small && !/^image\/(jpeg|png|webp)$/.test(file.type)) { phone.note(phone.words.bad_photo); return; }
  if (blob.size > LARGEST) { phone.note(phone.words.large_photo); return; }
  phone.sendFile(blob, "photo", URL.createObjectURL(blob));
}

// Drawn anew: smaller, and without what a camera writes into a photo (where and when it was taken, on whose phone).
function shrink(file) {
  return new Promise((done, fail) => {
    const image = new Image();
    image.onload = () => {
      const scale = Math.min(1, WIDEST / Math.max(image.naturalWidth, image.naturalHeight));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
      canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(image.src);
      canvas.toBlob((blob) => (blob ? done(blob) : fail()), "image/jpeg", 0.82);
    };
    image.onerror = fail;
    image.src = URL.createObjectURL(file);
  });
}

function voiceTool(phone) {
  const { words } = phone;
  if (!canRecord()) {
    const input = picker({ accept: "audio/*", capture: true }, (file) => phone.sendFile(file, "voice", URL.createObjectURL(file)));
    return make("div", { class: "with-input" }, tool("voice", words.voice, { onclick: () => input.click() }), input);
  }
  const recorder = makeRecorder({
    onState(mode, seconds) {
      button.classList.toggle("on", mode !== "off");
      button.setAttribute("aria-pressed", String(mode !== "off"));
      const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      phone.recording(mode === "off" ? "" : time, mode === "hold" ? words.recording_hold : words.recording_press, recorder.cancel);
    },
    onDone: (blob) => phone.sendFile(blob, "voice", URL.createObjectURL(blob)),
    onSorry: (why) => phone.note(words[why]),
  });
  const button = tool("voice", words.voice, {
    "aria-pressed": "false",
    onpointerdown: (event) => { 
      if (event.button !== 0) return;
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId); // a finger that slides off lets go all the same
      recorder.down();
    },
    onpointerup: () => recorder.up(),
    onpointercancel: () => recorder.up(),
    oncontextmenu: (event) => event.preventDefault(),
    onclick: (event) => { if (event.detail === 0) recorder.toggle(); }, // a keyboard or a screen reader
  });
  return make("div", { class: "with-input" }, button);
}

function findPlace(phone) {
  const { words } = phone;
  if (!navigator.geolocation) { phone.note(words.no_place); return; }
  phone.note(words.finding_place, true);
  navigator.geolocation.getCurrentPosition(
    (found) => { phone.note(""); phone.sendPlace(found.coords.latitude, found.coords.longitude); },
    () => phone.note(words.no_place),
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
  );
}
