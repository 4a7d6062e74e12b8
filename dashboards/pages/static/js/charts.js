// Figures: Plotly and each figure's data come after the page, when the figure is about to be seen.
"use strict";

(() => {
  const QUIET_MS = 2500; // Between two drawings of the same figure.
  const CONFIG = {
    displaylogo: false,
    responsive: true,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "toImage"],
  };
  const states = new WeakMap(); // Of each figure: what was drawn, and when.
  let plotly = null;

  function load() {
    plotly ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = document.querySelector("[data-plotly]").dataset.plotly;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        plotly = null; // The next figure asks again.
        script.remove();
        reject(new Error("Plotly did not load"));
      };
      document.head.append(script);
    });
    return plotly;
  }

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // The figure in the page's colours; its title stands in the panel's head.
  function dressed(layout) {
    const axis = { automargin: true, gridcolor: color("--line"), linecolor: color("--line-strong"), zerolinecolor: color("--line") };
    const found = {
      ...layout,
      title: undefined,
      autosize: true,
      width: undefined,
      height: undefined,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { ...layout.font, color: color("--text"), family: color("--sans"), size: 12 },
      hoverlabel: {
        bgcolor: color("--surface"),
        bordercolor: color("--line-strong"),
        font: { color: color("--text"), family: color("--sans") },
      },
      margin: { l: 16, r: 16, t: 8, b: 16 }, // Axes make their own room.
      legend: { ...layout.legend, font: { size: 11 } },
      uirevision: "kept", // Zoom and hidden lines stay as they are when data comes.
    };
    for (const name of Object.keys(layout)) {
      if (/^[xy]axis\d*$/.test(name)) found[name] = { ...layout[name], ...axis, title: { ...layout[name].title, font: { size: 12 } } };
    }
    found.xaxis ??= axis;
    found.yaxis ??= axis;
    return found;
  }

  function note(chart, text) {
    const place = chart.querySelector(".chart-note");
    place.textContent = text;
    place.hidden = !text;
  }

  async function draw(chart) {
    const state = states.get(chart);
    if (state.busy) {
      state.again = true;
      return;
    }
    state.busy = true;
    try {
      const headers = state.etag ? { "If-None-Match": state.etag } : {};
      const [library, answer] = await Promise.all([load(), fetch(chart.dataset.chart, { headers, cache: "no-store" })]);
      state.newerInMs = 1000 * Number(answer.headers.get("X-Newer-In") ?? 0);
      if (answer.status === 204) note(chart, "Nothing to show yet.");
      else if (answer.status === 401 || answer.redirected) note(chart, "The session has ended: log in again.");
      else if (answer.status === 503) note(chart, state.drawn ? "" : (await answer.json()).detail);
      else if (answer.status === 304) note(chart, "");
      else {
        if (!answer.ok) throw new Error(`${answer.status}`);
        state.etag = answer.headers.get("ETag");
        await show(chart, library, await answer.json());
      }
    } catch {
      if (!state.drawn) note(chart, "The figure cannot be drawn now; it is tried again.");
      state.again = true;
    }
    state.busy = false;
    state.drawnAt = Date.now();
    if (state.again || state.newerInMs) later(chart);
  }

  async function show(chart, library, figure) {
    const body = chart.querySelector(".chart-body");
    const state = states.get(chart);
    state.figure = figure;
    const finding = document.getElementById(chart.getAttribute("aria-labelledby").split(" ").pop());
    if (finding && figure.message) finding.textContent = figure.message;
    await library.react(body, figure.data, dressed(figure.layout), CONFIG);
    state.drawn = true;
    note(chart, "");
  }

  function later(chart) {
    const state = states.get(chart);
    clearTimeout(state.timer);
    state.again = false;
    state.timer = setTimeout(() => draw(chart), Math.max(0, (state.drawnAt ?? 0) + Math.max(QUIET_MS, state.newerInMs ?? 0) - Date.now()));
  }

  // New data is there: figures that are seen are drawn again, the others when they come into sight.
  function refresh(root = document) {
    for (const chart of root.querySelectorAll("[data-chart][data-live]")) {
      const state = states.get(chart);
      if (state?.seen && document.visibilityState === "visible") later(chart);
      else if (state) state.stale = true;
    }
  }

  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const state = states.get(target);
        state.seen = isIntersecting;
        if (isIntersecting && (!state.drawn || state.stale)) {
          state.stale = false;
          draw(target);
        }
      }
    },
    { rootMargin: "200px" },
  );

  function adopt(root) {
    for (const chart of root.querySelectorAll("[data-chart]")) {
      if (states.has(chart)) continue;
      states.set(chart, {});
      watcher.observe(chart);
    }
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const chart of document.querySelectorAll("[data-chart]")) {
      const state = states.get(chart);
      if (state?.drawn) load().then((library) => show(chart, library, state.figure));
    }
  });
  document.addEventListener("visibilitychange", () => refresh());
  document.addEventListener("DOMContentLoaded", () => adopt(document));
  hpo.charts = { refresh, adopt };
})();
