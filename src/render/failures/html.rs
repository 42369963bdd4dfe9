//! The report as one HTML file to send on: nothing is loaded from elsewhere, and
//! nothing that came with the records is markup.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::details::{Details, code_of, share};
use super::{FailureSummary, PUT_BACK_LATER, by_code, commands, group, overview};
use crate::render::page::safe;
use crate::terminal;

/// The only style: a policy in the page allows it by its hash, and no script.
const STYLE: &str = include_str!("report.css");

/// Height of the chart in its own units; it is as wide as the page.
const HEIGHT: u64 = 1000;
/// Width of a bar in its own units, and of the gap after it.
const BAR: usize = 10;
const GAP: usize = 1;

/// A page in the making. Text gets on it escaped, markup by [`Html::raw`] only.
struct Html(String);

impl Html {
    /// Appends markup, which is ours.
    fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends text, of whomever.
    fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    fn number(&mut self, number: impl Into<u128>) -> &mut Self {
        self.0.push_str(&number.into().to_string());
        self
    }
}

/// The whole file.
pub(super) fn page(report: &FailureSummary<'_>) -> String {
    let sorted = report.kinds.sorted();
    let title = report.about.title();
    let mut html = Html(String::new());
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"").text(&policy());
    html.raw("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    html.raw("<meta name=\"referrer\" content=\"no-referrer\">\n<title>").text(&title);
    html.raw("</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n<body>\n<main>\n<h1>");
    html.text(&title).raw("</h1>\n");
    for (text, quoted) in report.about.lines(report.clock) {
        html.raw("<p>").text(text).text(&quoted).raw("</p>\n");
    }
    for line in group::head(report) {
        html.raw("<p>").text(&line).raw("</p>\n");
    }
    for note in notes(report) {
        html.raw("<p class=\"note\">").text(&note.text).text(&note.quoted).raw("</p>\n");
    }
    chart(&mut html, report);
    table(&mut html, report);
    report.detailed(&sorted, |_, details| section(&mut html, &details));
    let more = [overview::without_details(&sorted), report.not_grouped()];
    for text in more.into_iter().flatten() {
        html.raw("<p>").text(&text).raw("</p>\n");
    }
    if let Some(redrive) = commands::redrive(report, &sorted) {
        html.raw("<section>\n<h2>Put back</h2>\n<p>").text(PUT_BACK_LATER);
        html.raw("</p>\n<pre><code>").text(&redrive).raw("</code></pre>\n</section>\n");
    }
    html.raw("<footer>").text(&made(report)).raw("</footer>\n</main>\n</body>\n</html>\n");
    html.0
}

/// What the page may do: show itself in its own style.
fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}

/// What is to be known of the whole report.
pub(super) struct Note {
    pub(super) text: String,
    /// May have the words of others; empty where it has none.
    pub(super) quoted: String,
}

impl Note {
    fn new(text: impl Into<String>, quoted: &str) -> Self {
        Self { text: text.into(), quoted: safe(quoted) }
    }
}

/// What is missing, and why.
pub(super) fn notes(report: &FailureSummary<'_>) -> Vec<Note> {
    let incomplete = report.incomplete.map(|why| Note::new(format!("INCOMPLETE: {why}"), ""));
    let mut notes: Vec<Note> = incomplete.into_iter().collect();
    notes.extend(report.unread.iter().map(|what| Note::new("Not read in full: ", what)));
    notes.extend(report.missing.iter().map(|why| Note::new("This may be incomplete: ", why)));
    if let Some(until) = report.complete_until {
        let until = report.clock.show(until);
        let text =
            format!("Complete up to {until}: later records may still be buffered or retried.");
        notes.push(Note::new(text, ""));
    }
    if report.no_payload {
        let text = "Examples are left out (--no-payload); error messages may quote records.";
        notes.push(Note::new(text, ""));
    }
    notes
}

/// By what it was made, and when.
pub(super) fn made(report: &FailureSummary<'_>) -> String {
    format!("Made by fh {} at {}", env!("CARGO_PKG_VERSION"), report.clock.show(report.made))
}

/// Bars over time, each in the colors of its codes.
fn chart(html: &mut Html, report: &FailureSummary<'_>) {
    let Some(picture) = by_code::picture(report) else { return };
    let bars = &picture.all;
    let most = bars.counts.iter().copied().max().unwrap_or(1).max(1);
    let width = bars.counts.len() * BAR;
    html.raw("<figure>\n<svg role=\"img\" aria-label=\"Failed records over time\" viewBox=\"0 0 ");
    html.number(width as u64).raw(" ").number(HEIGHT).raw("\" preserveAspectRatio=\"none\">\n");
    for (index, _) in bars.counts.iter().enumerate() {
        let mut top = HEIGHT;
        for (code, number) in picture.codes.iter().zip(1_u64..) {
            let count = code.counts.get(index).copied().unwrap_or_default();
            if count == 0 {
                continue;
            }
            let height = (u128::from(count) * u128::from(HEIGHT) / u128::from(most)).max(4);
            let height = u64::try_from(height).unwrap_or(HEIGHT).min(top);
            top -= height;
            html.raw("<rect class=\"c").number(number).raw("\" x=\"").number((index * BAR) as u64);
            html.raw("\" y=\"").number(top).raw("\" width=\"").number((BAR - GAP) as u64);
            html.raw("\" height=\"").number(height).raw("\"><title>");
            html.text(&format!("{}: {}", code.code, terminal::group(count)));
            html.raw("</title></rect>\n");
        }
    }
    html.raw("</svg>\n<div class=\"axis\"><span>").text(&picture.first).raw("</span><span>");
    html.text(&picture.last).raw("</span></div>\n<figcaption>").text(&picture.unit);
    html.raw("<ul class=\"legend\">\n");
    for (code, number) in picture.codes.iter().zip(1_u64..) {
        html.raw("<li><span class=\"swatch c").number(number).raw("\"></span> ");
        html.text(&code.code).raw(" ").text(&terminal::group(code.records)).raw("</li>\n");
    }
    html.raw("</ul></figcaption>\n</figure>\n");
}

