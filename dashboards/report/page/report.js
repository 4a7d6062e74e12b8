"use strict";
// Draws the figures that stand in the page as JSON. On paper they take the paper's width.
(() => {
  const { config, figures } = JSON.parse(document.getElementById("figures").textContent);
  const narrow = () => window.innerWidth < 640;
  const places = Object.keys(figures);

  const draw = (id) => {
    const { data, layout } = figures[id];
    // On a phone the legend takes a line an entry, which must not come out of the plot.
    const lines = layout.showlegend === false ? 0 : data.length;
    const small = { ...layout, font: { ...layout.font, size: 11 }, height: layout.height + 14 * lines };
    const fitted = narrow() ? small : layout;
    Plotly.newPlot(id, data, fitted, { ...config, displayModeBar: narrow() ? false : "hover" });
    // Read out is the label of the place: what the figure shows, not the numbers along its axes.
    document.querySelectorAll(`#${id} svg.main-svg`).forEach((part) => part.setAttribute("aria-hidden", "true"));
  };
  places.forEach(draw);

  const fit = () => places.forEach((id) => Plotly.Plots.resize(id));
  const paper = window.matchMedia("print");
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((part) => { part.dataset.was = part.open; part.open = true; });
    const width = 640;
    places.forEach((id) => {
      const small = document.getElementById(id).closest(".grid");
      Plotly.relayout(id, { width: small ? width / 2 - 12 : width, autosize: false });
    });
  });
  const back = () => {
    document.querySelectorAll("details").forEach((part) => { part.open = part.dataset.was === "true"; });
    places.forEach((id) => Plotly.relayout(id, { width: null, autosize: true }));
  };
  window.addEventListener("afterprint", back);
  paper.addEventListener("change", (event) => { if (!event.matches) fit(); });
  document.documentElement.dataset.drawn = places.length;
})();
