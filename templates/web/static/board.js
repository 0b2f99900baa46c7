// The board follows what happens: one connection says that something moved, and the columns are asked for again.
(function () {
  "use strict";
  var board = document.getElementById("board");
  var columns = document.getElementById("columns");
  var away = document.getElementById("away");
  var filters = document.getElementById("filters");
  var source = null;

  function listen() {
    if (source) source.close();
    source = new EventSource("/board/stream");
    source.addEventListener("here", function () {
      if (!away.hidden) htmx.trigger(columns, "moved");
      away.hidden = true;
      board.dataset.live = "yes";
    });
    source.addEventListener("moved", function () { htmx.trigger(columns, "moved"); });
    source.onerror = function () {
      away.hidden = false;
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
    };
  }

  filters.querySelector("button").hidden = true;
  filters.addEventListener("change", function () { filters.requestSubmit(); });
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) htmx.trigger(columns, "moved");
  });
  window.addEventListener("pagehide", function () { if (source) source.close(); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) listen(); });
  // Whoever works by keyboard stays with the card, wherever it has gone.
  var held = "";
  // What somebody is writing is not swept away: the columns wait until it is sent or put aside.
  var waits = false;
  function writing() {
    var open = columns.querySelectorAll("details.more[open] input[name=words]");
    return Array.prototype.some.call(open, function (input) { return input.value !== "" || input === document.activeElement; });
  }
  function later() {
    if (waits && !writing()) { waits = false; htmx.trigger(columns, "moved"); }
  }
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.requestConfig.elt === columns && writing()) {
      event.detail.shouldSwap = false;
      waits = true;
    }
  });
  columns.addEventListener("toggle", later, true);
  columns.addEventListener("focusout", function () { setTimeout(later, 0); });
  document.body.addEventListener("htmx:beforeSwap", function () {
    var card = document.activeElement && document.activeElement.closest(".duty");
    if (card) held = card.id;
  });
  document.body.addEventListener("htmx:afterSwap", function () {
    var card = held && document.activeElement === document.body ? document.getElementById(held) : null;
    if (card) (card.querySelector("button") || card).focus({ preventScroll: true });
    held = "";
  });
  document.body.addEventListener("htmx:sendError", function () { away.hidden = false; });
  document.body.addEventListener("htmx:afterSwap", function () {
    var said = document.getElementById("said");
    if (said.dataset.fresh && said.firstElementChild) {
      delete said.dataset.fresh;
      said.scrollIntoView({ block: "nearest" });
    }
  });
  document.body.addEventListener("htmx:oobAfterSwap", function () { document.getElementById("said").dataset.fresh = "1"; });
  listen();
})();
