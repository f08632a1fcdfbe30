use super::{day, line};
use crate::fields::{Donor, Fault, Rule};
use crate::schedule::*;
use crate::zip::crc32;

const TODAY: &str = "2026-11-22";
const ADA: [&str; 5] = ["Mrs", "Ada", "Lovelace", "12", "SW1A 1AA"];

fn schedule(rows: u32) -> Schedule {
    let rows = (1..=rows).map(|item| line(item, ADA, "2026-05-01", 25)).collect();
    Schedule { earliest: day("2026-05-01"), overclaimed_minor: 0, rows }
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |n, byte| n << 8 | usize::from(*byte))
}

/// The files of an archive by its directory: name, method, content.
fn unzip(archive: &[u8]) -> Vec<(String, usize, Vec<u8>)> {
    let end = archive.len() - 22;
    assert_eq!(&archive[end..end + 4], b"PK\x05\x06");
    let (count, mut at) =
        (number(&archive[end + 10..end + 12]), number(&archive[end + 16..end + 20]));
    let mut files = vec![];
    for _ in 0..count {
        let entry = &archive[at..];
        assert_eq!(&entry[..4], b"PK\x01\x02");
        let (method, crc) = (number(&entry[10..12]), number(&entry[16..20]));
        let (packed, plain) = (number(&entry[20..24]), number(&entry[24..28]));
        let (name, local) = (number(&entry[28..30]), number(&entry[42..46]));
        let file = String::from_utf8(entry[46..46 + name].to_vec()).unwrap();
        let head = &archive[local..];
        assert_eq!(&head[..4], b"PK\x03\x04");
        assert_eq!(head[4..30], entry[6..32], "{file}: the local header says the same");
        let data = &head[30 + name..30 + name + packed];
        let data = match method {
            0 => data.to_vec(),
            _ => miniz_oxide::inflate::decompress_to_vec(data).unwrap(),
        };
        assert_eq!((data.len(), crc32(&data) as usize), (plain, crc), "{file}");
        files.push((file, method, data));
        at += 46 + name;
    }
    files
}

/// The cells of the sheet as the tax office's reader sees them: rows and cells counted from 0.
fn cells(ods: &[u8]) -> Vec<Vec<String>> {
    let content = unzip(ods).into_iter().find(|(name, ..)| name == "content.xml").unwrap().2;
    let content = String::from_utf8(content).unwrap();
    let document = roxmltree::Document::parse(&content).unwrap();
    let named =
        |name: &'static str| move |node: &roxmltree::Node<'_, '_>| node.tag_name().name() == name;
    let table = document.descendants().find(named("table")).unwrap();
    assert!(table.attributes().any(|a| a.name() == "name" && a.value() == SHEET));
    let repeated =
        |node: roxmltree::Node<'_, '_>| node.attributes().any(|a| a.name().ends_with("-repeated"));
    let rows = table.children().filter(named("table-row"));
    rows.map(|row| {
        let cells = row.children().filter(named("table-cell"));
        let text = |cell: roxmltree::Node<'_, '_>| {
            assert!(!repeated(cell));
            let text = cell.descendants().find(named("p")).and_then(|p| p.text());
            text.unwrap_or_default().to_owned()
        };
        cells.map(text).collect()
    })
    .collect()
}

#[test]
fn the_checksum_is_that_of_zip() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}

