// The switches in the page's head: instructor's notes, and the same section in another language.
(() => {
  "use strict";
  const SHOWN = "fl-course-notes";
  const stored = {
    // A browser may refuse to keep anything, for a page from a folder too.
    get: () => { try { return localStorage.getItem(SHOWN) === "yes"; } catch { return false; } },
    set: shown => { try { localStorage.setItem(SHOWN, shown ? "yes" : "no"); } catch { /* kept nowhere */ } },
  };

  const show = shown => {
    document.documentElement.classList.toggle("with-notes", shown);
    for (const button of document.querySelectorAll(".notes-switch")) {
      button.setAttribute("aria-pressed", String(shown));
    }
  };

  // The last cell whose beginning is above the line where reading begins.
  const section = () => {
    const prefix = location.pathname.split("/").pop().replace(/\.html$/, "").replace(/_/g, "-") + "-cell-";
    const line = document.querySelector(".bd-header-article").getBoundingClientRect().bottom;
    let found = "";
    for (const place of document.querySelectorAll(`[id^="${prefix}"]`)) {
      if (place.getBoundingClientRect().top > line + 24) break;
      found = place.id;
    }
    return found ? `#${found}` : "";
  };

  // A search made from a folder can't read the pages that it has found.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS === "object") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  show(stored.get());
  addEventListener("DOMContentLoaded", () => {
    show(stored.get());
    const notes = document.querySelector(".instructor") !== null;
    for (const button of document.querySelectorAll(".notes-switch")) {
      button.hidden = !notes;
      button.addEventListener("click", () => {
        const shown = !document.documentElement.classList.contains("with-notes");
        stored.set(shown);
        show(shown);
      });
    }
    for (const menu of document.querySelectorAll(".language-switch")) {
      const close = event => { if (!menu.contains(event.target)) menu.open = false; };
      document.addEventListener("click", close);
      menu.addEventListener("keydown", event => {
        if (event.key !== "Escape" || !menu.open) return;
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    for (const link of document.querySelectorAll(".language-switch a[data-same-page]")) {
      const lead = () => { link.hash = section(); };
      for (const event of ["pointerdown", "focus", "click"]) link.addEventListener(event, lead);
    }
  });
})();
