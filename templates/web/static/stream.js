// The letters of all chats of a page over one connection, which goes on where it was however often it is lost.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15000;
const SILENT = 45000; // the server says something at least every 15 seconds, but only to the network; letters come when they come

// chats: keys, or {chat, at}. options: onLetter(letter), onState(online), as (the key of whose phone it is).
// Returns {add(chat), again(), close()}.
export function openStream(chats, options) {
  const at = new Map(chats.map((c) => (typeof c === "string" ? [c, null] : [c.chat, c.at])));
  let source = null, timer = 0, wait = FIRST_WAIT, heard = Date.now(), closed = false;

  function address() {
    const query = new URLSearchParams();
    for (const [chat, number] of at) query.append("chat", number === null ? chat : `${chat}@${number}`);
    if (options.as) query.append("as", options.as);
    return `/api/stream?${query}`;
  }

  function state(online) {
    if (options.onState) options.onState(online);
  }

  function open() {
    clearTimeout(timer);
    if (source) source.close();
    if (closed) return;
    source = new EventSource(address());
    source.onopen = () => { wait = FIRST_WAIT; heard = Date.now(); state(true); };
    source.onmessage = (event) => {
      heard = Date.now();
      const letter = JSON.parse(event.data);
      if (letter.anew) { location.reload(); return; } // an older backup was restored: what stands here may be gone
      const had = at.get(letter.chat);
      if (had === undefined || (had !== null && letter.seq <= had)) return; // nothing comes twice
      at.set(letter.chat, letter.seq);
      options.onLetter(letter);
    };
    source.onerror = () => {
      state(false);
      source.close(); // our own patience instead of the browser's: it gives up for good after an error page
      clearTimeout(timer);
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  }

  // A phone that slept may hold a connection that is dead without knowing it.
  function awake() {
    if (document.visibilityState === "visible" && (source.readyState !== 1 || Date.now() - heard > SILENT)) open();
  }

  document.addEventListener("visibilitychange", awake);
  window.addEventListener("online", open);
  window.addEventListener("offline", () => state(false));
  window.addEventListener("pageshow", (event) => event.persisted && open());
  open();
  return {
    // The server has just answered something else, so it is there again: no need to be patient any longer.
    again() {
      if (closed || source.readyState === EventSource.OPEN) return;
      wait = FIRST_WAIT;
      open();
    },
    add(chat) { if (!at.has(chat)) { at.set(chat, null); open(); } },
    close() { closed = true; clearTimeout(timer); source.close(); document.removeEventListener("visibilitychange", awake); },
  };
}
