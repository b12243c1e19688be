#include "sweeps/report/page_style.hpp"

#include <fmt/format.h>

#include "sweeps/report/palette.hpp"

namespace agsweep {

namespace {

constexpr const char* rules = R"css(
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;padding:2.5rem 1.25rem 4rem;max-width:66rem;background:var(--paper);color:var(--ink);
font:1.0625rem/1.55 Charter,"Bitstream Charter","Sitka Text",Cambria,"Liberation Serif",Georgia,serif;overflow-wrap:break-word}
h1,h2,h3,nav,table,dl,figure,.plot,.sub{font-family:system-ui,-apple-system,"Segoe UI","Helvetica Neue","Liberation Sans",Arial,sans-serif}
h1{font-size:1.75rem;line-height:1.2;font-weight:650;letter-spacing:-.01em;margin:0 0 .25rem}
h2{font-size:1.375rem;line-height:1.25;font-weight:650;margin:3rem 0 .75rem;padding-top:1.25rem;border-top:2px solid var(--ink)}
h3{font-size:1.0625rem;line-height:1.3;font-weight:650;margin:2.5rem 0 .6rem}
p{max-width:42rem;margin:.6rem 0}
.sub{color:var(--muted);font-size:.9375rem;margin:.25rem 0 0}
.note{color:var(--muted);font-size:.875rem;line-height:1.5}
.none{color:var(--muted);font-style:italic}
.warning{border-left:4px solid var(--s2);padding:.35rem 0 .35rem .9rem;margin:.8rem 0}
.remarks{color:var(--muted);font-size:.9375rem;padding-left:1.2rem;max-width:42rem}
nav{font-size:.875rem;margin:1.25rem 0 0;line-height:1.9}
nav a{margin-right:1rem;white-space:nowrap}
a{color:var(--s1)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:.1rem 2rem;font-size:.9375rem;margin:1rem 0}
dl div{display:grid;grid-template-columns:8.5rem 1fr;gap:.75rem;padding:.3rem 0;border-bottom:1px solid var(--grid)}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;margin:1rem 0;max-width:100%}
table{border-collapse:collapse;font-size:.875rem;line-height:1.35;font-variant-numeric:tabular-nums lining-nums;border-top:1.5px solid var(--ink);
border-bottom:1.5px solid var(--ink)}
th{text-align:left;font-weight:600;color:var(--ink);border-bottom:1px solid var(--muted);vertical-align:bottom}
th,td{padding:.34rem .8rem;white-space:nowrap}
th:first-child,td:first-child{padding-left:.2rem}
td:last-child{white-space:normal;min-width:4rem}
.n{text-align:right}
.mark td{font-weight:650}
th:first-child,td:first-child,.last th:last-child,.last td:last-child{position:sticky;background:var(--paper)}
th:first-child,td:first-child{left:0}
.last th:last-child,.last td:last-child{right:0;min-width:0}
.group th{border:0;padding-top:.8rem;font-weight:400;font-style:italic;color:var(--muted)}
.group span{position:sticky;left:.2rem;display:inline-block;max-width:calc(100vw - 3rem);white-space:normal}
details{margin:1rem 0}
summary{cursor:pointer;font:.9375rem/1.5 system-ui,-apple-system,"Segoe UI","Helvetica Neue","Liberation Sans",Arial,sans-serif;color:var(--s1)}
pre{font:.875rem/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;background:var(--wash);border:1px solid var(--grid);
border-radius:4px;padding:.8rem 1rem;margin:1rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
pre code{font-size:1em}
.option{display:inline-block;max-width:100%}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:1.5rem 2.5rem;margin:1.25rem 0;align-items:start}
.single{max-width:32rem}
.wide{max-width:48rem}
.small{grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:1.25rem 1.5rem}
figure{margin:0;break-inside:avoid}
.plot{display:block;width:100%;height:auto}
.plot text{white-space:pre}
figcaption{font-size:.875rem;line-height:1.45;color:var(--muted);margin-top:.4rem}
figcaption b{color:var(--ink);font-weight:650}
footer{margin-top:3.5rem;padding-top:.75rem;border-top:1px solid var(--grid);color:var(--muted);font-size:.8125rem}
@media(max-width:30rem){body{padding:1.25rem .9rem 3rem;font-size:1rem}h1{font-size:1.4rem}dl div{grid-template-columns:7rem 1fr}
th,td{padding:.34rem .55rem}th:first-child,td:first-child{white-space:normal}
.wide figure{overflow-x:auto}.wide .plot{min-width:40rem}.wide figcaption{position:sticky;left:0}}
)css";

constexpr const char* on_paper = R"css(
@page{margin:18mm 16mm}
@media print{html{font-size:9.5pt}body{max-width:none;padding:0;font-size:1rem}nav{display:none}h2,h3{break-after:avoid}h3{margin-top:1.5rem}
.figures{grid-template-columns:1fr 1fr;gap:1rem 1.5rem}.single{grid-template-columns:1fr;max-width:11cm}.small{grid-template-columns:1fr 1fr 1fr}.wide{max-width:none}.scroll{overflow:visible}
table{font-size:.8125rem;break-inside:avoid}th,td{padding:.2rem .45rem;white-space:normal}pre{white-space:pre-wrap}tr{break-inside:avoid}
th:first-child,td:first-child,.last th:last-child,.last td:last-child{position:static}details:not([open]){display:none}}
)css";

}  // namespace

std::string page_style() {
  const std::string light = colour_variables(false) + "--wash:#f6f6f3;";
  const std::string dark = colour_variables(true) + "--wash:#1e2124;";
  return fmt::format(
      ":root{{color-scheme:light dark;{0}}}\n"
      "@media screen and (prefers-color-scheme:dark){{:root{{{1}}}}}\n{2}{3}",
      light, dark, rules + 1, on_paper + 1);
}

}  // namespace agsweep
