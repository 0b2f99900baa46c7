// The size of letters chosen on this phone, set before anything is drawn.
(function () {
  try {
    var size = localStorage.getItem("cunshao.size");
    if (size) document.documentElement.dataset.size = size;
  } catch (e) { /* a browser that keeps nothing shows the usual size */ }
})();
