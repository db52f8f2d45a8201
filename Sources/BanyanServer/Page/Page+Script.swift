extension Page {
  static let script = #"""
    "use strict";
    const $ = (id) => document.getElementById(id);
    const states = ["inactive", "available", "running", "pending_cancellation", "terminated", "cancelled"];
    let token = sessionStorage.getItem("banyan-token");
    let stream = null;
    let last = null;

    // Everything that comes from the queue is text, never markup.
    function element(name, text, kind) {
      const made = document.createElement(name);
      if (text !== undefined) made.textContent = text;
      if (kind) made.className = kind;
      return made;
    }
    const count = (number) => Number(number).toLocaleString("en");
    function size(bytes) {
      const units = ["B", "KiB", "MiB", "GiB", "TiB"];
      let unit = 0;
      while (bytes >= 1024 && unit < 4) { bytes /= 1024; unit += 1; }
      return `${bytes < 10 && unit ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
    }
    function span(milliseconds) {
      const seconds = Math.max(0, Math.round(milliseconds / 1000));
      if (seconds < 60) return `${seconds} s`;
      if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
      if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
      return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds % 86400 / 3600)} h`;
    }
    const ago = (time) => time ? span(last.time - time) : "";

    async function ask(path, options) {
      const headers = token ? { Authorization: `Bearer ${token}` } : {};
      const answer = await fetch(new URL(path, document.baseURI), { ...options, headers, cache: "no-store" });
      if (answer.status === 401) { logOut("This token is not valid, or of a user that may not read."); throw new Error("401"); }
      return answer;
    }
    async function json(path) {
      const answer = await ask(path);
      const body = await answer.json();
      if (!answer.ok) throw new Error(body._error ? body._error.message : `status ${answer.status}`);
      return body;
    }

    // MARK: Log-in

    function logOut(why) {
      token = null;
      sessionStorage.removeItem("banyan-token");
      if (stream) stream.abort();
      stream = null;
      $("app").hidden = true;
      $("login").hidden = false;
      $("login-error").textContent = why || "";
      $("token").value = "";
      $("token").focus();
    }
    $("login-form").addEventListener("submit", (event) => {
      event.preventDefault();
      token = $("token").value.trim();
      $("login-error").textContent = "";
      follow();
    });
    $("logout").addEventListener("click", () => logOut(""));

    // MARK: The feed

    async function follow() {
      const mine = new AbortController();
      if (stream) stream.abort();
      stream = mine;
      let wait = 500;
      while (stream === mine) {
        try {
          const answer = await ask("live", { signal: mine.signal });
          if (!answer.ok) throw new Error(`status ${answer.status}`);
          if (token) sessionStorage.setItem("banyan-token", token);
          $("login").hidden = true;
          $("app").hidden = false;
          wait = 500;
          await read(answer.body.getReader());
        } catch (error) {
          if (stream !== mine || error.message === "401") return;
        }
        if (stream !== mine) return;
        $("status").textContent = "the server is away; trying again";
        $("status").className = "bad";
        await new Promise((done) => setTimeout(done, wait + Math.random() * 500));
        wait = Math.min(wait * 2, 5000);
      }
    }
    async function read(reader) {
      const decoder = new TextDecoder();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        text += decoder.decode(value, { stream: true });
        const events = text.split("\n\n");
        text = events.pop();
        // Only the newest one is worth drawing.
        const newest = events.filter((one) => one.startsWith("data: ")).pop();
        if (newest) { last = JSON.parse(newest.slice(6)); show(last); }
      }
    }

    // MARK: The tables

    function taskButton(task) {
      const button = element("button", task.name || task._id, "link");
      button.type = "button";
      button.dataset.key = task._id;
      button.addEventListener("click", () => open(task._id));
      return button;
    }
    /// Puts rows in the place of the old ones, and leaves the focus where it was.
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
    function show(now) {
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

    // MARK: One task

    let shown = null;
    async function open(id) {
      shown = id;
      $("task-log").hidden = true;
      $("task-fields").replaceChildren();
      $("task-title").textContent = id;
      if (!$("task").open) $("task").showModal();
      try {
        const [task, history] = await Promise.all([
          json(`tasks/${encodeURIComponent(id)}`),
          json(`tasks/${encodeURIComponent(id)}/history?max_results=20&sort=-_created`)]);
        if (shown !== id) return;
        $("task-title").textContent = task.name || id;
        const rows = Object.entries(task).filter(([key]) => key !== "continuations")
          .map(([key, value]) => [key, typeof value === "object" ? JSON.stringify(value) : value]);
        rows.push(["continuations", count(task.continuations.length)]);
        for (const attempt of history._items) {
          rows.push([`attempt ${attempt.claim_number}`, attempt.exit_status || "runs"]);
        }
        $("task-fields").replaceChildren(...rows.flatMap(([key, value]) => [element("dt", key), element("dd", value)]));
      } catch (error) {
        $("task-fields").replaceChildren(element("dt", "error"), element("dd", error.message, "bad"));
      }
    }
    async function tail(name) {
      const box = $("task-log");
      box.hidden = false;
      box.textContent = "...";
      try {
        const answer = await ask(`tasks/${encodeURIComponent(shown)}/log?stream=${name}&offset=-65536`);
        const text = await answer.text();
        box.textContent = answer.ok ? (text || "(nothing was written)") : JSON.parse(text)._error.message;
      } catch (error) { box.textContent = error.message; }
      box.scrollTop = box.scrollHeight;
      box.focus();
    }
    $("task-close").addEventListener("click", () => $("task").close());
    $("task-stdout").addEventListener("click", () => tail("stdout"));
    $("task-stderr").addEventListener("click", () => tail("stderr"));
    $("task-graph").addEventListener("click", () => {
      $("task").close();
      $("selection").value = shown;
      draw(shown);
      $("graph-title").scrollIntoView();
    });

    // MARK: The graph

    const mostNodes = 200;
    const fields = "projection=" + encodeURIComponent('{"name":1,"state":1,"cause":1,"continuations":1}');
    const where = (filter) => `tasks?max_results=${mostNodes}&${fields}&where=${encodeURIComponent(JSON.stringify(filter))}`;
    async function select(text) {
      if (text.startsWith("{")) return (await json(where(JSON.parse(text))))._items;
      const filter = /^[0-9a-f]{24}$/i.test(text) ? { _id: text } : { name: text };
      const found = new Map();
      let level = (await json(where(filter)))._items;
      while (level.length && found.size < mostNodes) {
        for (const task of level) found.set(task._id, task);
        const next = [...new Set(level.flatMap((task) => task.continuations))].filter((id) => !found.has(id));
        if (!next.length) break;
        level = (await json(where({ _id: { $in: next.slice(0, 100) } })))._items;
      }
      return [...found.values()].slice(0, mostNodes);
    }
    async function draw(text) {
      $("graph-note").textContent = "...";
      $("graph").replaceChildren();
      try {
        const tasks = await select(text.trim());
        $("graph-note").textContent = tasks.length
          ? `${tasks.length} tasks${tasks.length >= mostNodes ? " (the first ones)" : ""}` : "no such task";
        if (tasks.length) $("graph").append(picture(tasks));
      } catch (error) { $("graph-note").textContent = error.message; }
    }
    /// Layers from left to right: each task stands behind all that it waits for.
    function picture(tasks) {
      const known = new Map(tasks.map((task) => [task._id, task]));
      const parents = new Map(tasks.map((task) => [task._id, 0]));
      for (const task of tasks) for (const id of task.continuations) if (known.has(id)) parents.set(id, parents.get(id) + 1);
      const layer = new Map();
      const ready = tasks.filter((task) => !parents.get(task._id)).map((task) => task._id);
      for (const id of ready) layer.set(id, 0);
      while (ready.length) {
        const id = ready.shift();
        for (const child of known.get(id).continuations) {
          if (!known.has(child)) continue;
          layer.set(child, Math.max(layer.get(child) || 0, layer.get(id) + 1));
          parents.set(child, parents.get(child) - 1);
          if (!parents.get(child)) ready.push(child);
        }
      }
      const rows = [];
      const place = new Map();
      for (const task of tasks) {
        const x = layer.get(task._id) || 0;
        rows[x] = (rows[x] || 0) + 1;
        place.set(task._id, { x: x * 190 + 5, y: (rows[x] - 1) * 44 + 5 });
      }
      const make = (name, given) => {
        const made = document.createElementNS("http://www.w3.org/2000/svg", name);
        for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
        return made;
      };
      const drawing = make("svg", {
        width: rows.length * 190, height: Math.max(...rows.filter(Boolean)) * 44 + 10, role: "group",
        "aria-label": "Graph of tasks"
      });
      for (const task of tasks) for (const child of task.continuations) {
        const from = place.get(task._id), to = place.get(child);
        if (to) drawing.append(make("path", { d: `M${from.x + 150} ${from.y + 15} C${from.x + 170} ${from.y + 15} ${to.x - 20} ${to.y + 15} ${to.x} ${to.y + 15}` }));
      }
      for (const task of tasks) {
        const at = place.get(task._id);
        const label = task.name || task._id.slice(-8);
        const kind = task.cause && task.state === "terminated" ? "failed" : task.state;
        const node = make("g", { class: kind, tabindex: 0, role: "button", "aria-label": `${label}, ${kind}` });
        const title = make("title", {});
        title.textContent = `${label}: ${kind}${task.cause ? `, ${task.cause}` : ""}`;
        const words = make("text", { x: at.x + 8, y: at.y + 19 });
        words.textContent = label.length > 21 ? `${label.slice(0, 20)}…` : label;
        node.append(title, make("rect", { x: at.x, y: at.y, width: 150, height: 30, rx: 6 }), words);
        node.addEventListener("click", () => open(task._id));
        node.addEventListener("keydown", (event) => {
          if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(task._id); }
        });
        drawing.append(node);
      }
      return drawing;
    }
    $("graph-form").addEventListener("submit", (event) => { event.preventDefault(); draw($("selection").value); });

    follow();
    """#
}
