// A recording: press and hold, or press once and press again. Where the browser cannot, the phone's own recorder is asked.

const HELD = 350; // milliseconds after which letting go means "send"
const SHORTEST = 700;
const LONGEST = 120000;
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export const canRecord = () => !!(window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia);

// onState("off" | "hold" | "press", seconds), onDone(blob), onSorry("no_microphone" | "recording_short").
export function makeRecorder({ onState, onDone, onSorry }) {
  let recorder = null, stream = null, parts = [], began = 0, ticking = 0, mode = "off", pressed = 0, wanted = false;

  async function start() {
    wanted = true;
    mode = "hold";
    pressed = Date.now();
    onState("hold", 0);
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (e) {
      stop(false);
      onSorry("no_microphone");
      return;
    }
    if (!wanted) { release(); return; }
    parts = [];
    const kind = KINDS.find((k) => MediaRecorder.isTypeSupported(k));
    recorder = new MediaRecorder(stream, Object.assign({ audioBitsPerSecond: 24000 }, kind ? { mimeType: kind } : {}));
    recorder.ondataavailable = (event) => event.data.size && parts.push(event.data);
    recorder.start();
    began = Date.now();
    ticking = setInterval(() => {
      onState(mode, Math.floor((Date.now() - began) / 1000));
      if (Date.now() - began > LONGEST) stop(true);
    }, 250);
  }

  function stop(send) {
    wanted = false;
    clearInterval(ticking);
    const now = recorder, length = Date.now() - began;
    recorder = null;
    mode = "off";
    onState("off", 0);
    if (!now) { release(); return; }
    now.onstop = () => {
      release();
      if (!send) return;
      if (length < SHORTEST) onSorry("recording_short");
      else onDone(new Blob(parts, { type: (now.mimeType || "audio/webm").split(";")[0] }));
    };
    now.stop();
  }

  function release() {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
  }

  return {
    get mode() { return mode; },
    cancel: () => stop(false),
    down() { if (mode === "off") start(); else stop(true); },
    up() {
      if (mode !== "hold") return;
      if (recorder && Date.now() - pressed > HELD) stop(true);
      else { mode = "press"; onState("press", 0); }
    },
    toggle() { if (mode === "off") { start(); mode = "press"; onState("press", 0); } else stop(true); },
  };
}
