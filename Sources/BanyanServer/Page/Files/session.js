// Who is logged in, what is asked of the server, and the feed that it sends.
import { $ } from "./dom.js";

let token = sessionStorage.getItem("banyan-token");
let stream = null;

/** Asks the server; a token that is refused logs out. */
export async function ask(path, options) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(new URL(path, document.baseURI), { ...options, headers, cache: "no-store" });
  if (answer.status === 401) { logOut("This token is not valid, or of a user that may not read."); throw new Error("401"); }
  return answer;
}

/** The answer as JSON; an error throws the server's words. */
export async function json(path) {
  const answer = await ask(path);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body._error ? body._error.message : `status ${answer.status}`);
  return body;
}

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

/** Follows the feed, and tries again while the server is away. `show` gets what there is now. */
export async function follow(show) {
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
      await read(answer.body.getReader(), show);
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

async function read(reader, show) {
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
    if (newest) show(JSON.parse(newest.slice(6)));
  }
}

/** Makes the form log in and the button log out. */
export function startSession(show) {
  $("login-form").addEventListener("submit", (event) => {
    event.preventDefault();
    token = $("token").value.trim();
    $("login-error").textContent = "";
    follow(show);
  });
  $("logout").addEventListener("click", () => logOut(""));
  follow(show);
}
