//! The schedule of donations that Charities Online takes: as `.ods` to upload, as `.csv` to read.

use std::{error, fmt};

use types::Date;

use crate::fields::{self, Donor, Fault, Rule};
use crate::{ods, zip};

/// Lines that a schedule takes at most.
pub const MAX_ROWS: usize = 1_000;
/// Bytes that Charities Online takes at most: 250 KB.
pub const MAX_BYTES: usize = 250_000;
/// The media type of the file.
pub const ODS_TYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
/// The name that its first sheet must have.
pub const SHEET: &str = "R68GAD_V1_00_0_EN";
/// The heads of its columns, in order.
pub const COLUMNS: [&str; 10] = [
    "Item",
    "Title",
    "First name",
    "Last name",
    "House name or number",
    "Postcode",
    "Aggregated donations",
    "Sponsored event",
    "Donation date",
    "Amount",
];

/// Whom a line is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Giver {
    /// One contributor.
    Donor(Donor),
    /// Several, each of at most £30, under this description.
    Aggregate(String),
}

/// A line of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Number, from 1.
    pub item: u32,
    /// Whom it is from.
    pub giver: Giver,
    /// Whether it was collected for a sponsored event.
    pub sponsored: bool,
    /// Day of the gift, of the latest one in an aggregate.
    pub given_on: Date,
    /// Pence.
    pub amount_minor: i64,
}

/// The lines of a claim with what stands above them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Day of the earliest gift.
    pub earliest: Date,
    /// Tax of earlier claims to be given back, pence; 0: none.
    pub overclaimed_minor: i64,
    /// The lines.
    pub rows: Vec<Row>,
}

/// Why a schedule cannot be written.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfit {
    /// No lines at all.
    Empty,
    /// More lines than it takes: make several claims.
    TooMany(usize),
    /// A larger file than it takes: make several claims.
    TooLarge(usize),
    /// Lines that break rules.
    Faults(Vec<Fault>),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Empty => f.write_str("the schedule has no lines"),
            Unfit::TooMany(rows) => write!(
                f,
                "the schedule has {rows} lines, Charities Online takes {MAX_ROWS}: claim them in parts"
            ),
            Unfit::TooLarge(bytes) => write!(
                f,
                "the file has {bytes} bytes, Charities Online takes {MAX_BYTES}: claim in parts"
            ),
            Unfit::Faults(faults) => {
                let first = faults.first().map(Fault::to_string).unwrap_or_default();
                write!(f, "{} fields break a rule; {first}", faults.len())
            }
        }
    }
}

impl error::Error for Unfit {}

impl Row {
    /// Its ten cells as texts, in the order of [`COLUMNS`].
    pub fn cells(&self) -> [String; 10] {
        let mut cells = <[String; 10]>::default();
        cells[0] = self.item.to_string();
        match &self.giver {
            Giver::Donor(donor) => {
                cells[1] = donor.title.clone().unwrap_or_default();
                cells[2].clone_from(&donor.first_name);
                cells[3].clone_from(&donor.last_name);
                cells[4].clone_from(&donor.house);
                cells[5] = donor.postcode.clone().unwrap_or_else(|| "X".to_owned());
            }
            Giver::Aggregate(description) => cells[6].clone_from(description),
        }
        if self.sponsored {
            cells[7] = "yes".to_owned();
        }
        cells[8] = fields::show_date(self.given_on);
        cells[9] = fields::show_amount(self.amount_minor);
        cells
    }