fn table(html: &mut Html, report: &FailureSummary<'_>) {
    let sorted = report.kinds.sorted();
    if sorted.is_empty() {
        return;
    }
    html.raw("<div class=\"wide\"><table>\n<thead><tr><th>#</th><th>records</th><th>share</th>");
    html.raw("<th>code</th><th>first</th><th>last</th>");
    let extra = overview::extra_columns(&sorted);
    for (title, _) in &extra {
        html.raw("<th>").text(title).raw("</th>");
    }
    html.raw("</tr></thead>\n<tbody>\n");
    for (kind, number) in sorted.iter().take(overview::NAMED).zip(1_u64..) {
        let (first, last) = overview::times(report, kind);
        html.raw("<tr><td>").number(number).raw("</td><td>").text(&terminal::group(kind.records));
        html.raw("</td><td>").text(&share(report, kind).unwrap_or_else(|| "100%".to_owned()));
        html.raw("</td><td>").text(&code_of(kind)).raw("</td><td>").text(&first);
        html.raw("</td><td>").text(&last);
        for (_, text) in &extra {
            html.raw("</td><td>").text(&text(kind));
        }
        html.raw("</td></tr>\n");
    }
    html.raw("</tbody>\n</table></div>\n");
    if let Some(more) = overview::more(&sorted) {
        html.raw("<p>").text(&more).raw("</p>\n");
    }
}

fn section(html: &mut Html, details: &Details) {
    html.raw("<section>\n<h2>").number(details.number as u64).raw(" · <span class=\"code\">");
    html.text(&details.code).raw("</span> · ").text(&details.records).raw("</h2>\n<p>");
    html.text(details.happened).raw("</p>\n<dl>\n");
    for fact in &details.facts {
        html.raw("<dt>").text(fact.label).raw("</dt><dd>");
        html.text(&fact.quoted).text(&fact.text).raw("</dd>\n");
    }
    if let Some(harmless) = &details.harmless {
        html.raw("<dt>Harmless?</dt><dd>").text(harmless).raw("</dd>\n");
    }
    html.raw("<dt>Example</dt><dd><code>").text(&details.example.place);
    html.raw("</code>, ").text(&details.example.what).text(&details.example.like);
    if let Some(others) = &details.example.others {
        html.raw("<br>").text(others);
    }
    html.raw("</dd>\n</dl>\n");
    if !details.example.lines.is_empty() {
        html.raw("<pre>").text(&details.example.lines.join("\n")).raw("</pre>\n");
    }
    if !details.advice.is_empty() {
        html.raw("<h3>Change</h3>\n<ul>\n");
        for advice in &details.advice {
            html.raw("<li>").text(advice).raw("</li>\n");
        }
        html.raw("</ul>\n");
    }
    html.raw("<h3>Next</h3>\n<pre><code>").text(&details.commands.lines.join("\n"));
    html.raw("</code></pre>\n");
    for note in &details.commands.notes {
        html.raw("<p class=\"small\">").text(note).raw("</p>\n");
    }
    html.raw("</section>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::contrast::ratio;

    /// The colors that a block of the style sets, by name.
    fn colors(block: &str) -> Vec<(String, String)> {
        let declarations = block.split([';', '{', '}']).filter_map(|it| it.trim().split_once(": "));
        declarations
            .filter(|(name, value)| name.starts_with("--") && value.starts_with('#'))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn every_color_can_be_read_on_light_and_dark() {
        let (light, dark) = STYLE.split_once("prefers-color-scheme: dark").unwrap();
        for block in [light, dark.split_once("@media").map_or(dark, |(block, _)| block)] {
            let colors = colors(block);
            let of = |name: &str| colors.iter().find(|(it, _)| it == name).unwrap().1.clone();
            let backgrounds = [of("--page"), of("--box")];
            for (name, color) in &colors {
                if ["--page", "--box", "--line"].contains(&name.as_str()) {
                    continue;
                }
                for background in &backgrounds {
                    let ratio = ratio(color, background);
                    assert!(ratio >= 4.5, "{name} {color} on {background}: {ratio:.2}");
                }
            }
            assert_eq!(colors.len(), 14, "{colors:?}");
        }
    }

    #[test]
    fn text_is_never_markup() {
        let mut html = Html(String::new());
        html.text("<script>'\"&</script>");
        assert_eq!(html.0, "&lt;script&gt;&#39;&quot;&amp;&lt;/script&gt;");
    }
}
