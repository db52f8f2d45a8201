extension Page {
  static let markup = #"""
    <a class="skip" href="#now">To the queue</a>
    <section id="login" hidden aria-labelledby="login-title">
      <h1 id="login-title">Banyan</h1>
      <p>Give a token of a provider or a viewer, as in <code>~/.banyan/provider.token</code>. It stays in this tab.</p>
      <form id="login-form">
        <label for="token">Token</label>
        <input id="token" type="password" autocomplete="current-password" required maxlength="256" spellcheck="false">
        <button>Log in</button>
      </form>
      <p id="login-error" class="bad" role="alert"></p>
    </section>
    <div id="app" hidden>
      <header>
        <h1>Banyan</h1>
        <span id="status" role="status" class="soft">connecting</span>
        <span id="rates" class="soft"></span>
        <button id="logout" class="push">Log out</button>
      </header>
      <main id="now" tabindex="-1">
        <ul class="cards" id="states" aria-label="Tasks by state"></ul>
        <div class="wide"><table id="queues"><caption>Queues</caption></table></div>
        <div class="wide"><table id="workers"><caption>Workers</caption></table></div>
        <div class="wide"><table id="running"><caption>Running now</caption></table></div>
        <div class="wide"><table id="failed"><caption>Failed last</caption></table></div>
        <div class="wide"><table id="newest"><caption>Newest</caption></table></div>
        <h2 id="graph-title">Graph</h2>
        <form id="graph-form">
          <label for="selection">A task's id or name, or a filter</label>
          <input id="selection" spellcheck="false" placeholder='{"labels.run": "7"}'>
          <button>Draw</button>
        </form>
        <p id="graph-note" class="soft" role="status"></p>
        <div class="wide" id="graph"></div>
      </main>
    </div>
    <dialog id="task" aria-labelledby="task-title">
      <div class="row"><h2 id="task-title"></h2><button id="task-close" type="button" class="push">Close</button></div>
      <dl id="task-fields"></dl>
      <p>
        <button id="task-stdout">Tail of stdout</button>
        <button id="task-stderr">Tail of stderr</button>
        <button id="task-graph">Graph from here</button>
      </p>
      <pre id="task-log" tabindex="0" hidden></pre>
    </dialog>
    """#
}
