//! Writes XML that is canonical as it stands (Canonical XML 1.0, inclusive): no white space between elements, no empty
//! element tags, attributes as given (one at most, or in order), characters escaped as the canonical form escapes them.

/// A text being written.
#[derive(Debug, Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// The text so far.
    pub(crate) fn finish(self) -> String {
        self.0
    }

    /// Text that is canonical already.
    pub(crate) fn raw(&mut self, canonical: &str) {
        self.0.push_str(canonical);
    }

    /// An element with what `inside` writes.
    pub(crate) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Xml)) {
        self.with(name, &[], inside);
    }

    /// The same with attributes, in canonical order: by name, `xmlns` first.
    pub(crate) fn with(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Xml),
    ) {
        self.0.push('<');
        self.0.push_str(name);
        for (key, value) in attributes {
            self.0.push(' ');
            self.0.push_str(key);
            self.0.push_str("=\"");
            self.escape(value, true);
            self.0.push('"');
        }
        self.0.push('>');
        inside(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// An element with a text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.element(name, |xml| xml.escape(text, false));
    }

    /// The same, if there is one.
    pub(crate) fn maybe(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// The characters of a text.
    pub(crate) fn chars(&mut self, text: &str) {
        self.escape(text, false);
    }

    fn escape(&mut self, text: &str, attribute: bool) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' if !attribute => self.0.push_str("&gt;"),
                '"' if attribute => self.0.push_str("&quot;"),
                '\t' if attribute => self.0.push_str("&#x9;"),
                '\n' if attribute => self.0.push_str("&#xA;"),
                '\r' => self.0.push_str("&#xD;"),
                // No form of XML 1.0 holds these; no field that is checked has them.
                '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' => {}
                _ => self.0.push(c),
            }
        }
    }
}
