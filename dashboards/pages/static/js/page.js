// What every page has: keys, spoken news, times that grow older, lists that refresh themselves.
"use strict";

const hpo = (window.hpo = {});

// News for screen readers, with restraint: the newest text, at most one in 15 seconds.
hpo.speak = (() => {
  const PAUSE_MS = 15000;
  let last = 0;
  let waiting = null;
  return (text, now = false) => {
    clearTimeout(waiting);
    const say = () => {
      last = Date.now();
      document.getElementById("spoken").textContent = text;
    };
    if (now) say();
    else waiting = setTimeout(say, Math.max(0, last + PAUSE_MS - Date.now()));
  };
})();

// Keys. They are silent while a person types, and a person can switch them off.
(() => {
  const PLACES = { s: "/", c: "/compare", n: "/submit" };
  const KEPT = "hpo-keys";
  let wentAt = 0;

  const on = () => localStorage.getItem(KEPT) !== "off";
  const typing = (target) => target.closest?.("input, textarea, select, dialog[open], [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (!on() || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector("[data-search]");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "g") {
      wentAt = Date.now();
    } else if (PLACES[event.key] && Date.now() - wentAt < 1000) {
      location.assign(PLACES[event.key]);
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-keys]");
    if (!button) return;
    const show = () => button.setAttribute("aria-pressed", String(on()));
    button.addEventListener("click", () => {
      localStorage.setItem(KEPT, on() ? "off" : "on");
      show();
    });
    show();
  });
})();

// Times grow older while a page is open.
(() => {
  const UNITS = [[86400, "d"], [3600, "h"], [60, "min"]];
  const words = (past) => {
    for (const [size, unit] of UNITS) if (past >= size) return `${Math.floor(past / size)} ${unit} ago`;
    return "just now";
  };
  setInterval(() => {
    for (const time of document.querySelectorAll("time[datetime]")) {
      const at = Date.parse(time.dateTime);
      const text = words((Date.now() - at) / 1000);
      if (!Number.isNaN(at) && time.textContent !== text) time.textContent = text;
    }
  }, 15000);
})();

// Lists ask again every so many seconds, while they can be seen and nobody is busy in them.
(() => {
  const busy = (element) =>
    element.parentElement.matches(":focus-within") || document.querySelector("[data-pick]:checked, dialog[open]");
  const dueAt = new WeakMap();
  setInterval(() => {
    if (document.visibilityState !== "visible") return;
    for (const element of document.querySelectorAll("[data-refresh]")) {
      const every = Number(element.dataset.refresh) * 1000;
      if (!dueAt.has(element)) dueAt.set(element, Date.now() + every);
      if (Date.now() < dueAt.get(element) || busy(element)) continue;
      dueAt.set(element, Date.now() + every);
      window.htmx?.trigger(element, "refresh");
    }
  }, 500);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const asker = event.detail.requestConfig?.elt;
    if (asker?.matches("[data-refresh]") && asker.isConnected && busy(asker)) event.detail.shouldSwap = false; // Since it asked.
  });
})();

// What a search or a filter found is said aloud; what refreshes itself is not.
document.addEventListener("htmx:afterSettle", (event) => {
  const asker = event.detail.requestConfig?.elt;
  if (!asker || asker.matches("[data-refresh], [data-trials], [data-trial]")) return;
  hpo.speak(event.detail.target?.querySelector("caption, .empty h2, .empty h3")?.textContent ?? "", true);
});

// Two sweeps can be compared, not one and not three.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick]")) return;
  const picked = [...document.querySelectorAll("[data-pick]:checked")];
  for (const old of picked.filter((one) => one !== event.target).slice(1)) old.checked = false;
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
  hpo.speak("Copied", true);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 2000);
});

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-logout]")) return;
  const csrf = document.querySelector("meta[name=csrf]").content;
  await fetch("/logout", { method: "POST", headers: { "X-HPO-CSRF": csrf }, redirect: "manual" });
  location.assign("/login");
});