#[test]
fn the_file_is_laid_out_as_the_tax_office_reads_it() {
    let mut whole = schedule(2);
    whole.overclaimed_minor = 12_345;
    whole.rows[1] = line(2, ["", "Zoë", "O'Neil", "1 <b> & c", ""], "2026-11-22", 1_234);

    let ods = whole.ods(day(TODAY)).unwrap();

    let files = unzip(&ods);
    assert_eq!((files[0].0.as_str(), files[0].1), ("mimetype", 0), "first, and not compressed");
    assert_eq!(&ods[30..38], b"mimetype");
    assert_eq!(files[0].2, ODS_TYPE.as_bytes());
    let cells = cells(&ods);
    assert_eq!(cells[12][3], "01/05/26");
    assert_eq!(cells[16][3], "123.45");
    assert_eq!(cells[22][1..], COLUMNS);
    let first = ["1", "Mrs", "Ada", "Lovelace", "12", "SW1A 1AA", "", "", "01/05/26", "25.00"];
    assert_eq!(cells[24][1..], first);
    let second = ["2", "", "Zoë", "O'Neil", "1 <b> & c", "X", "", "", "22/11/26", "1234.00"];
    assert_eq!(cells[25][1..], second);
    assert_eq!(cells.len(), 26);
}

#[test]
fn no_over_claim_leaves_its_cell_empty() {
    let ods = schedule(1).ods(day(TODAY)).unwrap();

    assert_eq!(cells(&ods)[16][3], "");
}

#[test]
fn a_schedule_takes_1_to_1000_lines() {
    assert_eq!(schedule(0).ods(day(TODAY)), Err(Unfit::Empty));
    assert_eq!(schedule(1_001).ods(day(TODAY)), Err(Unfit::TooMany(1_001)));

    let ods = schedule(1_000).ods(day(TODAY)).unwrap();

    let cells = cells(&ods);
    assert_eq!((cells.len(), cells[1_023][1].as_str()), (1_024, "1000"));
}

#[test]
fn the_largest_schedule_stays_below_250_kilobytes() {
    let mut whole = schedule(1_000);
    for (n, row) in whole.rows.iter_mut().enumerate() {
        // Fields as long as they may be, and no two alike: nothing much to compress.
        let word = |seed: usize, length: usize| -> String {
            (0..length)
                .map(|at| {
                    char::from(b'a' + u8::try_from((n * 7 + at * at * seed + n * at) % 26).unwrap())
                })
                .collect()
        };
        row.giver = Giver::Donor(Donor {
            title: Some("Prof".to_owned()),
            first_name: word(3, 35),
            last_name: word(5, 35),
            house: word(11, 40),
            postcode: Some("DN55 1PT".to_owned()),
        });
    }

    let size = whole.ods(day(TODAY)).unwrap().len();

    assert!(size < MAX_BYTES, "{size}");
}

#[test]
fn a_line_that_the_tax_office_refuses_is_named_and_nothing_is_written() {
    let mut whole = schedule(3);
    whole.rows[1] = line(2, ["M", "Ada", "Łovelace", "12", "SW1A1AA"], "2026-11-23", 25);
    whole.earliest = day("2026-11-23");

    let refused = whole.ods(day(TODAY));

    let Err(Unfit::Faults(faults)) = refused else { panic!("{refused:?}") };
    let fault = |item, field, rule| Fault { item, field, rule };
    assert!(faults.contains(&fault(None, "earliest", Rule::Future)));
    assert!(faults.contains(&fault(Some(2), "title", Rule::Title)));
    assert!(faults.contains(&fault(Some(2), "last_name", Rule::Unprintable)));
    assert!(faults.contains(&fault(Some(2), "postcode", Rule::Postcode)));
    assert!(faults.contains(&fault(Some(2), "date", Rule::Future)));
    assert!(faults.iter().all(|fault| fault.item != Some(1) && fault.item != Some(3)));
}

#[test]
fn the_readable_form_quotes_what_needs_it_and_runs_no_formula() {
    let mut whole = schedule(1);
    whole.rows[0] = line(1, ["", "=1+1", "O\"Neil", "3, High St", ""], "2026-05-01", 25);

    let csv = whole.csv();

    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], COLUMNS.join(","));
    assert_eq!(lines[1], "1,,'=1+1,\"O\"\"Neil\",\"3, High St\",X,,,01/05/26,25.00");
    assert_eq!(lines[2..], [""]);
}

#[test]
fn the_same_lines_make_the_same_file() {
    assert_eq!(schedule(5).ods(day(TODAY)), schedule(5).ods(day(TODAY)));
}
