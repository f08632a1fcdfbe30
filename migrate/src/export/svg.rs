//! A diagram that needs no other program: a frame for each schema, in it the tables in layers, those first that others
//! refer to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{escaped, is_key, is_reference, is_soft_reference};
use crate::outline::{Column, Outline, Reference, Table};

const WIDTH: i32 = 220;
const LINE: i32 = 15;
const HEAD: i32 = 22;
const GAP_X: i32 = 70;
const GAP_Y: i32 = 18;
const MARGIN: i32 = 24;
const TITLE: i32 = 26;

/// A layer of a frame is broken into several columns above this height.
const TALL: i32 = 900;

/// Frames are put beside each other up to this width.
const WIDE: i32 = 2400;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#1d2733}\
.s{fill:#f6f8fa;stroke:#c3ccd6}.st{font-weight:600;font-size:15px;fill:#50606f}\
.t{fill:#fff;stroke:#7b8a99}.h{fill:#dfe8f1}.n{font-weight:600}.k{text-decoration:underline}.r{fill:#6b4b9a}.f{fill:#7b8a99;font-style:italic}\
.e{fill:none;stroke:#6b7f93;stroke-width:1.1}.x{stroke-dasharray:5 4;stroke:#a2703b}\
.e:hover{stroke:#d0312d;stroke-width:2.5}";

/// A box in the picture.
struct Placed<'a> {
    table: &'a Table,
    x: i32,
    y: i32,
    rows: Vec<&'a Column>,
    more: usize,
}

impl Placed<'_> {
    fn height(&self) -> i32 {
        height(self.rows.len() + usize::from(self.more > 0))
    }

    /// Where an arrow of a column begins.
    fn anchor(&self, column: Option<&String>) -> i32 {
        let at = column.and_then(|name| self.rows.iter().position(|row| row.name == *name));
        at.map_or(self.y + HEAD / 2, |at| self.y + HEAD + LINE * count(at) + LINE / 2)
    }
}

/// The picture. Boxes show keys and references; the rest is counted.
pub fn svg(outline: &Outline, title: &str) -> String {
    let mut placed: BTreeMap<String, Placed<'_>> = BTreeMap::new();
    let mut frames = Vec::new();
    let (mut x, mut y, mut row_height, mut whole) = (MARGIN, MARGIN, 0, (0, 0));
    for schema in &outline.schemas {
        let tables: Vec<&Table> =
            outline.tables.iter().filter(|table| table.schema == schema.name).collect();
        let (boxes, width, height) = frame(&tables);
        if x > MARGIN && x + width > WIDE {
            (x, y, row_height) = (MARGIN, y + row_height + 2 * MARGIN, 0);
        }
        for mut one in boxes {
            one.x += x;
            one.y += y;
            placed.insert(one.table.full_name(), one);
        }
        frames.push((schema.name.as_str(), x, y, width, height));
        whole = (whole.0.max(x + width), whole.1.max(y + height));
        row_height = row_height.max(height);
        x += width + 2 * MARGIN;
    }
    let (width, height) = (whole.0 + MARGIN, whole.1 + MARGIN);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Tables of {}\">\n\
         <style>{STYLE}</style>\n\
         <defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#6b7f93\"/></marker></defs>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        escaped(title)
    );
    for (name, x, y, width, height) in frames {
        let _ = writeln!(
            text,
            "<rect class=\"s\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/><text class=\"st\" x=\"{}\" y=\"{}\">{}</text>",
            x + 12,
            y + 20,
            escaped(name)
        );
    }
    for one in placed.values() {
        for reference in &one.table.references {
            let to = format!("{}.{}", reference.to_schema, reference.to_table);
            if let Some(other) = placed.get(&to) {
                arrow(&mut text, one, other, reference);
            }
        }
    }
    placed.values().for_each(|one| draw(&mut text, one));
    text.push_str("</svg>\n");
    text
}

/// The boxes of a schema, relative to its frame, and the frame's size.
fn frame<'a>(tables: &[&'a Table]) -> (Vec<Placed<'a>>, i32, i32) {
    let mut layers: BTreeMap<usize, Vec<Placed<'a>>> = BTreeMap::new();
    let depths = depths(tables);
    for table in tables {
        let (rows, more) = rows(table);
        let one = Placed { table, x: 0, y: 0, rows, more };
        layers.entry(depths[&table.name]).or_default().push(one);
    }
    let mut done: Vec<Placed<'a>> = Vec::new();
    let (mut x, mut bottom) = (MARGIN, 0);
    for (_, mut layer) in layers {
        // Beside what it refers to, so that arrows are short.
        layer.sort_by_key(|one| (beside(one.table, &done), one.table.name.clone()));
        let mut y = TITLE + MARGIN / 2;
        for mut one in layer {
            if y > TITLE + MARGIN && y + one.height() > TALL {
                x += WIDTH + GAP_X / 2;
                y = TITLE + MARGIN / 2;
            }
            (one.x, one.y) = (x, y);
            y += one.height() + GAP_Y;
            bottom = bottom.max(y);
            done.push(one);
        }
        x += WIDTH + GAP_X;
    }
    (done, x - GAP_X + MARGIN, bottom - GAP_Y + MARGIN)
}

