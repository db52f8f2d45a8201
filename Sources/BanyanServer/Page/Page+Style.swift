extension Page {
  static let style = #"""
    :root { color-scheme: light dark; --back: #fff; --front: #1b1f24; --soft: #59636e; --line: #d1d9e0; --card: #f6f8fa;
      --accent: #0b57d0; --good: #1a7f37; --bad: #c1121f; --warn: #8a5a00; --bar: #9bc1ff; }
    @media (prefers-color-scheme: dark) { :root { --back: #0d1117; --front: #e6edf3; --soft: #9198a1; --line: #30363d;
      --card: #161b22; --accent: #79b8ff; --good: #56d364; --bad: #ff8b82; --warn: #e3b341; --bar: #1f4f8f; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--back); color: var(--front); font: 15px/1.45 system-ui, sans-serif; }
    header, main { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
    header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; padding-top: 1rem; }
    h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
    .skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .3rem; }
    .soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
    .push { margin-left: auto; }
    .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem; padding: 0;
      list-style: none; }
    .cards li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; }
    .cards b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    caption { text-align: left; font-weight: 600; padding: 1.4rem 0 .3rem; }
    th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
    th { font-weight: 600; color: var(--soft); white-space: nowrap; } .n { text-align: right; }
    td.cut { min-width: 9rem; max-width: 26rem; overflow-wrap: anywhere; }
    button, input { font: inherit; color: inherit; }
    button { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .15rem .6rem;
      cursor: pointer; }
    button.link { border: 0; background: none; padding: 0; color: var(--accent); text-decoration: underline;
      text-align: left; overflow-wrap: anywhere; }
    input { background: var(--back); border: 1px solid var(--line); border-radius: .4rem; padding: .2rem .5rem;
      min-width: 16rem; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    form, .row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .5rem 0; }
    #login { max-width: 34rem; margin: 12vh auto; }
    progress { width: 8rem; height: .7rem; accent-color: var(--accent); vertical-align: middle; }
    dialog { width: min(60rem, 94vw); max-height: 88vh; border: 1px solid var(--line); border-radius: .6rem;
      background: var(--back); color: var(--front); }
    dialog::backdrop { background: #0008; }
    pre { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem; overflow: auto;
      max-height: 50vh; white-space: pre-wrap; overflow-wrap: anywhere; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
    dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
    svg { display: block; } svg text { fill: var(--front); font: 12px system-ui, sans-serif; }
    svg rect { fill: var(--card); stroke: var(--line); stroke-width: 1.5; }
    svg path { fill: none; stroke: var(--soft); stroke-width: 1.2; }
    svg .terminated rect { stroke: var(--good); } svg .cancelled rect, svg .failed rect { stroke: var(--bad); }
    svg .running rect { stroke: var(--accent); } svg .available rect { stroke: var(--warn); }
    svg g[tabindex]:focus-visible rect { stroke-width: 4; }
    """#
}
