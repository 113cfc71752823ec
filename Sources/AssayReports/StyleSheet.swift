/// How the page looks: in light, in dark, on paper, and on a narrow screen.
///
/// Colours carry order or sign, never the answer alone: that is a word. Blue against orange and a ramp of
/// rising brightness can be told apart with any colour vision.
package enum StyleSheet {
  package static let source = Markup(
    constant: """
      :root{--page:#f6f5f1;--paper:#fff;--ink:#1c1d1f;--muted:#5b6068;--line:#dad8d1;--grid:#e9e7e1;
      --blue:#1b63a6;--orange:#c2510a;--soft:#d8e6f3;--dead:#dcdad4;
      --healthy:#0a6e5c;--faulty:#b23c08;--inconclusive:#67549a;
      --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;
      --mono:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
      @media screen and (prefers-color-scheme:dark){:root{--page:#131416;--paper:#1c1e21;--ink:#eae8e3;
      --muted:#a4a8af;--line:#3a3d42;--grid:#2a2d31;--blue:#74bbf7;--orange:#ff9145;--soft:#24384b;--dead:#46494e;
      --healthy:#4fc8ad;--faulty:#ff9568;--inconclusive:#b8a6ea}}
      *{box-sizing:border-box}
      html{-webkit-text-size-adjust:100%;color-scheme:light dark}
      body{margin:0 auto;padding:2rem 1.25rem 3rem;max-width:70rem;background:var(--page);color:var(--ink);
      font:16px/1.5 var(--sans);-webkit-print-color-adjust:exact;print-color-adjust:exact}
      h1{margin:.1rem 0 1rem;font-size:1.75rem;line-height:1.2;overflow-wrap:anywhere}
      h1 .on{font-weight:400;color:var(--muted)}
      main{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1.5rem;margin:1.5rem 0}
      section{grid-column:1/-1}
      h2{margin:0 0 .5rem;font-size:1.25rem}
      h3{margin:1.5rem 0 .5rem;font-size:1rem}
      p{margin:.4rem 0}
      code{font:.85em var(--mono);overflow-wrap:anywhere}
      .kicker{margin:0;color:var(--muted);font-size:.8rem;letter-spacing:.08em;text-transform:uppercase}
      .lead,.measured,.question,.change,.source{color:var(--muted)}
      .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:.6rem 1.2rem;margin:0}
      .facts.wide{grid-template-columns:repeat(auto-fill,minmax(17rem,1fr))}
      .facts dt{color:var(--muted);font-size:.8rem}
      .facts dd{margin:0;overflow-wrap:anywhere}
      section{min-width:0;padding:1.25rem;background:var(--paper);border:1px solid var(--line);
      border-radius:10px}
      .diagnosis{margin:.5rem 0 1.25rem;padding:.75rem 1rem;border-left:6px solid var(--muted);
      background:var(--page);border-radius:0 8px 8px 0}
      .diagnosis .name{margin:0;font-size:2rem;font-weight:700;line-height:1.2;overflow-wrap:anywhere}
      .diagnosis.healthy{border-color:var(--healthy)}.diagnosis.faulty{border-color:var(--faulty)}
      .diagnosis.inconclusive{border-color:var(--inconclusive)}
      .diagnosis.healthy .name,.healthy .answer{color:var(--healthy)}
      .diagnosis.faulty .name,.faulty .answer{color:var(--faulty)}
      .diagnosis.inconclusive .name,.inconclusive .answer{color:var(--inconclusive)}
      .tag{display:inline-block;padding:.05rem .5rem;border:1px solid var(--line);border-radius:99px;
      overflow-wrap:anywhere}
      .cards{display:flex;flex-wrap:wrap;gap:1rem}
      .card{flex:1 1 min(100%,18.5rem);padding:.85rem 1rem;border:1px solid var(--line);border-radius:8px;min-width:0;overflow-wrap:anywhere}
      .card h3{margin:0;font-size:.8rem;letter-spacing:.06em;text-transform:uppercase}
      .card p{margin:.3rem 0}
      .card .answer{font-size:1.3rem;font-weight:700;line-height:1.3}
      .card svg{max-width:22rem;margin:.5rem 0 .25rem}
      .question,.measured,.change,.source{font-size:.875rem}
      .evidence{margin:.25rem 0;padding-left:1.4rem}
      .evidence li{margin:.35rem 0;overflow-wrap:anywhere}
      .evidence .source{display:block}
      .plain{margin:.25rem 0;padding-left:1.2rem}.plain li{margin:.25rem 0;overflow-wrap:anywhere}
      .notice{margin:0 0 1.25rem;padding:.75rem 1rem;border:1px solid var(--faulty);border-radius:8px;
      overflow-wrap:anywhere}.notice p{margin:0 0 .25rem}
      .caution{padding-left:.8rem;border-left:3px solid var(--line)}
      figure{margin:.75rem 0;min-width:0}
      figcaption{margin-bottom:.35rem;font-weight:600;font-size:.9rem}
      .middle{max-width:30rem;margin-left:auto;margin-right:auto}
      .panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:1rem 1.5rem}
      .pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:1rem 2rem}
      .graph{max-width:34rem}.strip{max-width:44rem;margin-left:auto;margin-right:auto}
      svg{display:block;width:100%;height:auto;overflow:visible}
      svg text{font:12px/1.2 var(--sans);fill:var(--ink);font-variant-numeric:tabular-nums}
      svg .tick,svg .muted{fill:var(--muted)}
      svg .tick{font-size:11px}
      svg .strong{font-weight:700}
      svg .halo{paint-order:stroke;stroke:var(--paper);stroke-width:6px;stroke-linejoin:round}
      svg .themed{fill:var(--l)}
      svg .arrow{fill:none;stroke:var(--l);stroke-linecap:round;stroke-linejoin:round}
      @media screen and (prefers-color-scheme:dark){svg .themed{fill:var(--d)}svg .arrow{stroke:var(--d)}}
      .floor{fill:var(--paper);stroke:var(--grid)}.dead{fill:var(--dead);stroke:var(--paper)}
      .wall{fill:var(--muted)}.frame{fill:none;stroke:var(--line)}
      .grid{stroke:var(--grid)}.axis,.step{stroke:var(--muted);stroke-width:1}.zero{stroke:var(--muted)}
      .step{stroke-dasharray:2 3}
      .track{fill:var(--grid)}.allowed{fill:var(--soft)}
      .limit{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:5 3}
      .interval{stroke-width:4;stroke:var(--muted);stroke-linecap:round}
      .point{stroke:var(--paper);stroke-width:1.5}
      .interval.healthy{stroke:var(--healthy)}.interval.faulty{stroke:var(--faulty)}
      .interval.inconclusive{stroke:var(--inconclusive)}
      .point.healthy{fill:var(--healthy)}.point.faulty{fill:var(--faulty)}
      .point.inconclusive{fill:var(--inconclusive)}
      .truth{fill:var(--ink)}.learned{fill:var(--blue)}
      .visit{fill:var(--blue);fill-opacity:.35;stroke:var(--blue);stroke-width:1}
      .diagonal{stroke:var(--ink);stroke-dasharray:5 3}
      .span{stroke-width:3}.thin{stroke-width:1.2}
      .too-high{stroke:var(--orange)}.too-low{stroke:var(--blue)}
      .band{fill:var(--blue);fill-opacity:.2}.line{fill:none;stroke:var(--blue);stroke-width:2}
      .faint{fill:none;stroke:var(--muted);stroke-opacity:.35}
      .branch{fill:none;stroke:var(--muted);stroke-opacity:.45}.branch.principal{stroke:var(--ink);stroke-opacity:1}
      .node{stroke:var(--muted)}.node.principal{stroke:var(--ink);stroke-width:2}
      .chance{fill:var(--paper);stroke:var(--ink)}svg .name{font-size:11px}svg .tick.halo,svg .name.halo{stroke-width:3px}
      .sketch{margin:.75rem 0 0;font:.875rem/1.25 var(--mono);overflow-x:auto}
      .whisker{stroke:var(--ink);stroke-width:1.5}
      .plate{fill:var(--paper)}
      .loss{fill:var(--orange);fill-opacity:.8}.gain{fill:var(--blue);fill-opacity:.8}.total{fill:var(--muted)}
      .lifeline{stroke:var(--line);stroke-width:1.5}.box{fill:var(--page);stroke:var(--line)}
      .reference{fill:none;stroke:var(--ink);stroke-width:1.5}.head{fill:var(--ink)}
      .arena{display:flex;gap:2px;height:2.6rem;margin:.75rem 0 0;padding:0;list-style:none;overflow-x:auto}
      .arena li{flex:0 1 0;min-width:1.7rem;border-radius:3px;color:#111;font-size:.8rem;font-weight:700;
      display:flex;align-items:center;justify-content:center}
      .arena.narrow li{min-width:4px}
      .arena span{padding:0 .3rem;border-radius:3px;background:rgba(255,255,255,.75)}
      .arena span:empty{display:none}
      .arena .unused{min-width:2px;background:var(--grid)}
      .ends{display:flex;justify-content:space-between;color:var(--muted);font-size:.8rem}
      .key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.3rem 0 1rem;padding:0;list-style:none;font-size:.875rem}
      .swatch{display:inline-block;width:.9em;height:.9em;margin-right:.4em;border-radius:3px;
      background-color:var(--dead);vertical-align:-.1em}
      .owner0{background-color:#4a90c4}.owner1{background-color:#e69f00}.owner2{background-color:#1fa884}
      .owner3{background-color:#cc79a7}.owner4{background-color:#d9c93a}.owner5{background-color:#9a8c80}
      .frozen{background-image:repeating-linear-gradient(45deg,rgba(0,0,0,.45) 0 2px,transparent 2px 7px)}
      .scroll{overflow-x:auto;margin:.75rem 0}td code,th code{overflow-wrap:normal}
      table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
      th,td{padding:.3rem .7rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
      th{font-weight:600}
      thead th{color:var(--muted);font-size:.8rem;vertical-align:bottom}
      th[scope=row],.words{text-align:left}
      .blocks{font-size:.8rem}.blocks th,.blocks td{padding:.3rem .4rem}
      .blocks th,.blocks td.words{white-space:normal}
      .bar{min-width:5rem;padding-left:0}
      .bar span{display:block;height:.7rem;background:var(--blue);opacity:.7;border-radius:2px}
      .goals .bar{width:100%;min-width:9rem;padding-right:.7rem;
      background:linear-gradient(var(--grid),var(--grid)) left center/calc(100% - .7rem) .7rem no-repeat}
      .goals{width:100%}.goals tr:last-child .bar{background:none}
      .agents td.words{white-space:normal;min-width:9rem}
      .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,11rem),1fr));gap:1rem;margin:0 0 1rem}
      .tiles>div{padding:.75rem 1rem;border:1px solid var(--line);border-radius:8px}
      .tiles dt{color:var(--muted);font-size:.8rem}.tiles dd{margin:0}
      .tiles .figure{font-size:1.9rem;font-weight:700;line-height:1.25;font-variant-numeric:tabular-nums}
      .heat-map{border-collapse:separate;border-spacing:2px;font-size:.75rem}
      .heat-map th,.heat-map td{height:1.55rem;padding:0 .2rem;border:0;text-align:center;border-radius:2px}
      .heat-map td{min-width:1.9rem}
      .heat-map thead th{vertical-align:bottom;color:var(--ink);font-size:.75rem}
      .heat-map thead th.group{padding-bottom:.2rem;border-bottom:2px solid var(--line);border-radius:0}
      .heat-map thead th.down{height:auto;padding:.25rem 0;color:var(--muted);font-weight:400}
      .heat-map .down span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg)}
      .heat-map thead td{min-width:0}
      .heat-map th[scope=row]{position:sticky;left:0;z-index:1;min-width:8rem;max-width:17rem;padding-right:.5rem;
      background:var(--paper);text-align:right;white-space:normal;font-weight:400;line-height:1.2;border-radius:0}
      .heat-map .all{padding-left:.6rem;font-weight:700;text-align:right}
      .heat-map .first{border-left:6px solid var(--paper)}
      .heat{background:var(--l);color:var(--li)}
      @media screen and (prefers-color-scheme:dark){.heat{background:var(--d);color:var(--di)}}
      .senseless{background:repeating-linear-gradient(45deg,var(--line) 0 1.5px,transparent 1.5px 6px)}
      .sample{display:inline-block;min-width:2.2em;padding:0 .3em;margin-right:.4em;border-radius:2px;text-align:center;
      font-size:.75rem}
      .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
      .wrapped td.words,.wrapped th[scope=row]{white-space:normal;min-width:9rem;vertical-align:top}
      .wrapped td{vertical-align:top}
      details{margin:.75rem 0}
      summary{cursor:pointer;font-weight:600;font-size:.9rem}
      @media screen and (min-width:56rem){#policy:has(+#scatter-section),#scatter-section{grid-column:auto}}
      nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem;color:var(--muted);font-size:.875rem}
      a{color:var(--blue)}
      @media (max-width:36rem){body{padding:1rem .6rem 2rem}section{padding:.9rem .75rem}
      .diagnosis .name{font-size:1.5rem}h1{font-size:1.4rem}th,td{padding:.3rem .45rem}
      th[scope=row],td.words{white-space:normal;min-width:8.5rem}}
      @media print{@page{margin:14mm}
      main{display:block}
      #policy:has(+#scatter-section),#scatter-section{display:inline-block;width:49%;vertical-align:top}
      #policy:has(+#scatter-section){padding-right:1.5%}
      .lead{break-after:avoid}
      details::details-content{content-visibility:visible}
      body{max-width:none;padding:0;background:none;font-size:10.5pt}
      nav{display:none}section{border:0;padding:0;margin:0 0 1.2rem}
      figure,.card,.diagnosis,.notice,.evidence li,tr,.arena{page-break-inside:avoid;break-inside:avoid}
      h2,h3,figcaption{page-break-after:avoid;break-after:avoid}
      .scroll,.arena{overflow:visible}th,td{white-space:normal;padding:.15rem .35rem;font-size:7.5pt}
      .pairs{grid-template-columns:1fr 1fr}.panels{grid-template-columns:1fr 1fr 1fr}
      .card{flex-basis:45%}}
      """)
}
