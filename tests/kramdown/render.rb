# Reads {"name": "Markdown"} as JSON and writes {"name": "HTML"}, rendered as Jekyll does where a show's settings say nothing else.
require "json"
require "kramdown"
require "kramdown-parser-gfm"

OPTIONS = {
  input: "GFM", hard_wrap: false, auto_ids: true, toc_levels: (1..6).to_a, entity_output: "as_char",
  smart_quotes: "lsquo,rsquo,ldquo,rdquo", footnote_nr: 1, syntax_highlighter: nil, math_engine: nil
}.freeze

bodies = JSON.parse($stdin.read)
$stdout.write(JSON.generate(bodies.transform_values { |body| Kramdown::Document.new(body, OPTIONS).to_html }))
