//! A bank's CSV: what is read of it, what is refused, and what is taken in of it twice.
use std::{collections::HashMap, time::Duration};

use clap::{Args as _, FromArgMatches as _};
use db::{Access, Domain, Pool};
use testdb::App;
use tokio::time::Instant;
use types::Currency;

use super::{
    bank_csv::{Fault, File, MAX_BYTES, MAX_LINES, minor, parse, runs},
    import_statement::{ImportStatement, Imported},
};
use crate::failure::Failure;

fn read(text: &str) -> Result<File, Fault> {
    parse(text.as_bytes(), Currency::GBP)
}

/// Day, minor units, counterparty and words of each line.
fn shown(file: &File) -> String {
    let line = |it: &super::bank_csv::Entry| {
        let words = [it.counterparty.as_deref(), it.purpose.as_deref()];
        let words = words.map(Option::unwrap_or_default).join(" ");
        format!("{} {} {}", it.booked_on, it.amount_minor, words.trim())
    };
    file.entries.iter().map(line).collect::<Vec<_>>().join("; ")
}

fn fault(text: &str) -> String {
    let Fault { line, column, cause } = read(text).unwrap_err();
    format!("{line} {}: {cause}", column.unwrap_or_default())
}

#[test]
fn the_usual_exports_are_read() {
    for (text, expected) in [
        ("date,description,amount\n2026-10-01,Rent,-1\n", "2026-10-01 -100 Rent"),
        (
            "\u{feff}Date,Description,Amount,Balance\r\n01/10/2026,\"Smith, J\",\"1,234.56\",\"2,234.56\"\r\n",
            "2026-10-01 123456 Smith, J",
        ),
        (
            "Transaction Date,Transaction Type,Transaction Description,Debit Amount,Credit Amount,Balance\n\
             02/10/2026,DD,POWER   CO ,12.50,,87.50\n01/10/2026,FPI,J SMITH,,100.00,100.00\n",
            "2026-10-01 10000 J SMITH; 2026-10-02 -1250 POWER CO",
        ),
        (
            "Date,Counter Party,Reference,Amount (GBP),Balance (GBP),Details\n\
             31/10/2026,J Smith,GIFT-1,£5.5,105.50,FPI\n",
            "2026-10-31 550 J Smith FPI GIFT-1",
        ),
        (
            "Date,Details,Paid in,Paid out\n\n2026-10-01,\"said \"\"yes\"\"\ntwice\",0.00,-0\n2026-10-01,A,+1,0.00,,\n",
            "2026-10-01 100 A",
        ),
        (
            "date,memo,amount,reference\n2026-10-01,Gift G1 of J,1,G1\n2026-10-01,,2,G2",
            "2026-10-01 100 Gift G1 of J; 2026-10-01 200 G2",
        ),
        ("date,memo,amount\n2024-02-29,12\" pipe,1\n", "2024-02-29 100 12\" pipe"),
        ("date,memo,amount\n", ""),
    ] {
        assert_eq!(read(text).map(|file| shown(&file)), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn amounts_are_exact_to_the_minor_unit() {
    for (text, gbp) in [
        ("0.01", 1),
        ("-0.29", -29),
        ("1,234,567.8", 123_456_780),
        ("£-3", -300),
        ("-£3", -300),
        ("+4.10", 410),
        ("1234567.89", 123_456_789),
        ("90,000,000,000,000.00", 9_000_000_000_000_000),
    ] {
        assert_eq!(minor(text, Currency::GBP), Ok(gbp), "{text}");
    }
    for text in [
        "",
        "-",
        "1.",
        ".5",
        "1,23",
        "12,34.00",
        "1234,567",
        "1,,000",
        ",100",
        "1.2.3",
        "--1",
        "1e3",
        "1 000",
        "0.001",
        "$1",
        "1-",
        "90,000,000,000,000.01",
        "99999999999999999999",
        "١",
    ] {
        assert!(minor(text, Currency::GBP).is_err(), "{text}");
    }
    let yen: Currency = "JPY".parse().unwrap();
    assert_eq!(minor("1,234", yen), Ok(1234));
    assert!(minor("1.0", yen).is_err());
    assert!(minor("£1", yen).is_err());
}

#[test]
fn what_is_not_understood_is_named_with_its_line_and_column() {
    let head = "Date,Details,Amount,Balance\n";
    for (rows, expected) in [
        (
            "2026-10-01,A,1,1\n2026-13-01,A,1,2\n",
            "3 Date: is not a day such as 2026-10-31 or 31/10/2026",
        ),
        ("10/31/2026,A,1,1\n", "2 Date: is not a day such as 2026-10-31 or 31/10/2026"),
        ("29/02/2026,A,1,1\n", "2 Date: is not a day such as 2026-10-31 or 31/10/2026"),
        ("1/10/2026,A,1,1\n", "2 Date: is not a day such as 2026-10-31 or 31/10/2026"),
        ("2026-1०-1,A,1,1\n", "2 Date: is not a day such as 2026-10-31 or 31/10/2026"),
        (
            "2026-10-01,\"A\n\nB\",1,1\n2026-10-01,A,x,1\n",
            "5 Amount: is not an amount such as -1,234.56",
        ),
        ("2026-10-01,A,1.005,1\n", "2 Amount: has more than the 2 decimals of GBP"),
        ("2026-10-01,A,,1\n", "2 Amount: is empty"),
        ("2026-10-01,A,90000000000000.01,1\n", "2 Amount: is too large"),
        ("2026-10-01,A,1\n", "2 : has 3 fields, not 4"),
        ("2026-10-01,A,1,1,x\n", "2 : has 5 fields, not 4"),
        (
            "2026-10-01,A,1,1\n\n2026-10-01,A,1,3\n",
            "4 Balance: is 300 minor units, but the lines before lead to 200",
        ),
        ("2026-10-01,\"A,1,1\n", "2 : a quote is not closed"),
        ("2026-10-01,\"A\"B,1,1\n", "2 : something follows a closing quote"),
        ("2026-10-01,A\u{7}B,1,1\n", "2 Details: "),
    ] {
        let found = fault(&format!("{head}{rows}"));
        assert!(found.starts_with(expected), "{rows}: {found}");
    }
    for (text, expected) in [
        ("", "1 : the file is empty"),
        ("\n\n", "1 : the file is empty"),
        ("memo,amount\n", "1 : no column is named date,"),
        ("date,amount\n", "1 : no column is named description,"),
        ("date,memo\n", "1 : no column is named amount,"),
        ("date,memo,paid in\n", "1 : no column is named amount,"),
        (
            "date,memo,amount,paid in\n",
            "1 : there are columns for an amount and for paid in or out",
        ),
        ("date,memo,amount,Details\n", "1 Details: means the same as the column memo"),
        ("date,memo,amount (EUR)\n", "1 amount (EUR): the bank account is in GBP"),
        ("date,memo,in,out\n2026-10-01,A,1,1\n", "2 out: stands beside what was paid in"),
        ("date,memo,in,out\n2026-10-01,A,,\n", "2 in: is empty, and so is what was paid out"),
        ("date,memo,in,out\n2026-10-01,A,,-1\n", "2 out: must not be negative"),
        ("date,memo,in,out\n2026-10-01,A,-1,\n", "2 in: must not be negative"),
    ] {
        let found = fault(text);
        assert!(found.starts_with(expected), "{text}: {found}");
    }
    let latin = parse(b"date,memo,amount\n2026-10-01,A,1\n2026-10-02,\xa3,1\n", Currency::GBP);
    assert_eq!(latin.unwrap_err().line, 3);
}

#[test]
fn words_and_lines_are_bounded() {
    let with = |words: usize, name: usize| {
        let (words, name) = ("w".repeat(words), "n".repeat(name));
        read(&format!("date,memo,payee,amount\n2026-10-01,{words},{name},1\n"))
    };
    assert!(with(1000, 200).is_ok());
    assert_eq!(with(1001, 200).unwrap_err().column.as_deref(), Some("memo"));
    assert_eq!(with(1000, 201).unwrap_err().column.as_deref(), Some("payee"));

    let of =
        |lines: usize| read(&format!("date,memo,amount\n\n{}", "2026-10-01,A,1\n".repeat(lines)));
    assert_eq!(of(MAX_LINES).unwrap().entries.len(), MAX_LINES);
    let refused = of(MAX_LINES + 1).unwrap_err();
    assert_eq!((refused.line, refused.column), (MAX_LINES + 3, None));
}

#[test]
fn the_newest_may_come_first_also_within_one_day() {
    let older = "2026-10-01,A,1,101\n2026-10-01,B,2,103\n";
    let newer = "2026-10-01,B,2,103\n2026-10-01,A,1,101\n";
    let head = "date,memo,amount,balance\n";

    let [older, newer] = [older, newer].map(|rows| read(&format!("{head}{rows}")).unwrap());

    assert_eq!(shown(&older), "2026-10-01 100 A; 2026-10-01 200 B");
    assert_eq!(shown(&newer), shown(&older));
    assert_eq!([older.opening, newer.opening], [Some(10_000); 2]);
}

#[test]
fn equal_lines_of_a_day_are_two_and_each_is_itself_in_every_export() {
    let head = "date,memo,amount\n";
    let file = |rows: &str| read(&format!("{head}{rows}")).unwrap();
    let refs = |file: &File| file.entries.iter().map(|it| it.bank_ref.clone()).collect::<Vec<_>>();

    let two = refs(&file("2026-10-01,A,1\n2026-10-01,A,1\n"));
    let one = refs(&file("01/10/2026,\" A\",1.00\n"));

    assert_eq!(one[0], two[0]);
    assert_ne!(two[0], two[1]);
    for other in ["2026-10-02,A,1\n", "2026-10-01,A,-1\n", "2026-10-01,B,1\n"] {
        assert_ne!(refs(&file(other))[0], one[0], "{other}");
    }
}

#[test]
fn new_lines_fit_between_those_that_are_there() {
    let rows = "2026-10-01,A,1\n2026-10-02,B,2\n2026-10-03,C,3\n2026-10-04,D,4\n";
    let file = read(&format!("date,memo,amount\n{rows}")).unwrap();
    let balanced = read("date,memo,amount,balance\n2026-10-01,A,1,1\n2026-10-02,B,2,3\n").unwrap();
    let after = |lines: &[(usize, i64)]| -> HashMap<String, i64> {
        lines.iter().map(|(at, balance)| (file.entries[*at].bank_ref.clone(), *balance)).collect()
    };
    let plan = |file: &File, opening, recorded: &HashMap<String, i64>| {
        let runs = runs(file, opening, recorded).map_err(|fault| fault.line)?;
        let shown = |run: &super::bank_csv::Run<'_>| (run.opening, run.entries.len(), run.closing);
        Ok::<_, usize>(runs.iter().map(shown).collect::<Vec<_>>())
    };

    assert_eq!(plan(&file, None, &after(&[])), Err(2), "no balance is known");
    assert_eq!(plan(&file, Some(-50), &after(&[])), Ok(vec![(-50, 4, 950)]));
    assert_eq!(plan(&file, None, &after(&[(1, 1300)])), Ok(vec![(1000, 1, 1100), (1300, 2, 2000)]));
    let all = after(&[(0, 100), (1, 300), (2, 600), (3, 1000)]);
    assert_eq!(plan(&file, None, &all), Ok(vec![]));
    assert_eq!(
        plan(&file, None, &after(&[(0, 100), (2, 600)])),
        Ok(vec![(100, 1, 300), (600, 1, 1000)])
    );
    assert_eq!(
        plan(&file, None, &after(&[(0, 100), (2, 601)])),
        Err(3),
        "what follows began elsewhere"
    );
    assert_eq!(plan(&file, Some(0), &after(&[(0, 101)])), Err(3), "--opening leads elsewhere");
    assert_eq!(plan(&balanced, None, &after(&[(0, 100)])), Ok(vec![(100, 1, 300)]));
    assert_eq!(plan(&balanced, None, &after(&[(0, 101)])), Err(3), "the file says otherwise");
    assert_eq!(plan(&balanced, Some(0), &after(&[])), Ok(vec![(0, 2, 300)]));
    assert_eq!(plan(&balanced, Some(1), &after(&[])), Err(2), "--opening is not that of the file");
    let most = 9_000_000_000_000_000;
    assert_eq!(plan(&file, Some(most - 1000), &after(&[])), Ok(vec![(most - 1000, 4, most)]));
    assert_eq!(plan(&file, Some(most - 999), &after(&[])), Err(2), "beyond what an amount may be");
}

const ACCOUNT: &str = "
  insert into finance.bank_accounts (id, name, bank, last_four, currency, code)
  values ('00000000-0000-4000-8000-0000000000b1', 'Main', 'Bank', '1234', 'GBP', '1000')";

/// A command as it would be typed.
fn command(args: &[&str]) -> ImportStatement {
    let words = ["import-statement", "bank.csv"].iter().chain(args);
    let given = ImportStatement::augment_args(clap::Command::new("test")).get_matches_from(words);
    ImportStatement::from_arg_matches(&given).unwrap()
}

async fn import(app: &App, args: &[&str], csv: &str) -> Result<Imported, Failure> {
    let var = |name: &str| app.var(name).map(str::to_owned);
    let pool = Pool::find(Domain::Finance, Access::Write, "test", var).unwrap();
    let db = pool.begin(Instant::now() + Duration::from_secs(30));
    command(args).import(&db, csv.as_bytes()).await
}

async fn taken(app: &App, args: &[&str], csv: &str) -> (usize, usize) {
    let imported = import(app, args, csv).await.unwrap();
    (imported.lines.len(), imported.known)
}

async fn refused(app: &App, args: &[&str], csv: &str) -> String {
    import(app, args, csv).await.unwrap_err().json()
}

const MAIN: &[&str] = &["--account", "1234"];

#[tokio::test]
async fn files_that_overlap_leave_each_line_once() {
    let app = App::empty(Domain::Finance).await;
    app.execute(ACCOUNT).await;
    let head = "date,memo,amount,balance\n";
    let middle = "2026-10-02,B,2,3\n2026-10-02,B,2,5\n";
    let first = format!("{head}{middle}");
    let whole = format!("{head}2026-10-01,A,1,1\n{middle}2026-10-02,B,2,7\n2026-10-05,C,-3,4\n");

    let rehearsed = taken(&app, &["--account", "Main", "--dry-run"], &first).await;
    assert_eq!((rehearsed, app.count("finance.bank_lines").await), ((2, 0), 0));
    assert_eq!(app.count("finance.idempotency_keys").await, 0);
    assert_eq!(taken(&app, MAIN, &first).await, (2, 0));
    assert_eq!(taken(&app, MAIN, &first).await, (0, 2), "the same file");
    assert_eq!(taken(&app, MAIN, &whole).await, (3, 2), "before and after");
    assert_eq!(taken(&app, MAIN, &whole).await, (0, 5));

    let lines = "select string_agg(booked_on || ' ' || purpose || ' ' || amount_minor, ', '
         order by booked_on, purpose, created_at) from finance.bank_lines where status = 'unmatched'";
    let expected =
        "2026-10-01 A 100, 2026-10-02 B 200, 2026-10-02 B 200, 2026-10-02 B 200, 2026-10-05 C -300";
    assert_eq!(app.value(lines).await, expected);
    let statements =
        "select string_agg(opening_minor || ' to ' || closing_minor, ', ' order by opening_minor)
         from finance.bank_statements";
    assert_eq!(app.value(statements).await, "0 to 100, 100 to 500, 500 to 400");
    app.execute("delete from finance.idempotency_keys").await;
    assert_eq!(taken(&app, MAIN, &whole).await, (0, 5), "without the keys");
}

#[tokio::test]
async fn two_imports_at_once_take_a_file_in_once() {
    let app = App::empty(Domain::Finance).await;
    app.execute(ACCOUNT).await;
    let csv = "date,memo,amount\n2026-10-01,A,1\n2026-10-01,A,1\n";
    let args = &["--account", "1234", "--opening", "-0.50"];

    let (one, two) = tokio::join!(taken(&app, args, csv), taken(&app, args, csv));

    let mut both = [one, two];
    both.sort_unstable();
    assert_eq!(both, [(0, 2), (2, 0)]);
    assert_eq!(app.count("finance.bank_lines").await, 2);
    assert_eq!(app.value("select opening_minor::text from finance.bank_statements").await, "-50");
}

#[tokio::test]
async fn a_refused_file_leaves_nothing() {
    let app = App::empty(Domain::Finance).await;
    app.execute(ACCOUNT).await;
    let head = "date,memo,amount,balance\n";
    assert_eq!(taken(&app, MAIN, &format!("{head}2026-10-02,B,2,3\n")).await, (1, 0));
    let no_balance = "date,memo,amount\n2026-10-09,A,1\n";

    for (args, csv, expected) in [
        (MAIN, format!("{head}2026-10-01,A,1,1\n2026-10-03,C,3,7\n"), "bank.csv"),
        (MAIN, format!("{head}2026-10-09,A,1,1\n2026-10-09,A,x,2\n"), "bank.csv:3"),
        (
            MAIN,
            format!(
                "{head}2026-10-01,A,1,1\n2026-10-02,B,2,3\n2026-10-03,C,1,4\n2999-01-01,D,1,5\n"
            ),
            "after today",
        ),
        (MAIN, no_balance.to_owned(), "--opening"),
        (&["--account", "4321"], no_balance.to_owned(), "there is no bank account 4321"),
        (
            &["--account", "1234", "--opening", "x"],
            no_balance.to_owned(),
            "--opening is not an amount",
        ),
        (MAIN, " ".repeat(MAX_BYTES + 1), "too large"),
        (MAIN, " ".repeat(MAX_BYTES), "the file is empty"),
    ] {
        let refused = refused(&app, args, &csv).await;
        assert!(refused.contains(expected), "{expected}: {refused}");
        assert_eq!(app.count("finance.bank_lines").await, 1, "{expected}");
    }

    app.execute("update finance.bank_accounts set closed_at = now()").await;
    let closed = refused(&app, MAIN, &format!("{head}2026-10-03,C,3,6\n")).await;
    assert!(closed.contains("is closed"), "{closed}");
    app.execute(
        "insert into finance.bank_accounts (name, bank, last_four, currency, code)
         values ('Main', 'Other', '1234', 'GBP', '1000')",
    )
    .await;
    let two = refused(&app, MAIN, no_balance).await;
    assert!(two.contains("2 bank accounts are 1234"), "{two}");
}

#[tokio::test]
async fn nothing_moves_with_a_file_without_lines() {
    let app = App::empty(Domain::Finance).await;
    app.execute(ACCOUNT).await;

    let imported =
        import(&app, MAIN, "date,memo,amount\n2026-10-01,Interest,0.00\n").await.unwrap();

    assert_eq!((imported.lines.len(), imported.known, imported.zero), (0, 0, 1));
    assert_eq!(app.count("finance.bank_statements").await, 0);
}
