/* The little the pages need beyond HTML. Every page works without it.
 *
 * - tells the server the reader's time zone, so that hours are shown in it;
 * - closes an open menu on Escape or on a click outside;
 * - submits a form that asks for it when a choice changes (language, filters);
 * - copies a value; prints a page; moves focus to the error summary;
 * - refuses the second press of a button that has been pressed.
 */
(function () {
  "use strict";

  function rememberTimeZone() {
    var name = document.documentElement.dataset.zoneCookie;
    var zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!name || !zone) {
      return;
    }
    var secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie =
      name + "=" + encodeURIComponent(zone) +
      "; Path=/; Max-Age=31536000; SameSite=Lax" + secure;
  }

  function closeMenus(except) {
    document.querySelectorAll("details.desk-menu[open]").forEach(function (menu) {
      if (menu !== except) {
        menu.removeAttribute("open");
      }
    });
  }

  document.addEventListener("click", function (event) {
    var target = event.target;
    closeMenus(target.closest("details.desk-menu"));
    var copier = target.closest("[data-copy]");
    if (copier && navigator.clipboard) {
      navigator.clipboard.writeText(copier.dataset.copy).then(function () {
        if (copier.dataset.copied) {
          copier.textContent = copier.dataset.copied;
        }
      });
    }
    if (target.closest("[data-print]")) {
      window.print();
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") {
      return;
    }
    var open = document.querySelector("details.desk-menu[open]");
    if (open) {
      open.removeAttribute("open");
      open.querySelector("summary").focus();
    }
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submit-on-change]")) {
      event.target.form.requestSubmit();
    }
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || form.target === "_blank" || event.defaultPrevented) {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    /* A download leaves the page standing: the form may be sent again later. */
    window.setTimeout(function () {
      delete form.dataset.sent;
    }, 4000);
  });

  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
    });
  });

  document.addEventListener("DOMContentLoaded", function () {
    rememberTimeZone();
    var summary = document.querySelector(".desk-error-summary");
    if (summary) {
      summary.focus();
    }
  });
})();
