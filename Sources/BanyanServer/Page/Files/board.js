// The queue in counts and tables.
import { $, element } from "./dom.js";
import { openTask } from "./task.js";
import { count, size, span } from "./text.js";

const states = ["inactive", "available", "running", "pending_cancellation", "terminated", "cancelled"];

function taskButton(task) {
  const button = element("button", task.name || task._id, "link");
  button.type = "button";
  button.dataset.key = task._id;
  button.addEventListener("click", () => openTask(task._id));
  return button;
}

// Puts rows in the place of the old ones, and leaves the focus where it was.
function fill(id, heads, rows, none) {
  const table = $(id);
  const focus = table.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const head = element("tr");
  for (const name of heads) {
    const cell = element("th", name.replace("#", ""), name.startsWith("#") ? "n" : "");
    cell.scope = "col";
    head.append(cell);
  }
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (const row of rows) {
    const line = element("tr");
    row.forEach((value, place) => {
      const cell = element("td", undefined, heads[place].startsWith("#") ? "n" : "cut");
      cell.append(value === undefined || value === null ? "" : value);
      line.append(cell);
    });
    body.append(line);
  }
  if (!rows.length) {
    const cell = element("td", none, "soft");
    cell.colSpan = heads.length;
    const line = element("tr");
    line.append(cell);
    body.append(line);
  }
  for (const part of table.querySelectorAll("thead, tbody")) part.remove();
  table.append(top, body);
  if (focus) { const found = body.querySelector(`[data-key="${CSS.escape(focus)}"]`); if (found) found.focus(); }
}

function held(used, offered, text) {
  const cell = element("span", `${text(used)} of ${text(offered)} `);
  if (offered > 0) {
    const bar = element("progress");
    bar.max = offered;
    bar.value = Math.min(used, offered);
    bar.setAttribute("aria-label", `${text(used)} of ${text(offered)} held`);
    cell.append(bar);
  }
  return cell;
}

/** Shows what there is now. */
export function show(now) {
  const ago = (time) => time ? span(now.time - time) : "";
  $("status").textContent = `live, event ${count(now.sequence)}`;
  $("status").className = "good";
  const rates = now.rates;
  $("rates").textContent = `a second: ${rates.submitted} submitted, ${rates.claimed} claimed, ${rates.ended} ended`;
  $("states").replaceChildren(...states.map((state) => {
    const card = element("li");
    card.append(element("b", count(now.states[state] || 0)), element("span", state.replace("_", " "), "soft"));
    return card;
  }));
  fill("queues", ["Queue", ...states.map((state) => `#${state.replace("_", " ")}`)],
    Object.entries(now.queues).map(([name, counts]) => [name, ...states.map((state) => count(counts[state] || 0))]),
    "no tasks");
  fill("workers", ["Worker", "State", "#Tasks", "Cores", "Memory", "GPUs"], now.workers.map((worker) => [
    worker.name, element("span", worker.state, worker.state === "connected" ? "good" : "warn"), count(worker.tasks),
    held(worker.reserved.cores, worker.offered.cores, count), held(worker.reserved.memory, worker.offered.memory, size),
    worker.offered.gpus ? held(worker.reserved.gpus, worker.offered.gpus, count) : ""
  ]), "no workers");
  fill("running", ["Task", "Queue", "Owner", "Worker", "Since"], now.running.map((task) =>
    [taskButton(task), task.queue, task.owner, task.worker, ago(task.since)]), "nothing runs");
  $("running").caption.textContent = now.running.length < now.running_total
    ? `Running now: the ${now.running.length} newest of ${count(now.running_total)}` : "Running now";
  fill("failed", ["Task", "Queue", "Owner", "Cause", "Ago"], now.failed.map((task) =>
    [taskButton(task), task.queue, task.owner, element("span", task.cause || task.exit_status, "bad"), ago(task.updated)]),
    "nothing failed");
  fill("newest", ["Task", "State", "Queue", "Owner", "Made"], now.newest.map((task) =>
    [taskButton(task), task.state.replace("_", " "), task.queue, task.owner, `${ago(task.created)} ago`]), "no tasks");
}
