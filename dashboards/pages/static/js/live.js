// A page that follows a sweep: fragments are swapped by htmx, figures and spoken news are told here.
"use strict";

(() => {
  const AGAIN_MS = 5000;
  let over = false;
  let shown = null; // The head, as it was asked for last.
  let newest = null; // Number of the sweep's newest event then.

  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    const target = event.target;
    if (target.matches("[data-points]")) {
      event.preventDefault();
      hpo.charts.refresh();
      const own = document.querySelector("[data-trial]");
      const changed = JSON.parse(event.detail.data).trials;
      if (own && changed.includes(Number(own.dataset.trial))) window.htmx.trigger(own, "changed");
    } else if (target.matches("[data-spoken]")) {
      event.preventDefault();
      hpo.speak(JSON.parse(event.detail.data).text);
    } else if (target.matches("[data-outage]")) {
      event.preventDefault();
      document.getElementById("outage").hidden = !JSON.parse(event.detail.data).away;
    }
  });

  const lost = (hidden) => {
    const notice = document.getElementById("lost");
    if (notice) notice.hidden = hidden;
  };
  document.addEventListener("htmx:sseError", () => {
    if (over) return;
    lost(false);
    asked(); // The stream does not say why it was refused.
  });
  document.addEventListener("htmx:sseOpen", () => lost(true));
  document.addEventListener("htmx:sseClose", () => {
    lost(true);
    if (over) return;
    over = true;
    again();
    setInterval(again, AGAIN_MS);
  });

  // The sweep is over, but a person may resume it, and its report may still come.
  async function again() {
    const page = document.querySelector("[data-live-page]");
    if (!page || document.visibilityState !== "visible" || document.querySelector("dialog[open]")) return;
    const answer = await asked();
    if (!answer?.ok) return;
    const seq = answer.headers.get("X-Sweep-Seq");
    if (answer.headers.get("X-Sweep-State") === "running" || (newest !== null && newest !== seq)) location.reload();
    newest = seq;
    const head = await answer.text();
    if (shown !== null && shown !== head) swap(document.getElementById("head"), head);
    shown = head;
  }

  // The head of the page as it is now, or the whole page. A session that has ended leads to the login.
  async function asked() {
    const part = document.querySelector("[data-live-page]")?.dataset.livePage;
    const answer = await fetch(part ?? location.href).catch(() => null);
    if (answer?.status === 401 || answer?.redirected) location.assign("/login");
    return answer;
  }

  // Times go on in it, and whoever is at one of its buttons stays there.
  function swap(place, html) {
    const within = () => [...place.querySelectorAll("a, button, input, select, summary")];
    const focused = within().indexOf(document.activeElement);
    place.innerHTML = html;
    if (focused >= 0) within()[focused]?.focus();
  }
})();
