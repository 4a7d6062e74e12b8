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
    if (!over) lost(false);
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
    const answer = await fetch(page.dataset.livePage).catch(() => null);
    if (!answer?.ok) return;
    const seq = answer.headers.get("X-Sweep-Seq");
    if (answer.headers.get("X-Sweep-State") === "running" || (newest !== null && newest !== seq)) location.reload();
    newest = seq;
    const head = await answer.text();
    if (shown !== null && shown !== head) document.getElementById("head").innerHTML = head;
    shown = head;
  }
})();
