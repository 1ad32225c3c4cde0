/* What the pages do beyond HTML and htmx. Everything works without it. */
(function () {
  "use strict";

  // "/" or Ctrl+K goes to the search box.
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if ((event.key === "/" && !typing) || (event.key === "k" && event.ctrlKey)) {
      var box = document.getElementById("q");
      if (box) {
        event.preventDefault();
        box.focus();
        box.select();
      }
    }
    if (event.key === "Escape") {
      var quick = document.getElementById("quick");
      if (quick) quick.textContent = "";
    }
  });

  // What stands under the search box goes when one turns to something else.
  function leaveBox(event) {
    var quick = document.getElementById("quick");
    if (quick && event.target.closest && !event.target.closest(".find")) quick.textContent = "";
  }
  document.addEventListener("click", leaveBox);
  document.addEventListener("focusin", leaveBox);

  // After a refusal, the reader begins with the sentence that says why.
  function toErrors(root) {
    var errors = root.querySelector("[data-errors]");
    if (errors) errors.focus();
  }
  document.addEventListener("DOMContentLoaded", function () { toErrors(document); });
  document.addEventListener("htmx:afterSwap", function (event) { toErrors(event.target); });

  // What was sent when the line broke: the page says so, and keeps what had arrived.
  document.addEventListener("htmx:sendError", function () {
    document.querySelectorAll("[data-line-lost]").forEach(function (note) { note.hidden = false; });
  });
  // Where there is room, what narrows a list stands open beside it.
  function openWide(root) {
    if (!window.matchMedia("(min-width:62rem)").matches) return;
    root.querySelectorAll("details[data-wide-open]").forEach(function (one) { one.open = true; });
  }
  document.addEventListener("DOMContentLoaded", function () { openWide(document); });
  document.addEventListener("htmx:afterSwap", function (event) { openWide(event.target); });

  // Printing needs a script: its button shows only where there is one.
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-print]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    });
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") {
      form.dataset.sent = "yes";
      setTimeout(function () { delete form.dataset.sent; }, 4000);
    }
  });
})();
