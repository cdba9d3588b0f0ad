/* A verdict by one key: 1, 2, 3 … choose in the group that says data-keys. */
(function () {
  "use strict";

  document.addEventListener("keydown", function (event) {
    var typing = event.target.closest("input:not([type=radio]), textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    var choices = document.querySelectorAll("input[data-keys]");
    var chosen = choices[Number(event.key) - 1];
    if (chosen) {
      chosen.checked = true;
      chosen.focus();
      event.preventDefault();
    }
  });
})();