    /// Reads ten cells by the rules of the tax office; `today` is the last day of a gift.
    ///
    /// # Errors
    /// Every rule that a cell breaks.
    pub fn read(cells: [&str; 10], today: Date) -> Result<Row, Vec<Fault>> {
        let item = read_item(cells[0]);
        let number = item.ok();
        let mut faults = Vec::new();
        let mut check = |field, broken: Option<Rule>| {
            faults.extend(broken.map(|rule| Fault { item: number, field, rule }));
        };
        check("item", item.err());
        let aggregate = cells[6].trim();
        let sponsored = cells[7].trim().to_lowercase();
        let amount = fields::amount(cells[9]);
        check("amount", amount.err());
        let date = fields::date(cells[8], today);
        check("date", date.err());
        if !matches!(sponsored.as_str(), "" | "yes") {
            check("sponsored", Some(Rule::Sponsored));
        }
        let giver = if aggregate.is_empty() {
            let donor = Donor {
                title: (!cells[1].is_empty()).then(|| cells[1].to_owned()),
                first_name: cells[2].to_owned(),
                last_name: cells[3].to_owned(),
                house: cells[4].to_owned(),
                postcode: (cells[5] != "X").then(|| cells[5].to_owned()),
            };
            let missing = cells[5].is_empty();
            for fault in donor.faults(number.unwrap_or_default()) {
                let postcode = missing && fault.field == "postcode";
                check(fault.field, Some(if postcode { Rule::Missing } else { fault.rule }));
            }
            Giver::Donor(donor)
        } else {
            check("aggregated", fields::aggregated(aggregate).err());
            let named =
                [("title", 1), ("first_name", 2), ("last_name", 3), ("house", 4), ("postcode", 5)];
            for (field, column) in named {
                check(field, (!cells[column].trim().is_empty()).then_some(Rule::AggregateNamed));
            }
            check("sponsored", (sponsored == "yes").then_some(Rule::AggregateSponsored));
            let high = amount.is_ok_and(|minor| minor > fields::AGGREGATE_MINOR);
            check("amount", high.then_some(Rule::AggregateLimit));
            Giver::Aggregate(aggregate.to_owned())
        };
        match (item, date, amount) {
            (Ok(item), Ok(given_on), Ok(amount_minor)) if faults.is_empty() => {
                Ok(Row { item, giver, sponsored: sponsored == "yes", given_on, amount_minor })
            }
            _ => Err(faults),
        }
    }
}

fn read_item(cell: &str) -> Result<u32, Rule> {
    let digits = !cell.starts_with('0') && cell.bytes().all(|b| b.is_ascii_digit());
    let item = digits.then(|| cell.parse().ok()).flatten().ok_or(Rule::Item)?;
    if (1..=1_000).contains(&item) { Ok(item) } else { Err(Rule::Item) }
}

impl Schedule {
    /// Checks it as Charities Online will.
    ///
    /// # Errors
    /// What it refuses.
    pub fn check(&self, today: Date) -> Result<(), Unfit> {
        if self.rows.is_empty() {
            return Err(Unfit::Empty);
        }
        if self.rows.len() > MAX_ROWS {
            return Err(Unfit::TooMany(self.rows.len()));
        }
        let mut faults: Vec<Fault> = Vec::new();
        let mut whole = |field, rule| faults.push(Fault { item: None, field, rule });
        if self.overclaimed_minor < 0 || self.overclaimed_minor > fields::MAX_MINOR {
            whole("overclaimed", Rule::Amount);
        }
        let latest = self.rows.iter().map(|row| row.given_on).max();
        if self.earliest > today || latest.is_some_and(|latest| self.earliest > latest) {
            whole("earliest", Rule::Future);
        }
        for row in &self.rows {
            let cells = row.cells();
            if let Err(broken) = Row::read(cells.each_ref().map(String::as_str), today) {
                faults.extend(broken);
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Unfit::Faults(faults)) }
    }

    /// The file to upload.
    ///
    /// # Errors
    /// What Charities Online would refuse.
    pub fn ods(&self, today: Date) -> Result<Vec<u8>, Unfit> {
        self.check(today)?;
        let content = ods::content(self);
        let file = zip::archive(&[
            // First and as it is, so that a reader finds the type at a fixed place (ODF 1.2, part 3, section 3.3).
            zip::Entry::Stored("mimetype", ODS_TYPE.as_bytes()),
            zip::Entry::Deflated("META-INF/manifest.xml", ods::MANIFEST.as_bytes()),
            zip::Entry::Deflated("content.xml", content.as_bytes()),
        ]);
        if file.len() > MAX_BYTES { Err(Unfit::TooLarge(file.len())) } else { Ok(file) }
    }

    /// The lines to read, with a head; RFC 4180. A cell that a spreadsheet would take for a formula begins with `'`.
    pub fn csv(&self) -> String {
        let mut out = COLUMNS.join(",");
        out.push_str("\r\n");
        for row in &self.rows {
            let cells = row.cells().map(|cell| csv_cell(&cell));
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
        out
    }
}

fn csv_cell(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}
