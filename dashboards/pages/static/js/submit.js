// The submit page: overrides as a person edits them, the plan, and the start. The API does all of it.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("submit");
  const rows = document.getElementById("overrides");
  const plan = document.getElementById("plan");
  const key = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`.replace(".", ""));
  let submission = key(); // The same sweep is never begun twice, however often the button is pressed.

  function add(name = "", value = "") {
    const row = document.getElementById("override-row").content.cloneNode(true).firstElementChild;
    const input = row.querySelector("[data-key]");
    input.id = `override-${key()}`;
    input.value = name;
    row.querySelector("[data-value]").value = value;
    row.dataset.field = name;
    rows.append(row);
    return input;
  }

  function overrides() {
    const found = [];
    for (const input of form.querySelectorAll("[data-override]")) {
      const value = input.value.trim();
      if (value) found.push(`${input.dataset.override}=${value}`);
    }
    for (const row of rows.children) {
      const name = row.querySelector("[data-key]").value.trim();
      row.dataset.field = name.replace(/^[+~]+/, "");
      if (name) found.push(`${name}=${row.querySelector("[data-value]").value.trim()}`);
    }
    return found;
  }

  const quoted = (text) => (/^[\w.=/:,+~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`);

  function changed() {
    submission = key();
    document.getElementById("as-command").textContent = ["hpo sweep", ...overrides().map(quoted)].join(" ");
    const chosen = document.getElementById("experiment").selectedOptions[0];
    document.getElementById("experiment-text").textContent = chosen.dataset.text;
  }

  function clear() {
    for (const old of form.querySelectorAll(".field > .error")) old.remove();
    for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    form.querySelector("[data-problems]").hidden = true;
  }

  const body = (dry) => ({ overrides: overrides(), dry_run: dry });

  async function ask(dry) {
    clear();
    form.setAttribute("aria-busy", "true");
    for (const id of ["see", "begin"]) document.getElementById(id).setAttribute("aria-disabled", "true");
    if (dry) plan.replaceChildren(element("p", "Checking: the data is read, the space is built…", "muted"));
    const answer = await hpo.post(form.dataset.url, body(dry), dry ? {} : { "Idempotency-Key": submission });
    form.removeAttribute("aria-busy");
    for (const id of ["see", "begin"]) document.getElementById(id).removeAttribute("aria-disabled");
    if (!answer.ok) {
      hpo.problems(form, answer.body);
      const count = answer.body.problems?.length ?? 1;
      plan.replaceChildren(element("p", count === 1 ? "One thing is not right yet." : `${count} things are not right yet.`, "error"));
    }
    return answer;
  }

  function element(tag, text, className = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function show(found) {
    const facts = element("dl", "", "pairs");
    for (const { name, text } of found.facts ?? []) facts.append(element("dt", name), element("dd", text));
    plan.replaceChildren(facts);
    if (found.space?.length) {
      plan.append(element("h3", "Space"));
      const list = element("dl", "", "pairs");
      for (const row of found.space) {
        list.append(element("dt", row.name, "mono"), element("dd", [row.extent, row.scale, row.condition].filter(Boolean).join(", ")));
      }
      plan.append(list);
    }
    for (const text of [...(found.warm_start ?? []), ...(found.notes ?? [])]) plan.append(element("p", text, "hint"));
  }

  const idle = (id) => document.getElementById(id).getAttribute("aria-disabled") !== "true";

  document.getElementById("see").addEventListener("click", async () => {
    if (!idle("see")) return;
    const answer = await ask(true);
    if (answer.ok) show(answer.body.plan ?? answer.body);
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!idle("begin")) return;
    document.getElementById("confirm-text").textContent = document.getElementById("as-command").textContent;
    document.getElementById("confirm").showModal();
  });

  document.getElementById("confirm").querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    document.getElementById("confirm").close();
    const answer = await ask(false);
    if (!answer.ok) return;
    begun(answer.body);
  });

  // It is begun or waits its turn; as soon as the ledger has it, its page opens.
  function begun(run) {
    document.getElementById("begin").disabled = true;
    document.getElementById("see").disabled = true;
    plan.replaceChildren(element("p", ""));
    follow(run);
  }

  function told(run) {
    if (run.position === null) return `${run.name} is starting…`;
    const before = run.position === 1 ? "one submission" : `${run.position} submissions`;
    return run.position ? `${run.name} waits in the queue, after ${before}.` : `${run.name} waits in the queue and is next.`;
  }

  const json = (url) => fetch(url).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);

  // Whether the ledger has it. A list without it is no error, as its own address would be.
  async function isThere(name) {
    const found = await json(`/api/v1/sweeps?search=${encodeURIComponent(name)}&limit=500`);
    return found?.items.some((item) => item.name === name) ?? false;
  }

  async function follow(run) {
    const text = told(run);
    if (plan.firstElementChild.textContent !== text) plan.firstElementChild.textContent = text;
    if (run.state !== "waiting" && (await isThere(run.name))) {
      location.assign(`/sweeps/${encodeURIComponent(run.name)}`);
      return;
    }
    const now = (await json(`/api/v1/submissions/${run.id}`)) ?? run;
    if (["ended", "cancelled"].includes(now.state) && !(await isThere(run.name))) {
      const what = now.state === "ended" ? "It ended before it had begun. What it said last:" : "It was taken out of the queue.";
      plan.replaceChildren(element("p", what, "error"), element("pre", now.said ?? "", "log"));
      submission = key();
      document.getElementById("begin").disabled = false;
      document.getElementById("see").disabled = false;
      return;
    }
    setTimeout(() => follow(now), 1000);
  }

  document.getElementById("add-override").addEventListener("click", () => add().focus());
  rows.addEventListener("click", (event) => {
    if (!event.target.matches("[data-remove]")) return;
    event.target.closest(".override").remove();
    changed();
    document.getElementById("add-override").focus();
  });
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  add();
  changed();
});
