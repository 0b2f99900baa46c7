// A table is sorted by the heading that is pressed; pressed again, the other way round. Without scripts it stands as it was counted.
(function () {
  "use strict";
  document.querySelectorAll("table.count").forEach(function (table) {
    var body = table.tBodies[0], heads = Array.from(table.tHead.rows[0].cells);
    if (body.rows.length < 2) return;
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", function () {
        var first = column ? "descending" : "ascending"; // the largest number, or the beginning of the alphabet
        var other = column ? "ascending" : "descending";
        var order = head.getAttribute("aria-sort") === first ? other : first;
        heads.forEach(function (one) { one.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", order);
        var rows = Array.from(body.rows).sort(function (one, two) {
          var a = one.cells[column].textContent.trim(), b = two.cells[column].textContent.trim();
          var more = column ? number(a) - number(b) : a.localeCompare(b, document.documentElement.lang, { numeric: true });
          return order === "descending" ? -more : more;
        });
        rows.forEach(function (row) { body.append(row); });
      });
    });
  });

  function number(text) {
    var found = parseFloat(text);
    return isNaN(found) ? -1 : found; // where nothing fell due there is no share: below all that have one
  }
})();