/// How many references lie between a table and one that refers to none, within the schema; a circle counts once.
fn depths(tables: &[&Table]) -> BTreeMap<String, usize> {
    let mut depths: BTreeMap<String, usize> = tables.iter().map(|t| (t.name.clone(), 0)).collect();
    for _ in 0..tables.len().min(6) {
        let before = depths.clone();
        for table in tables {
            let inside = |r: &&Reference| r.to_schema == table.schema && r.to_table != table.name;
            let others = table.references.iter().filter(inside);
            let depth = others.filter_map(|r| before.get(&r.to_table)).map(|d| d + 1).max();
            depths.insert(table.name.clone(), depth.unwrap_or(0).min(5));
        }
    }
    depths
}

/// The middle of what a table refers to among the boxes that have their place.
fn beside(table: &Table, done: &[Placed<'_>]) -> i32 {
    let places: Vec<i32> = table
        .references
        .iter()
        .filter_map(|r| {
            done.iter().find(|one| one.table.name == r.to_table && one.table.schema == r.to_schema)
        })
        .map(|one| one.y)
        .collect();
    if places.is_empty() { i32::MAX } else { places.iter().sum::<i32>() / count(places.len()) }
}

/// The columns that are shown, and how many are not.
fn rows(table: &Table) -> (Vec<&Column>, usize) {
    let shown = |column: &&Column| {
        is_key(table, column) || is_reference(table, column) || is_soft_reference(column)
    };
    let rows: Vec<&Column> = table.columns.iter().filter(shown).collect();
    let more = table.columns.len() - rows.len();
    (rows, more)
}

fn draw(text: &mut String, one: &Placed<'_>) {
    let Placed { table, x, y, rows, more } = one;
    let comment = table.comment.as_deref().unwrap_or_default();
    let _ = write!(
        text,
        "<g><title>{}: {}</title><rect class=\"t\" x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{}\" rx=\"3\"/>\
         <rect class=\"h\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/><text class=\"n\" x=\"{}\" y=\"{}\">{}</text>",
        escaped(&table.full_name()),
        escaped(comment),
        one.height(),
        x + 1,
        y + 1,
        WIDTH - 2,
        HEAD - 2,
        x + 8,
        y + 15,
        escaped(&shortened(&table.name))
    );
    let mut line = y + HEAD;
    for column in rows {
        let class = match () {
            () if is_key(table, column) => "k",
            () if is_soft_reference(column) => "f",
            () => "r",
        };
        let _ = write!(
            text,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
            x + 8,
            line + 11,
            escaped(&shortened(&column.name))
        );
        line += LINE;
    }
    if *more > 0 {
        let _ = write!(
            text,
            "<text class=\"f\" x=\"{}\" y=\"{}\">+ {more} more</text>",
            x + 8,
            line + 11
        );
    }
    text.push_str("</g>\n");
}

fn arrow(text: &mut String, from: &Placed<'_>, to: &Placed<'_>, reference: &Reference) {
    let begin = from.anchor(reference.columns.first());
    let end = to.anchor(reference.to_columns.first());
    let path = if from.table.full_name() == to.table.full_name() {
        let x = from.x + WIDTH;
        format!("M{x} {begin}C{0} {begin} {0} {end} {x} {end}", x + 34)
    } else if to.x < from.x {
        let (x1, x2) = (from.x, to.x + WIDTH);
        let bend = ((x1 - x2) / 2).clamp(25, 160);
        format!("M{x1} {begin}C{} {begin} {} {end} {x2} {end}", x1 - bend, x2 + bend)
    } else if to.x > from.x {
        let (x1, x2) = (from.x + WIDTH, to.x);
        let bend = ((x2 - x1) / 2).clamp(25, 160);
        format!("M{x1} {begin}C{} {begin} {} {end} {x2} {end}", x1 + bend, x2 - bend)
    } else {
        let x = from.x + WIDTH;
        format!("M{x} {begin}C{0} {begin} {0} {end} {x} {end}", x + 40)
    };
    let other = if from.table.schema == to.table.schema { "" } else { " x" };
    let _ = writeln!(
        text,
        "<path class=\"e{other}\" d=\"{path}\" marker-end=\"url(#a)\"><title>{}.{} → {}</title></path>",
        escaped(&from.table.full_name()),
        escaped(&reference.columns.join(", ")),
        escaped(&to.table.full_name())
    );
}

/// What fits into a box.
fn shortened(name: &str) -> String {
    let mut short: String = name.chars().take(28).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

fn height(lines: usize) -> i32 {
    HEAD + LINE * count(lines) + 5
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
