//! The content of a schedule as an OpenDocument spreadsheet, laid out as the tax office's own form.
//!
//! Its reader (`OdsReaderService`, hmrc/charities-claims-validation) counts rows and cells from 0: the earliest day is cell
//! 3 of row 12, the over-claimed amount cell 3 of row 16, the lines are rows 24 to 1023 in cells 1 to 10. It does not see
//! repeated cells before those two, so none are written there.

use crate::fields::{show_amount, show_date};
use crate::schedule::{COLUMNS, Row, SHEET, Schedule};
use crate::xml::Xml;

pub(crate) const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"#;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:automatic-styles><number:date-style style:name="day"><number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/><number:text>/</number:text><number:year/></number:date-style><number:number-style style:name="pounds"><number:number number:decimal-places="2" number:min-decimal-places="2" number:min-integer-digits="1"/></number:number-style><style:style style:name="date" style:family="table-cell" style:data-style-name="day"/><style:style style:name="money" style:family="table-cell" style:data-style-name="pounds"/></office:automatic-styles><office:body><office:spreadsheet>"#;

const FOOT: &str = "</office:spreadsheet></office:body></office:document-content>";

const EMPTY: &str = "<table:table-cell></table:table-cell>";

pub(crate) fn content(schedule: &Schedule) -> String {
    let mut xml = Xml::default();
    xml.raw(HEAD);
    xml.with("table:table", &[("table:name", SHEET)], |xml| {
        xml.raw("<table:table-column table:number-columns-repeated=\"11\"></table:table-column>");
        row(xml, 1, |xml| text(xml, "Gift Aid donations schedule"));
        empty_rows(xml, 10);
        row(xml, 3, |xml| text(xml, "Earliest donation date in the period of claim. (DD/MM/YY)"));
        row(xml, 3, |xml| date(xml, schedule.earliest));
        empty_rows(xml, 2);
        row(xml, 3, |xml| text(xml, "Previously over-claimed amount."));
        row(xml, 3, |xml| match schedule.overclaimed_minor {
            0 => xml.raw(EMPTY),
            minor => money(xml, minor),
        });
        empty_rows(xml, 5);
        row(xml, 1, |xml| COLUMNS.iter().for_each(|column| text(xml, column)));
        empty_rows(xml, 1);
        for line in &schedule.rows {
            row(xml, 1, |xml| cells(xml, line));
        }
    });
    xml.raw(FOOT);
    xml.finish()
}

fn row(xml: &mut Xml, skip: usize, cells: impl FnOnce(&mut Xml)) {
    xml.element("table:table-row", |xml| {
        (0..skip).for_each(|_| xml.raw(EMPTY));
        cells(xml);
    });
}

fn empty_rows(xml: &mut Xml, count: usize) {
    (0..count).for_each(|_| row(xml, 1, |_| {}));
}

fn cells(xml: &mut Xml, line: &Row) {
    let [_, words @ .., _, _] = line.cells();
    let item = line.item.to_string();
    number(xml, "", &item, &item);
    words.iter().for_each(|word| if word.is_empty() { xml.raw(EMPTY) } else { text(xml, word) });
    date(xml, line.given_on);
    money(xml, line.amount_minor);
}

fn text(xml: &mut Xml, text: &str) {
    xml.with("table:table-cell", &[("office:value-type", "string")], |xml| {
        xml.text("text:p", text);
    });
}

fn date(xml: &mut Xml, day: types::Date) {
    let value = day.to_string();
    let attributes = [
        ("office:date-value", value.as_str()),
        ("office:value-type", "date"),
        ("table:style-name", "date"),
    ];
    xml.with("table:table-cell", &attributes, |xml| xml.text("text:p", &show_date(day)));
}

fn money(xml: &mut Xml, minor: i64) {
    let amount = show_amount(minor);
    number(xml, "money", &amount, &amount);
}

fn number(xml: &mut Xml, style: &str, value: &str, shown: &str) {
    let all =
        [("office:value", value), ("office:value-type", "float"), ("table:style-name", style)];
    let attributes = if style.is_empty() { &all[..2] } else { &all[..] };
    xml.with("table:table-cell", attributes, |xml| xml.text("text:p", shown));
}
